"""Films that are written beside the game: it hands over frames and never waits for them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.app.capture import Capture
from engine.io import InputError
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
    path = tmp_path / "film.gif"
    film = Film(path)
    for moment in (0, 1, 4, 12):
        film.offer(moment, frame(moment))
    film.end()
    film.wait(20)
    assert (film.failure, film.frames) == ("", 4)
    lasts = np.array(durations(path)) / 1000 * quality(path).frames_per_second
    np.testing.assert_allclose(lasts, [1, 3, 8, 1], atol=0.13)  # a GIF counts in hundredths of a second


def test_a_slow_disk_costs_frames_and_never_a_wait(tmp_path):
    writers = []

    def opened(path):
        writers.append(SlowWriter(path))
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
    path = tmp_path / "film.gif"
    film = Film(path)
    for moment, size in enumerate([(90, 160), (120, 160), (90, 100)]):
        film.offer(moment, frame(1, size))
    film.end()
    film.wait(20)
    assert film.failure == ""
    with Image.open(path) as shown:
        assert (shown.size, shown.n_frames) == ((160, 90), 3)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_said(tmp_path):
    film = Film(Path("/dev/full"), lambda path: open_film(path))
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    for moment in range(4):
        film.offer(moment, noise)
    film.end()
    film.wait(20)
    assert "No space left" in film.failure
    assert Path("/dev/full").exists()


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
        assert said == ["saved maniple-0001.gif"]
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
        pictures, view = Capture(tmp_path / "nowhere", said.append), View()
        pictures.switch_film(0.0)
        self.finish(pictures, view, 0.5)
        assert said == ["cannot film maniple-0001.gif: No such file or directory"]
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
        assert said == ["saved maniple-0002.png", "saved maniple-0002.gif"]


class TestVideo:
    def test_an_mp4_has_the_frames_and_lasts_as_long(self, tmp_path):
        reader = pytest.importorskip("imageio_ffmpeg")
        path = tmp_path / "film.mp4"
        with open_film(path) as writer:
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
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        check_film(Path("film.gif"))
        with pytest.raises(InputError, match="maniple\\[video\\]"):
            check_film(Path("film.mp4"))

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
    def test_an_encoder_that_gives_up_is_said_in_one_line(self, tmp_path):
        pytest.importorskip("imageio_ffmpeg")
        path = tmp_path / "film.mp4"
        path.symlink_to("/dev/full")
        noise = np.random.default_rng(0)
        with pytest.raises(OSError, match=r"film\.mp4: ffmpeg has given up: .+"), open_film(path) as writer:
            for _ in range(60):
                writer.add(noise.integers(0, 256, (200, 300, 3), dtype=np.uint8))
