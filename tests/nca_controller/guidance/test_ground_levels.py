"""The levels of a ground against labels by scipy, which knows nothing of merging."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from nca_controller.guidance.ground.levels import level_count, levels_of, parts_of
from nca_controller.physics import Terrain

HEIGHT, WIDTH = 29, 34  # no multiple of a block


def maze(seed=5, share=0.62):
    return np.random.default_rng(seed).random((HEIGHT, WIDTH)) < share


def largest_parts(open_cells, block):
    """Return the cells of the largest part of each block, by labelling each block apart."""
    main = np.zeros_like(open_cells)
    for top in range(0, HEIGHT, block):
        for left in range(0, WIDTH, block):
            here = np.s_[top : top + block, left : left + block]
            labels, count = ndimage.label(open_cells[here])
            if count:
                sizes = np.bincount(labels.ravel())[1:]
                main[here] = labels == np.flatnonzero(sizes == sizes.max())[0] + 1
    return main


@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_a_coarse_cell_stands_for_the_largest_part_of_its_block(boundary):
    open_cells = maze()
    parts = jax.jit(parts_of, static_argnums=1)(jnp.asarray(open_cells), boundary)
    assert len(parts) == level_count(HEIGHT, WIDTH) == 3
    for number, part in enumerate(parts):
        wanted = largest_parts(open_cells, 2**number) if number else open_cells
        np.testing.assert_array_equal(np.asarray(part.main), wanted)


def test_labels_are_those_of_the_parts_that_touch():
    open_cells = maze()
    label = np.asarray(parts_of(jnp.asarray(open_cells), "wall")[0].label)[open_cells]
    known = ndimage.label(open_cells)[0][open_cells]
    pairs = set(zip(label.tolist(), known.tolist(), strict=True))
    assert len(pairs) == len(set(label.tolist())) == known.max()


def test_parts_touch_round_a_torus():
    open_cells = np.ones((HEIGHT, WIDTH), bool)
    open_cells[:, WIDTH // 2] = open_cells[:, 3] = False
    counts = {}
    for boundary in ("wall", "torus"):
        for part in parts_of(jnp.asarray(open_cells), boundary):
            blocks = np.asarray(part.label)
            alive = np.asarray(part.main)[:: HEIGHT // blocks.shape[0] + 1].any()
            assert alive
        label = np.asarray(parts_of(jnp.asarray(open_cells), boundary)[0].label)
        counts[boundary] = len(set(label[open_cells].tolist()))
    assert counts == {"wall": 3, "torus": 2}


def test_nothing_leaks_through_a_wall_one_cell_thin_at_any_level():
    open_cells = np.ones((HEIGHT, WIDTH), bool)
    rows = np.arange(HEIGHT)
    open_cells[rows, np.clip(rows, 0, WIDTH - 1)] = open_cells[rows, np.clip(rows + 1, 0, WIDTH - 1)] = False
    for part in parts_of(jnp.asarray(open_cells), "wall"):
        sides = np.zeros((HEIGHT, WIDTH), int)
        sides[np.triu_indices(HEIGHT, 2, WIDTH)] = 1
        label, block = np.asarray(part.label), -(-HEIGHT // part.label.shape[0])
        block = 1 << (block - 1).bit_length()
        fine = np.repeat(np.repeat(label, block, 0), block, 1)[:HEIGHT, :WIDTH]
        main = np.asarray(part.main)
        assert not set(fine[main & (sides == 1)].tolist()) & set(fine[main & (sides == 0)].tolist())


def test_rooms_are_shares_of_open_faces_times_capacity():
    open_cells = np.ones((HEIGHT, WIDTH), bool)
    open_cells[:, 7] = False
    open_cells[4:6, 7] = True  # a gate of 2 between the blocks of columns 4 to 7 and 8 to 11, and of 2 rows in 4
    capacity = np.ones((HEIGHT, WIDTH), np.float32)
    capacity[5, 7] = 0.5
    terrain = Terrain(open_cells, capacity)
    levels = levels_of(terrain, parts_of(terrain.open_cells, "wall"))
    assert float(levels[0].room_x[4, 7]) == 1 and float(levels[0].room_x[5, 7]) == 0.5
    assert float(levels[0].room_x[3, 7]) == float(levels[0].room_x[3, 6]) == 0
    assert float(levels[2].room_x[1, 1]) == pytest.approx(1.5 / 4)
    assert float(levels[2].room_x[0, 1]) == 0 and float(levels[2].room_x[0, 0]) == 1
    assert not np.asarray(levels[2].room_x)[:, -1].any()


def test_the_slope_in_capacity_reaches_every_level():
    open_cells = np.ones((HEIGHT, WIDTH), bool)
    parts = parts_of(jnp.asarray(open_cells), "wall")

    def passed(capacity):
        return sum(level.room_x.sum() for level in levels_of(Terrain(open_cells, capacity), parts))

    slope = np.asarray(jax.grad(passed)(jnp.full((HEIGHT, WIDTH), 0.5).at[10, 7].set(0.25)))
    assert slope[10, 7] > 0 and slope[10, 5] == 0
