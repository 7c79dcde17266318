"""Formations: exact masses, shapes that face where they are told, orders that fit, files that are checked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.formations import FormationError, blob, form_up, load, overlap, pick, read
from engine.plugin import QUANTUM, Ground

FORMATIONS = load()
GROUND = Ground(np.ones((96, 128), dtype=bool))
MIDDLE = (64.0, 48.0)


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
    for make in (blob, lambda mass, ground: form_up(FORMATIONS["line"], mass, ground, centre=MIDDLE)):
        with pytest.raises(FormationError, match="larger grid"):
            make(0.95 * 96 * 128, GROUND)
    assert blob(0.85 * 96 * 128, GROUND).max() <= 1


def test_an_unknown_name_is_told_the_nearest():
    with pytest.raises(FormationError, match="did you mean wedge"):
        pick(FORMATIONS, "wege")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title = 3", "field 'title'"),
        ("ratio = -1.0", "field 'ratio'"),
        ("density = 1.5", "field 'density'"),
        ('shape = "star"', "field 'shape'"),
        ("depth = 3", "unknown field 'depth'"),
        ("ratio = ", "odd.toml"),
    ],
)
def test_a_file_that_cannot_be_used_names_file_and_field(tmp_path, text, complaint):
    good = {"title": '"Odd"', "key": '"9"', "description": '"."', "shape": '"rectangle"', "ratio": "2.0"}
    name = text.split(" = ")[0]
    lines = [f"{key} = {value}" for key, value in good.items() if key != name]
    (tmp_path / "odd.toml").write_text("\n".join([*lines, text]))
    with pytest.raises(FormationError, match=complaint) as error:
        read(tmp_path / "odd.toml")
    assert "odd.toml" in str(error.value) and "\n" not in str(error.value)


def test_overlap_refuses_what_is_not_finite():
    target = stand("circle").target
    assert overlap(target, target) == 1 and overlap(np.zeros_like(target), target) == 0
    with pytest.raises(FloatingPointError):
        overlap(np.full_like(target, np.nan), target)
