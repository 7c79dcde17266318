"""The levels of a ground, found in two ways that know nothing of each other, and what is kept of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.io import paths
from nca_controller.guidance.ground import kept_parts, preparation
from nca_controller.guidance.ground.known_parts import known_parts
from nca_controller.guidance.ground.levels import level_count, levels_of
from nca_controller.guidance.ground.traced_parts import traced_parts
from nca_controller.physics import Terrain

HEIGHT, WIDTH = 29, 34  # no multiple of a block
OPEN = np.ones((HEIGHT, WIDTH), bool)
by_merging = jax.jit(traced_parts, static_argnums=1)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**16), share=st.sampled_from([0.4, 0.6, 0.7, 0.95]), torus=st.booleans())
def test_parts_are_the_same_found_by_merging_and_by_scipy(seed, share, torus):
    open_cells, boundary = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < share, "torus" if torus else "wall"
    known, traced = known_parts(open_cells, boundary), by_merging(jnp.asarray(open_cells), boundary)
    assert len(known) == len(traced) == level_count(HEIGHT, WIDTH) == 3
    for one, other in zip(known, traced, strict=True):
        np.testing.assert_array_equal(one.main, np.asarray(other.main))
        np.testing.assert_array_equal(one.label, np.asarray(other.label))


def test_parts_touch_round_a_torus():
    open_cells = OPEN.copy()
    open_cells[:, [3, WIDTH // 2]] = False
    counts = [len(set(known_parts(open_cells, edge)[0].label[open_cells].tolist())) for edge in ("wall", "torus")]
    assert counts == [3, 2]


def test_nothing_leaks_through_a_wall_one_cell_thin_at_any_level():
    rows, columns = np.indices(OPEN.shape)
    open_cells = (columns != rows) & (columns != rows + 1)
    right_of_it = columns > rows + 1
    for number, part in enumerate(known_parts(open_cells, "wall")):
        fine = np.repeat(np.repeat(part.label, 2**number, 0), 2**number, 1)[:HEIGHT, :WIDTH]
        sides = [set(fine[part.main & side].tolist()) for side in (right_of_it, ~right_of_it)]
        assert all(sides) and not sides[0] & sides[1]


def test_rooms_are_shares_of_open_faces_times_capacity():
    open_cells, capacity = OPEN.copy(), np.ones(OPEN.shape, np.float32)
    open_cells[:, 7] = False
    open_cells[4:6, 7] = True  # a gate of 2 between blocks of 4, in one row of blocks
    capacity[5, 7] = 0.5
    levels = levels_of(Terrain(open_cells, capacity), known_parts(open_cells, "wall"))
    assert levels[0].room_x[3:6, 7].tolist() == [0, 1, 0.5] and levels[0].room_x[3, 6] == 0
    assert levels[2].room_x[1, 1] == pytest.approx(1.5 / 4)
    assert levels[2].room_x[0].tolist()[:2] == [1, 0] and not levels[2].room_x[:, -1].any()


def test_rooms_have_a_slope_in_the_capacity_at_every_level():
    parts = known_parts(OPEN, "wall")

    def room(capacity, number):
        return levels_of(Terrain(OPEN, capacity), parts)[number].room_x.sum()

    capacity = jnp.full(OPEN.shape, 0.5).at[10, 7].set(0.25)  # the narrower of two cells counts
    slopes = [np.asarray(jax.grad(room)(capacity, number)) for number in range(3)]
    assert [slope[10, 7] for slope in slopes] == [2, 0.5, 0.25] and slopes[0][10, 8] == 0.5


def test_a_ground_is_prepared_once_and_few_are_kept(monkeypatch):
    asked = []
    monkeypatch.setattr(preparation, "known_parts", lambda *ground: asked.append(ground) or known_parts(*ground))
    monkeypatch.setattr(preparation, "_kept", type(preparation._kept)())
    grounds = [Terrain(OPEN, 1 - number / 64) for number in range(preparation.MOST_GROUNDS + 1)]
    first = preparation.prepared(grounds[0])
    assert preparation.prepared(Terrain(OPEN)) is first and len(asked) == 1
    assert preparation.prepared(Terrain(OPEN, boundary="torus")) is not first
    for ground in grounds:
        preparation.prepared(ground)
    assert len(preparation._kept) == preparation.MOST_GROUNDS
    assert preparation.prepared(grounds[0]) is not first


def test_what_is_prepared_under_a_transformation_may_be_used_outside(monkeypatch):
    monkeypatch.setattr(preparation, "_kept", type(preparation._kept)())
    ground = Terrain(OPEN)
    inside = jax.jit(lambda scale: scale * preparation.prepared(ground)[0].room_x.sum())(2.0)
    assert float(preparation.prepared(ground)[0].room_x.sum()) * 2 == float(inside)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "platform_folder", lambda kind: tmp_path / kind)
    monkeypatch.setattr(preparation, "LARGE", 1)
    return tmp_path / "cache" / "grounds"


def test_parts_of_large_grounds_are_kept_on_disk(folder, monkeypatch):
    open_cells = np.random.default_rng(1).random(OPEN.shape) < 0.7
    first = preparation.parts_of(open_cells, "torus")
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(preparation, "known_parts", None)
    again = preparation.parts_of(open_cells, "torus")
    for one, other in zip(jax.tree.leaves(first), jax.tree.leaves(again), strict=True):
        assert one.dtype == other.dtype and np.array_equal(one, other)


@pytest.mark.parametrize("damage", [
    lambda content: b"", lambda content: content[:-1], lambda content: content[:40] + b"\0" + content[41:],
    lambda content: bytes(32) + content[32:], lambda content: content[:32] + kept_parts.zlib.compress(bytes(10**6)),
])  # fmt: skip
def test_damaged_files_are_as_good_as_none_and_made_anew(folder, damage):
    preparation.parts_of(OPEN, "wall")
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert kept_parts.read_parts(OPEN, "wall") is None
    preparation.parts_of(OPEN, "wall")
    assert file.read_bytes() == whole


def test_the_oldest_of_too_many_files_go(folder, monkeypatch):
    monkeypatch.setattr(kept_parts, "MOST_FILES", 2)
    for column in range(4):
        open_cells = OPEN.copy()
        open_cells[:, column] = False
        preparation.parts_of(open_cells, "wall")
    assert len(list(folder.iterdir())) == 2 and kept_parts.read_parts(open_cells, "wall") is not None


def test_where_nothing_can_be_written_nothing_is_kept(folder):
    folder.parent.parent.joinpath("cache").write_text("a file where the folder should be")
    assert len(preparation.parts_of(OPEN, "wall")) == 3
