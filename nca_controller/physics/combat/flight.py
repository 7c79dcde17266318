"""Flight: the broken run by the fastest way to an open border cell, away from the enemy and round walls, and leave.

The way follows arrival times on the graph of eight neighbours, found by sweeps over rows and columns until nothing
changes (Zhao, "A fast sweeping method for eikonal equations", 2005): one field for each side, renewed every second
while somebody is broken.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics.combat.boxes import box_mean
from nca_controller.physics.combat.laws import TICKS_PER_SECOND, FlightLaw
from nca_controller.physics.combat.sides import opposed
from nca_controller.physics.combat.state import BROKEN, CombatState, sense_of, side_numbers
from nca_controller.physics.combat.sums import shifted
from nca_controller.physics.terrain import Terrain

FAR = 1e9  # seconds; where no way leads to the border
DIAGONAL = 2.0**0.5


def borders(terrain: Terrain) -> Bool[Array, "H W"]:
    """Return the open cells at the border; there is none on a torus."""
    inside = np.zeros(terrain.open_cells.shape, bool)
    if terrain.boundary != "torus":
        inside[:] = True
        inside[1:-1, 1:-1] = False
    return terrain.open_cells & inside


def hardship(
    mass: Float[Array, "R H W"],
    threatening: Bool[Array, " R"],
    terrain: Terrain,
    side: np.ndarray,
    sides: int,
    cell_metres: float,
    law: FlightLaw,
) -> Float[Array, "S H W"]:
    """Return how long a cell takes to cross, for the broken of each side: longer on slow ground and near the enemy."""
    threats = opposed(mass * threatening[:, None, None], side, sides)
    feared = 1 + law.fear * box_mean(threats, law.near, cell_metres, terrain.boundary)
    return jnp.where(terrain.open_cells, feared / jnp.maximum(terrain.capacity, 0.05), FAR)


def arrival(hardship: Float[Array, "S H W"], goals: Bool[Array, "H W"], law: FlightLaw) -> Float[Array, "S H W"]:
    """Return how long it takes from each cell to the nearest goal: FAR where there is no way.

    A round is four sweeps downwards, of a square that is turned by a quarter after each.
    """
    height, width = goals.shape
    size = max(height, width)
    beyond = ((0, 0), (0, size - height), (0, size - width))
    hard, start = (
        jnp.pad(field, beyond, constant_values=FAR) for field in (hardship, jnp.where(goals, hardship / 2, FAR))
    )

    def sweep(_: int, fields: tuple[Array, Array]) -> tuple[Array, Array]:
        time, hard = fields
        return jnp.rot90(swept(time, hard), axes=(-2, -1)), jnp.rot90(hard, axes=(-2, -1))

    def sweeps(known: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        time, _, number = known
        found, _ = jax.lax.fori_loop(0, 4, sweep, (time, hard))
        return found, jnp.any(found < time), number + 1

    def unfinished(known: tuple[Array, Array, Array]) -> Array:
        return known[1] & (known[2] < round(law.rounds))

    found, _, _ = jax.lax.while_loop(unfinished, sweeps, (start, jnp.array(True), jnp.int32(0)))
    return found[:, :height, :width]


def swept(time: Float[Array, "S H W"], hardship: Float[Array, "S H W"]) -> Float[Array, "S H W"]:
    """Return the time after a sweep downwards: each row learns from the one above, straight and across no corner."""

    def learn(above: tuple[Array, Array], row: tuple[Array, Array]) -> tuple[tuple[Array, Array], Array]:
        (known, hard), (own, cost) = above, row
        best = jnp.minimum(own, known + (hard + cost) / 2)
        for step in (1, -1):
            beside, open_there = shifted(known, step, -1, "wall"), shifted(hard, step, -1, "wall")
            own_beside = shifted(cost, step, -1, "wall")
            passes = (hard < FAR) & (own_beside > 0) & (own_beside < FAR) & (open_there < FAR)
            best = jnp.where(passes, jnp.minimum(best, beside + (open_there + cost) * (DIAGONAL / 2)), best)
        best = jnp.where(cost < FAR, jnp.minimum(best, FAR), FAR)
        return (best, cost), best

    rows = (jnp.moveaxis(time, -2, 0), jnp.moveaxis(hardship, -2, 0))
    border = (jnp.full_like(rows[0][0], FAR), jnp.full_like(rows[1][0], FAR))
    return jnp.moveaxis(jax.lax.scan(learn, border, rows)[1], 0, -2)


def ways(time: Float[Array, "N H W"], sense: Float[Array, "N 2"]) -> Float[Array, "N H W 2"]:
    """Return the direction in which time falls most, 0 where there is no way.

    `sense` decides along each axis, 1 or -1, where both ways are as good.
    """
    found = []
    for number, axis in enumerate((-1, -2)):
        place = np.arange(time.shape[axis])
        last, first = (_line(place == end, axis) for end in (len(place) - 1, 0))
        ahead = jnp.maximum(time - jnp.where(last, FAR, shifted(time, 1, axis, "wall")), 0)
        back = jnp.maximum(time - jnp.where(first, FAR, shifted(time, -1, axis, "wall")), 0)
        either = ahead * sense[:, number, None, None]
        way = jnp.where(ahead > back, ahead, jnp.where(ahead < back, -back, either))
        found.append(jnp.where(time < FAR, way, 0))
    vector = jnp.stack(found, axis=-1)
    length = jnp.sqrt(vector[..., 0] ** 2 + vector[..., 1] ** 2)
    return jnp.where((length > 0)[..., None], vector / jnp.where(length > 0, length, 1)[..., None], 0)


def _line(values: Bool[np.ndarray, " size"], axis: int) -> Bool[np.ndarray, "1 h w"]:
    return values[None, None, :] if axis == -1 else values[None, :, None]


def flee(
    velocity: Float[Array, "R H W 2"],
    mass: Float[Array, "R H W"],
    combat: CombatState,
    terrain: Terrain,
    sides: tuple[int, ...],
) -> Float[Array, "R H W 2"]:
    """Return the velocities with those of broken regiments: at top speed by the fastest way off the field.

    Where none leads there, they stand. A constant in derivatives.
    """
    broken = combat.condition == BROKEN
    side = side_numbers(sides)

    def running() -> Float[Array, "R H W 2"]:
        turning = jnp.asarray(sense_of(side))[:, None] * jnp.sign(combat.facing[:, ::-1])
        found = ways(combat.escape[side], jax.lax.stop_gradient(turning)).astype(velocity.dtype)
        return jnp.where(
            (broken[:, None, None] & (mass > 0))[..., None], found, jnp.where(broken[:, None, None, None], 0, velocity)
        )

    return jax.lax.cond(broken.any(), running, lambda: velocity)


def planned(
    mass: Float[Array, "R H W"],
    condition: Int[Array, " R"],
    breaking: Bool[Array, ""],
    combat: CombatState,
    terrain: Terrain,
    sides: tuple[int, ...],
) -> tuple[Float[Array, "S H W"], Int[Array, ""]]:
    """Return the ways off the field for the next tick and their age in ticks: anew where somebody breaks, or they age.

    While nobody is broken they are left as they are.
    """
    law, escape, age = combat.laws.flight, combat.escape, combat.escape_age
    side, fixed, broken = side_numbers(sides), jax.lax.stop_gradient(mass), condition == BROKEN

    def anew() -> tuple[Array, Array]:
        hard = hardship(fixed, condition < BROKEN, terrain, side, len(set(sides)), combat.cell_metres, law)
        return arrival(hard, borders(terrain), law).astype(escape.dtype), jnp.zeros_like(age)

    stale = broken.any() & (breaking | (age + 1 >= round(law.renewed * TICKS_PER_SECOND)))
    return jax.lax.cond(stale, anew, lambda: (escape, jnp.where(broken.any(), age + 1, 0)))
