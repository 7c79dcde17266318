"""Transport of mass across cell faces: exactly conservative, never negative, never above capacity, differentiable.

Every cell offers mass to its four neighbours; every receiver accepts the share of what it is offered that it has room
for. A face's flux is computed once, then taken from one cell and given to the other, so nothing is made or lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.lattice import QUANTUM, to_lattice
from nca_controller.physics.terrain import Terrain


class Moved(NamedTuple):
    """Mass after a step, and the mass that crossed each face, positive to the right and downwards."""

    mass: Float[Array, "R H W"]
    flux_x: Float[Array, "R H W+1"]
    flux_y: Float[Array, "R H+1 W"]


class Offers(NamedTuple):
    """Mass that each cell offers to its neighbours, each (R, H, W) and at least 0; their sum never exceeds its mass."""

    right: Float[Array, "R H W"]
    left: Float[Array, "R H W"]
    down: Float[Array, "R H W"]
    up: Float[Array, "R H W"]


Scheme = Callable[[Float[Array, "R H W"], Float[Array, "R H W 2"], float], Offers]


def donor_cell(mass: Float[Array, "R H W"], velocity: Float[Array, "R H W 2"], dt: float) -> Offers:
    """Offer mass x velocity x dt: the first-order upwind flux (Courant, Isaacson and Rees, 1952).

    Where |vx| + |vy| times dt exceeds 1 cell, offers shrink in proportion, so that no cell gives more than it holds.
    """
    courant = velocity * dt
    crossed = jnp.abs(courant).sum(axis=-1)
    courant = courant / jnp.maximum(crossed, 1.0)[..., None]
    x, y = courant[..., 0], courant[..., 1]
    return Offers(
        mass * jnp.maximum(x, 0), mass * jnp.maximum(-x, 0), mass * jnp.maximum(y, 0), mass * jnp.maximum(-y, 0)
    )


def advect(
    mass: Float[Array, "R H W"],
    velocity: Float[Array, "R H W 2"],
    terrain: Terrain | None = None,
    *,
    dt: float = 0.25,
    scheme: Scheme = donor_cell,
    sweeps: int = 3,
    quantum: float | None = QUANTUM,
) -> Moved:
    """Move the mass of R regiments, which share the ground's capacity, by one step.

    `velocity` is (x, y), x right and y down, in cells per unit time; `dt` in units of time. `sweeps` says how often
    the room that leaving mass makes is offered again: with more of them, a dense block is held back less.

    Guaranteed for mass on the lattice (a multiple of `quantum`) that is at least 0 and whose sum over regiments is at
    most the capacity: so it is afterwards, closed cells get nothing, and each regiment's total is the same to the bit.
    `quantum=None` leaves the lattice, for smooth derivatives; totals are then kept to rounding.

    Raises ValueError for shapes that do not fit each other, and without at least one sweep.
    """
    if sweeps < 1:
        raise ValueError(f"sweeps must be at least 1, not {sweeps}")
    if mass.ndim != 3 or velocity.shape != (*mass.shape, 2):
        raise ValueError(f"mass must be (R, H, W) and velocity (R, H, W, 2), not {mass.shape} and {velocity.shape}")
    terrain = terrain if terrain is not None else Terrain.plain(*mass.shape[1:])
    if terrain.open_cells.shape != mass.shape[1:]:
        raise ValueError(f"the terrain is {terrain.open_cells.shape}, the mass {mass.shape[1:]}")
    offers = closed_at_walls(scheme(mass, velocity, dt), terrain)
    offers = Offers(*(to_lattice(offer, quantum) for offer in offers))
    return apply(mass, accept(mass, offers, terrain, sweeps, quantum), terrain)


def closed_at_walls(offers: Offers, terrain: Terrain) -> Offers:
    """Return the offers without those into closed cells or over a walled border."""
    right, down = terrain.open_faces()
    return Offers(
        jnp.where(right, offers.right, 0),
        jnp.where(jnp.roll(right, 1, axis=1), offers.left, 0),
        jnp.where(down, offers.down, 0),
        jnp.where(jnp.roll(down, 1, axis=0), offers.up, 0),
    )


def accept(mass: Float[Array, "R H W"], offers: Offers, terrain: Terrain, sweeps: int, quantum: float | None) -> Offers:
    """Return what of the offers the receivers take: the same share of all, so that none is filled above capacity.

    The room that a cell's own leaving mass makes is only counted once it is accepted. Sweeps start from none and
    raise it, so stopping after any of them is safe.
    """
    room = terrain.capacity - mass.sum(axis=0)
    inflow = arriving(offers).sum(axis=0)
    taken, leaving = offers, jnp.zeros_like(room)
    for _ in range(sweeps):
        share = share_of(jnp.maximum(room + leaving, 0), inflow)
        taken = Offers(
            to_lattice(offers.right * jnp.roll(share, -1, axis=1), quantum),
            to_lattice(offers.left * jnp.roll(share, 1, axis=1), quantum),
            to_lattice(offers.down * jnp.roll(share, -1, axis=0), quantum),
            to_lattice(offers.up * jnp.roll(share, 1, axis=0), quantum),
        )
        leaving = (taken.right + taken.left + taken.down + taken.up).sum(axis=0)
    return taken


def share_of(room: Float[Array, "H W"], inflow: Float[Array, "H W"]) -> Float[Array, "H W"]:
    """Return min(1, room / inflow), with a finite gradient where nothing flows in."""
    over = inflow > room
    return jnp.where(over, room / jnp.where(over, inflow, 1.0), 1.0)


def arriving(offers: Offers) -> Float[Array, "R H W"]:
    """Return the mass that the offers bring to each cell."""
    return (
        jnp.roll(offers.right, 1, axis=2)
        + jnp.roll(offers.left, -1, axis=2)
        + jnp.roll(offers.down, 1, axis=1)
        + jnp.roll(offers.up, -1, axis=1)
    )


def apply(mass: Float[Array, "R H W"], taken: Offers, terrain: Terrain) -> Moved:
    """Return the mass after the accepted offers have crossed, and the net flux across each face."""
    right = taken.right - jnp.roll(taken.left, -1, axis=2)
    down = taken.down - jnp.roll(taken.up, -1, axis=1)
    moved = mass - right + jnp.roll(right, 1, axis=2) - down + jnp.roll(down, 1, axis=1)
    # The first face is the last one's twin on a torus; along a wall both are 0.
    return Moved(
        moved, jnp.concatenate([right[..., -1:], right], axis=2), jnp.concatenate([down[:, -1:], down], axis=1)
    )
