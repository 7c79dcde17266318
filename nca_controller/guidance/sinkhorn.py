"""Entropic optimal transport between clouds (Cuturi, "Sinkhorn distances", 2013), by stabilised scaling.

Potentials are in the cost's unit. Sums of exponentials are taken in the logarithm's domain once a round; in between,
the plan that these potentials define is scaled by plain matrix products (Schmitzer, "Stabilized sparse scaling
algorithms", 2019). `blur` is the entropy's weight: with squared distances mass is matched within about its root.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from nca_controller.guidance.clouds import Cloud
from nca_controller.guidance.products import multiply

ROUNDS = 4  # of a refresh, each with potentials taken anew in the logarithm's domain
FIRST_ROUNDS = 12  # of a new target, from a wide blur to the narrow one
SWEEPS = 20  # iterations in a round
NARROWING = 2.0  # by how much the blur shrinks from round to round
OVERSHOOT = 1.7  # over-relaxation (Thibault et al., "Overrelaxed Sinkhorn-Knopp", 2021); 1 is plain Sinkhorn
FARTHEST = 1e12  # factor by which a round rescales a column at most
SELF_SWEEPS = 8  # averaged iterations for a plan from a cloud to itself: these converge at once

Cost = Float[Array, "n k"]


def sinkhorn(
    cost: Cost,
    source: Float[Array, " n"],
    target: Float[Array, " k"],
    potential: Float[Array, " k"],
    blur: float,
    rounds: int | Int[Array, ""],
) -> Float[Array, " k"]:
    """Return the target's potential of the plan from source to target, starting from another one.

    `source` and `target` are the logarithms of shares that add up to the same. The blur narrows from round to round
    and is the given one in the last.
    """
    supply, demand = jnp.exp(source), jnp.exp(target)

    def scale(number: Array, potential: Float[Array, " k"]) -> Float[Array, " k"]:
        width = blur * NARROWING ** jnp.asarray(rounds - 1 - number, jnp.float32)
        source_potential = -width * jax.nn.logsumexp((potential[None] - cost) / width + target[None], axis=1)
        plan = jnp.exp(jnp.minimum((source_potential[:, None] + potential[None] - cost) / width, 60.0))

        def sweep(_: int, columns: Float[Array, " k"]) -> Float[Array, " k"]:
            rows = 1 / jnp.maximum(multiply(plan, demand * columns), 1 / FARTHEST)
            balanced = 1 / jnp.maximum(multiply(supply * rows, plan), 1 / FARTHEST)
            return jnp.clip(columns * (balanced / columns) ** OVERSHOOT, 1 / FARTHEST, FARTHEST)

        columns = jax.lax.fori_loop(0, SWEEPS, sweep, jnp.ones_like(potential))
        return potential + width * jnp.log(columns)

    return jax.lax.fori_loop(0, rounds, scale, potential)


def sinkhorn_to_itself(cloud: Cloud, blur: float) -> Float[Array, " k"]:
    """Return the potential of the plan from a cloud to itself, for squared distances."""
    kernel = jnp.exp(-squared_distances(cloud.points, cloud.points) / blur) * jnp.exp(cloud.log_share)[None]

    def sweep(_: int, scale: Float[Array, " k"]) -> Float[Array, " k"]:
        return jnp.sqrt(scale / (multiply(kernel, scale) + 1 / FARTHEST))

    return blur * jnp.log(jax.lax.fori_loop(0, SELF_SWEEPS, sweep, jnp.ones_like(cloud.log_share)))


def barycentric_map(cost: Cost, target: Cloud, potential: Float[Array, " k"], blur: float) -> Float[Array, "n 2"]:
    """Return for every place the mean of the points that the plan sends its mass to; `cost` is from the places."""
    shares = jax.nn.softmax((potential[None] - cost) / blur + target.log_share[None], axis=1)
    return multiply(shares, target.points)


def squared_distances(to: Float[Array, "n 2"], of: Float[Array, "k 2"]) -> Cost:
    """Return the squared distance of all pairs."""
    return ((to[:, None] - of[None]) ** 2).sum(axis=-1)
