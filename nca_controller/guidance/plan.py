"""The commander's plan: entropic optimal transport on a coarse grid (Cuturi, 2013), read at every cell.

The cost is the squared distance, so its kernel is a product of one in x and one in y, and every sum over all pairs of
cells splits into two sums along an axis. All of it is in the logarithm's domain: armies are small and fields wide, and
the kernel of distant cells would be 0 in float32.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float

from nca_controller.guidance.poisson import poisson_flow
from nca_controller.guidance.speed import direction, limit, speed

POOL = 4  # cells that a coarse cell is wide and high
MOST_COARSE = 64  # coarse cells along the shorter side of a field; beyond it they grow
BLUR = 1.0  # spread of the plan, in coarse cells
SWEEPS = 10  # Sinkhorn iterations at each refresh
NEAR = 3.0  # cells from its destination at which mass follows the Poisson flow instead
EMPTY = -1e6  # logarithm of no mass, finite so that gradients are


@struct.dataclass
class Plan:
    """The dual potentials on the coarse grid, kept to start the next refresh from, and where to go."""

    potential: Float[Array, "h w"]  # of the plan from mass to target, in units of the squared blur
    standing: Float[Array, "h w"]  # of the plan from the mass to itself
    destination: Float[Array, "H W 2"]  # x, y in cells


def empty_plan(height: int, width: int) -> Plan:
    """Return the plan before any order: potentials of 0, everyone stays where he is."""
    pool = pool_size(height, width)
    coarse = jnp.zeros((math.ceil(height / pool), math.ceil(width / pool)))
    return Plan(coarse, coarse, cell_centres(height, width))


def plan_transport(plan: Plan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Plan:
    """Return the plan from this mass to this target, refreshed from an earlier one by a few Sinkhorn iterations.

    Blur draws every destination towards the middle of its surroundings. The blurred plan from the mass to itself tells
    by how much, and is taken off (Feydy et al., "Interpolating between OT and MMD", 2019): who stands right stays.
    """
    height, width = mass.shape
    pool = pool_size(height, width)
    held, wanted = log_share(pooled(mass, pool)), log_share(pooled(target, pool))
    rows, columns = coarse_centres(height, pool), coarse_centres(width, pool)
    blur = (BLUR * pool) ** 2
    down, across = -squared_distances(rows, rows) / blur, -squared_distances(columns, columns) / blur

    def sinkhorn(_: int, potentials: tuple[Array, Array]) -> tuple[Array, Array]:
        potential, standing = potentials
        from_mass = -log_convolve(potential + wanted, down, across)
        standing = (standing - log_convolve(standing + held, down, across)) / 2
        return -log_convolve(from_mass + held, down, across), standing

    potential, standing = jax.lax.fori_loop(0, SWEEPS, sinkhorn, (plan.potential, plan.standing))
    to_target = barycentres(potential + wanted, height, width, blur)
    to_itself = barycentres(standing + held, height, width, blur)
    return Plan(potential, standing, cell_centres(height, width) + to_target - to_itself)


def follow(plan: Plan, mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, "H W 3"]:
    """Return the planned velocity (x, y) and the proximity, 1 at the destination and 0 from NEAR cells on.

    Far from its destination mass goes straight there at full speed; near it the Poisson flow settles it to the cell.
    """
    way = plan.destination - cell_centres(*mass.shape)
    far = jnp.minimum(speed(way) / NEAR, 1.0)[..., None]
    velocity = limit(far * direction(way) + (1 - far) * poisson_flow(mass, target))
    return jnp.concatenate([velocity, 1 - far], axis=-1)


def pool_size(height: int, width: int) -> int:
    """Return how many cells wide and high a coarse cell is."""
    return max(POOL, math.ceil(min(height, width) / MOST_COARSE))


def pooled(mass: Float[Array, "H W"], pool: int) -> Float[Array, "h w"]:
    """Return the mass in each coarse cell; those at the far borders may reach over them."""
    height, width = mass.shape
    mass = jnp.pad(mass, ((0, -height % pool), (0, -width % pool)))
    return mass.reshape(mass.shape[0] // pool, pool, mass.shape[1] // pool, pool).sum(axis=(1, 3))


def log_share(mass: Float[Array, "h w"]) -> Float[Array, "h w"]:
    """Return the logarithm of each cell's share of the total."""
    held = mass > 0
    return jnp.where(held, jnp.log(jnp.where(held, mass, 1.0) / jnp.maximum(mass.sum(), 1e-9)), EMPTY)


def log_convolve(
    values: Float[Array, "h w"], down: Float[Array, "H h"], across: Float[Array, "W w"]
) -> Float[Array, "H W"]:
    """Return log sum_(j, k) exp(values[j, k] + down[i, j] + across[l, k]) for all (i, l), axis by axis."""
    along = jax.nn.logsumexp(values[:, None, :] + across, axis=2)
    return jax.nn.logsumexp(along[None] + down[:, :, None], axis=1)


def barycentres(values: Float[Array, "h w"], height: int, width: int, blur: float) -> Float[Array, "H W 2"]:
    """Return for every cell (x, y) the mean place of what the plan sends its mass to."""
    pool = pool_size(height, width)
    rows, columns = coarse_centres(height, pool), coarse_centres(width, pool)
    across = -squared_distances(jnp.arange(width) + 0.5, columns) / blur
    down = -squared_distances(jnp.arange(height) + 0.5, rows) / blur
    along = values[:, None, :] + across
    x = (jax.nn.softmax(along, axis=2) * columns).sum(axis=2)
    weight = jax.nn.softmax(jax.nn.logsumexp(along, axis=2)[None] + down[:, :, None], axis=1)
    return jnp.stack([(weight * x).sum(axis=1), (weight * rows[:, None]).sum(axis=1)], axis=-1)


def coarse_centres(size: int, pool: int) -> Float[Array, " n"]:
    """Return the coarse cells' centres along an axis, in cells."""
    return (jnp.arange(math.ceil(size / pool)) + 0.5) * pool


def squared_distances(to: Float[Array, " n"], of: Float[Array, " k"]) -> Float[Array, "n k"]:
    """Return (to - of)^2 for all pairs."""
    return (to[:, None] - of) ** 2


def cell_centres(height: int, width: int) -> Float[Array, "H W 2"]:
    """Return the centre (x, y) of every cell."""
    y, x = jnp.meshgrid(jnp.arange(height) + 0.5, jnp.arange(width) + 0.5, indexing="ij")
    return jnp.stack([x, y], axis=-1)
