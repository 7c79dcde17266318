"""A rollout: an order as one differentiable function, and what it comes to.

python examples/rollout.py --controller default --ticks 120
"""

from __future__ import annotations

import argparse

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from nca_controller import create_formation_target, load_controller, rollout
from nca_controller.metrics import overlap

HEIGHT, WIDTH, MASS = 64, 96, 300.0  # cells, and the army's mass


def main() -> None:
    """Let a line form a wedge; print the overlap as it grows, and how the mean overlap depends on where mass starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--controller", default="default", help="a model, or a commander: plan, poisson")
    parser.add_argument("--ticks", type=int, default=120)
    args = parser.parse_args()
    controller = load_controller(args.controller)
    mass, target = (create_formation_target(name, HEIGHT, WIDTH, mass=MASS) for name in ("line", "wedge"))
    masses = rollout(controller, mass, target, ticks=args.ticks)  # (ticks, H, W)
    filled = np.asarray(overlap(masses, target))
    for tick in range(19, args.ticks, 20):
        print(f"tick {tick + 1}: overlap {filled[tick]:.4f}")
    first = int(np.argmax(filled >= 0.95)) + 1 if filled.max() >= 0.95 else None
    print(f"t95 {first}, mass {'exact' if float(masses[-1].sum()) == MASS else 'NOT exact'}")

    def mean_overlap(start: Float[Array, "H W"]) -> Float[Array, ""]:
        return overlap(rollout(controller, start, target, ticks=8), target).mean()

    slope = jax.grad(mean_overlap)(mass)
    print(f"gradient over 8 ticks: norm {float(jnp.linalg.norm(slope)):.3g}, finite {bool(jnp.isfinite(slope).all())}")


if __name__ == "__main__":
    main()
