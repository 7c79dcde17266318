"""Contact and push, with the transport of the game: who meets hostile soldiers does not pass; odds and depth push."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from random_battles import battles, long_forms, on_lattice
from shoving import (
    LINE,
    OPEN,
    RUN,
    SIDES,
    USUAL,
    WALK,
    H,
    W,
    after,
    beyond,
    combat_of,
    diagonal,
    field,
    going,
    moved,
    past_diagonal,
    strips,
)

from nca_controller.dynamics.ticks import transport
from nca_controller.physics import Terrain, superbee
from nca_controller.physics.combat import BROKEN, laws
from nca_controller.physics.combat.contact import meet
from nca_controller.physics.combat.sides import are_near

FRONTS = [(16, 8, 0.2), (16, 8, 0.5), (16, 8, 1), (20, 14, 1)]


def test_nobody_passes_standing_soldiers_head_on():
    """With the push on, though twice as deep; and the loose are not pushed by a heap: no tenth of a cell is crossed."""
    mass, at = strips(*FRONTS)
    end = after(112, mass, going((WALK, 0), (0, 0)))
    for (_, _, density), rows in zip(FRONTS, at, strict=True):
        assert beyond(end, rows) < (0.1 if density < 0.35 else 1.6)
        assert (end[0, slice(*rows), LINE + 2 :] < 0.1).all()


@pytest.mark.parametrize("density", [0.5, *long_forms(0.2, 0.65, 1.0)])
def test_nobody_passes_standing_soldiers_at_45_degrees(density):
    mass, depth = diagonal(density)
    end = after(112, mass, going((WALK * 0.5**0.5, WALK * 0.5**0.5), (0, 0)))
    assert past_diagonal(end[0], depth) < (0.1 if density < 0.35 else 1.5)


def test_the_few_hardly_slow_a_march():
    """Among 0.005 of capacity, which the battle before left on the field, 95 % of the pace are kept."""
    mass = field((0, (20, 30), (4, 12), 0.99), (1, (0, H), (0, W), 0.005))
    end = after(50, mass, going((WALK, 0), (0, 0)))
    assert 0.95 < moved(mass[0], end[0]) / (50 * WALK / 2) < 0.999


def test_who_leaves_a_contact_or_slides_along_it_is_hardly_slowed():
    mass = field((0, (20, 32), (LINE - 13, LINE - 1), 1), (1, (20, 32), (LINE, LINE + 12), 1))
    met = after(40, mass, going((WALK, 0), (-WALK, 0)))
    for way, axis in (((-WALK, 0), 1), ((0, -WALK), 0), ((0, WALK), 0)):
        then = after(10, met, going(way, (-WALK, 0)))
        assert abs(moved(met[0], then[0], axis)) > 0.85 * 10 * WALK / 2
    then = after(10, met, going((WALK, 0), (-WALK, 0)))
    assert abs(moved(met[0], then[0])) < 0.1


def test_the_broken_are_hindered_by_none_and_neither_push_nor_are_pushed():
    mass = field((0, (20, 30), (10, 20), 0.5), (1, (20, 30), (21, 30), 0.4))
    end = after(60, mass, going((WALK, 0), (0, 0)), condition=(BROKEN, 0))
    assert moved(mass[0], end[0]) > 0.85 * 60 * WALK / 2
    assert (end[1] == mass[1]).all()


ODDS = ((24, 8, 1), (16, 8, 1), (15, 15, 1), (12, 4, 1))
BOTH_IN = going((WALK, 0), (-WALK, 0))


@pytest.fixture(scope="module")
def pushed_lines():
    """Return masses before and after 300 ticks in which both drive at each other, and the rows of each fight."""
    mass, at = strips(*ODDS)
    return mass, after(300, mass, BOTH_IN), at


def test_odds_and_depth_decide_who_gives_ground(pushed_lines):
    before, end, at = pushed_lines
    deep, double, equal, shallow = (beyond(end, rows) for rows in at)
    assert 3 < deep < 6 and 3 < shallow < 6
    assert 1 < double < deep
    assert equal == 0
    assert moved(before[1, slice(*at[0])], end[1, slice(*at[0])]) == pytest.approx(deep, abs=0.3)  # all of them go


@pytest.mark.long
def test_the_stiff_give_less_ground(pushed_lines):
    mass, usual, (rows, *_) = pushed_lines
    stiff = after(300, mass, BOTH_IN, stiff=1.5 * USUAL)
    assert 1 < beyond(stiff, rows) < 0.75 * beyond(usual, rows)


def test_a_pushed_front_mixes_over_less_than_two_cells(pushed_lines):
    _, end, at = pushed_lines
    for rows in at:
        shared = np.minimum(end[0], end[1])[slice(*rows)].sum() / (rows[1] - rows[0])
        assert shared < 1


@pytest.mark.long
def test_without_the_shock_the_seam_widens(pushed_lines):
    mass, sharp, (rows, *_) = pushed_lines
    smeared = after(300, mass, BOTH_IN, shock=0.0)
    seams = [np.minimum(end[0], end[1])[slice(*rows)].sum() for end in (smeared, sharp)]
    assert seams[0] > 1.3 * seams[1]


def test_a_push_is_exact_and_within_capacity(pushed_lines):
    before, end, _ = pushed_lines
    assert (end.sum((1, 2), dtype=np.float64) == before.sum((1, 2), dtype=np.float64)).all()
    assert end.min() >= 0 and end.sum(0).max() <= 1


def test_equal_lines_stand_as_in_a_mirror():
    """Face to face over a gap, not packed: where they meet, neither gets past the middle, to the bit."""
    mass = field((0, (8, 20), (2, 21), 0.7), (1, (8, 20), (23, 42), 0.7))
    end = after(80, mass, going((RUN, 0), (-RUN, 0)))
    assert (end[0] == end[1][:, ::-1]).all()
    assert end[0][:, 22:].sum() / 12 < 0.5


def test_walls_hold():
    """Who has a wall behind it, and is packed, is pushed nowhere, though the odds are three to one."""
    cells = np.ones((H, W), bool)
    cells[:, LINE + 8 :] = False
    mass = field((0, (20, 32), (LINE - 24, LINE), 1), (1, (20, 32), (LINE, LINE + 8), 1))
    end = after(80, mass, going((WALK, 0), (0, 0)), terrain=Terrain(cells))
    assert beyond(end, (20, 32)) < 0.1
    assert end[:, ~cells].sum() == 0


@pytest.mark.parametrize("flip", [1, 2])
def test_mirrored_fields_move_as_in_a_mirror(flip):
    """Random crowds of three regiments, upside down and left and right, to the bit."""
    mass, ways = crowd(np.random.default_rng(5))
    straight = after(6, mass, ways)
    ways = np.flip(ways, flip).copy()
    ways[..., 2 - flip] *= -1
    assert (np.flip(after(6, np.flip(mass, flip), ways), flip) == straight).all()
    assert (straight != mass).any()


def crowd(rng, shape=(2, H, W)):
    """Return packed masses, which mix, and velocities of random directions."""
    mass = rng.random(shape) ** 2
    mass *= 0.9 / mass.sum(0) * (rng.random(shape[1:]) < 0.9)
    return on_lattice(mass), rng.normal(size=(*shape, 2)).astype(np.float32) * WALK


def test_nothing_is_reckoned_where_no_enemies_are_near():
    """With constants that are no numbers, whatever they touch is none."""
    nowhere, loose = {"half": np.nan, "speed": np.nan}, {"speed": np.nan}
    ways = going((WALK, 0), (0, 0))
    far = field((0, (20, 30), (4, 12), 1), (1, (20, 30), (34, 44), 1))
    near = field((0, (20, 30), (4, 12), 1), (1, (20, 30), (13, 23), 1))
    assert np.isfinite(after(3, far, ways, **nowhere)).all()
    assert not np.isfinite(after(3, near, ways, **nowhere)).all()
    assert np.isfinite(after(3, near * np.float32(0.25), ways, **loose)).all()  # none of them can push
    assert meet(ways, far, None, None, OPEN, (3, 3), laws()) is ways  # all are friends


@pytest.mark.parametrize("cells", [1, 4])
def test_who_is_near_is_found(cells):
    rng = np.random.default_rng(cells)
    near = jax.jit(lambda one, other, least: are_near({0: one, 5: other}, least, cells))
    for _ in range(40):
        one, other = (rng.integers(0, 24, 2) for _ in range(2))
        fields = np.zeros((2, 24, 24), np.float32)
        fields[0][tuple(one)] = fields[1][tuple(other)] = 0.1
        between = max(min(abs(a - b), 24 - abs(a - b)) for a, b in zip(one, other, strict=True))
        found = bool(near(*fields, 0.05))
        assert found if between <= cells else not found or between <= 3 * cells
        assert not near(*fields, 0.2)


@pytest.mark.long
def test_derivatives_are_those_of_finite_differences():
    """Of the velocities in contact, in float64, with respect to will and mass; the laws have kinks, but few."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(8)
        mass, ways = (jnp.asarray(values, jnp.float64) for values in crowd(rng, (2, 8, 10)))
        mass = mass.at[:, :, :5].multiply(jnp.asarray([1.0, 0.01])[:, None, None])
        mass = mass.at[:, :, 5:].multiply(jnp.asarray([0.01, 1.0])[:, None, None])
        weight, terrain = jnp.asarray(rng.normal(size=ways.shape)), Terrain.plain(8, 10).in_kind(jnp.float64)
        combat, conduct = combat_of(mass, quantum=None)

        @jax.jit
        def outcome(mass, ways):
            def weighed(mass, ways):
                return (weight * meet(ways, mass, combat, conduct, terrain, SIDES, laws())).sum()

            return jax.value_and_grad(weighed, (0, 1))(mass, ways)

        slopes = outcome(mass, ways)[1]
        for argument, value in enumerate((mass, ways)):
            along = jnp.asarray(rng.normal(size=value.shape)) * 1e-7 * value
            low, high = ([mass, ways] for _ in range(2))
            low[argument], high[argument] = value - along, value + along
            measured = float(outcome(*high)[0] - outcome(*low)[0]) / 2
            assert measured == pytest.approx(float((slopes[argument] * along).sum()), rel=1e-3)


@pytest.mark.long
@pytest.mark.parametrize("cell_metres", [0.5, 2.0])
def test_cells_of_any_size_push_as_far(cell_metres):
    """24 metres of depth against 8 give as many metres of ground as in cells of a metre, to a quarter."""
    size = round(8 / cell_metres)
    height, width, line = size + 4, 6 * size, 4 * size
    mass = field((0, (2, -2), (size, line), 1), (1, (2, -2), (line, line + size), 1), shape=(2, height, width))
    ways = going((WALK / cell_metres, 0), (-WALK / cell_metres, 0), shape=mass.shape)
    end = after(300, mass, ways, Terrain.plain(height, width), cell_metres=cell_metres)
    assert 2.8 < end[0, 2:-2, line:].sum() / size * cell_metres < 4.2
    assert 2.8 < moved(mass[1], end[1]) * cell_metres < 4.2


@pytest.mark.long
def test_files_go_round_a_torus():
    """Where the border runs through a fight, the fight is the same."""
    mass, ways = field((0, (8, 20), (4, 24), 1), (1, (9, 20), (24, 32), 1)), going((WALK, 0), (-WALK, 0))
    torus = Terrain.plain(H, W, boundary="torus")
    still = after(60, mass, ways, torus)
    turned = after(60, np.roll(mass, (25, 17), (1, 2)), ways, torus)
    assert np.abs(np.roll(turned, (-25, -17), (1, 2)) - still).max() < 1e-5
    assert still[0, 8:20, 24:].sum() > 1


@pytest.mark.long
def test_sides_may_be_more_than_two():
    """Who is attacked from both sides is pushed to neither, and who is attacked from one side gives ground."""
    mass = field((0, (8, 20), (2, 18), 1), (1, (8, 20), (18, 26), 1), (2, (8, 20), (26, 42), 1), shape=(3, H, W))
    end = after(120, mass, going((WALK, 0), (0, 0), (-WALK, 0), shape=mass.shape), sides=(0, 1, 2))
    assert end[1, 8:20, 18:26].sum() / 12 > 7.9  # the flanks bulge by a little
    assert (end[0] == end[2][:, ::-1]).all()
    end = after(120, mass * (mass[1] + mass[0]), going((WALK, 0), (0, 0), (0, 0), shape=mass.shape), sides=(4, 1, 7))
    assert end[0, 8:20, 18:].sum() / 12 > 0.8
    assert (end.sum((1, 2), dtype=np.float64) == (mass.sum((1, 2), dtype=np.float64) * (1, 1, 0))).all()


@pytest.mark.long
def test_derivatives_through_ticks_of_contact_are_finite():
    """Off the lattice, with respect to mass, over 30 ticks in which lines meet and push."""
    mass = field((0, (4, 12), (2, 10), 0.8), (1, (4, 12), (11, 15), 0.9), shape=(2, 16, 20))
    combat, conduct = combat_of(mass, quantum=None)
    terrain, ways = Terrain.plain(16, 20), jnp.asarray(going((WALK, 0.1), (-WALK, 0), shape=mass.shape))

    def crossed(mass, ways):
        def tick(mass, _):
            there = meet(ways, mass, combat, conduct, terrain, SIDES, laws())
            return transport(mass, list(there), terrain, sides=SIDES, scheme=superbee, quantum=None)["mass"], None

        return jax.lax.scan(tick, mass, None, length=30)[0][0, :, 11:].sum()

    for slopes in jax.jit(jax.grad(crossed, (0, 1)))(jnp.asarray(mass), ways):
        assert np.isfinite(slopes).all() and (slopes != 0).any()


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(battles())
def test_whatever_the_battle_velocities_are_numbers_and_a_push_is_slow(battle):
    """On any ground, at any speed, though controllers answer with no numbers where their regiments have nobody."""
    terrain, mass, velocity = battle
    velocity = np.where((mass == 0)[..., None], np.nan, velocity)
    combat, conduct = combat_of(mass)
    ways = np.asarray(met(velocity, mass, combat, conduct, terrain, tuple(range(len(mass)))))
    there = mass > 0
    assert np.isfinite(ways[there]).all()
    faster = np.abs(ways[there]) - np.abs(velocity[there])
    assert faster.max(initial=0) <= 2 * laws().push.speed


@partial(jax.jit, static_argnames="sides")
def met(velocity, mass, combat, conduct, terrain, sides):
    return meet(velocity, mass, combat, conduct, terrain, sides, laws())
