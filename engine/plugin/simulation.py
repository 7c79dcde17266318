"""What the game asks of a simulation.

Plain NumPy crosses this border. Positions and lengths are in cells, x to the right and y downwards; times are in ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float

from engine.plugin.ground import Ground


class Simulation(Protocol):
    """Moves the mass of R regiments on one ground, all at once. One implementation per backend.

    A state is opaque and never changes in place, so the game may keep, compare and rewind states.
    """

    backend: str  # "cpu", "gpu", ...
    device: str  # the device's name, as its maker gives it

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Any],
        seed: int,
        sides: Sequence[int] | None = None,
        # combat: Combat | None = None, of those that have it
    ) -> Any:
        """Return the state in which regiment r holds mass[r] and obeys controllers[r].

        `sides[r]` is the side of regiment r, one for all by default: friends pass through each other, enemies do not.
        A simulation that takes `combat` has the laws of battle, and its `tick` takes a `Conduct` beside the targets;
        both are passed only where a battle asks for combat.
        """
        ...

    def tick(self, state: Any, targets: Float[np.ndarray, "R H W"]) -> Any:
        """Return the state one tick later. Each target has its regiment's total, and may change at any tick."""
        ...

    def read(self, state: Any, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields of a state.

        "mass" (R, H, W); "velocity" (R, H, W, 2), commanded, in cells per tick; "flux_x" (R, H, W + 1) and
        "flux_y" (R, H + 1, W), the mass that crossed each face in the last tick, positive to the right and downwards.
        "planned" (R, H, W, 2), the velocity that commanders planned before their cells corrected it, in cells per tick;
        a backend without it raises KeyError or AttributeError. With combat also "fallen" and "fled" (R, H, W), int32 in
        quanta, counted since the start in the cells where it happened; "morale", "fatigue" and "engaged" (R,), float32
        from 0 to 1; "condition" (R,), int8, indices of CONDITIONS; "facing" (R, 2), unit vectors.
        """
        ...


def missing_parts(simulation: Any) -> list[str]:
    """Return the names that an object lacks to be a Simulation, or that are of a wrong kind; none where it is one."""
    texts = [name for name in ("backend", "device") if not isinstance(getattr(simulation, name, None), str)]
    return [*texts, *(name for name in ("reset", "tick", "read") if not callable(getattr(simulation, name, None)))]


def has_combat(simulation: Any) -> bool:
    """Return whether a simulation has the laws of battle: its `reset` takes `combat`."""
    return "combat" in signature(simulation.reset).parameters
