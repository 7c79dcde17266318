"""What every commander is: the protocol, the speed it reckons with, and how it steers alone."""

from __future__ import annotations

from typing import Any, Protocol

from jaxtyping import Array, Float

from engine.plugin import Exported
from nca_controller.guidance.planner import CompiledPlanner
from nca_controller.physics import Terrain

DT = 0.25  # units of time in a step of the transport
STEPS = 2  # steps in a tick
MAX_SPEED = DT * STEPS  # cells per tick of a velocity of 1

OrderField = Float[Array, "H W 3"]  # velocity (x, y), at most 1 long, and proximity to the destination from 0 to 1


class Commander(Protocol):
    """Orders a velocity for every cell. A pytree, so that it passes through jit, grad and vmap."""

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> Any:
        """Return the memory of a commander that has had no order yet."""
        ...

    def order(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> tuple[OrderField, Any]:
        """Return the order for every cell, and the memory for the next tick."""
        ...


class Planning(Protocol):
    """What the project's commanders are made of: a plan, which may take long, and the order that follows from it."""

    def plan(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Any:
        """Return the memory with what is planned in a tick."""
        ...

    def follow(self, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> OrderField:
        """Return the order by what a memory has planned; quick, and by the mass as it is."""
        ...


class Alone:
    """Makes a plan and what follows from it a commander, and a commander a controller: its order is the velocity."""

    max_speed = MAX_SPEED

    def order(
        self: Planning, memory: Any, mass: Float[Array, "H W"], target: Float[Array, "H W"]
    ) -> tuple[OrderField, Any]:
        """Return the order for every cell, and the memory for the next tick."""
        memory = self.plan(memory, mass, target)
        return self.follow(memory, mass, target), memory

    def steer(
        self: Commander,
        memory: Any,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], Any]:
        order, memory = self.order(memory, mass, target)
        return order[..., :2], memory

    def planned(self, memory: Any, velocity: Float[Array, "H W 2"]) -> Float[Array, "H W 2"]:
        """Return the velocity of the last tick, which is what the commander ordered."""
        return velocity

    def network(self) -> None:
        return None

    def export(self) -> Exported:
        """Return what other simulations need: the planner, whose order is the velocity.

        Raises ValueError for a subclass that steers otherwise.
        """
        if type(self).steer is not Alone.steer:
            raise ValueError(f"{type(self).__name__} steers in its own way: give it an own export")
        return Exported({}, {}, None, planner_of(self), self.max_speed)


def planner_of(commander: Any) -> CompiledPlanner:
    """Return a commander as a planner; a subclass that orders in its own way does not plan ahead."""
    return CompiledPlanner(commander, getattr(type(commander), "order", None) is Alone.order)
