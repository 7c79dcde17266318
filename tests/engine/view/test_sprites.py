"""The soldier's atlas, and which frame shows whom."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from sketches import men

from engine.io.paths import ASSETS
from engine.view import sprites


def test_the_committed_atlas_is_what_the_script_makes():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ASSETS / "sprites"))
        import make_sprites
        import render
    committed = np.asarray(Image.open(ASSETS / "sprites" / "soldier.png")).astype(int)
    assert np.abs(committed - make_sprites.atlas()).max() <= 1  # the last bit may round otherwise elsewhere
    assert (make_sprites.FACINGS, make_sprites.STRIDES, render.UNIT) == (sprites.FACINGS, sprites.STRIDES, sprites.UNIT)


def test_every_frame_is_its_own_and_stays_off_its_edges():
    frames = sprites.frames().astype(int)
    assert frames.shape[0] == sprites.FACINGS * sprites.STRIDES
    for index, frame in enumerate(frames):
        assert frame[..., 3].max() == 255
        assert np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])[:, :3].max() < 40
        assert all(np.abs(frame - other).max() > 20 for other in frames[index + 1 :])


def test_frames_turn_clockwise_and_step_as_men_walk():
    def frame(**soldier) -> int:
        return int(sprites.frame_of(men((0.0, 0.0), **soldier), np.zeros(1))[0])

    assert frame() == 0
    assert frame(facing=np.pi / 2) == sprites.FACINGS // 4
    assert frame(facing=-np.pi / 2) == 3 * sprites.FACINGS // 4
    cycle = sprites.STRIDE * 4.0
    rows = [frame(walked=(step + 0.5) * cycle / sprites.STRIDES) // sprites.FACINGS for step in range(6)]
    assert rows == [0, 1, 2, 3, 0, 1]


def test_the_nearest_are_last():
    y = np.random.default_rng(0).uniform(0, 128, 500)
    assert np.all(np.diff(y[sprites.nearest_last(y)]) > -1 / 128)
    assert np.array_equal(sprites.nearest_last(np.full(5, 3.0)), np.arange(5))
