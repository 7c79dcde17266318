"""Clouds: a field of mass as a few heavy points, which is what the commander sees of an army."""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

POINTS = 256  # points of a cloud; an army that needs more is seen more coarsely
FEW_POINTS = 96  # points of the cloud of a small army, which takes a seventh of the work
POOL = 4  # width and height of a coarse cell at the finest, in cells
MOST_COARSE = 64  # coarse cells along the shorter side of a field at the finest
LEAST_MASS = 0.05  # mass above which a coarse cell counts when the army is measured
EMPTY = -1e6  # logarithm of no mass, finite so that gradients are


class Cloud(NamedTuple):
    """Points where mass stands, and the logarithm of each point's share of the total: EMPTY for idle points."""

    points: Float[Array, "k 2"]  # x, y in cells
    log_share: Float[Array, " k"]


def pool_widths(height: int, width: int) -> tuple[int, ...]:
    """Return the widths of coarse cells, from the finest to one at which every coarse cell can be a point."""
    widths = [max(POOL, math.ceil(min(height, width) / MOST_COARSE))]
    while math.ceil(height / widths[-1]) * math.ceil(width / widths[-1]) > POINTS:
        widths.append(2 * widths[-1])
    return tuple(widths)


def cloud(mass: Float[Array, "H W"], pool: int, points: int = POINTS) -> Cloud:
    """Return the heaviest coarse cells, each as a point at its centre of mass."""
    cells = cell_centres(*mass.shape)
    masses = pooled(mass, pool).ravel()
    moments = jnp.stack([pooled(mass * cells[..., axis], pool).ravel() for axis in (0, 1)], axis=-1)
    weights, heaviest = jax.lax.top_k(masses, min(points, masses.size))
    occupied = weights > 0
    safe = jnp.where(occupied, weights, 1.0)
    centres = jnp.where(occupied[:, None], moments[heaviest] / safe[:, None], 0.0)
    return Cloud(centres, jnp.where(occupied, jnp.log(safe / jnp.where(occupied, weights, 0.0).sum()), EMPTY))


def fits(mass: Float[Array, "H W"], pool: int, points: int = POINTS) -> Bool[Array, ""]:
    """Return whether the mass fills no more coarse cells than a cloud has points."""
    return (pooled(mass, pool) > LEAST_MASS).sum() <= points


def pooled(mass: Float[Array, "H W"], pool: int) -> Float[Array, "h w"]:
    """Return the mass in each coarse cell; the last row and column may reach beyond the field."""
    height, width = mass.shape
    mass = jnp.pad(mass, ((0, -height % pool), (0, -width % pool)))
    return mass.reshape(mass.shape[0] // pool, pool, mass.shape[1] // pool, pool).sum(axis=(1, 3))


def cell_centres(height: int, width: int) -> Float[Array, "H W 2"]:
    """Return the centre (x, y) of every cell."""
    rows, columns = (jnp.arange(size, dtype=jnp.float32) + 0.5 for size in (height, width))
    y, x = jnp.meshgrid(rows, columns, indexing="ij")
    return jnp.stack([x, y], axis=-1)
