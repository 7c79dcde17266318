"""Transport of mass across cell faces: exactly conservative, never negative, never above capacity, differentiable.

One step is a pass along x and a pass along y. In each, cells offer mass to the neighbour they move towards, sharpened
by a limiter; friends exchange places; receivers accept what they have room for. A face's flux is computed once, then
taken from one cell and given to the other, so nothing is made or lost. docs/physics.md derives all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from operator import index
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.acceptance import accept
from nca_controller.physics.arrays import as_floats, as_number, described
from nca_controller.physics.barrier import barrier
from nca_controller.physics.exchange import apart, apportion, exchange, total
from nca_controller.physics.giving_way import give_way, has_friends
from nca_controller.physics.lattice import QUANTUM, checked_quantum, to_lattice
from nca_controller.physics.limiters import SMOOTHED, Limiter, superbee
from nca_controller.physics.rows import above, below, transposed
from nca_controller.physics.terrain import Terrain

MOST_ALIKE = 2.0  # in derivatives, how much wider a cell is than its neighbour at most, to be compared in full


class Moved(NamedTuple):
    """Mass after a step, and the mass that crossed each face, positive to the right and downwards."""

    mass: Float[Array, "R H W"]
    flux_x: Float[Array, "R H W+1"]
    flux_y: Float[Array, "R H+1 W"]


def advect(
    mass: Float[Array, "R H W"],
    velocity: Float[Array, "R H W 2"],
    terrain: Terrain | None = None,
    *,
    dt: float = 0.25,
    scheme: Limiter = superbee,
    quantum: float | None = QUANTUM,
    sides: Sequence[int] | None = None,
    first: str = "x",
    yielding: Float[Array, " R"] | None = None,
    places: Float[Array, "R H W"] | None = None,
) -> Moved:
    """Move the mass of R regiments, which share the ground's capacity, by one step.

    `velocity` is (x, y), x right and y down, in cells per unit time; `dt` in units of time. Mass crosses at most one
    cell a step along each axis; faster velocities count as that. `scheme` is a limiter of `physics.limiters`, or one
    with its signature. `sides[r]` is the side of regiment r, by default one for all: friends exchange places, enemies
    do not. `first` is the axis of the first pass, "x" or "y"; alternate it where symmetry matters. `yielding[r]` from 0
    to 1 says how far regiment r gives way to friends that press against it, True or 1 up to half of what it holds in a
    cell; by default nobody does. `places` is what each regiment is to hold where it stands: who gives way at all does
    so wholly into cells in which it lacks of that.

    Guaranteed for mass on the lattice (a multiple of `quantum`) that is at least 0, none of it in closed cells, and
    whose sum over regiments is at most the capacity: so it is afterwards, each regiment's total is the same to the
    bit, and the mass is what it was minus the divergence of the flux, to the bit. `quantum=None` leaves the lattice,
    for smooth derivatives and convergence orders; all this then holds to rounding.

    Mass and velocity may be arrays of NumPy or JAX, of any real numbers; they are moved as float32, or as float64 where
    the mass is a float64 and JAX has 64 bits switched on. What they hold is not looked at: mass off the lattice keeps
    its total to rounding, a cell above its capacity takes in no more than it passes on, mass below 0 stays mass below
    0, infinite velocities count as a cell a step, and NaN spreads, but for that in the velocity of an empty cell, which
    rests.

    Raises ValueError for what are no real numbers, shapes that do not fit each other, sides that are not one whole
    number for each regiment, yielding that is not one number for each, places of another shape than the mass, another
    first axis, and a quantum that is no power of two from 2^-20 to 1, or from 2^-48 where the mass is a float64.
    """
    mass = as_floats("mass", mass)
    velocity = as_floats("velocity", velocity, kind=mass.dtype)
    if mass.ndim != 3 or velocity.shape != (*mass.shape, 2):
        raise ValueError(f"mass must be (R, H, W) and velocity (R, H, W, 2), not {mass.shape} and {velocity.shape}")
    quantum, dt = checked_quantum(quantum, mass.dtype), as_number("dt", dt, mass.dtype)
    if not isinstance(first, str) or first not in ("x", "y"):
        raise ValueError(f"first must be 'x' or 'y', not {described(first)}")
    check_limiter(scheme)
    if not len(mass):
        raise ValueError("mass must be that of at least one regiment")
    terrain, sides, yielding = ground_for(mass, terrain), sides_of(mass, sides), yielding_of(mass, yielding)
    if places is not None and (places := as_floats("places", places, kind=mass.dtype)).shape != mass.shape:
        raise ValueError(f"places must be {mass.shape} as the mass is, not {places.shape}")
    return step(mass, velocity, terrain, dt, yielding, places, scheme=scheme, quantum=quantum, sides=sides, first=first)


@partial(jax.jit, static_argnames=("scheme", "quantum", "sides", "first"))
def step(
    mass: Float[Array, "R H W"],
    velocity: Float[Array, "R H W 2"],
    terrain: Terrain,
    dt: float,
    yielding: Float[Array, " R"] | None = None,
    places: Float[Array, "R H W"] | None = None,
    *,
    scheme: Limiter,
    quantum: float | None,
    sides: tuple[int, ...],
    first: str,
) -> Moved:
    """Return the outcome of a step, all arguments given and checked; compiled, so that loops may call it."""
    nobody = jnp.isnan(velocity) & (mass == 0)[..., None]
    courant = jnp.clip(to_lattice(jnp.where(nobody, 0, velocity) * dt, quantum), -1, 1)
    courant_x, courant_y = courant[..., 0], courant[..., 1]
    if len(mass) > 1:
        courant_x, courant_y = barrier((courant_x, courant_y))

    def march(mass: Array, courant: Array, terrain: Terrain, turned: Callable[[Array], Array]) -> tuple[Array, Array]:
        offers = offered(mass, courant, terrain, scheme, quantum)
        within = None if places is None else lambda: turned(places)
        return apply_offers(mass, offers, terrain, sides, quantum, courant, yielding, within)

    def along_x(mass: Float[Array, "R H W"]) -> tuple[Array, Array]:
        mass, flux = march(transposed(mass), transposed(courant_x), terrain.transposed(), transposed)
        return transposed(mass), transposed(flux)

    def along_y(mass: Float[Array, "R H W"]) -> tuple[Array, Array]:
        return march(mass, courant_y, terrain, lambda field: field)

    if first == "x":
        mass, flux_x = along_x(mass)
        mass, flux_y = along_y(mass)
    else:
        mass, flux_y = along_y(mass)
        mass, flux_x = along_x(mass)
    return Moved(mass, flux_x, flux_y)


def offered(
    mass: Float[Array, "R H W"],
    courant: Float[Array, "R H W"],
    terrain: Terrain,
    scheme: Limiter,
    quantum: float | None,
) -> Float[Array, "R H W"]:
    """Return what each regiment offers across the face below each cell, upward offers negative.

    A cell's outflow is c x mass and the limiter's correction, never more than its mass; it all goes one way. The
    limiter sees how the neighbours are filled, as a share of what they can hold of this regiment: else it would wait
    for a ford, or a cell that other regiments share, to fill up as open ground does, for ever.
    """
    free_of_others = terrain.capacity[None] - (total(mass)[None] - mass)
    width = free_of_others if scheme in SMOOTHED else terrain.capacity[None]
    held_below, held_above = filled_alike(mass, free_of_others, width, terrain.boundary)
    slope_below = to_lattice(held_below, quantum) - mass
    slope_above = mass - to_lattice(held_above, quantum)
    downwards = courant >= 0
    behind = jnp.where(downwards, slope_above, -slope_below)
    ahead = jnp.where(downwards, slope_below, -slope_above)
    sharper = jnp.where(downwards, 1, -1) * scheme(behind, ahead, jnp.abs(courant))
    # Both products are rounded before they are added, so that no processor fuses multiplication and addition.
    outflow = to_lattice(courant * mass, quantum) + to_lattice(sharper, quantum)
    outflow = jnp.where(jnp.abs(outflow) > mass, jnp.sign(outflow) * mass, outflow)
    leaning = jnp.where(outflow == 0, courant, outflow)  # what would come to an empty cell would leave by its velocity
    return one_way(outflow, leaning) - below(one_way(-outflow, -leaning), terrain.boundary)


@partial(jax.custom_jvp, nondiff_argnums=(3,))
def filled_alike(
    mass: Float[Array, "R H W"], free: Float[Array, "R H W"], width: Float[Array, "#R H W"], boundary: str
) -> tuple[Float[Array, "R H W"], Float[Array, "R H W"]]:
    """Return what each cell would hold if it were filled as the one below it is, and as the one above it.

    `free` is what a cell can hold of a regiment. A cell that can hold little is filled by little: beside one that can
    hold much its mass is multiplied, in derivatives without bound, tick after tick. There it counts as if the wider
    were MOST_ALIKE times as wide at most, and slopes are bounded, not exact. `width` is the ground's capacity, so that
    those are fords, or `free`, so that they are cells that others fill as well.
    """
    filled = jnp.where(free >= QUANTUM, mass / jnp.maximum(free, QUANTUM), 0)
    return free * below(filled, boundary), free * above(filled, boundary)


@filled_alike.defjvp
def _slope_of_filled_alike(boundary: str, primals: Any, tangents: Any) -> Any:
    (mass, free, width), (mass_slope, free_slope, _) = primals, tangents
    filled = jnp.where(free >= QUANTUM, mass / jnp.maximum(free, QUANTUM), 0)
    change = mass_slope - filled * free_slope  # of the mass that makes up another filling
    wide = jnp.maximum(width, QUANTUM)

    def beside(shifted: Any) -> Array:
        there = shifted(free, boundary)
        bounded = jnp.minimum(MOST_ALIKE * shifted(width, boundary) / wide, 1)
        counts = jnp.where(there >= QUANTUM, free / jnp.maximum(there, QUANTUM) * bounded, 0)
        return free_slope * shifted(filled, boundary) + counts * shifted(change, boundary)

    return filled_alike(mass, free, width, boundary), (beside(below), beside(above))


def one_way(outflow: Float[Array, "R H W"], leaning: Float[Array, "R H W"]) -> Float[Array, "R H W"]:
    """Return the outflow where it leans this way, which is above 0, and 0 elsewhere.

    The value is max(outflow, 0); the slope is all of it where it leans this way, and half where it leans neither way.
    Half each way in empty cells, as of max, would draw mass out of cells that have none: the linearised transport
    would no longer be monotone, and gradients over hundreds of ticks would grow without bound.
    """
    return jnp.where(leaning > 0, outflow, jnp.where(leaning < 0, 0, jnp.maximum(outflow, 0)))


def apply_offers(
    mass: Float[Array, "R H W"],
    offers: Float[Array, "R H W"],
    terrain: Terrain,
    sides: tuple[int, ...],
    quantum: float | None,
    courant: Float[Array, "R H W"] | None = None,
    yielding: Float[Array, " R"] | None = None,
    places: Callable[[], Float[Array, "R H W"]] | None = None,
) -> tuple[Float[Array, "R H W"], Float[Array, "R H+1 W"]]:
    """Return the mass after a pass, and the flux through the faces above, between and below the rows.

    Offers across closed faces are not made. Friends exchange; what remains of both directions on a face cancels, and
    the rest is accepted as far as there is room, from each regiment in proportion to its offer. To what is left of them
    friends give way, where `yielding` says so; `places` makes what they are to hold.
    """
    offers = jnp.where(terrain.open_below()[None], offers, 0)
    held = total(mass)
    room = jnp.where(held <= terrain.capacity, terrain.capacity - held, 0)  # a full cell's has a slope, too
    if len(mass) == 1:
        flux = accept(offers[0], room, terrain.boundary, quantum)[None]
    else:
        wanted = apart(barrier(offers))
        exchanged = barrier(exchange(wanted, sides, quantum))
        pushing = barrier([offer - part for offer, part in zip(wanted, exchanged, strict=True)])
        accepted = barrier(accept(total(pushing), room, terrain.boundary, quantum))
        forth = apportion([jnp.maximum(push, 0) for push in pushing], jnp.maximum(accepted, 0), quantum)
        back = apportion([jnp.maximum(-push, 0) for push in pushing], jnp.maximum(-accepted, 0), quantum)
        flux = jnp.stack([part + to - fro for part, to, fro in zip(exchanged, forth, back, strict=True)])
        if yielding is None or courant is None or not has_friends(sides):
            flux = barrier(flux)
        else:
            flux = give_way(flux, offers, mass, courant, yielding, terrain.boundary, sides, quantum, places)
    # The face above the first row is the last one's twin on a torus; along a wall both are 0.
    flux = jnp.concatenate([flux[:, -1:], flux], axis=1)
    return mass - (flux[:, 1:] - flux[:, :-1]), flux


def ground_for(mass: Float[Array, "R H W"], terrain: Terrain | None) -> Terrain:
    """Return the terrain, plain where none is given, in the mass's kind of number.

    Raises ValueError for one of another size than the mass.
    """
    terrain = terrain if terrain is not None else Terrain.plain(*mass.shape[1:])
    check_terrain(terrain)
    if terrain.open_cells.shape != mass.shape[1:]:
        raise ValueError(f"the terrain is {terrain.open_cells.shape}, the mass {mass.shape[1:]}")
    return terrain.in_kind(mass.dtype)


def sides_of(mass: Float[Array, "R H W"], sides: Sequence[int] | None) -> tuple[int, ...]:
    """Return the side of each regiment, one for all where none are given.

    Raises ValueError where they are not one whole number for each regiment.
    """
    if sides is None:
        return (0,) * len(mass)
    try:
        named = tuple(index(side) for side in sides)
    except TypeError:
        raise ValueError(f"sides must be whole numbers, not {described(sides)}") from None
    if len(named) != len(mass):
        raise ValueError(f"sides must name one side for each of {len(mass)} regiments, not {len(named)}")
    return named


def yielding_of(mass: Float[Array, "R H W"], yielding: Any) -> Float[Array, " R"] | None:
    """Return how far each regiment gives way, in the mass's kind of number; None where nobody does.

    Raises ValueError where that is not one number for each regiment.
    """
    if yielding is None:
        return None
    shares = as_floats("yielding", yielding, kind=mass.dtype)
    if shares.shape != (len(mass),):
        raise ValueError(f"yielding must be one number for each of {len(mass)} regiments, not {shares.shape}")
    return jnp.where(shares > 0, jnp.minimum(shares, 1), 0)


def check_limiter(scheme: Any) -> None:
    """Raise ValueError for a scheme that is no function, or none that compiled code can be kept for."""
    if not callable(scheme) or isinstance(scheme, type) or type(scheme).__hash__ is None:
        raise ValueError(f"scheme must be a limiter, as those of physics.limiters, not {described(scheme)}")


def check_terrain(terrain: Any) -> None:
    """Raise ValueError for what is no terrain."""
    if not isinstance(terrain, Terrain):
        raise ValueError(f"terrain must be a Terrain, not {described(terrain)}")
