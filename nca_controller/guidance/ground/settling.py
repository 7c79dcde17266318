"""Settling: the flux that the flow leaves missing, spread over the ground as a potential's gradient.

laplace(psi) = mass - target - div F, with nothing across closed faces, by damped Jacobi sweeps from coarse to fine.
Where the flow is 0 and the ground open, this is the Poisson flow.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.guidance.clouds import pooled
from nca_controller.guidance.ground.flow import Flow, source_of
from nca_controller.guidance.ground.levels import Level
from nca_controller.guidance.speed import clipped, speed

SWEEPS = 12  # on each level
DAMPING = 0.9  # share of a sweep's correction that is taken
THIN = 0.05  # mass per cell, added to the divisor: cells with less are not sped up further
HASTE = 3.0  # of the mass that a cell shall pass on, it passes that share a unit of time, up to all
NEAR = 3.0  # cells from its destination at which mass begins to be near it


def settled_order(
    levels: tuple[Level, ...], flow: Flow, mass: Float[Array, "H W"], target: Float[Array, "H W"]
) -> Float[Array, "H W 3"]:
    """Return the velocity (x, y), at most 1 long, and the proximity: 1 at the destination, 0 from NEAR cells on."""
    finest = levels[0]
    missing = source_of(finest, 0, mass - target) - divergence(flow.x, flow.y)
    potential = solve(levels, missing)
    x = flow.x + jnp.where(finest.room_x > 0, jnp.roll(potential, -1, 1) - potential, 0)
    y = flow.y + jnp.where(finest.room_y > 0, jnp.roll(potential, -1, 0) - potential, 0)
    flux = jnp.stack([leaving(x, finest.room_x, 1), leaving(y, finest.room_y, 0)], axis=-1)
    way = flux / (mass + THIN)[..., None]
    proximity = 1 - jnp.minimum(speed(way) / NEAR, 1)
    return jnp.concatenate([clipped(HASTE * way), proximity[..., None]], axis=-1)


def leaving(flux: Float[Array, "H W"], room: Float[Array, "H W"], axis: int) -> Float[Array, "H W"]:
    """Return the flux by which a cell moves along an axis: the mean of its two faces', where it has a way.

    A cell moves one way at a time. Where both faces carry mass away, it goes with all of it to the side of the greater
    flux: of their difference a pattern of every other cell would feel nothing, and would stay. Against a closed face it
    does not press, which would only cost speed along it.
    """
    before, room_before = jnp.roll(flux, 1, axis), jnp.roll(room, 1, axis)
    mean = (flux + before) / 2
    onward = jnp.where(jnp.where(mean > 0, room, room_before) > 0, mean, 0)
    parting = jnp.where(flux >= -before, 1, -1) * (flux - before)
    return jnp.where((flux > 0) & (before < 0), parting, onward)


def divergence(x: Float[Array, "H W"], y: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return what leaves each cell; closed faces carry 0."""
    return x - jnp.roll(x, 1, 1) + y - jnp.roll(y, 1, 0)


def solve(levels: tuple[Level, ...], source: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return a potential whose Laplacian on the ground is about the source."""
    potential = None
    for number in reversed(range(len(levels))):
        level = levels[number]
        height, width = level.room_x.shape
        here = pooled(jnp.where(level.parts.main, source, 0), 2**number)
        if potential is None:
            start = jnp.zeros((height, width), jnp.float32)
        else:
            start = jnp.repeat(jnp.repeat(potential, 2, 0), 2, 1)[:height, :width]
        potential = relaxed(level, start, here)
    assert potential is not None
    return potential


def relaxed(level: Level, potential: Float[Array, "h w"], source: Float[Array, "h w"]) -> Float[Array, "h w"]:
    """Return the potential after SWEEPS sweeps on a level."""
    right, under = level.room_x, level.room_y
    left, over = jnp.roll(right, 1, 1), jnp.roll(under, 1, 0)
    faces = right + left + under + over
    share = jnp.where(faces > 0, DAMPING / jnp.where(faces > 0, faces, 1), 0)

    def sweep(_: int, potential: Float[Array, "h w"]) -> Float[Array, "h w"]:
        around = (
            right * jnp.roll(potential, -1, 1)
            + left * jnp.roll(potential, 1, 1)
            + under * jnp.roll(potential, -1, 0)
            + over * jnp.roll(potential, 1, 0)
        )
        return potential + share * (around - faces * potential - source)

    return jax.lax.fori_loop(0, SWEEPS, sweep, potential)
