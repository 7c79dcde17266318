"""What checks plugins finds each promise that one breaks, and lets pass what keeps them all."""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import struct
from own_simulation import DonorCell
from random_battles import long_forms

from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller
from nca_controller.testing import check_controller, check_simulation


@struct.dataclass
class Straight:
    """Goes to the right, and counts its ticks."""

    max_speed: float = struct.field(pytree_node=False, default=0.5)

    def init(self, mass, terrain, seed):
        return {"ticks": jnp.zeros((), jnp.int32)}

    def steer(self, memory, mass, crowd, target, terrain):
        return jnp.stack([jnp.ones_like(mass), 0 * mass], axis=-1), {"ticks": memory["ticks"] + 1}

    def planned(self, memory, velocity):
        return velocity

    def network(self):
        return None


class TooFast(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        velocity, memory = Straight().steer(memory, mass, crowd, target, terrain)
        return 2 * velocity, memory


class NotANumber(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        velocity, memory = Straight().steer(memory, mass, crowd, target, terrain)
        return velocity / (1 - mass[..., None]) * 0, memory


class WrongShape(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        return jnp.zeros((2, *mass.shape)), memory


class Drawing(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        velocity, memory = Straight().steer(memory, mass, crowd, target, terrain)
        return velocity * np.random.default_rng().random(), memory


class Mutating(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        memory["ticks"] = memory["ticks"] + 1
        return Straight().steer(memory, mass, crowd, target, terrain)[0], memory


class Growing(Straight):
    def steer(self, memory, mass, crowd, target, terrain):
        velocity, _ = Straight().steer(memory, mass, crowd, target, terrain)
        return velocity, {"ticks": jnp.append(memory["ticks"], 1)}


class NoPytree:
    max_speed, init, steer, planned = 0.5, Straight.init, Straight.steer, Straight.planned

    def network(self):
        return None


def endless():
    return Straight(max_speed=np.inf)


class Mute:
    pass


for one in (TooFast, NotANumber, WrongShape, Drawing, Mutating, Growing):
    jax.tree_util.register_static(one)


def test_a_controller_that_keeps_its_promises_passes():
    check_controller(Straight())


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (TooFast, "a velocity is 2 long: at most 1"),
        (NotANumber, "not finite where there is mass"),
        (WrongShape, r"must return velocities \(20, 28, 2\), not \(2, 20, 28\)"),
        (Drawing, "not deterministic"),
        (Mutating, "changes the memory that it is given"),
        (Growing, "the memory changes its form"),
        (NoPytree, "NoPytree is no pytree"),
        (endless, "max_speed must be a number above 0, not inf"),
        (Mute, r"Mute has no init\(\)"),
    ],
)
def test_what_a_controller_breaks_is_named(broken, complaint):
    with pytest.raises(AssertionError, match=complaint) as raised:
        check_controller(broken(), ticks=2)
    assert "\n" not in str(raised.value)


class Raising(Straight):
    def steer(self, *_):
        raise ZeroDivisionError("mine")


jax.tree_util.register_static(Raising)


def test_what_a_plugin_raises_is_left_alone():
    with pytest.raises(ZeroDivisionError, match="mine"):
        check_controller(Raising())


@pytest.mark.parametrize("name", long_forms("poisson", "plan", "default"))
def test_the_project_s_own_controllers_pass(name):
    check_controller(load_controller(name), ticks=3)


OPEN = [Ground.plain(20, 28)]  # the example takes all ground for open


class Leaking(DonorCell):
    def tick(self, state, targets):
        return replaced(super().tick(state, targets), mass=np.float32(0.5))


class Crowding(DonorCell):
    def tick(self, state, targets):
        after = super().tick(state, targets)
        moved = np.zeros_like(after.mass)
        moved[:, 6, 4:9], moved[:, 6, 6] = -after.mass[:, 6, 4:9], after.mass[:, 6, [4, 5, 7, 8]].sum(axis=1)
        return replaced(after, add=moved)


class Boasting(DonorCell):
    def read(self, state, fields):
        return {name: 3 * field if name == "velocity" else field for name, field in super().read(state, fields).items()}


class Hurrying(DonorCell):
    """Moves a tick's mass as several ticks'."""

    def tick(self, state, targets):
        after = state
        for _ in range(4):
            before, after = after, super().tick(after, targets)
            after = replaced(after, flux=before)
        return after


class Unaccounted(DonorCell):
    def tick(self, state, targets):
        after = super().tick(state, targets)
        return replaced(after, no_flux=True)


class Greedy(DonorCell):
    def tick(self, state, targets):
        targets[:] = 0
        return super().tick(state, targets)


@dataclass
class InPlace(DonorCell):
    def reset(self, mass, *given):
        return super().reset(mass.copy(), *given)

    def tick(self, state, targets):
        after = super().tick(state, targets)
        state.mass[:] = after.mass
        return after


class Chancy(DonorCell):
    def tick(self, state, targets):
        return super().tick(state, targets * np.float32(np.random.default_rng().random()))


@dataclass
class Counting(DonorCell):
    """Goes otherwise once it has gone for so long: no state of it can be gone back to."""

    ticks: list = field(default_factory=list)

    def reset(self, *given, **more):
        self.ticks.clear()
        return super().reset(*given, **more)

    def tick(self, state, targets):
        self.ticks.append(1)
        return super().tick(state, targets if len(self.ticks) < 5 else targets[:, ::-1])


def replaced(state, mass=1, add=0, flux=None, no_flux=False):
    """Return a state with another mass, or with the fluxes of the one before added or none."""
    import dataclasses

    changes = {"mass": (state.mass * mass + add).astype(np.float32)}
    if flux is not None:
        changes |= {"flux_x": state.flux_x + flux.flux_x, "flux_y": state.flux_y + flux.flux_y}
    if no_flux:
        changes |= {"flux_x": 0 * state.flux_x}
    return dataclasses.replace(state, **changes)


def test_a_simulation_that_keeps_its_promises_passes():
    check_simulation(DonorCell(), grounds=OPEN)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (Leaking, "at tick 1 regiments hold"),
        (Crowding, "more than its capacity"),
        (Boasting, "cells per tick, and the controllers' max_speed is 0.5"),
        (Hurrying, "crossed a face: faster than max_speed"),
        (Unaccounted, "the fluxes do not account for what moved"),
        (Greedy, "it changes the targets that it is given"),
        (InPlace, "the state of tick 0 changed afterwards"),
        (Chancy, "not deterministic: (played twice|gone back)"),
        (Counting, "gone back to an earlier state"),
        (object, "object lacks backend, device, reset, tick, read"),
    ],
)
def test_what_a_simulation_breaks_is_named(broken, complaint):
    with pytest.raises(AssertionError, match=complaint) as raised:
        check_simulation(broken(), grounds=OPEN)
    assert "\n" not in str(raised.value)


def test_ground_that_is_taken_for_open_is_seen():
    with pytest.raises(AssertionError, match=r"at tick \d+ a cell holds \S+ more than its capacity"):
        check_simulation(DonorCell(), ticks=20)


@pytest.mark.long
def test_the_project_s_own_simulation_passes():
    check_simulation(JaxSimulation())
