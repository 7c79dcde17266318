"""The commander for any ground in battle: one program marches on all of these grounds."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nca_controller import NCA, load_controller, rollout
from nca_controller.checkpoints import Architecture
from nca_controller.dynamics import init_state, trajectory
from nca_controller.guidance import GroundFlow, Plan
from nca_controller.guidance.following import PlanMemory
from nca_controller.physics import Terrain, donor_cell

SHAPE = (24, 32)
TICKS = 40  # of one call of the program


def patch(rows, columns, value=1.0):
    field = np.zeros(SHAPE, np.float32)
    field[rows, columns] = value
    return field


def walled(*open_rows):
    """Return ground with a wall two cells thick in its middle, open in these rows."""
    open_cells = np.ones(SHAPE, bool)
    open_cells[:, 15:17] = False
    for rows in open_rows:
        open_cells[rows, 15:17] = True
    return open_cells


def test_ground_that_is_known_is_known_within_a_program_too():
    """As in training, whose program holds the ground: it was asked for its value, and traced."""
    begun = [
        jax.eval_shape(lambda mass, terrain=terrain: GroundFlow().init(mass, terrain, 0), LEFT)
        for terrain in (Terrain(np.ones(SHAPE, bool)), Terrain(walled(slice(2, 6))), Terrain(np.ones(SHAPE, bool), 0.5))
    ]
    assert [isinstance(memory, PlanMemory) for memory in begun] == [True, False, False]


LEFT, RIGHT = patch(slice(12, 20), slice(3, 9)), patch(slice(12, 20), slice(22, 28))


def battle(terrain, mass, target, ticks, controller=None):
    """Return the state after so many ticks, and the overlap after each."""
    state, shares = init_state(mass[None], terrain, [controller or GroundFlow()], 0), []
    for _ in range(ticks // TICKS):
        state, share = trajectory(state, target[None], ticks=TICKS, metrics=overlap)
        shares.extend(np.asarray(share).tolist())
    return state, np.asarray(shares)


def overlap(state, targets):
    return jnp.minimum(state.mass, targets).sum() / targets.sum()


@pytest.mark.long
def test_it_goes_through_a_gate_and_nobody_is_lost():
    open_cells = walled(slice(3, 6))
    state, shares = battle(Terrain(open_cells), LEFT, RIGHT, 160)
    mass = np.asarray(state.mass[0])
    assert shares[-1] > 0.97 and mass.sum(dtype=np.float64) == LEFT.sum() and not mass[~open_cells].any()


@pytest.mark.long
def test_it_comes_out_of_a_trap():
    open_cells = np.ones(SHAPE, bool)
    open_cells[8:22, 14] = open_cells[8, 5:14] = open_cells[21, 5:14] = False
    mass = patch(slice(11, 19), slice(7, 13))
    shares = battle(Terrain(open_cells), mass, RIGHT, 160)[1]
    assert shares[-1] > 0.95


@pytest.mark.long
def test_it_wades_through_a_ford():
    capacity = np.where(walled(), 1, 0.5).astype(np.float32)
    assert battle(Terrain(np.ones(SHAPE, bool), capacity), LEFT, RIGHT, 120)[1][-1] > 0.97


def test_parts_that_do_not_touch_keep_to_themselves():
    """The target lies on both sides: each side fills what it can, and nobody presses against the wall."""
    mass = LEFT + patch(slice(2, 6), slice(22, 25))
    target = patch(slice(2, 6), slice(3, 12)) + patch(slice(12, 20), slice(22, 28))
    state, _ = battle(Terrain(walled()), mass, target, 120)
    filled = np.minimum(np.asarray(state.mass[0]), target)
    assert filled[:, :15].sum() > 0.95 * 36 and filled[:, 17:].sum() > 0.9 * 12
    speeds = np.hypot(*np.moveaxis(np.asarray(state.velocity[0]), -1, 0))
    assert (speeds * mass).sum() / mass.sum() < 0.2


def test_a_new_order_is_obeyed_at_once():
    terrain = Terrain(walled(slice(3, 6)))
    state = battle(terrain, LEFT, RIGHT, TICKS)[0]
    mean = [
        np.asarray((state.velocity[0] * state.mass[0][..., None]).sum((0, 1)))
        for state in (state, trajectory(state, LEFT[None], ticks=1)[0])
    ]
    assert mean[0][0] > 0 and mean[1] @ mean[0] < 0


@pytest.mark.long
def test_a_rock_off_the_way_costs_nothing():
    open_cells = np.ones(SHAPE, bool)
    open_cells[2:5, 14:18] = False
    around, ahead = (
        battle(Terrain(ground), LEFT, RIGHT, 80, controller)[1]
        for ground, controller in ((open_cells, GroundFlow()), (np.ones(SHAPE, bool), Plan()))
    )
    assert np.argmax(around >= 0.95) <= np.argmax(ahead >= 0.95) + 2


def test_on_open_ground_it_is_the_plan_to_the_bit():
    orders = []
    for commander in (GroundFlow(), Plan()):
        memory = commander.init(jnp.asarray(LEFT), Terrain.plain(*SHAPE), 0)
        orders.append(commander.order(memory, jnp.asarray(LEFT), jnp.asarray(RIGHT)))
    assert isinstance(orders[0][1], PlanMemory)
    assert all(np.array_equal(*pair) for pair in zip(*map(jax.tree.leaves, orders), strict=True))


@pytest.mark.parametrize("terrain", [
    Terrain(np.ones(SHAPE, bool), boundary="torus"), Terrain(np.ones(SHAPE, bool), 0.5), Terrain(walled(slice(3, 6))),
])  # fmt: skip
def test_other_ground_is_not_taken_for_open(terrain):
    assert not isinstance(GroundFlow().init(jnp.asarray(LEFT), terrain, 0), PlanMemory)


@pytest.mark.long
def test_the_cells_carry_out_its_orders():
    shape = Architecture(hidden_dim=8, guidance="ground")
    controller = NCA(shape.init_params(jax.random.key(0)), shape)
    assert battle(Terrain(walled(slice(3, 6))), LEFT, RIGHT, 160, controller)[1][-1] > 0.9


@pytest.mark.long
def test_on_a_torus_it_takes_the_way_over_the_border():
    mass, target = patch(slice(8, 16), slice(1, 6)), patch(slice(8, 16), slice(25, 30))
    open_cells = np.ones(SHAPE, bool)
    open_cells[3, 3] = False
    shares = battle(Terrain(open_cells, boundary="torus"), mass, target, 80)[1]
    assert 0 < np.argmax(shares >= 0.95) < 34  # 8 cells over the border, 24 the other way


@pytest.mark.long
def test_a_batch_of_grounds_marches_as_each_alone():
    """Inside transformations ground is only traced: its parts are found there, and the march is the same."""
    grounds = np.stack([walled(slice(3, 6)), walled(slice(18, 22)), np.ones(SHAPE, bool)])

    @jax.jit
    @jax.vmap
    def march(open_cells):
        return rollout(GroundFlow(), LEFT, RIGHT, ticks=20, terrain=Terrain(open_cells), final=True).mass[0]

    together = np.asarray(march(grounds))
    for mass, open_cells in zip(together[:2], grounds[:2], strict=True):
        alone = rollout(GroundFlow(), LEFT, RIGHT, ticks=20, terrain=Terrain(open_cells))
        np.testing.assert_allclose(mass, np.asarray(alone)[-1], atol=1e-4)


@pytest.mark.long
def test_the_slope_by_a_gate_s_place_is_that_of_finite_differences():
    """The commander's way is part of it; a gate is soft: capacity falls off to either side of it.

    The overlap is not smooth in the gate's place: each row that opens or closes bends it. So at single places the slope
    may be off by more than a half, but never points the wrong way, and over all places it is that of the differences.
    """
    shape, middle = (24, 48), slice(23, 25)
    rows = jnp.arange(shape[0], dtype=jnp.float32)
    left, right = (jnp.zeros(shape).at[8:16, columns].set(1) for columns in (slice(1, 6), slice(41, 46)))

    def filled(place):
        gate = jnp.clip(jnp.exp(-(((rows - place) / 2.5) ** 2)), 0.02, 1)
        terrain = Terrain(np.ones(shape, bool), jnp.ones(shape).at[:, middle].set(gate[:, None]))
        mass = rollout(GroundFlow(), left, right, ticks=100, terrain=terrain, scheme=donor_cell, quantum=None)[-1]
        return jnp.minimum(mass, right).sum() / right.sum()

    value, slope = jax.jit(filled), jax.jit(jax.grad(filled))
    places = np.arange(3, 20, 1.5)
    known = np.array([float(value(place + 1) - value(place - 1)) / 2 for place in places])
    found = np.array([float(slope(place)) for place in places])
    away = np.abs(known) > 0.25 * np.abs(known).max()  # from the best place, where the slope is about 0
    assert away.sum() >= 8 and (np.sign(found) == np.sign(known))[away].all(), (found, known)
    assert (np.abs(found - known) < 0.5 * np.abs(known))[away].mean() >= 0.75, (found, known)
    assert np.corrcoef(found, known)[0, 1] > 0.9, (found, known)


@pytest.mark.parametrize("shape", [(1, 20), (20, 1), (2, 15)])
def test_a_field_of_a_row_or_two_is_ground_too(shape):
    """Coarse cells are larger than such a field is wide."""
    open_cells = np.ones(shape, bool)
    open_cells.flat[-1] = False
    mass, target = (jnp.zeros(shape).at[np.unravel_index(range(*cells), shape)].set(1) for cells in ((0, 4), (10, 14)))
    shares = battle(Terrain(open_cells), mass, target, 60)[1]
    assert shares[-1] > 0.9


def test_it_is_loaded_by_its_name():
    assert isinstance(load_controller("ground"), GroundFlow)
