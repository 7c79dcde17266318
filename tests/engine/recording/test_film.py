"""Films that are written beside the game: it hands over frames and never waits for them."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.app.capture import Capture
from engine.io import InputError, drafted
from engine.recording.film import WAITING, Film
from engine.recording.film_file import check_film, open_film, quality


def frame(step: int, size=(90, 160)) -> np.ndarray:
    picture = np.full((*size, 3), (60, 75, 40), dtype=np.uint8)
    picture[30:50, 4 * step : 4 * step + 20] = (222, 94, 20)
    return picture


class SlowWriter:
    """Writes nothing before it may."""

    def __init__(self, path: Path) -> None:
        self.gate = threading.Event()
        self.added: list[tuple[np.ndarray, int]] = []

    def add(self, pixels, lasts=1):
        self.gate.wait()
        self.added.append((pixels, lasts))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def durations(path: Path) -> list[int]:
    with Image.open(path) as film:
        lasts = []
        for number in range(film.n_frames):
            film.seek(number)
            lasts.append(film.info["duration"])
    return lasts


def test_frames_come_out_when_they_were_taken_though_some_are_missing(tmp_path):
    film = Film(tmp_path / "film.gif")
    for moment in (0, 1, 4, 12):
        film.offer(moment, frame(moment))
    film.end()
    film.wait(20)
    path = tmp_path / "film-0001.gif"
    assert (film.failure, film.frames, film.path) == ("", 4, path)
    lasts = np.array(durations(path)) / 1000 * quality(path).frames_per_second
    np.testing.assert_allclose(lasts, [1, 3, 8, 1], atol=0.13)  # a GIF counts in hundredths of a second


def test_a_slow_disk_costs_frames_and_never_a_wait(tmp_path):
    writers = []

    def opened(draft):
        writers.append(SlowWriter(draft.path))
        return writers[0]

    film = Film(tmp_path / "film.gif", opened)
    game = threading.Thread(target=lambda: [film.offer(moment, frame(0)) for moment in range(5 * WAITING)], daemon=True)
    game.start()
    game.join(20)
    assert not game.is_alive(), "the game waits for the film"
    assert not film.room
    assert film.dropped >= 3 * WAITING
    film.end()
    writers[0].gate.set()
    film.wait(20)
    # What was left out is made up for: the frames last as long as was filmed.
    assert len(writers[0].added) + film.dropped == 5 * WAITING
    assert all(lasts >= 1 for _, lasts in writers[0].added)


def test_a_window_that_changes_its_size_changes_no_film(tmp_path):
    film = Film(tmp_path / "film.gif")
    for moment, size in enumerate([(90, 160), (120, 160), (90, 100)]):
        film.offer(moment, frame(1, size))
    film.end()
    film.wait(20)
    assert film.failure == ""
    with Image.open(film.path) as shown:
        assert (shown.size, shown.n_frames) == ((160, 90), 3)


NOISE = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_a_full_disk_is_said_and_nothing_is_left(kind, small_disk):
    film = Film(small_disk / f"film.{kind}")
    for moment in range(24):
        film.offer(moment, np.roll(NOISE, 17 * moment, axis=1))
    film.end()
    film.wait(20)
    assert "No space left on device" in film.failure and "\n" not in film.failure
    assert list(small_disk.iterdir()) == []


def test_a_film_cut_off_leaves_nothing_under_its_name(tmp_path):
    (tmp_path / "film.gif").write_text("old")
    with pytest.raises(KeyboardInterrupt), drafted(tmp_path / "film.gif") as draft, open_film(draft) as writer:
        for step in range(30):
            writer.add(frame(step % 20))
        raise KeyboardInterrupt
    assert (tmp_path / "film.gif").read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_missing_is_said(tmp_path):
    film = Film(tmp_path / "nowhere" / "film.gif")
    film.wait(20)
    assert film.finished
    assert "No such file" in film.failure
    film.offer(0, frame(0))
    film.end()


class View:
    """Something to film."""

    def __init__(self):
        self.looks = 0

    def picture(self, width=None):
        self.looks += 1
        return frame(self.looks % 20)


class TestPictures:
    @pytest.fixture
    def said(self):
        return []

    def finish(self, pictures, view, now):
        for _ in range(400):
            pictures.look(view, now)
            if pictures.recording(now) is None:
                return
            threading.Event().wait(0.02)
        raise AssertionError("never finished")

    def test_a_film_takes_as_many_frames_as_it_shows_and_no_more(self, tmp_path, said):
        pictures, view = Capture(tmp_path, said.append), View()
        pictures.switch_film(10.0)
        for number in range(121):  # two seconds at 60 pictures a second
            pictures.look(view, 10.0 + number / 60)
            threading.Event().wait(0.002)
        assert pictures.recording(12.0) == "0:02"
        assert view.looks == pytest.approx(2 * quality(tmp_path / "x.gif").frames_per_second, abs=1)
        pictures.switch_film(12.0)
        self.finish(pictures, view, 12.0)
        assert said == [f"saved maniple-0001.gif in {tmp_path}"]
        assert sum(durations(tmp_path / "maniple-0001.gif")) == pytest.approx(2000, abs=100)

    def test_leaving_finishes_a_film(self, tmp_path, said):
        pictures, view = Capture(tmp_path, said.append), View()
        pictures.switch_film(0.0)
        for number in range(5):
            pictures.look(view, number / 12)
        pictures.close()
        with Image.open(tmp_path / "maniple-0001.gif") as film:
            assert film.n_frames == 5

    def test_a_film_that_fails_is_told_and_the_next_can_begin(self, tmp_path, said):
        folder = tmp_path / "pictures"
        pictures, view = Capture(folder, said.append), View()
        folder.write_text("a file is in the way")
        pictures.take_picture()
        pictures.look(view, 0.0)
        pictures.switch_film(0.0)
        assert pictures.recording(0.5) is None
        assert said == [f"cannot save a picture in {folder}: File exists", f"cannot film in {folder}: File exists"]
        folder.unlink()
        pictures.switch_film(1.0)
        assert pictures.recording(1.0) == "0:00"
        pictures.close()

    def test_nothing_is_overwritten(self, tmp_path, said):
        (tmp_path / "maniple-0001.png").write_text("mine")
        (tmp_path / "maniple-0001.gif").write_text("mine")
        pictures, view = Capture(tmp_path, said.append), View()
        pictures.take_picture()
        pictures.switch_film(0.0)
        pictures.look(view, 0.0)
        pictures.close()
        assert (tmp_path / "maniple-0001.png").read_text() == (tmp_path / "maniple-0001.gif").read_text() == "mine"
        assert said == [f"saved maniple-0002.{ending} in {tmp_path}" for ending in ("png", "gif")]

    def test_films_that_are_finished_at_once_get_two_numbers(self, tmp_path, said):
        pictures, view = Capture(tmp_path, said.append), View()
        for begin in (0.0, 1.0):
            pictures.switch_film(begin)
            pictures.look(view, begin)
            pictures.switch_film(begin + 0.5)
        pictures.close()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["maniple-0001.gif", "maniple-0002.gif"]
        assert len(said) == 2

    def test_an_encoder_that_is_missing_is_told_when_the_game_begins(self, tmp_path, said, monkeypatch):
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
        pictures = Capture(tmp_path, said.append, "mp4")
        assert len(said) == 1 and "maniple.mp4: MP4 needs the extra" in said[0]
        pictures.switch_film(0.0)
        assert said[1:] == said[:1] and pictures.recording(0.0) is None


class TestVideo:
    def test_an_mp4_has_the_frames_and_lasts_as_long(self, tmp_path):
        reader = pytest.importorskip("imageio_ffmpeg")
        path = tmp_path / "film.mp4"
        with drafted(path) as draft, open_film(draft) as writer:
            for step in range(10):
                writer.add(frame(step, (91, 161)), lasts=2)
        frames = reader.read_frames(str(path))
        about = next(frames)
        seen = [np.frombuffer(one, np.uint8).reshape(90, 160, 3).astype(int) for one in frames]
        assert about["size"] == (160, 90)
        assert len(seen) == 20
        assert about["fps"] == quality(path).frames_per_second
        assert np.abs(seen[0] - frame(0)).mean() < 12
        assert np.abs(seen[18] - frame(9)).mean() < 12

    def test_without_the_extra_it_is_said_what_to_do(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
        check_film(Path("film.gif"))
        with pytest.raises(InputError, match="maniple\\[video\\]"):
            check_film(Path("film.mp4"))

    def test_an_ffmpeg_that_does_not_run_is_seen_before_the_game(self, tmp_path, monkeypatch):
        pytest.importorskip("imageio_ffmpeg")
        check_film(Path("film.mp4"))
        broken = tmp_path / "ffmpeg"
        broken.write_text("#!/bin/sh\nexit 127\n")
        broken.chmod(0o755)
        for encoder, reason in ((tmp_path / "nowhere", "No such file"), (broken, "127")):
            monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(encoder))
            with pytest.raises(InputError, match=rf"film\.mp4: MP4 needs ffmpeg, which does not run here: .*{reason}"):
                check_film(Path("film.mp4"))

    @pytest.mark.parametrize("code", [1, 0])
    def test_an_encoder_that_gives_up_is_said_in_its_words(self, tmp_path, monkeypatch, code):
        pytest.importorskip("imageio_ffmpeg")
        encoder = tmp_path / "ffmpeg"
        encoder.write_text(f"#!/bin/sh\necho 'muxer: the dog ate it' >&2\nexit {code}\n")
        encoder.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(encoder))
        (tmp_path / "film.mp4").write_text("old")
        with (
            pytest.raises(OSError, match=r"^ffmpeg has given up: the dog ate it$"),
            drafted(tmp_path / "film.mp4") as draft,
            open_film(draft) as writer,
        ):
            writer.add(NOISE)
        assert (tmp_path / "film.mp4").read_text() == "old"
        assert sorted(os.listdir(tmp_path)) == ["ffmpeg", "film.mp4"]
