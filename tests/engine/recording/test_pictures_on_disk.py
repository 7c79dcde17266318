"""Pictures and animations on disk."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

from engine.recording.pictures import SEEN_FIRST, GifWriter, save_png


def frame(step: int, size=(120, 200)) -> np.ndarray:
    """A vermilion square that moves over a green field."""
    picture = np.full((*size, 3), (60, 75, 40), dtype=np.uint8)
    picture[40:60, 3 * step : 3 * step + 20] = (222, 94, 20)
    return picture


def test_a_png_keeps_every_pixel(tmp_path):
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    save_png(path, pixels)
    assert np.array_equal(np.asarray(Image.open(path)), pixels)


@pytest.mark.parametrize("count", [1, 5, SEEN_FIRST + 6])
def test_a_gif_has_all_frames_in_their_places(tmp_path, count):
    path = tmp_path / "film.gif"
    with GifWriter(path, frames_per_second=20) as gif:
        for step in range(count):
            gif.add(frame(step))
    with Image.open(path) as film:
        assert film.n_frames == count
        assert film.size == (200, 120)
        for step in range(count):
            film.seek(step)
            seen = np.asarray(film.convert("RGB")).astype(int)
            assert np.abs(seen - frame(step)).max() < 24


def test_a_gif_keeps_time_and_loops(tmp_path):
    path = tmp_path / "film.gif"
    with GifWriter(path, frames_per_second=30) as gif:
        for step in range(30):
            gif.add(frame(step))
    with Image.open(path) as film:
        assert film.info["loop"] == 0
        lasts = 0
        for step in range(30):
            film.seek(step)
            lasts += film.info["duration"]
    assert lasts == 1000  # milliseconds, though no frame lasts a thirtieth of a second exactly


def test_frames_are_scaled_down_but_never_up(tmp_path):
    for width, expected in ((100, (100, 60)), (400, (200, 120))):
        path = tmp_path / "film.gif"
        with GifWriter(path, width=width) as gif:
            gif.add(frame(0))
        assert Image.open(path).size == expected


def test_a_frame_in_which_nothing_moves_costs_next_to_nothing(tmp_path):
    sizes = []
    noise = np.random.default_rng(0).integers(0, 256, (120, 200, 3), dtype=np.uint8)
    for count in (1, 10):
        path = tmp_path / f"{count}.gif"
        with GifWriter(path) as gif:
            for _ in range(count):
                gif.add(noise)
        sizes.append(path.stat().st_size)
        assert Image.open(path).n_frames == count
    assert sizes[1] - sizes[0] < 9 * 60


def test_an_animation_without_frames_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="frame"):
        GifWriter(tmp_path / "film.gif").close()


def test_reserved_colours_are_kept_for_what_comes_later(tmp_path):
    path = tmp_path / "film.gif"
    noise = np.random.default_rng(0).integers(0, 90, (120, 200, 3), dtype=np.uint8)
    later = np.full((120, 200, 3), (60, 150, 255), dtype=np.uint8)
    with GifWriter(path, reserved=[(60, 150, 255)]) as gif:
        for picture in [noise] * SEEN_FIRST + [later]:
            gif.add(picture)
    with Image.open(path) as film:
        film.seek(SEEN_FIRST)
        assert np.abs(np.asarray(film.convert("RGB")).astype(int) - later).max() < 4


def test_a_picture_that_cannot_be_written_takes_no_older_file_away(tmp_path, monkeypatch):
    (tmp_path / "old.png").write_bytes(b"older")

    def refuse(*_):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="Permission denied"):
        save_png(tmp_path / "old.png", np.zeros((4, 4, 3), np.uint8))
    assert (tmp_path / "old.png").read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir()] == ["old.png"], "no draft is left"
