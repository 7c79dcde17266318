"""What makes a plan quick rather than short: long ways count for more, and a few of the army may lag.

An order stands when its last men arrive, so the longest way is what counts, not the sum of all (bottleneck transport).
A high power of the distance approaches that and leaves the plan smooth. And as an order counts as standing with its
last twentieth missing, the plan may leave somewhat less than that unmatched on both sides (partial transport:
Caffarelli and McCann, 2010), by a place to lag at that costs nothing. The whole twentieth would be too much: edges are
never quite sharp, so the order would wait for those who lag after all. Both fade out as the army closes in.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance.sinkhorn import Cost

GREATEST_URGENCY = 4.0  # how much more the longest way counts than its square says
POWER = 3.0  # of the squared distance, by which urgency grows with the way
FARTHEST = 2.0  # times the square of the longest way: where urgency ends to grow
SLACK = 0.03  # share of the army that may lag
LEAST_SLACK = 1e-4  # share that always may, so that a logarithm can be taken
CLOSE = 6.0  # cells: where the longest way is no more, there is no hurry; from twice as many on, there is all of it
CROSSING = 1e5  # cost of sending those who lag to where nobody is missing


def urgency_of(longest: Float[Array, ""]) -> Float[Array, ""]:
    """Return from 0 to 1 how much hurry the longest way, in cells, calls for."""
    return jnp.clip(longest / CLOSE - 1, 0, 1)


def urgent_cost(squared: Cost, longest: Float[Array, ""]) -> Cost:
    """Return what ways of these squared lengths cost, in squared cells; about the square where there is no hurry."""
    urgency = GREATEST_URGENCY * urgency_of(longest)
    relative = jnp.minimum(squared / jnp.maximum(longest, CLOSE) ** 2, FARTHEST)
    return squared * (1 + urgency * relative**POWER) / (1 + urgency)


def with_slack(cost: Cost) -> Cost:
    """Return the cost with one more row and column: where a man lags, and whom a place lacks, at no cost."""
    return jnp.pad(cost, ((0, 1), (0, 1))).at[-1, -1].set(CROSSING)


def log_slack(longest: Float[Array, ""]) -> Float[Array, " 1"]:
    """Return the logarithm of the share that may lag."""
    return jnp.log(jnp.maximum(SLACK * urgency_of(longest), LEAST_SLACK))[None]
