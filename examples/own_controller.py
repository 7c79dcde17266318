"""A controller of one's own: it says velocities for one regiment, and the simulation alone moves the mass.

Registered under the entry point `maniple.controllers` it would be a name for --controller and for Tab:

    python examples/own_controller.py
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flax import struct
from jaxtyping import Array, Float

from nca_controller import Plan, Terrain, create_formation_target, load_controller, rollout
from nca_controller.metrics import overlap


@struct.dataclass
class Cautious:
    """Follows the transport plan, but slower where cells are dense. A pytree, so it passes through jit, grad, vmap."""

    caution: float = 0.5  # share of the speed that a full cell loses
    max_speed: float = struct.field(pytree_node=False, default=0.5)  # cells per tick

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> Any:
        """Return the memory of a regiment that has had no order yet."""
        return Plan().init(mass, terrain, seed)

    def steer(
        self,
        memory: Any,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], Any]:
        """Return the velocity in cells per unit time, at most 1 long, and the memory for the next tick."""
        velocity, memory = Plan().steer(memory, mass, crowd, target, terrain)
        return velocity * (1 - self.caution * crowd)[..., None], memory

    def planned(self, memory: Any, velocity: Float[Array, "H W 2"]) -> Float[Array, "H W 2"]:
        """Return what was planned in the last tick: what was done."""
        return velocity

    def network(self) -> None:
        """Return the weights for other backends: there are none."""
        return None


def main() -> None:
    """Let a line form a wedge under the plan and under its cautious follower."""
    mass, target = (create_formation_target(name, 64, 96, mass=300.0) for name in ("line", "wedge"))
    for name, controller in (("plan", load_controller("plan")), ("cautious", Cautious())):
        filled = np.asarray(overlap(rollout(controller, mass, target, ticks=160), target))
        late = int(np.argmax(filled >= 0.95)) + 1 if filled.max() >= 0.95 else None
        print(f"{name}: t95 {late}, overlap {filled[-1]:.4f}")


if __name__ == "__main__":
    main()
