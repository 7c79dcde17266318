"""Controllers lead armies where they are ordered, and rollouts of them have gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from random_battles import long_forms

from engine import formations
from engine.formations import form_up, load, overlap
from engine.plugin import Ground
from nca_controller import FormationTypes, Terrain, load_controller, rollout
from nca_controller.evaluation.battles import CHUNK_TICKS as TICKS
from nca_controller.evaluation.battles import battle
from nca_controller.tasks.shapes import shaped

pytestmark = pytest.mark.usefixtures("somewhat_optimised")
GROUND = Ground(np.ones((64, 96), dtype=bool))
QUICKLY = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}  # compiled, run once
FIELD = Ground(np.ones((128, 192), dtype=bool))
FORMED = ("loose",)  # the thinnest; a wedge is formed by README's example, the others are left to the long tests


def stand(name, ground=GROUND, mass=250.0, centre=(55.0, 30.0), angle=25.0):
    return form_up(load()[name], mass, ground, centre=centre, angle=angle).target


def test_an_order_to_separate_places_does_not_wait_for_those_who_may_lag():
    """The plan lets fewer lag than an order can stand without."""
    start = stand("phalanx", FIELD, 1000.0, centre=(96.0, 64.0), angle=0.0)
    fought = battle(load_controller("plan"), start, [shaped("three blocks", 1000.0, FIELD)], TICKS)
    assert (fought.ticks_until(0.95) or TICKS) <= 100


@pytest.mark.parametrize("name", [*FORMED, *long_forms(*(name for name in load() if name not in FORMED))])
def test_the_shipped_controller_forms_everything_from_a_crowd(name):
    """On the field and with the mass of the game, by README's program; the total is the same to the last bit."""
    crowd = formations.crowd(1000.0, FIELD)
    target = stand(name, FIELD, 1000.0, centre=(96.0, 64.0), angle=0.0)
    mass = np.asarray(
        rollout(load_controller("default"), jnp.asarray(crowd), jnp.asarray(target), ticks=200)
    )  # as in README
    assert mass[-1].sum(dtype=np.float64) == 1000.0
    assert overlap(mass[-1], target) >= 0.95


@pytest.mark.parametrize(("controller", "enough"), [("plan", 0.99), ("poisson", 0.95)])
def test_the_commander_and_the_poisson_flow_form_alone(controller, enough):
    """The plan by the program of the order to separate places; the Poisson flow with fewer cells."""
    ground, mass = (FIELD, 1000.0) if controller == "plan" else (GROUND, 250.0)
    height, width = ground.grid
    crowd = formations.crowd(mass, ground, centre=(width / 3, height / 2))
    target = stand("wedge", ground, mass, centre=(0.57 * width, 0.47 * height))
    assert battle(load_controller(controller), crowd, [target], TICKS).overlap >= enough


@pytest.mark.parametrize("name", ["local", *long_forms("default")])
def test_a_rollout_is_differentiable_in_the_mass_and_the_weights(name):
    controller = load_controller(name)
    crowd, target = jnp.asarray(formations.crowd(250.0, GROUND)), jnp.asarray(stand("circle"))

    def miss(controller, mass):
        return ((rollout(controller, mass, target, ticks=6)[-1] - target) ** 2).sum()

    by_weights, by_mass = jax.jit(jax.grad(miss, argnums=(0, 1)), compiler_options=QUICKLY)(controller, crowd)
    leaves = [by_mass, *jax.tree.leaves(by_weights.params)]
    assert all(np.isfinite(leaf).all() for leaf in leaves)
    assert all(np.abs(leaf).max() > 0 for leaf in leaves)


@pytest.mark.parametrize("name", ["line", *long_forms(*(name for name in FormationTypes if name != "line"))])
def test_the_local_controller_forms_the_base_formations_by_what_neighbours_tell(name):
    ground = Ground(np.ones((96, 96), dtype=bool))
    crowd = formations.crowd(200.0, ground, centre=(48 + 8, 48 - 8))
    target = form_up(load()[name], 200.0, ground, centre=(48, 48)).target
    mass = np.asarray(rollout(load_controller("local"), jnp.asarray(crowd), jnp.asarray(target), ticks=400))
    assert overlap(mass[-1], target) >= 0.90 and mass[-1].sum(dtype=np.float64) == 200.0


def test_news_of_an_order_travels_one_cell_a_tick():
    """What a cell is told depends on nothing farther away than the ticks that have passed."""
    local, ground = load_controller("relaxation"), Ground(np.ones((48, 64), dtype=bool))
    crowd = formations.crowd(120.0, ground, centre=(16, 24))
    near, far = (form_up(load()["circle"], 120.0, ground, centre=centre).target for centre in ((34, 24), (54, 24)))
    terrain = Terrain.plain(48, 64)
    memories = [local.init(crowd, terrain, 0)] * 2
    for number in range(6):
        told = [local.order(memory, crowd, target) for memory, target in zip(memories, (near, far), strict=True)]
        memories = [memory for _, memory in told]
        difference = np.abs(np.asarray(told[0][0] - told[1][0])).max(axis=(0, 2))
        first = int(np.flatnonzero(np.abs(near - far).max(axis=0))[0])
        assert not difference[: first - number - 2].any()


def test_a_model_of_the_plan_knows_its_way_on_any_ground():
    """On open ground it is led by the plan, as it was trained; elsewhere by the flow."""
    mass = jnp.zeros((16, 16)).at[4:8, 4:8].set(1)
    rock = np.ones((16, 16), bool)
    rock[10, 10] = False
    for name, guidance in (("open", "plan"), ("default", "ground")):
        model = load_controller(name)
        assert model.architecture.guidance == guidance
        memories = [model.init(mass, ground, 0).commander for ground in (Terrain.plain(16, 16), Terrain(rock))]
        assert [type(memory).__name__ for memory in memories] == ["PlanMemory", "GroundMemory"]
