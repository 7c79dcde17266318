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

from nca_controller.guidance.clouds import FEW_POINTS, POINTS, cell_centres, cloud, fits, pools
from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.sinkhorn import destinations, match, match_itself
from nca_controller.guidance.speed import direction, limit, speed

NEAR = 3.0  # cells from its destination at which mass follows the Poisson flow instead


@struct.dataclass
class Plan:
    """Where everyone is to go, and what the next refresh starts from."""

    way: Float[Array, "H W 2"]  # from each cell to its destination, x, y in cells
    potential: Float[Array, " k"]  # of the target's cloud
    target: Float[Array, "H W"]
    level: Int[Array, ""]  # index into the levels of the field


def empty_plan(height: int, width: int) -> Plan:
    """Return the plan before any order: everyone stays where he is."""
    coarsest_fits = min(
        POINTS, math.ceil(height / pools(height, width)[0]) * math.ceil(width / pools(height, width)[0])
    )
    return Plan(
        way=jnp.zeros((height, width, 2)),
        potential=jnp.zeros(coarsest_fits),
        target=jnp.zeros((height, width)),
        level=jnp.zeros((), jnp.int32),
    )


def plan_transport(plan: Plan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Plan:
    """Return the plan from this mass to this target, refreshed from an earlier one; a constant in derivatives.

    An army is looked at as finely as POINTS coarse cells allow.
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

    On large fields a small army, whose men all find a place among fewer points, is spared the work of the others.
    """
    widths = pools(height, width)
    every = [(pool, POINTS) for pool in widths]
    return [(widths[0], FEW_POINTS), *every] if len(widths) > 1 else every


def plan_at(level: int, plan: Plan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Plan:
    """Return the refreshed plan at one level, whose width of coarse cells is also its blur."""
    height, width = mass.shape
    pool, points = levels(height, width)[level]
    blur = float(pool**2)
    held, wanted = cloud(mass, pool, points), cloud(target, pool, points)
    fresh = jnp.any(target != plan.target) | (plan.level != level)
    potential = plan.potential
    known = len(wanted.share)
    potential = potential.at[:known].set(match(held, wanted, potential[:known], fresh, blur))
    rows, columns = math.ceil(height / pool), math.ceil(width / pool)
    places = (cell_centres(rows, columns) * pool).reshape(-1, 2)
    way = destinations(places, wanted, potential[:known], blur)
    way -= destinations(places, held, match_itself(held, blur), blur)
    smooth = jax.image.resize(way.reshape(rows, columns, 2), (rows * pool, columns * pool, 2), "linear")
    return Plan(smooth[:height, :width], potential, target, jnp.asarray(level, jnp.int32))


def follow(plan: Plan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 3"]:
    """Return the planned velocity (x, y) and the proximity, 1 at the destination and 0 from NEAR cells on.

    Far from its destination mass goes straight there at full speed; near it the Poisson flow settles it to the cell.
    """
    far = jnp.minimum(speed(plan.way) / NEAR, 1.0)[..., None]
    velocity = limit(far * direction(plan.way) + (1 - far) * poisson_flow(mass, target))
    return jnp.concatenate([velocity, 1 - far], axis=-1)
