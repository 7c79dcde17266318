"""Formations: exact masses, shapes that face where they are told, orders that fit, files that are checked."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formations import Formation, FormationError, crowd, form_up, load, lookup, overlap
from engine.formations.masks import mask_shape
from engine.formations.shapes import SHAPES
from engine.plugin import QUANTUM, Ground

FORMATIONS = load()
GROUND = Ground(np.ones((96, 128), dtype=bool))
MIDDLE = (64.0, 48.0)


LETTER = np.zeros((21, 15), dtype=bool)  # an L with a hole in its foot
LETTER[:, :6] = LETTER[14:] = True
LETTER[16:19, 8:12] = False
OUTLINES = {**SHAPES, "letter": mask_shape(LETTER)}


def stand(name, angle=0.0, centre=MIDDLE, mass=600.0, ground=GROUND):
    return form_up(FORMATIONS[name], mass, ground, centre=centre, angle=angle)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(FORMATIONS)),
    st.sampled_from([(20, 70), (64, 64), (96, 128)]),
    st.floats(0.01, 0.85),
    st.floats(0, 360),
    st.tuples(st.floats(-50, 200), st.floats(-50, 200)),
)
def test_every_order_has_its_exact_mass_within_the_ground(name, grid, share, angle, centre):
    ground = Ground(np.ones(grid, dtype=bool))
    mass = np.floor(share * grid[0] * grid[1] / QUANTUM) * QUANTUM
    target = stand(name, angle, centre, mass, ground).target
    assert target.sum(dtype=np.float64) == mass
    assert target.min() >= 0 and target.max() <= 1
    assert (target / QUANTUM == np.round(target / QUANTUM)).all()


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Formation,
        name=st.just("any"),
        title=st.just("Any"),
        key=st.just(""),
        description=st.just("."),
        shape=st.sampled_from(sorted(OUTLINES)).map(OUTLINES.get),
        ratio=st.floats(1 / 64, 64),
        ranks=st.sampled_from([0.0, 0.5, 4.0, 30.0, 1000.0]),
        hollow=st.sampled_from([0.0, 0.3, 5.0, 100.0]),
        spacing=st.sampled_from([(1.0, 1.0), (2.0, 1.25), (0.8, 1.3), (4.0, 4.0)]),
        stagger=st.booleans(),
    ),
    st.floats(0.001, 0.85),
    st.floats(0, 360),
    st.sampled_from([None, 0.1, 10.0, 45.0, 300.0]),
    st.booleans(),
)
def test_whatever_a_file_says_the_mass_is_exact_and_all_men_have_a_place(formation, share, angle, frontage, walled):
    cells = np.ones((64, 80), dtype=bool)
    cells[20:40, 30:33] = not walled
    ground = Ground(cells)
    mass = np.floor(share * cells.sum() / QUANTUM) * QUANTUM
    at = form_up(formation, mass, ground, centre=(30.0, 30.0), angle=angle, frontage=frontage)
    assert at.target.sum(dtype=np.float64) == mass
    assert (at.target >= 0).all() and (at.target <= cells).all()
    assert (at.target / QUANTUM == np.round(at.target / QUANTUM)).all()
    column, row = np.floor(at.slots(300)).astype(int).T
    assert len(row) == 300 and (at.target[row, column] > 0).all()


@pytest.mark.parametrize("name", [*FORMATIONS, "letter", "ring"])
@pytest.mark.parametrize("frontage", [25.0, 40.0, 60.0])
def test_an_ordered_frontage_is_taken_and_the_mass_says_how_deep(name, frontage):
    if name == "letter":
        formation = replace(FORMATIONS["line"], shape=OUTLINES["letter"])
    elif name == "ring":
        formation = replace(FORMATIONS["circle"], hollow=3.0)
    else:
        formation = FORMATIONS[name]
    at = form_up(formation, 400.0, GROUND, centre=MIDDLE, frontage=frontage)
    assert at.frontage == pytest.approx(frontage, rel=1e-6)
    columns = np.flatnonzero(at.target.max(axis=0) > 0.3 * formation.density)
    assert np.ptp(columns) + 1 == pytest.approx(frontage, abs=3.5)


def test_ranks_say_how_deep_whatever_the_mass():
    formation = replace(FORMATIONS["line"], ranks=6.0)
    for mass in (100.0, 300.0, 600.0):
        at = form_up(formation, mass, GROUND, centre=MIDDLE)
        assert at.depth == pytest.approx(6, rel=1e-6) and at.frontage == pytest.approx(mass / 6, rel=1e-6)
    wide = form_up(replace(formation, spacing=(1.25, 2.0)), 100.0, GROUND, centre=MIDDLE)
    assert wide.depth == pytest.approx(12, rel=1e-6), "ranks further apart need more ground"


def test_a_picture_stands_upright_and_turns_with_its_front():
    formation = replace(FORMATIONS["line"], shape=OUTLINES["letter"], ratio=15 / 21)
    up = form_up(formation, 600.0, GROUND, centre=MIDDLE)
    pixel = up.depth / 21
    rows, columns = np.indices(up.target.shape) + 0.5
    row = np.floor((rows - 48) / pixel + 21 / 2).astype(int).clip(-1, 21)
    column = np.floor((columns - 64) / pixel + 15 / 2).astype(int).clip(-1, 15)
    shown = np.pad(LETTER, ((0, 2), (0, 2)))[row, column]
    assert overlap(up.target, shown * 600.0 / shown.sum()) > 0.93
    right = form_up(formation, 600.0, GROUND, centre=MIDDLE, angle=90.0)
    around = np.rot90(up.target[:, 16:112], -1)
    assert overlap(right.target[:, 16:112], around) > 0.99


def test_the_middle_of_a_disc_is_full():
    assert stand("circle", centre=(64.5, 48.5)).target[48, 64] == 1


def centroid(target):
    rows, columns = np.indices(target.shape) + 0.5
    return (target * columns).sum() / target.sum(), (target * rows).sum() / target.sum()


@pytest.mark.parametrize(("angle", "heaviest"), [(0, (0, 1)), (90, (-1, 0)), (180, (0, -1)), (270, (1, 0))])
def test_a_wedge_points_where_it_faces(angle, heaviest):
    """Its broad end, where most stand, is away from the front: 0 faces up, 90 right."""
    at = stand("wedge", angle)
    x, y = centroid(at.target)
    along = (x - at.centre[0]) * heaviest[0] + (y - at.centre[1]) * heaviest[1]
    assert along == pytest.approx(at.depth / 6, abs=0.5)


def test_fronts_turn_clockwise():
    upper_right = stand("line", 30).target[:48, 64:].sum()
    upper_left = stand("line", 30).target[:48, :64].sum()
    assert upper_left > 5 * upper_right, "the left end of a line that turns clockwise goes up"


def test_loose_order_is_loose_and_the_square_is_hollow():
    assert stand("loose").target.max() == pytest.approx(0.4, abs=1e-5)
    assert stand("square").target[44:52, 60:68].sum() == 0
    assert stand("testudo").target[44:52, 60:68].min() == 1


def test_an_order_is_pushed_inside_the_field():
    at = stand("circle", centre=(-40.0, 500.0))
    assert 0 < at.centre[0] < 20 and 76 < at.centre[1] < 96
    held = np.argwhere(at.target > 0)
    assert held.min() >= 0 and at.target[-1].sum() == at.target[:, 0].sum() == 0


def test_an_order_that_does_not_fit_deepens_its_ranks():
    wide, narrow = stand("line"), stand("line", ground=Ground(np.ones((96, 50), dtype=bool)), centre=(25, 48))
    assert wide.frontage > 50 > narrow.frontage and narrow.depth > wide.depth
    assert narrow.target.sum(dtype=np.float64) == 600


def test_closed_cells_hold_nothing():
    cells = np.ones((96, 128), dtype=bool)
    cells[:, 60:64] = False
    target = stand("phalanx", ground=Ground(cells)).target
    assert target[:, 60:64].sum() == 0 and target.sum(dtype=np.float64) == 600


def test_more_than_the_ground_holds_is_refused():
    for make in (crowd, lambda mass, ground: form_up(FORMATIONS["line"], mass, ground, centre=MIDDLE)):
        with pytest.raises(FormationError, match="larger grid"):
            make(0.95 * 96 * 128, GROUND)
    assert crowd(0.85 * 96 * 128, GROUND).max() <= 1


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(FormationError, match="did you mean wedge"):
        lookup(FORMATIONS, "wege")


def test_overlap_refuses_what_is_not_finite():
    target = stand("circle").target
    assert overlap(target, target) == 1 and overlap(np.zeros_like(target), target) == 0
    with pytest.raises(FloatingPointError):
        overlap(np.full_like(target, np.nan), target)
