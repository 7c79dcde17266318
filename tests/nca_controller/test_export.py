"""What controllers hand over to other simulations, and what they refuse to."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import struct

from engine.io import InputError
from engine.plugin import TICK, Ground, exported
from nca_controller import Terrain
from nca_controller.checkpoints import Architecture
from nca_controller.controllers import NCA, load_controller
from nca_controller.guidance import COMMANDERS, DT, STEPS
from nca_controller.model.network import Weights, mlp
from nca_controller.model.shader import HEADER, PARTS, number

GRID = (20, 28)
TOO_WIDE = "shaders hold a hidden layer of at most 128 cells, and the model's has 129"


def untrained(**architecture):
    kind = Architecture(**architecture)
    shapes = jax.eval_shape(kind.init_params, jax.random.key(0))
    return NCA(jax.tree.map(lambda leaf: jnp.ones(leaf.shape, jnp.float32), shapes), kind)


def random_cells(**architecture):
    made = untrained(**architecture)
    rng = np.random.default_rng(0)
    return replace(made, params=jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape)), made.params))


def weights_of(params):
    return [params[layer][kind] for layer in ("hidden", "outcome") for kind in ("kernel", "bias")]


def other_channels(controller):
    return replace(controller, architecture=replace(controller.architecture, num_channels=20))


@pytest.mark.parametrize("name", ["default", "open", "local"])
def test_a_model_hands_over_all_that_its_cells_are(name):
    controller = load_controller(name)
    made = exported(controller)
    assert made.architecture == asdict(controller.architecture) and made.max_speed == controller.max_speed
    assert all((made.weights[path] == array).all() for path, array in controller.network().items())
    assert len(made.network) < 100_000


@pytest.mark.parametrize("make", [lambda: load_controller("default"), lambda: random_cells(hidden_dim=7)])
def test_the_text_is_the_network(make):
    """Read as Python, in double precision; the last of what is perceived apart is nothing as yet."""
    controller = make()
    text = exported(controller).network
    apart = controller.architecture.percept == "apart"
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(3, 24 if apart else 20))
    given = np.concatenate([np.append(part, 0) if apart else part for part in parts])
    wanted = mlp(Weights(*weights_of(controller.params)), given)
    known = {"vec4": lambda *n: np.array(n) * np.ones(4), "vec2": lambda *n: np.array(n), "max": np.maximum}
    known |= {name: np.pad(part, (0, 24 - len(part))).reshape(6, 4) for name, part in zip(PARTS, parts, strict=True)}
    header, *lines, last, rest = text.split("\n")
    assert header == HEADER and (last, rest) == ("}", "")
    for line in lines:
        if line != "vec4 felt;":
            exec(
                re.sub(r"\.([xyzw])\b", lambda found: f"[{'xyzw'.index(found[1])}]", line), known
            )  # the shader's own text
    found = np.concatenate([known[name] for name in ("correction", "nearer", "farther")])
    np.testing.assert_allclose(found, wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("value", [1e-9, -2.5e-7, 0.0, -0.0, 0.1, -0.25, 1.0, 123456.0, 3.4e38, 1e16])
def test_a_literal_is_a_number_of_glsl_to_the_bit(value):
    text = number(np.float32(value))
    assert np.float32(text) == np.float32(value)
    assert re.fullmatch(r"-?(\d+\.\d*|\.\d+|\d+(?=e))(e[-+]?\d+)?", text)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: untrained(hidden_dim=129),
            TOO_WIDE,
        ),
        (lambda: other_channels(untrained()), "shaders hold cells of 16 channels, and the model's have 20"),
        (
            lambda: replace(untrained(hidden_dim=4), fire_rate=0.5),
            "shaders hold cells that do nothing at random: fire rate 0.5 and velocity noise 0 must be 1 and 0",
        ),
        (object, "controller object hands nothing over to other simulations, for lack of export()"),
    ],
)
def test_what_the_shaders_cannot_hold_is_refused_in_a_line(make, complaint):
    with pytest.raises(InputError) as refused:
        exported(make())
    assert str(refused.value) == complaint


def test_an_export_of_another_kind_is_its_plugin_s_mistake():
    class Odd:
        def export(self):
            return {}

    with pytest.raises(InputError, match=r"^controller Odd: TypeError: export\(\) must return an Exported, not dict$"):
        exported(Odd())


def test_a_tick_is_as_long_here_as_there():
    assert TICK == DT * STEPS


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("poisson", False),
        ("relaxation", False),
        ("gradient", False),
        pytest.param("plan", False, marks=pytest.mark.long),
        pytest.param("ground", True, marks=pytest.mark.long),
        pytest.param("default", True, marks=pytest.mark.long),
    ],
)
def test_a_planner_orders_what_the_commander_does(name, closed):
    """On NumPy, from any thread, and the same when it is asked again."""
    controller = load_controller(name)
    commander = COMMANDERS[name]() if name in COMMANDERS else controller.commander
    open_cells = np.ones(GRID, bool)
    open_cells[6:14, 14] = not closed
    ground, terrain = Ground(open_cells), Terrain(open_cells)
    planner = exported(controller).planner
    mass = np.zeros(GRID, np.float32)
    mass[6:12, 3:9] = 1
    target = np.roll(mass, 12, axis=1)
    kept = planner.begin(mass, ground, 7)
    memory = commander.init(jnp.asarray(mass), terrain, 7)
    jitted = jax.jit(commander.order)
    with ThreadPoolExecutor(1) as thread:
        for tick in range(6):
            now = np.roll(mass, tick, axis=1)
            wanted, memory = jitted(memory, jnp.asarray(now), jnp.asarray(target))
            again = planner.order(planner.plan(kept, now, target), now, target)
            kept = thread.submit(planner.plan, kept, now, target).result()
            order = thread.submit(planner.order, kept, now, target).result()
            assert order.dtype == np.float32 and order.shape == (*GRID, 3)
            np.testing.assert_array_equal(order, again)
            np.testing.assert_allclose(order, wanted, atol=1e-5)
    assert np.abs(order).max() > 0.1


def test_whoever_steers_in_its_own_way_does_not_pass_for_its_parent():
    @struct.dataclass
    class Back(NCA):
        def steer(self, *given):
            velocity, memory = super().steer(*given)
            return -velocity, memory

    @struct.dataclass
    class Halting(COMMANDERS["poisson"]):
        def steer(self, *given):
            return 0 * super().steer(*given)[0], None

    @struct.dataclass
    class Reversed(COMMANDERS["poisson"]):
        def order(self, *given):
            return -super().order(*given)[0], None

    default = load_controller("default")
    for one in (Back(default.params, default.architecture), Halting()):
        with pytest.raises(InputError, match=f"{type(one).__name__} steers in its own way"):
            exported(one)
    mass = np.zeros(GRID, np.float32)
    mass[6:12, 3:9] = 1
    planner, parent = (exported(one).planner for one in (Reversed(), COMMANDERS["poisson"]()))
    orders = [one.order(one.begin(mass, Ground.plain(*GRID), 0), mass, mass[:, ::-1]) for one in (planner, parent)]
    np.testing.assert_array_equal(orders[0], -orders[1])
