"""The commander: a transport plan between clouds, refreshed now and then, and the order that cells make of it.

Blur draws every destination towards the middle of its surroundings. The blurred plan from the mass to itself tells by
how much, and is taken off (Feydy et al., "Interpolating between OT and MMD", 2019): who stands right stays.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance.clouds import FEW_POINTS, POINTS, cell_centres, cloud, fits, pooled, pools
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.sinkhorn import (
    FIRST_ROUNDS,
    ROUNDS,
    barycentric_map,
    sinkhorn,
    sinkhorn_to_itself,
    squared_distances,
)
from nca_controller.guidance.speed import clipped, speed, unit
from nca_controller.guidance.urgency import SLACK, log_slack, urgent_cost, with_slack

BLUR = 0.5  # square of the blur, as a share of that of a coarse cell
NEAR = 3.0  # cells from its destination at which mass follows the Poisson flow instead


@struct.dataclass
class TransportPlan:
    """Where everyone is to go, and what the next refresh starts from."""

    displacement: Float[Array, "H W 2"]  # from each cell to its destination, x, y in cells
    potential: Float[Array, " k+1"]  # of the target's cloud, and of log_slack
    target: Float[Array, "H W"]
    level: Int[Array, ""]  # index into the levels of the field
    longest: Float[Array, ""]  # way, in cells, of all but those who may lag


def empty_plan(height: int, width: int) -> TransportPlan:
    """Return the plan before any order: everyone stays where he is."""
    return TransportPlan(
        displacement=jnp.zeros((height, width, 2)),
        potential=jnp.zeros(min(POINTS, finest_cells(height, width)) + 1),
        target=jnp.zeros((height, width)),
        level=jnp.zeros((), jnp.int32),
        longest=jnp.zeros(()),
    )


@jax.jit
def plan_transport(plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> TransportPlan:
    """Return the plan from this mass to this target, refreshed from an earlier one; a constant in derivatives.

    An army is looked at as finely as POINTS coarse cells allow. Compiled, so that loops may call it.
    """
    mass, target = jax.lax.stop_gradient((mass, target))
    offered = levels(*mass.shape)
    if len(offered) == 1:
        return plan_at(0, plan, mass, target)
    enough = [fits(mass, pool, points) & fits(target, pool, points) for pool, points in offered[:-1]]
    level = jnp.argmax(jnp.stack([*enough, jnp.array(True)]))
    return jax.lax.switch(
        level, [lambda level=level: plan_at(level, plan, mass, target) for level in range(len(offered))]
    )


def levels(height: int, width: int) -> list[tuple[int, int]]:
    """Return the widths of coarse cells and the points of a cloud that a field offers, the most exact first.

    A small army, whose men all find a place among fewer points, is spared the work of the others.
    """
    widths = pools(height, width)
    every = [(pool, POINTS) for pool in widths]
    return [(widths[0], FEW_POINTS), *every] if finest_cells(height, width) > FEW_POINTS else every


def finest_cells(height: int, width: int) -> int:
    """Return how many coarse cells a field has at the finest."""
    pool = pools(height, width)[0]
    return math.ceil(height / pool) * math.ceil(width / pool)


def plan_at(level: int, plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> TransportPlan:
    """Return the refreshed plan at one level, of whose width of coarse cells the blur is a share."""
    height, width = mass.shape
    pool, points = levels(height, width)[level]
    blur = BLUR * pool**2
    held, wanted = cloud(mass, pool, points), cloud(target, pool, points)
    fresh = jnp.any(target != plan.target) | (plan.level != level)
    known = len(wanted.log_share)
    squared = squared_distances(held.points, wanted.points)
    # A new order is planned for the shortest ways first, which tells the longest, and then for haste.
    start = jnp.where(fresh, 0.0, plan.potential[: known + 1])
    start = start.at[:known].set(
        sinkhorn(squared, held.log_share, wanted.log_share, start[:known], blur, jnp.where(fresh, FIRST_ROUNDS, 0))
    )
    shortest = speed(barycentric_map(squared, wanted, start[:known], blur) - held.points)
    longest = jnp.where(fresh, longest_way(shortest, jnp.exp(held.log_share)), plan.longest)
    cost, lag = with_slack(urgent_cost(squared, longest)), log_slack(longest)
    potential = sinkhorn(cost, jnp.append(held.log_share, lag), jnp.append(wanted.log_share, lag), start, blur, ROUNDS)
    rows, columns = math.ceil(height / pool), math.ceil(width / pool)
    standing = pooled(mass, pool)
    near = nearby(standing, 2 * points)
    places = (cell_centres(rows, columns) * pool).reshape(-1, 2)[near]
    told = barycentric_map(urgent_cost(squared_distances(places, wanted.points), longest), wanted, potential[:-1], blur)
    told -= barycentric_map(squared_distances(places, held.points), held, sinkhorn_to_itself(held, blur), blur)
    way = jnp.zeros((rows * columns, 2)).at[near].set(told)
    smooth = jax.image.resize(way.reshape(rows, columns, 2), (rows * pool, columns * pool, 2), "linear")
    return TransportPlan(
        displacement=smooth[:height, :width],
        potential=plan.potential.at[: known + 1].set(potential),
        target=target,
        level=jnp.asarray(level, jnp.int32),
        longest=longest_way(speed(way), standing.ravel()),
    )


def nearby(standing: Float[Array, "h w"], most: int) -> Int[Array, " n"]:
    """Return the coarse cells at which mass stands or beside which it does, the heaviest ones where there are many."""
    around = jax.lax.reduce_window(standing, 0.0, jax.lax.max, (3, 3), (1, 1), "SAME")
    return jax.lax.top_k(around.ravel(), min(most, around.size))[1]


def longest_way(ways: Float[Array, " n"], mass: Float[Array, " n"]) -> Float[Array, ""]:
    """Return the way, in cells, that the mass does not exceed, but for the share that may lag."""
    order = jnp.argsort(ways)
    ahead = jnp.cumsum(mass[order])
    return ways[order][jnp.searchsorted(ahead, (1 - SLACK) * ahead[-1])]


def follow(plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 3"]:
    """Return the planned velocity (x, y) and the proximity, 1 at the destination and 0 from NEAR cells on.

    Far from its destination mass goes straight there at full speed; near it the Poisson flow settles it to the cell.
    """
    far = jnp.minimum(speed(plan.displacement) / NEAR, 1.0)[..., None]
    velocity = clipped(far * unit(plan.displacement) + (1 - far) * poisson_flow(mass, target))
    return jnp.concatenate([velocity, 1 - far], axis=-1)
