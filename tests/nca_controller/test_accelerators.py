"""What a GPU computes: the program lowered for CUDA, which needs no GPU, and its own paths forced on the CPU."""

import re
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import recorded

from nca_controller import load_controller
from nca_controller.dynamics import RestRule, init_state, tick
from nca_controller.guidance.ground.ways import crossed
from nca_controller.physics import LIMITERS, Terrain
from nca_controller.physics.acceptance import accept
from nca_controller.physics.lattice import QUANTUM

# Which matrix products may be shortened: what the cells make of what they perceive. A network rounded to TF32 leaves as
# much missing at rest, since there its part fades with the order's speed; a plan so rounded leaves three times as much.
SHORTENED = {"mlp"}
# Which loops remain, of iterations that each need the one before: of transport plan, flow and settling.
ITERATED = {"sinkhorn", "sinkhorn.<locals>.scale", "sinkhorn_to_itself", "improved", "relaxed"}

HEIGHT, WIDTH = 13, 64


@pytest.fixture(scope="module")
def elsewhere():
    """Have JAX take what it computes where there is no CPU."""
    jax.clear_caches()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jax, "default_backend", lambda: "gpu")
        patch.setattr(jax.lax, "platform_dependent", lambda *given, default, **_: default(*given))
        yield
    jax.clear_caches()


@pytest.fixture(scope="module")
def lowered():
    """Return how often each operation of a tick comes from which function, as a GPU of Nvidia's would be given it."""
    open_cells, mass = np.ones((48, 48), bool), np.zeros((2, 48, 48), np.float32)
    open_cells[20:40, 30] = False
    mass[0, 5:15, 5:15] = mass[1, 25:35, 5:15] = 1
    controllers = [load_controller("default"), load_controller("plan")]
    state = init_state(mass, Terrain(open_cells), controllers, 0, rest=RestRule())
    found = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jax, "default_backend", lambda: "gpu")
        program = jax.jit(lambda state, targets: tick(state, targets)).trace(state, jnp.asarray(mass))
        count(program.lower(lowering_platforms=("cuda",)).compiler_ir().operation, found)
    return found


def count(operation, found):
    """Add an operation and all within it, each by its name, the function it is from, and whether it may be short."""
    attributes = operation.attributes
    if operation.name in ("stablehlo.dot_general", "stablehlo.convolution", "stablehlo.while"):
        ours = re.findall(r'"([^"]*)"\("[^"]*nca_controller/[^"]*\.py"', str(operation.location))
        precision = str(attributes["precision_config"]) if "precision_config" in attributes else ""
        short = operation.name != "stablehlo.while" and precision.count("HIGHEST") < 2
        within = next((name for name in ours if name != "multiply"), "?")
        found[operation.name.removeprefix("stablehlo."), within, short] += 1
    for region in operation.regions:
        for block in region.blocks:
            for inner in block.operations:
                count(inner.operation, found)


def test_what_a_plan_is_made_of_has_full_precision(lowered):
    products = {(within, short) for name, within, short in lowered if name != "while"}
    assert {within for within, short in products if short} == SHORTENED
    full = {within for within, short in products if not short}
    assert full >= {"solve_poisson", "barycentric_map", "sinkhorn_to_itself.<locals>.sweep"}


def test_no_loop_is_left_that_need_not_be(lowered):
    assert {within for name, within, _ in lowered if name == "while"} == ITERATED


def cases(seed, ring):
    """Return offers and room of many columns: thin and dense, jammed and empty, one way and both."""
    rng = np.random.default_rng(seed)
    columns = (1, WIDTH)
    size, share = 2 ** rng.integers(1, 23, columns), rng.random(columns)
    offers = (rng.random((HEIGHT, WIDTH)) * size).astype(int) * (rng.random((HEIGHT, WIDTH)) < share)
    offers *= np.where(rng.random((HEIGHT, WIDTH)) < rng.choice([0, 0.5], columns), -1, 1)
    room = (rng.random((HEIGHT, WIDTH)) * 2 ** rng.integers(1, 23, columns)).astype(int)
    room *= rng.random((HEIGHT, WIDTH)) < rng.choice([0, 0.1, 0.9], columns)
    if not ring:
        offers[-1] = 0
    return jnp.float32(offers * QUANTUM), jnp.float32(room * QUANTUM)


@pytest.fixture(scope="module")
def by_rows():
    """Return acceptance with either border, and its derivatives, as a CPU has it; compiled before any other is."""
    return {boundary: compiled(boundary) for boundary in ("wall", "torus")}


def compiled(boundary):
    """Return the outcome of an acceptance and its derivatives, forwards and in reverse, as one program."""

    def program(offers, room, slopes, weights):
        def accepted(offers, room):
            return accept(offers, room, boundary)

        value, forwards = jax.jvp(accepted, (offers, room), slopes)
        return value, forwards, jax.vjp(accepted, offers, room)[1](weights)

    given = jax.ShapeDtypeStruct((HEIGHT, WIDTH), jnp.float32)
    return jax.jit(program).lower(given, given, (given, given), given).compile()


@pytest.mark.parametrize("boundary", ["wall", "torus"])
def test_acceptance_and_its_derivatives_are_the_same_to_the_bit(boundary, by_rows, elsewhere):
    """64 columns a round, each a case of its own. Slopes are whole numbers, whose sums have no order."""
    at_once, rng = compiled(boundary), np.random.default_rng(3)
    assert "while" in by_rows[boundary].as_text() and "while" not in at_once.as_text()
    held = 0
    for seed in range(20):
        offers, room = cases(seed, boundary == "torus")
        *slopes, weights = jnp.float32(rng.integers(-8, 9, (3, HEIGHT, WIDTH)))
        given = offers, room, tuple(slopes), weights
        expected = by_rows[boundary](*given)
        jax.tree.map(np.testing.assert_array_equal, at_once(*given), expected)
        held += (np.abs(expected[0]) < np.abs(offers)).sum()
    assert held > 1000


@pytest.mark.long
def test_a_battle_of_three_ends_in_the_recorded_bits(elsewhere):
    """The digest is that of `test_same_bits`, which CPUs compute."""
    battle = jnp.asarray(recorded.start()), jnp.asarray(recorded.velocities()), recorded.terrain()
    replay = jax.jit(lambda *given: recorded.replay(*given, LIMITERS["superbee"]))
    assert recorded.digest(replay(*battle)) == "9ddbf2f41e07ef69"


def test_ways_are_looked_along_at_once(elsewhere):
    rng = np.random.default_rng(0)
    starts, ways = rng.uniform(0, 30, (5, 6, 2)).astype(np.float32), rng.uniform(-20, 20, (5, 6, 2)).astype(np.float32)
    given = jnp.asarray(starts), jnp.asarray(ways), jnp.float32(rng.random((24, 30)) < 0.3)
    found = np.zeros((5, 6))
    for sample in range(16):
        column, row = np.moveaxis(np.trunc(starts + np.float32((sample + 0.5) / 16) * ways).astype(int), -1, 0)
        found += np.asarray(given[2])[np.clip(row, 0, 23), np.clip(column, 0, 29)]
    expected = found / 16 * np.hypot(*np.moveaxis(ways, -1, 0))
    np.testing.assert_allclose(jax.jit(crossed, static_argnums=3)(*given, 16), expected, rtol=1e-5)
    assert expected.max() > 1
