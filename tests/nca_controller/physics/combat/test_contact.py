"""Contact and push, with the transport of the game: who meets hostile soldiers does not pass; odds and depth push.

Many fights stand in one field, each in a strip of its own: one program, compiled once, plays all of them.
"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import on_lattice

from engine.plugin import TRAITS
from nca_controller.dynamics.ticks import transport
from nca_controller.physics import QUANTUM, Terrain, superbee
from nca_controller.physics.combat import BROKEN, Conduct, Traits, laws, muster
from nca_controller.physics.combat.contact import meet
from nca_controller.physics.combat.sides import are_near

WALK, RUN = 0.4, 0.6
H, W = 56, 64
LINE = 36  # the first column of those who are attacked
SIDES = (0, 1, 1)  # attackers, usual soldiers, stiff ones
STIFF = (0.5, 0.5, 0.75)
OPEN = Terrain.plain(H, W)


def combat_of(mass, stiff=STIFF, condition=0, cell_metres=1.0, quantum=QUANTUM, constants=None):
    """Return what regiments remember who have not fought, and their conduct."""
    regiments = len(mass)
    rows = jnp.zeros((regiments, len(TRAITS))).at[:, TRAITS.index("stiff")].set(jnp.asarray(stiff, jnp.float32))
    right = jnp.tile(jnp.asarray([1.0, 0.0]), (regiments, 1))
    conduct = Conduct(Traits.of_rows(rows), right, jnp.ones(regiments), jnp.zeros(regiments, bool))
    state = muster(
        mass,
        conduct,
        quantum=quantum,
        cell_metres=cell_metres,
        reach=[1.0] * regiments,
        share=[1.0] * regiments,
        constants=constants,
    )
    return state.replace(condition=jnp.broadcast_to(jnp.asarray(condition, jnp.int8), (regiments,))), conduct


@partial(jax.jit, static_argnames=("sides", "cell_metres", "quantum", "stiff"))
def fought(
    mass, velocity, condition, ticks, terrain, speed=None, *, sides=SIDES, cell_metres=1.0, quantum=QUANTUM, stiff=STIFF
):
    """Return the masses after so many ticks in which everybody wants to go as `velocity` says."""
    constants = laws()
    speed = constants.push.speed if speed is None else speed
    constants = replace(constants, push=replace(constants.push, speed=speed))
    combat, conduct = combat_of(mass, stiff, condition, cell_metres, quantum, constants)

    def tick(_, mass):
        ways = meet(velocity, mass, combat, conduct, terrain, sides, constants)
        return transport(mass, list(ways), terrain, sides=sides, scheme=superbee, quantum=quantum)["mass"]

    return jax.lax.fori_loop(0, ticks, tick, mass)


def after(ticks, mass, velocity, condition=(0, 0, 0), terrain=OPEN, speed=None, **how):
    speed = laws().push.speed if speed is None else speed
    values = jnp.asarray(mass), jnp.asarray(velocity, jnp.float32), jnp.asarray(condition, jnp.int8), ticks, terrain
    return np.asarray(fought(*values, speed, **how))


def field(*blocks, shape=(3, H, W)):
    """Return masses; a block is (regiment, rows, columns, density)."""
    mass = np.zeros(shape, np.float32)
    for regiment, rows, columns, density in blocks:
        mass[regiment, slice(*rows), slice(*columns)] = density
    return on_lattice(mass)


def going(*ways, shape=(3, H, W)):
    """Return velocities, one (x, y) for each regiment."""
    return np.broadcast_to(np.asarray(ways, np.float32)[:, None, None], (*shape, 2)).copy()


def strips(*fights, rows=5, gap=4):
    """Return masses in which each fight, (depth, regiment attacked, its depth, its density), has rows of its own."""
    at = [(gap + i * (rows + gap), gap + i * (rows + gap) + rows) for i in range(len(fights))]
    blocks = [(0, where, (LINE - depth, LINE), 1) for where, (depth, *_) in zip(at, fights, strict=True)]
    blocks += [
        (regiment, where, (LINE, LINE + depth), density)
        for where, (_, regiment, depth, density) in zip(at, fights, strict=True)
    ]
    return field(*blocks), at


def beyond(mass, rows, regiment=0):
    """Return how many columns of mass a regiment has past the line, in those rows."""
    return float(mass[regiment, slice(*rows), LINE:].sum() / (rows[1] - rows[0]))


def moved(before, now, axis=1):
    """Return how far a field's mass has moved along an axis."""
    places = np.arange(before.shape[axis])
    return float(sum(sign * (f.sum(1 - axis) @ places) / f.sum() for sign, f in ((1, now), (-1, before))))


FRONTS = [(16, 1, depth, density) for density in (0.2, 0.5, 1) for depth in (8, 16)]


def test_nobody_passes_standing_soldiers_head_on():
    """With the push on, though twice as deep; and the loose are not pushed by a heap: no tenth of a cell is crossed."""
    mass, at = strips(*FRONTS)
    end = after(112, mass, going((WALK, 0), (0, 0), (0, 0)))
    for (_, _, _, density), rows in zip(FRONTS, at, strict=True):
        assert beyond(end, rows) < (0.1 if density < 0.35 else 1.6)
        assert (end[0, slice(*rows), LINE + 2 :] < 0.1).all()


@pytest.mark.parametrize(
    "density", [0.2, 0.5, pytest.param(0.65, marks=pytest.mark.long), pytest.param(1.0, marks=pytest.mark.long)]
)
def test_nobody_passes_standing_soldiers_at_45_degrees(density):
    mass, depth = diagonal(density)
    end = after(112, mass, going((WALK * 0.5**0.5, WALK * 0.5**0.5), (0, 0), (0, 0)))
    files = (depth >= 0) & middle()
    crossed = end[0][files].sum() / (middle() & (np.abs(depth) < 1)).sum() * 2
    assert crossed < (0.1 if density < 0.35 else 1.8)


def middle():
    """Return the cells of the diagonal strip far from the flanks."""
    y, x = np.mgrid[:H, :W]
    return np.abs(y - x + 4) < 8


def diagonal(density):
    """Return a block of 16 cells that meets one of 8, of that density, on a diagonal; and how far cells lie past it."""
    y, x = np.mgrid[:H, :W]
    past, beside = (x + y - 66) * 0.5**0.5, np.abs(y - x + 4) * 0.5**0.5
    mass = np.zeros((3, H, W))
    mass[0] = (past < -0.1) & (past > -16) & (beside < 16)
    mass[1] = ((past > -0.1) & (past < 8) & (beside < 16)) * density
    return on_lattice(mass), past + 0.1


def test_the_few_hardly_slow_a_march():
    """Among 0.005 of capacity, which the battle before left on the field, 95 % of the pace are kept."""
    mass = field((0, (20, 30), (4, 12), 0.99), (1, (0, H), (0, W), 0.005))
    end = after(100, mass, going((WALK, 0), (0, 0), (0, 0)))
    assert 0.95 < moved(mass[0], end[0]) / (100 * WALK / 2) < 0.999


def test_who_leaves_a_contact_or_slides_along_it_is_hardly_slowed():
    mass = field((0, (20, 32), (LINE - 13, LINE - 1), 1), (1, (20, 32), (LINE, LINE + 12), 1))
    met = after(40, mass, going((WALK, 0), (-WALK, 0), (0, 0)))
    for way, axis in (((-WALK, 0), 1), ((0, -WALK), 0), ((0, WALK), 0)):
        then = after(10, met, going(way, (-WALK, 0), (0, 0)))
        assert abs(moved(met[0], then[0], axis)) > 0.85 * 10 * WALK / 2
    then = after(10, met, going((WALK, 0), (-WALK, 0), (0, 0)))
    assert abs(moved(met[0], then[0])) < 0.1


def test_the_broken_are_hindered_by_none_and_neither_push_nor_are_pushed():
    mass = field((0, (20, 30), (20, 30), 0.5), (1, (20, 30), (31, 40), 0.4))
    end = after(60, mass, going((WALK, 0), (0, 0), (0, 0)), condition=(BROKEN, 0, 0))
    assert moved(mass[0], end[0]) > 0.85 * 60 * WALK / 2
    assert (end[1] == mass[1]).all()


ODDS = ((24, 1, 8, 1), (24, 2, 8, 1), (16, 1, 8, 1), (15, 1, 15, 1), (15, 2, 15, 1), (12, 1, 4, 1))


@pytest.fixture(scope="module")
def pushed_lines():
    """Return masses before and after 300 ticks in which both drive at each other, and the rows of each fight."""
    mass, at = strips(*ODDS)
    return mass, after(300, mass, going((WALK, 0), (-WALK, 0), (-WALK, 0))), at


def test_odds_and_depth_decide_who_gives_ground(pushed_lines):
    before, end, at = pushed_lines
    deep, against_stiff, double, equal, equal_stiff, shallow = (beyond(end, rows) for rows in at)
    assert 3 < deep < 6 and 3 < shallow < 6
    assert 1 < against_stiff < 0.75 * deep
    assert 1 < double < deep
    assert equal == 0 and equal_stiff == 0
    assert moved(before[1, slice(*at[0])], end[1, slice(*at[0])]) == pytest.approx(
        deep, abs=0.3
    )  # they go, all of them


def test_a_pushed_front_mixes_over_less_than_two_cells(pushed_lines):
    _, end, at = pushed_lines
    for rows in at:
        shared = np.minimum(end[0], end[1:].sum(0))[slice(*rows)].sum() / (rows[1] - rows[0])
        assert shared < 1


def test_a_push_is_exact_and_within_capacity(pushed_lines):
    before, end, _ = pushed_lines
    assert (end.sum((1, 2), dtype=np.float64) == before.sum((1, 2), dtype=np.float64)).all()
    assert end.min() >= 0 and end.sum(0).max() <= 1


def test_equal_lines_stand_as_in_a_mirror():
    """Face to face over a gap, not packed: where they meet, neither gets past the middle, to the bit."""
    mass = field((0, (8, 20), (12, 31), 0.7), (1, (8, 20), (33, 52), 0.7))
    end = after(120, mass, going((RUN, 0), (-RUN, 0), (0, 0)))
    assert (end[0] == end[1][:, ::-1]).all()
    assert end[0][:, 32:].sum() / 12 < 0.5


def test_walls_hold():
    """Who has a wall behind it, and is packed, is pushed nowhere, though the odds are three to one."""
    cells = np.ones((H, W), bool)
    cells[:, LINE + 8 :] = False
    mass = field((0, (20, 32), (LINE - 24, LINE), 1), (1, (20, 32), (LINE, LINE + 8), 1))
    end = after(150, mass, going((WALK, 0), (0, 0), (0, 0)), terrain=Terrain(cells))
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


def crowd(rng, shape=(3, H, W)):
    """Return packed masses, which mix, and velocities of random directions."""
    mass = rng.random(shape) ** 2
    mass *= 0.9 / mass.sum(0) * (rng.random(shape[1:]) < 0.9)
    return on_lattice(mass), rng.normal(size=(*shape, 2)).astype(np.float32) * WALK


def test_where_no_enemies_are_near_no_bit_changes():
    mass = field((0, (20, 30), (4, 12), 1), (1, (20, 30), (40, 50), 1))
    ways = np.random.default_rng(2).normal(size=(3, H, W, 2)).astype(np.float32)
    combat, conduct = combat_of(mass)
    assert (np.asarray(meet(ways, mass, combat, conduct, OPEN, SIDES, laws())) == ways).all()
    assert meet(ways, mass, combat, conduct, OPEN, (3, 3, 3), laws()) is ways


@pytest.mark.parametrize("seed", range(4))
def test_who_is_near_is_found(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        cells = int(rng.integers(1, 8))
        one, other = (rng.integers(0, size, 2) for size in (40, 40))
        fields = [jnp.zeros((40, 40)).at[tuple(place)].set(0.1) for place in (one, other)]
        apart = max(min(abs(a - b), 40 - abs(a - b)) for a, b in zip(one, other, strict=True))
        found = bool(are_near(dict(enumerate(fields)), 0.05, cells))
        assert found if apart <= cells else not found or apart <= 3 * cells + 1
        assert not are_near(dict(enumerate(fields)), 0.2, cells)


def test_derivatives_are_those_of_finite_differences():
    """Of the velocities in contact, in float64, with respect to will and mass; the laws have kinks, but few."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(8)
        mass, ways = (jnp.asarray(values, jnp.float64) for values in crowd(rng, (3, 8, 10)))
        mass = mass.at[:, :, :5].multiply(jnp.asarray([1.0, 0.01, 0.01])[:, None, None])
        mass = mass.at[:, :, 5:].multiply(jnp.asarray([0.01, 1.0, 1.0])[:, None, None])
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
