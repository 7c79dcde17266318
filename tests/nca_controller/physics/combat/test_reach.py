"""What is within reach: as a box on open ground, nothing behind a wall, and mirrored with the ground."""

import jax
import numpy as np

from nca_controller.physics.combat.boxes import box_mean
from nca_controller.physics.combat.reach import sight, within_reach

RNG = np.random.default_rng(4)
SHAPE = (11, 14)
FIELD = RNG.random((2, *SHAPE)).astype(np.float32)
seen = jax.jit(lambda fields, open_cells: within_reach(fields, sight(3.0, 1.0, open_cells, "wall")))


def test_on_open_ground_it_is_a_mean_over_a_box():
    box = box_mean(FIELD, 3.0, 1.0, "wall")
    np.testing.assert_allclose(seen(FIELD, np.ones(SHAPE, bool)), box, rtol=1e-6)


def test_no_wall_lets_it_through_be_it_straight_or_slanted():
    rows, columns = np.indices(SHAPE)
    for wall, this_side in ((columns == 6, columns < 6), (rows == columns, columns < rows), (rows == 5, rows < 5)):
        here = np.where(this_side, FIELD, 0).astype(np.float32)
        found = np.asarray(seen(here, ~wall))
        assert not found[:, ~wall & ~this_side].any() and (found[:, this_side] > 0).all()
        assert (found[:, wall].sum(axis=1) > 0).all()  # who stands at a wall is not at an edge


def test_it_mirrors_with_the_ground():
    open_cells = RNG.random(SHAPE) < 0.8
    found = np.asarray(seen(FIELD * open_cells, open_cells))
    mirrored = np.asarray(seen((FIELD * open_cells)[..., ::-1], open_cells[:, ::-1]))
    np.testing.assert_array_equal(found[..., ::-1], mirrored)


def test_whoever_is_seen_sees_round_corners_too():
    open_cells = np.random.default_rng(7).random(SHAPE) < 0.7
    places = np.flatnonzero(open_cells)
    alone = np.zeros((len(places), open_cells.size), np.float32)
    alone[np.arange(len(places)), places] = 1
    found = np.asarray(seen(alone.reshape(-1, *SHAPE), open_cells)).reshape(len(places), -1)[:, places]
    np.testing.assert_array_equal(found, found.T)
    assert ((found > 0) & (found < found.max())).any()
