"""Entropic optimal transport between clouds, for squared distances (Cuturi, "Sinkhorn distances", 2013).

Potentials are in squared cells, and all sums of exponentials in the logarithm's domain: far points do not vanish.
`blur` is the entropy's weight, in squared cells: mass is matched within about its root.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from nca_controller.guidance.clouds import Cloud

SWEEPS = 20  # iterations at a refresh
FIRST_SWEEPS = 30  # iterations for a new target, from a wide blur to the narrow one
NARROWING = 1.4  # by how much the blur shrinks from sweep to sweep
OVERSHOOT = 1.7  # over-relaxation (Thibault et al., "Overrelaxed Sinkhorn-Knopp", 2021); 1 is plain Sinkhorn
SELF_SWEEPS = 8  # averaged iterations for a plan from a cloud to itself: these converge at once


def match(
    source: Cloud, target: Cloud, potential: Float[Array, " k"], fresh: Bool[Array, ""], blur: float
) -> Float[Array, " k"]:
    """Return the target's potential of the plan from source to target, starting from an earlier one unless fresh."""
    cost = squared_distances(source.points, target.points)
    widest = cost.max() / 2

    def sweep(number: Array, potential: Float[Array, " k"]) -> Float[Array, " k"]:
        narrowed = jnp.maximum(blur, widest * NARROWING ** -number.astype(jnp.float32))
        width = jnp.where(fresh, narrowed, blur)
        of_source = -width * jax.nn.logsumexp((potential - cost) / width + target.share, axis=1)
        balanced = -width * jax.nn.logsumexp((of_source[:, None] - cost) / width + source.share[:, None], axis=0)
        return potential + OVERSHOOT * (balanced - potential)

    start = jnp.where(fresh, 0.0, potential)
    return jax.lax.fori_loop(0, jnp.where(fresh, FIRST_SWEEPS, SWEEPS), sweep, start)


def match_itself(cloud: Cloud, blur: float) -> Float[Array, " k"]:
    """Return the potential of the plan from a cloud to itself."""
    cost = squared_distances(cloud.points, cloud.points)

    def sweep(_: int, potential: Float[Array, " k"]) -> Float[Array, " k"]:
        return (potential - blur * jax.nn.logsumexp((potential - cost) / blur + cloud.share, axis=1)) / 2

    return jax.lax.fori_loop(0, SELF_SWEEPS, sweep, jnp.zeros_like(cloud.share))


def destinations(
    places: Float[Array, "n 2"], target: Cloud, potential: Float[Array, " k"], blur: float
) -> Float[Array, "n 2"]:
    """Return for every place (x, y) the mean point of what the plan sends mass from there to."""
    weights = jax.nn.softmax((potential - squared_distances(places, target.points)) / blur + target.share, axis=1)
    return weights @ target.points


def squared_distances(to: Float[Array, "n 2"], of: Float[Array, "k 2"]) -> Float[Array, "n k"]:
    """Return the squared distance of all pairs."""
    return ((to[:, None] - of) ** 2).sum(axis=-1)
