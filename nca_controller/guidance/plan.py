"""The transport plan between clouds, refreshed every few ticks, and the order that follows from it.

Blur draws every destination towards the mean of its surroundings. The blurred plan from the mass to itself measures
this bias, which is subtracted (Feydy et al., "Interpolating between OT and MMD", 2019): mass in its place stays there.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from nca_controller.guidance.clouds import FEW_POINTS, POINTS, cell_centres, cloud, fits, pool_widths, pooled
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
from nca_controller.physics import as_floats

BLUR = 0.5  # square of the blur, as a share of that of a coarse cell
NEAR = 3.0  # cells from its destination at which mass follows the Poisson flow instead


@struct.dataclass
class TransportPlan:
    """Displacements to the destinations, and what the next refresh starts from."""

    displacement: Float[Array, "H W 2"]  # from each cell to its destination, x, y in cells
    potential: Float[Array, " k+1"]  # of the target's cloud, and of the slack
    target: Float[Array, "H W"]
    level: Int[Array, ""]  # index into the levels of the field
    longest: Float[Array, ""]  # displacement, in cells, of all mass but the share that may lag


def empty_plan(height: int, width: int) -> TransportPlan:
    """Return the plan before any order: every displacement is 0."""
    return TransportPlan(
        displacement=jnp.zeros((height, width, 2), jnp.float32),
        potential=jnp.zeros(min(POINTS, finest_cells(height, width)) + 1, jnp.float32),
        target=jnp.zeros((height, width), jnp.float32),
        level=jnp.zeros((), jnp.int32),
        longest=jnp.zeros((), jnp.float32),
    )


@jax.jit
def plan_transport(plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> TransportPlan:
    """Return the plan from this mass to this target, refreshed from an earlier one; a constant in derivatives.

    An army is seen as finely as POINTS coarse cells allow. Compiled, so that loops may call it.
    """
    mass, target = (as_floats(name, field, "H W", jnp.float32) for name, field in (("mass", mass), ("target", target)))
    mass, target = jax.lax.stop_gradient((mass, target))
    choices = levels(*mass.shape)
    if len(choices) == 1:
        return plan_at(0, plan, mass, target)
    fitting = [fits(mass, pool, points) & fits(target, pool, points) for pool, points in choices[:-1]]
    level = jnp.argmax(jnp.stack([*fitting, jnp.array(True)]))
    return jax.lax.switch(
        level, [lambda level=level: plan_at(level, plan, mass, target) for level in range(len(choices))]
    )


def levels(height: int, width: int) -> list[tuple[int, int]]:
    """Return the widths of coarse cells and the points of a cloud that a field offers, the most exact first.

    An army that fits FEW_POINTS is spared the work of the others.
    """
    widths = pool_widths(height, width)
    every = [(pool, POINTS) for pool in widths]
    return [(widths[0], FEW_POINTS), *every] if finest_cells(height, width) > FEW_POINTS else every


def finest_cells(height: int, width: int) -> int:
    """Return how many coarse cells a field has at the finest."""
    pool = pool_widths(height, width)[0]
    return math.ceil(height / pool) * math.ceil(width / pool)


def plan_at(level: int, plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> TransportPlan:
    """Return the plan, refreshed at one level; the blur is a share of the level's width of coarse cells."""
    height, width = mass.shape
    pool, points = levels(height, width)[level]
    blur = BLUR * pool**2
    source, sink = cloud(mass, pool, points), cloud(target, pool, points)
    fresh = jnp.any(target != plan.target) | (plan.level != level)
    count = len(sink.log_share)
    squared = squared_distances(source.points, sink.points)
    # A new order is planned without urgency first: that gives the longest displacement, on which urgency depends.
    start = jnp.where(fresh, 0.0, plan.potential[: count + 1])
    start = start.at[:count].set(
        sinkhorn(squared, source.log_share, sink.log_share, start[:count], blur, jnp.where(fresh, FIRST_ROUNDS, 0))
    )
    lengths = speed(barycentric_map(squared, sink, start[:count], blur) - source.points)
    longest = jnp.where(fresh, longest_displacement(lengths, jnp.exp(source.log_share)), plan.longest)
    cost, slack = with_slack(urgent_cost(squared, longest)), log_slack(longest)
    potential = sinkhorn(
        cost, jnp.append(source.log_share, slack), jnp.append(sink.log_share, slack), start, blur, ROUNDS
    )
    rows, columns = math.ceil(height / pool), math.ceil(width / pool)
    coarse_mass = pooled(mass, pool)
    chosen = nearby(coarse_mass, 2 * points)
    centres = (cell_centres(rows, columns) * pool).reshape(-1, 2)[chosen]
    displacements = barycentric_map(
        urgent_cost(squared_distances(centres, sink.points), longest), sink, potential[:-1], blur
    )
    displacements -= barycentric_map(
        squared_distances(centres, source.points), source, sinkhorn_to_itself(source, blur), blur
    )
    coarse = jnp.zeros((rows * columns, 2), jnp.float32).at[chosen].set(displacements)
    fine = jax.image.resize(coarse.reshape(rows, columns, 2), (rows * pool, columns * pool, 2), "linear")
    return TransportPlan(
        displacement=fine[:height, :width],
        potential=plan.potential.at[: count + 1].set(potential),
        target=target,
        level=jnp.asarray(level, jnp.int32),
        longest=longest_displacement(speed(coarse), coarse_mass.ravel()),
    )


def nearby(coarse_mass: Float[Array, "h w"], most: int) -> Int[Array, " n"]:
    """Return the coarse cells in or beside which mass stands, the heaviest where there are more than `most`."""
    around = jax.lax.reduce_window(coarse_mass, np.float32(0), jax.lax.max, (3, 3), (1, 1), "SAME")
    return jax.lax.top_k(around.ravel(), min(most, around.size))[1]


def longest_displacement(lengths: Float[Array, " n"], mass: Float[Array, " n"]) -> Float[Array, ""]:
    """Return the length, in cells, that no displacement exceeds but for the share of the mass that may lag."""
    order = jnp.argsort(lengths)
    cumulative = jnp.cumsum(mass[order])
    # The same search: a loop on CPUs, which compile it sooner, and none elsewhere.
    method = "scan" if jax.default_backend() == "cpu" else "scan_unrolled"
    last = jnp.searchsorted(cumulative, (1 - SLACK) * cumulative[-1], method=method)
    return lengths[order][last]


def follow(plan: TransportPlan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 3"]:
    """Return the planned velocity (x, y) and the proximity, 1 at the destination and 0 from NEAR cells on.

    Far from its destination mass goes straight there at full speed; near it the Poisson flow settles it to the cell.
    """
    far = jnp.minimum(speed(plan.displacement) / NEAR, 1.0)[..., None]
    velocity = clipped(far * unit(plan.displacement) + (1 - far) * poisson_flow(mass, target))
    return jnp.concatenate([velocity, 1 - far], axis=-1)
