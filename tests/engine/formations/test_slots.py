"""Places in rank and file: exactly as many as there are men, inside the target, evenly apart, and true to the mass."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from engine.formations import Placement, form_up, load
from engine.formations import crowd as heap
from engine.plugin import Ground

FORMATIONS = load()
GRID = (96, 128)
GROUND = Ground(np.ones(GRID, dtype=bool))
MIDDLE = (64.0, 48.0)


def apart(stand, men):
    """Return each man's distance to the nearest other, in ideal spacings."""
    density = np.quantile(stand.target[stand.target > 0], 0.95)
    ideal = math.sqrt(stand.target.sum() / men / density)
    slots = stand.slots(men)
    return cKDTree(slots).query(slots, k=2)[0][:, 1] / ideal


def astray(stand, men, fine=8):
    """Return half the total variation between men and mass, both smoothed over 1.5 cells."""
    height, width = stand.target.shape
    slots = stand.slots(men)
    bins, reach = (height * fine, width * fine), ((0, height), (0, width))
    counted = np.histogram2d(slots[:, 1], slots[:, 0], bins=bins, range=reach)[0] * stand.target.sum() / men
    smooth = gaussian_filter(counted, 1.5 * fine).reshape(height, fine, width, fine).sum(axis=(1, 3))
    return np.abs(smooth - gaussian_filter(stand.target, 1.5)).sum() / stand.target.sum() / 2


def inside(stand, men):
    column, row = np.floor(stand.slots(men)).astype(int).T
    return (stand.target[row, column] > 0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(FORMATIONS)),
    st.integers(1, 6000),
    st.floats(0, 360),
    st.tuples(st.floats(0, 128), st.floats(0, 96)),
)
def test_exactly_as_many_men_stand_inside_and_apart(name, men, angle, centre):
    at = form_up(FORMATIONS[name], 600.0, GROUND, centre=centre, angle=angle)
    assert at.slots(men).shape == (men, 2) and inside(at, men)
    if men > 100:
        assert (apart(at, men) >= 0.7).mean() >= 0.95


@pytest.mark.parametrize("name", FORMATIONS)
@pytest.mark.parametrize("angle", [17.0, 250.0])
def test_men_stand_where_the_mass_is(name, angle):
    at = form_up(FORMATIONS[name], 1000.0, GROUND, centre=MIDDLE, angle=angle)
    assert astray(at, 4000) < 0.01


def test_a_rectangle_stands_in_files_and_ranks():
    at = form_up(FORMATIONS["phalanx"], 576.0, GROUND, centre=MIDDLE)
    slots = at.slots(2304)
    assert len(np.unique(slots[:, 0].round(6))) * len(np.unique(slots[:, 1].round(6))) == 2304
    assert (np.diff(slots[:96, 0]) > 0).all() and np.ptp(slots[:96, 1]) < 1e-9, "first the front rank, from the left"
    assert slots[0, 1] < slots[-1, 1], "the front is up"


def test_the_rear_rank_takes_who_is_left_over():
    slots = form_up(FORMATIONS["phalanx"], 576.0, GROUND, centre=MIDDLE).slots(2290)
    _, men = np.unique(slots[:, 1].round(6), return_counts=True)
    assert len(set(men[:-1])) == 1 and men[-1] < men[0]
    assert set(slots[-men[-1] :, 0].round(6)) <= set(slots[: men[0], 0].round(6)), "on the files of the others"


def test_staggered_ranks_stand_in_the_gaps():
    at = form_up(FORMATIONS["phalanx"], 576.0, GROUND, centre=MIDDLE)
    slots = Placement(at.target, at.centre, at.angle, at.frontage, at.depth, stagger=True, boxes=at.boxes).slots(2304)
    first, second = slots[:96], slots[96:192]
    assert second[0, 0] - first[0, 0] == pytest.approx((first[1, 0] - first[0, 0]) / 2)


def test_a_wall_through_a_formation_is_walked_round():
    cells = np.ones(GRID, dtype=bool)
    cells[:, 60:64] = False
    at = form_up(FORMATIONS["phalanx"], 600.0, Ground(cells), centre=MIDDLE)
    assert not at.boxes and inside(at, 2000) and astray(at, 2000) < 0.03


def test_a_crowd_stands_in_ranks_as_dense_as_it_is():
    crowd = heap(600.0, GROUND, softness=6.0)
    at = Placement(crowd, MIDDLE, 30.0, 30.0, 30.0)
    assert inside(at, 3000) and astray(at, 3000) < 0.03


def test_a_line_by_hand_is_filled_like_any_other():
    """A curved band of even density, as it comes from a line drawn freehand."""
    rows, columns = np.indices(GRID) + 0.5
    band = np.clip(4.0 - np.abs(np.hypot(columns - 64, rows - 80) - 50), 0, 1) * (rows < 70)
    at = Placement(band.astype(np.float32), MIDDLE, 0.0, 80.0, 30.0)
    assert inside(at, 3000) and (apart(at, 3000) >= 0.7).mean() >= 0.95 and astray(at, 3000) < 0.02


@pytest.mark.parametrize(("men", "mass"), [(500, 500.0), (1000, 300.0), (2000, 300.0)])
def test_thin_faces_are_filled_too(men, mass):
    """Of a man or two's depth, in which not every number of ranks can be had."""
    at = form_up(
        replace(FORMATIONS["square"], hollow=1.5), mass, GROUND, centre=MIDDLE, frontage=50.0 if mass < 400 else 115.0
    )
    assert len(at.boxes) == 4 and (apart(at, men) >= 0.7).mean() >= 0.95
    assert astray(at, men) < 0.03


def test_places_are_found_once():
    at = form_up(FORMATIONS["circle"], 600.0, GROUND, centre=MIDDLE)
    assert at.slots(1000) is at.slots(1000) and not at.slots(1000).flags.writeable


def test_nobody_has_no_place():
    with pytest.raises(ValueError, match="0 men"):
        form_up(FORMATIONS["line"], 600.0, GROUND, centre=MIDDLE).slots(0)
