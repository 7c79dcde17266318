"""The simulation on OpenGL: the same battles as JAX's, every promise of the border, and what it refuses."""

import gc

import numpy as np
import pytest
from side_by_side import check_alike, crossing, marched

from engine import formations
from engine.compute import simulation as module
from engine.compute.simulation import GlSimulation
from engine.formations import form_up
from engine.gl import passes, plain_texture
from engine.io import InputError
from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller
from nca_controller.testing import check_simulation

pytestmark = [pytest.mark.window, pytest.mark.compiles]
NAMES = sorted(formations.load())


@pytest.fixture(scope="module")
def gl(missing_opengl):
    if missing_opengl is not None:
        pytest.skip(missing_opengl)
    return GlSimulation()


@pytest.fixture(scope="module")
def jax():
    return JaxSimulation()


@pytest.fixture(scope="module")
def default():
    return load_controller("default")


def both(gl, jax, controllers, ground, starts, targets, ticks=200, sides=None):
    return [marched(one, controllers, ground, starts, targets, ticks, sides) for one in (jax, gl)]


@pytest.mark.parametrize(("name", "grid", "mass"), [("wedge", (48, 64), 200.0), ("square", (72, 96), 420.0)])
def test_an_army_forms_as_it_does_in_jax(name, grid, mass, gl, jax, default):
    ground, starts, targets = crossing(name, grid, mass)
    check_alike(*both(gl, jax, [default], ground, starts, targets), starts)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_every_formation_forms_as_it_does_in_jax(name, gl, jax, default):
    ground, starts, targets = crossing(name, (72, 96), 420.0)
    check_alike(*both(gl, jax, [default], ground, starts, targets, 240), starts)


@pytest.mark.long
@pytest.mark.parametrize("sides", [(0, 0), (0, 1)])
def test_two_regiments_march_as_they_do_in_jax(sides, gl, jax, default):
    """Friends cross each other's way, enemies march side by side."""
    ground, known = Ground.plain(72, 96), formations.load()
    rows = (18, 54) if sides == (0, 1) else (54, 18)
    starts = np.stack([formations.crowd(200.0, ground, centre=(20, row)) for row in (18, 54)])
    targets = np.stack(
        [
            form_up(known[name], 200.0, ground, centre=(68, row)).target
            for name, row in zip(("line", "wedge"), rows, strict=True)
        ]
    )
    check_alike(*both(gl, jax, [default] * 2, ground, starts, targets, 240, sides), starts)


@pytest.mark.parametrize("commander", ["poisson"])
def test_it_keeps_every_promise_of_the_border(commander, gl):
    check_simulation(gl, controllers=[load_controller(commander)] * 2)


@pytest.mark.long
def test_it_keeps_every_promise_with_cells(gl, default):
    check_simulation(gl, controllers=[default, load_controller("ground")])


def test_who_stands_in_its_place_rests_and_an_order_wakes_it(gl):
    ground, starts, targets = crossing("square", (48, 64), 200.0)
    state = gl.reset(targets, ground, [load_controller("poisson")], 0)
    for _ in range(60):
        state = gl.tick(state, targets)
    assert not gl.read(state, ("velocity",))["velocity"].any() and state.fields.result().flux is None
    held = state.fields.result().mass
    state = gl.tick(state, targets)
    assert state.fields.result().mass is held  # nothing was computed
    for _ in range(3):
        state = gl.tick(state, starts)
    assert np.abs(gl.read(state, ("flux_x",))["flux_x"]).sum() > 0


def test_battles_in_turns_are_the_same_as_each_alone(gl):
    """What one tick leaves in textures is no business of the next, whichever battle that is of."""
    ground, starts, targets = crossing("wedge", (48, 64), 200.0)
    given = [(starts, targets), (targets, starts), (starts[:, ::-1], targets[:, :, ::-1])]
    led = [load_controller("poisson")]

    def begun(start):
        return gl.reset(np.ascontiguousarray(start), ground, led, 0)

    def fields(state):
        return gl.read(state, ("mass", "flux_x", "flux_y", "velocity"))

    alone = []
    for start, target in given:
        state = begun(start)
        for _ in range(25):
            state = gl.tick(state, target)
        alone.append(fields(state))
        del state
        gc.collect()
    states = [begun(start) for start, _ in given]
    kept = []
    for tick in range(25):
        states = [gl.tick(state, target) for state, (_, target) in zip(states, given, strict=True)]
        if tick == 9:
            kept = list(states)
    for state, wanted in zip(states, alone, strict=True):
        for name, field in fields(state).items():
            np.testing.assert_array_equal(field, wanted[name], err_msg=name)
    for _ in range(15):  # back to an earlier tick, in another order
        kept = [gl.tick(state, target) for state, (_, target) in zip(kept[::-1], given[::-1], strict=True)][::-1]
    for state, wanted in zip(kept, alone, strict=True):
        np.testing.assert_array_equal(fields(state)["mass"], wanted["mass"])


def test_a_battle_of_slower_cells_is_another_kind(gl, default):
    """All else that is compiled is alike."""
    ground, starts, targets = crossing("square", (48, 64), 200.0)

    def fastest(controller):
        state = gl.tick(gl.reset(starts, ground, [controller], 0), targets)
        return np.linalg.norm(gl.read(state, ("velocity",))["velocity"], axis=-1).max()

    speeds = [fastest(one) for one in (default, default.replace(max_speed=0.1), default)]
    np.testing.assert_allclose(speeds, [0.5, 0.1, 0.5], rtol=1e-4)


def test_textures_are_given_back(gl, monkeypatch):
    ground, starts, targets = crossing("square", (48, 64), 200.0)
    made = []

    def counted(*given, **words):
        made.append(given)
        return plain_texture(*given, **words)

    monkeypatch.setattr(passes, "plain_texture", counted)

    def play(ticks):
        state = gl.reset(starts, ground, [load_controller("poisson")], 0)
        for _ in range(ticks):
            state = gl.tick(state, targets)
            gl.read(state, ("mass",))
        gc.collect()

    play(5)
    made.clear()
    play(40)
    assert len(made) <= 4


def test_a_battle_that_it_cannot_hold_is_refused_in_a_line(gl):
    ground = Ground.plain(16, 64)
    mass = np.zeros((17, 16, 64), np.float32)
    with pytest.raises(InputError, match=r"this graphics card moves \d+ regiments at most, not 17"):
        gl.reset(mass, ground, [load_controller("poisson")] * 17, 0)
    with pytest.raises(InputError, match="hands nothing over to other simulations, for lack of export"):
        gl.reset(mass[:1], ground, [object()], 0)
    with pytest.raises(ValueError, match="one for each of 2 regiments"):
        gl.reset(mass[:2], ground, [load_controller("poisson")], 0)
    with pytest.raises(ValueError, match="within the capacity of open cells"):
        gl.reset(mass[:1] + 2, ground, [load_controller("poisson")], 0)
    state = gl.reset(mass[:1] + 0.5, ground, [load_controller("poisson")], 0)
    for targets in (np.zeros((1, 64, 16)), np.full((1, 16, 64), np.nan), np.full((1, 16, 64), -1.0)):
        with pytest.raises(ValueError, match="targets must be"):
            gl.tick(state, targets)


def test_a_field_of_another_name_is_a_key_error(gl):
    state = gl.reset(np.full((1, 16, 64), 0.5, np.float32), Ground.plain(16, 64), [load_controller("poisson")], 0)
    with pytest.raises(KeyError):
        gl.read(state, ("morale",))


def test_a_lost_context_is_told_from_the_totals():
    mass = np.ones((2, 4, 4), np.float32)
    module.check_totals(mass, mass)
    with pytest.raises(InputError, match="lost its context"):
        module.check_totals(0 * mass, mass)


def test_without_opengl_it_says_so_in_a_line(monkeypatch):
    import moderngl

    def fail(**settings):
        raise RuntimeError("cannot\ncreate it")

    monkeypatch.setattr(moderngl, "create_context", fail)
    with pytest.raises(InputError, match=r"no OpenGL 3\.3 without a window: cannot create it"):
        GlSimulation()
