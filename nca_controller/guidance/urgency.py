"""Urgency: what makes a plan quick rather than short. Long ways cost more, and a small share of the army may lag.

An order is filled when its last soldiers arrive, so the longest way counts, not the sum of all (bottleneck transport).
A high power of the distance approaches that and leaves the plan smooth. And as an order counts as filled with its
last twentieth missing, the plan may leave somewhat less than that unmatched on both sides (partial transport:
Caffarelli and McCann, 2010), by a slack point that costs nothing. The whole twentieth would be too much: edges are
never quite sharp, so the order would wait for the slack after all. Both fade out as the army closes in.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance.sinkhorn import Cost

GREATEST_URGENCY = 4.0  # how much more than its square the longest way costs
POWER = 3.0  # of the squared distance, by which urgency grows with the way
FARTHEST = 2.0  # times the square of the longest way: beyond it urgency grows no more
SLACK = 0.03  # share of the army that may lag
LEAST_SLACK = 1e-4  # share that always may, so that a logarithm can be taken
CLOSE = 6.0  # cells: up to this longest way urgency is 0, and from twice as many on it is 1
CROSSING = 1e5  # cost of matching slack with slack


def urgency_of(longest: Float[Array, ""]) -> Float[Array, ""]:
    """Return the urgency, from 0 to 1, that the longest way, in cells, calls for."""
    return jnp.clip(longest / CLOSE - 1, 0, 1)


def urgent_cost(squared: Cost, longest: Float[Array, ""]) -> Cost:
    """Return what ways of these squared lengths cost, in squared cells; the square where there is no urgency."""
    urgency = GREATEST_URGENCY * urgency_of(longest)
    relative = jnp.minimum(squared / jnp.maximum(longest, CLOSE) ** 2, FARTHEST)
    return squared * (1 + urgency * relative**POWER) / (1 + urgency)


def with_slack(cost: Cost) -> Cost:
    """Return the cost with one more row and column, the slack: mass may lag and places stay empty at no cost."""
    return jnp.pad(cost, ((0, 1), (0, 1))).at[-1, -1].set(CROSSING)


def log_slack(longest: Float[Array, ""]) -> Float[Array, " 1"]:
    """Return the logarithm of the share that may lag."""
    return jnp.log(jnp.maximum(SLACK * urgency_of(longest), LEAST_SLACK))[None]
