"""Where arrays enter: every kind of number becomes float32 or is refused in one line, however JAX is configured."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from random_battles import long_forms

from engine.io import InputError
from engine.plugin import Ground
from nca_controller import (
    JaxSimulation,
    Plan,
    Poisson,
    Terrain,
    advect_mass,
    create_formation_from_alpha,
    create_goal_signal,
    dynamics,
    jax_config,
    load_controller,
    rollout,
)
from nca_controller.checkpoints import Architecture
from nca_controller.dynamics import rollouts
from nca_controller.guidance.sinkhorn import sinkhorn
from nca_controller.physics import advect, diffuse, perturb, to_lattice
from nca_controller.training.loop import Trainer
from nca_controller.training.optimizer import create_optimizer

HEIGHT, WIDTH = 12, 16
BLOCK = np.zeros((HEIGHT, WIDTH), np.float32)
BLOCK[3:7, 2:8] = 1
WANTED = BLOCK[:, ::-1].copy()
KINDS = [np.float16, ml_dtypes.bfloat16, np.float64, np.int8, np.uint64, np.bool_, np.longdouble]


@pytest.fixture(scope="module")
def simulation():
    return JaxSimulation()


def one_line(match):
    """Expect a ValueError of one line."""
    return pytest.raises(ValueError, match=rf"\A[^\n]*{match}[^\n]*\Z")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: np.dtype(kind).name)
def test_real_numbers_of_any_kind_do_what_float32_does(kind, simulation, monkeypatch):
    monkeypatch.setattr(rollouts, "march", lambda state, targets, **_: (state, (state.mass[0], targets[0][0])))
    mass, wanted = BLOCK.astype(kind), WANTED.astype(kind)
    velocity = np.ones((1, HEIGHT, WIDTH, 2), kind)
    expected = advect(BLOCK[None], np.ones((1, HEIGHT, WIDTH, 2), np.float32))
    for moved, same in zip(advect(mass[None], velocity), expected, strict=True):
        assert moved.dtype == jnp.float32 and (moved == same).all()
    assert (diffuse(mass[None], 0.25) == diffuse(BLOCK[None], 0.25)).all()
    assert (to_lattice(mass) == BLOCK).all() and to_lattice(mass).dtype == jnp.float32
    assert perturb(velocity, 0.5, jax.random.key(0)).dtype == jnp.float32
    assert (create_formation_from_alpha(mass) == create_formation_from_alpha(BLOCK)).all()
    assert (create_goal_signal(wanted) == create_goal_signal(WANTED)).all()
    assert (advect_mass(mass, mass, mass) == advect_mass(BLOCK, BLOCK, BLOCK)).all()
    assert (Terrain(mass).open_cells == (BLOCK > 0)).all()
    given = [rollout(Poisson(), *fields, ticks=1) for fields in ((mass, wanted), (BLOCK, WANTED))]
    states = [simulation.reset(start[None], Ground.plain(HEIGHT, WIDTH), [Poisson()], 0) for start in (mass, BLOCK)]
    given[0] += (states[0].mass, dynamics.checked_targets("targets", wanted, wanted.shape))
    given[1] += (states[1].mass, dynamics.checked_targets("targets", WANTED, WANTED.shape))
    for converted, same in zip(*given, strict=True):
        assert converted.dtype == jnp.float32 and (converted == same).all()


def test_a_float16_at_rest_moves_nothing():
    still = jnp.zeros((1, HEIGHT, WIDTH, 2), jnp.float16)
    assert (advect(BLOCK[None], still).mass == BLOCK[None]).all()


NO_NUMBERS = {
    "complex": BLOCK.astype(complex),
    "text": BLOCK.astype(str),
    "objects": BLOCK.astype(object),
    "times": BLOCK.astype("timedelta64[s]"),
    "nothing": None,
    "two lengths": [[1.0], [1.0, 2.0]],
    "keys": jax.random.split(jax.random.key(0), (HEIGHT, WIDTH)),
}


@pytest.mark.parametrize("name", NO_NUMBERS)
def test_what_are_no_real_numbers_is_refused_in_one_line(name, simulation):
    bad = NO_NUMBERS[name]
    for ask in (
        lambda: advect(bad, np.zeros((1, HEIGHT, WIDTH, 2))),
        lambda: diffuse(bad, 0.1),
        lambda: to_lattice(bad),
        lambda: rollout(Poisson(), bad, WANTED, ticks=1),
        lambda: rollout(Poisson(), BLOCK, bad, ticks=1),
        lambda: create_formation_from_alpha(bad),
        lambda: create_goal_signal(bad),
        lambda: advect_mass(bad, BLOCK, BLOCK),
        lambda: Terrain(bad),
        lambda: Terrain(np.ones((HEIGHT, WIDTH), bool), bad),
        lambda: simulation.reset(bad, Ground.plain(HEIGHT, WIDTH), [Poisson()], 0),
    ):
        with one_line(""):
            ask()


def test_masses_and_targets_that_cannot_be_are_refused_in_one_line(simulation):
    ground = Ground.plain(HEIGHT, WIDTH)
    state = simulation.reset(BLOCK[None], ground, [Poisson()], 0)
    for bad in (np.nan, np.inf, -np.inf, -0.5, 1e300, 1.5):
        field = BLOCK.astype(np.float64)
        field[4, 4] = bad
        with one_line("mass must be finite, at least 0"):
            rollout(Poisson(), field, WANTED, ticks=1)
        with one_line("mass must be finite, at least 0"):
            simulation.reset(field[None], ground, [Poisson()], 0)
        if bad != 1.5:  # a target may ask for more than fits
            with one_line("targets must be finite"):
                rollout(Poisson(), BLOCK, field, ticks=1)
            with one_line("targets must be finite"):
                simulation.tick(state, field[None])
    closed = Terrain(BLOCK == 0)
    with one_line("open cells"):
        rollout(Poisson(), BLOCK, WANTED, ticks=1, terrain=closed)
    for ask in (
        lambda: rollout(Poisson(), BLOCK[None], WANTED, ticks=1),
        lambda: rollout(Poisson(), BLOCK, WANTED[1:], ticks=1),
        lambda: rollout(Poisson(), BLOCK, WANTED, ticks=1, terrain=Terrain.plain(3, 3)),
        lambda: rollout(Poisson(), BLOCK, WANTED, ticks=1.5),
        lambda: rollout(Poisson(), BLOCK, WANTED, ticks=-1),
        lambda: simulation.tick(state, WANTED),
        lambda: advect(BLOCK[None], np.zeros((1, HEIGHT, WIDTH, 2)), dt=np.nan),
        lambda: advect(BLOCK[None], np.zeros((1, HEIGHT, WIDTH, 2)), dt="fast"),
        lambda: advect(BLOCK[None], np.zeros((1, HEIGHT, WIDTH, 2)), sides=["red"]),
        lambda: Terrain(np.full((HEIGHT, WIDTH), np.nan)),
    ):
        with one_line(""):
            ask()


def test_mass_off_the_lattice_is_rounded_down_to_it(simulation, monkeypatch):
    monkeypatch.setattr(rollouts, "march", lambda state, *_, **__: (state, state.mass[0]))
    start = 0.3 * BLOCK.astype(np.float64)
    moved = np.asarray(rollout(Poisson(), start, 0.3 * WANTED, ticks=1), np.float64)
    state = simulation.reset(start[None], Ground.plain(HEIGHT, WIDTH), [Poisson()], 0)
    assert moved.sum() == np.asarray(state.mass, np.float64).sum() == np.floor(0.3 * 2**20) / 2**20 * BLOCK.sum()


def test_a_mass_above_capacity_grows_no_more_and_keeps_its_total():
    """In `advect`, which looks at no values, as its docstring says."""
    wind = np.ones((1, HEIGHT, WIDTH, 2), np.float32)
    mass = 3 * BLOCK[None]
    for _ in range(40):
        mass = np.asarray(advect(mass, wind).mass)
    assert mass.sum(dtype=np.float64) == 3 * BLOCK.sum() and mass.min() >= 0 and mass.max() <= 3


@pytest.fixture
def sixty_four_bits():
    with jax.enable_x64(True):
        yield


@pytest.mark.usefixtures("sixty_four_bits")
@pytest.mark.parametrize("name", ["poisson", *long_forms("default", "local", "plan", "gradient")])
def test_with_64_bits_what_is_not_asked_for_in_float64_runs_as_float32(name, simulation):
    """Of `advect` and `rollout` alone can it be asked for: tests of gradients live on that. Traced only."""
    sixty_four, wind = jnp.asarray(BLOCK, jnp.float64), np.ones((1, HEIGHT, WIDTH, 2))
    assert dtypes(jax.eval_shape(advect, sixty_four[None], wind)) == {"float64"}
    assert dtypes(jax.eval_shape(lambda m: advect(m, wind, dt=np.float64(0.25)), BLOCK[None])) == {"float32"}
    assert dtypes(load_controller("default").params) == {"float32"}  # once, its own weights were refused
    controller = load_controller(name)
    for mass in (sixty_four, jnp.asarray(BLOCK)):
        marched = jax.eval_shape(lambda c, m: rollout(c, m, m, ticks=2), controller, mass)
        assert dtypes(marched) == {str(mass.dtype)}
    fresh = jax.eval_shape(Architecture().init_params, jax.random.key(0))
    state = jax.eval_shape(create_formation_from_alpha, sixty_four)
    assert dtypes((fresh, state, jax.eval_shape(create_goal_signal, sixty_four))) == {"float32"}
    crowd = simulation.reset(sixty_four[None], Ground.plain(HEIGHT, WIDTH), [Poisson()], 0)
    assert dtypes(jax.eval_shape(dynamics.tick, crowd, sixty_four[None])) == {"float32", "int32", "bool"}


def dtypes(tree):
    return {str(leaf.dtype) for leaf in jax.tree.leaves(tree)}


@pytest.fixture
def strictly():
    with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
        yield


@pytest.mark.usefixtures("strictly")
@pytest.mark.parametrize("name", ["poisson", *long_forms("default", "local")])
def test_nothing_is_promoted_that_is_not_meant(name):
    """Traced, not computed: that is where JAX would raise."""
    two, wind = np.stack([BLOCK, WANTED]) / 2, np.ones((2, HEIGHT, WIDTH, 2), np.float32)
    jax.eval_shape(lambda m, v: diffuse(advect(m, v, sides=(0, 1)).mass, 0.1), two, wind)
    controller = load_controller(name)
    jax.eval_shape(jax.value_and_grad(lambda c, m: rollout(c, m, m, ticks=2).sum(), argnums=1), controller, BLOCK)
    trainer = SimpleNamespace(config=SimpleNamespace(accumulate=2), optimizer=create_optimizer())
    params = {"weight": jnp.zeros(4)}
    jax.eval_shape(lambda p: Trainer._descend(trainer, p, trainer.optimizer.init(p), p), params)


def test_it_runs_without_compiling():
    """The plan's rounds are then counted in Python's own numbers."""
    cost = jnp.asarray([[0.0, 4.0], [4.0, 0.0]])
    half = jnp.log(jnp.full(2, 0.5))
    with jax.disable_jit():
        potential = sinkhorn(cost, half, half, jnp.zeros(2), 2.0, 1)
    assert np.isfinite(potential).all() and potential[0] == pytest.approx(potential[1])


def test_a_platform_that_is_not_there_is_named_in_one_line(monkeypatch):
    for error in (AssertionError(), RuntimeError("Unable to initialize backend 'cuda':\nmore of it")):

        def none_there(error=error):
            raise error

        monkeypatch.setattr(jax, "devices", none_there)
        for ask in (jax_config.first_device, JaxSimulation, lambda: rollout(Plan(), BLOCK, WANTED, ticks=1)):
            with pytest.raises(InputError, match=r"\AJAX does not find [^\n]*\Z"):
                ask()


NONE_OF_THEM = {
    "a text": "a",
    "a list": [[1], [1, 2]],
    "a table": {},
    "a function": len,
    "an array": np.full((40, 40), 0.5),
    "a key": jax.random.key(0),
    "a record": np.zeros((2, 2), [("a", "f4")]),
}


@pytest.mark.parametrize("kind", NONE_OF_THEM)
def test_what_are_no_arrays_is_refused_in_one_line_as_well(kind):
    wrong, plan, ground = NONE_OF_THEM[kind], Plan(), Terrain.plain(HEIGHT, WIDTH)
    still = np.zeros((1, HEIGHT, WIDTH, 2))
    state = dynamics.init_state(BLOCK[None], ground, [plan], np.int64(0), sides=np.array([1]))
    for call in (
        lambda: rollout(plan, BLOCK, WANTED, ticks=wrong),
        lambda: rollout(plan, BLOCK, WANTED, ticks=1, seed=wrong),
        lambda: rollout(plan, BLOCK, WANTED, ticks=1, terrain=wrong),
        lambda: rollout(wrong, BLOCK, WANTED, ticks=1),
        lambda: advect(BLOCK[None], still, wrong),
        lambda: advect(BLOCK[None], still, first=wrong),
        lambda: advect(BLOCK[None], still, sides=wrong),
        lambda: dynamics.init_state(BLOCK[None], ground, wrong, 0),
        lambda: dynamics.init_state(BLOCK[None], ground, [plan], 0, sides=wrong),
        lambda: dynamics.init_state(BLOCK[None], wrong, [plan], 0),
        lambda: dynamics.tick(state, wrong),
        lambda: Terrain(ground.open_cells, 1.0, wrong),
        lambda: Terrain.plain(wrong, 3),
        lambda: load_controller(wrong),
    ):
        with one_line("must be|must have|is loaded by|must hold|no model in|must name"):
            call()
    if wrong is not len:
        with one_line("scheme must be a limiter"):
            advect(BLOCK[None], still, scheme=wrong)
    with one_line("at least one regiment"):
        advect(BLOCK[None][:0], still[:0])
