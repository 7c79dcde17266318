"""What a controller hands over to simulations that compute its cells by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float

from engine.io import InputError, plugin_errors
from engine.plugin.ground import Ground


class Planner(Protocol):
    """Plans for one regiment on the CPU. A memory is opaque and never changes in place.

    It gives the same answers to the same questions, and may be asked from any thread.
    """

    def begin(self, mass: Float[np.ndarray, "H W"], ground: Ground, seed: int) -> Any:
        """Return the memory of a regiment that has had no order yet."""
        ...

    def plan(self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> Any:
        """Return the memory with what is planned in a tick that begins so. It may take long, and land a tick late."""
        ...

    def order(
        self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]
    ) -> Float[np.ndarray, "H W 3"]:
        """Return the order, float32, by what a memory has planned, for the mass as it is; to be quick.

        An order is the planned velocity (x, y) in cells per unit time, of which a tick lasts TICK, and how near the
        destination is, from 0 to 1.
        """
        ...


@dataclass(frozen=True, eq=False)
class Exported:
    """What a controller hands over by its `export()` to simulations that compute its cells by themselves.

    `network` is GLSL, of version 330 and 300 es alike, that defines

        void network(const vec4 here[6], const vec4 ahead[6], const vec4 aside[6], out vec2 correction,
                     out vec4 nearer, out vec4 farther)

    from what a cell perceives, and its gradients along the two axes of the architecture's frame, to the outputs of the
    last layer: two for the velocity, then those of the eight hidden channels. The six are: presence of its own
    regiment, of others, of a wall, and its own mass; velocity and planned velocity; hidden channels, four by four;
    target mass, order; and share that is closed, missing capacity, mass of friends, of enemies, where it perceives
    these apart.
    """

    architecture: Mapping[str, Any]  # as the checkpoint names it; empty where a commander steers alone
    weights: Mapping[str, np.ndarray]  # as `network()` of the controller gives them; empty where there are none
    network: str | None  # None where a commander steers alone: then the order is the velocity
    planner: Planner
    max_speed: float  # cells per tick, to which velocities are limited


class Rules(Protocol):
    """The dynamics' rules of who rests and who gives way to friends, for R regiments. A memory never changes in place.

    It gives the same answers to the same questions, and may be asked from any thread.
    """

    def begin(self, mass: Float[np.ndarray, "R H W"]) -> Any:
        """Return the memory of a battle that begins: all are awake."""
        ...

    def judge(
        self,
        memory: Any,
        mass: Float[np.ndarray, "R H W"],
        targets: Float[np.ndarray, "R H W"],
        awake: Bool[np.ndarray, " R"],
        boundary: str,
        sides: Sequence[int],
    ) -> tuple[Bool[np.ndarray, " R"], Float[np.ndarray, " R"], Any]:
        """Return, for a tick that begins with this mass, who sleeps and who gives way, and the memory for the next.

        Who sleeps rests in the tick after this one, unless its target changes. How far each gives way, from 0 to 1,
        holds in this tick, in which those `awake` move; without friends it is 0.
        """
        ...


def exported(controller: Any) -> Exported:
    """Return what a controller hands over to simulations that compute its cells by themselves.

    Raises InputError, one line, where it hands over nothing or has cells that they cannot hold.
    """
    label = f"controller {type(controller).__name__}"
    if not callable(getattr(controller, "export", None)):
        raise InputError(f"{label} hands nothing over to other simulations, for lack of export()")
    with plugin_errors(label):
        try:
            made = controller.export()
        except ValueError as error:
            raise InputError(str(error)) from None
        if not isinstance(made, Exported):
            raise TypeError(f"export() must return an Exported, not {type(made).__name__}")
        return made
