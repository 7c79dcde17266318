"""How a battle with combat begins: what regiments are, in which formation, and where their fronts look."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine import formations, units
from engine.formations import Formation
from engine.units import Unit
from nca_controller.guidance import unit
from nca_controller.physics import described, total
from nca_controller.physics.combat import CombatState, Conduct, Laws, Traits, muster

SHARE = 0.25  # mass that a soldier stands for, where nothing else is said
UP = (0.0, -1.0)  # where those look who have no enemy

known_units, known_formations = cache(units.load), cache(formations.load)


def conduct(
    kinds: Sequence[str | Unit],
    facing: Float[Array, "R 2"] | Float[np.ndarray, "R 2"],
    drawn_up: Sequence[str | Formation] | str = "line",
    *,
    pace: str | Sequence[float] = "walk",
) -> Conduct:
    """Return how regiments of these kinds bear themselves, in formations that are one for each or one for all.

    Kinds and formations are the project's own, by name, or others as `engine.units` and `engine.formations` read them.
    `facing` are directions, x to the right and y downwards, of any length above 0. `pace` is "walk", "run" or "hold",
    or a share of top speed for each. Raises InputError for an unknown name, ValueError where they are not one for each.
    """
    shapes = [drawn_up] * len(kinds) if isinstance(drawn_up, str) else drawn_up
    front = jnp.asarray(facing, jnp.float32)
    if len(shapes) != len(kinds) or front.shape != (len(kinds), 2):
        raise ValueError(f"formations and facing must be one for each of {len(kinds)} regiments")
    rows = [
        units.row(
            units.lookup(known_units(), kind) if isinstance(kind, str) else kind,
            formations.lookup(known_formations(), shape) if isinstance(shape, str) else shape,
        )
        for kind, shape in zip(kinds, shapes, strict=True)
    ]
    traits = Traits.of_rows(np.stack(rows))
    if isinstance(pace, str):
        paces = {"walk": traits.walk, "run": traits.run, "hold": jnp.zeros(len(kinds), jnp.float32)}
        if pace not in paces:
            raise ValueError(f"pace must be one of {', '.join(paces)}, or numbers, not {described(pace)}")
        shares = paces[pace]
    else:
        shares = jnp.asarray(pace, jnp.float32)
    return Conduct(traits, unit(front), shares, jnp.zeros(len(kinds), bool))


def heavy_infantry(mass: Float[Array, "R H W"], sides: tuple[int, ...]) -> Conduct:
    """Return the conduct of heavy infantry in line that walks, its front to its enemies' centre of mass."""
    named = tuple(dict.fromkeys(sides))
    of_side = jnp.stack([total(mass[np.equal(sides, side)]) for side in named])
    whole = total(of_side)
    own, enemies = (jnp.stack([middle(field) for field in fields]) for fields in (mass, whole[None] - of_side))
    ways = enemies[np.array([named.index(side) for side in sides])] - own
    known = len(named) > 1 and jnp.isfinite(ways).all(axis=1, keepdims=True) & (ways != 0).any(axis=1, keepdims=True)
    return conduct([units.DEFAULT] * len(mass), jnp.where(known, ways, jnp.asarray(UP)))


def middle(mass: Float[Array, "H W"]) -> Float[Array, " 2"]:
    """Return the centre of mass (x, y) in cells; of none, NaN."""
    lines = mass.sum(axis=0), mass.sum(axis=1)
    return jnp.stack([(line * (jnp.arange(len(line)) + 0.5)).sum() / line.sum() for line in lines])


def mustered(
    mass: Float[Array, "R H W"],
    sides: tuple[int, ...],
    combat: bool | Conduct,
    quantum: float | None,
    cell_metres: float,
    reach: float | Sequence[float] | None,
    share: float | Sequence[float],
    constants: Laws | None,
) -> CombatState:
    """Return the state of combat at the start. Raises ValueError for what is not one for each, or not above 0."""
    regiments = len(mass)
    if combat is not True and not isinstance(combat, Conduct):
        raise ValueError(f"combat must be True, False or a Conduct, not {described(combat)}")
    borne = heavy_infantry(mass, sides) if combat is True else combat
    if borne.pace.shape != (regiments,) or borne.facing.shape != (regiments, 2):
        raise ValueError(f"combat must be the conduct of {regiments} regiments, not of {borne.pace.shape}")
    reach = known_units()[units.DEFAULT].reach if reach is None else reach
    return muster(
        mass,
        borne,
        sides=sides,
        quantum=quantum,
        cell_metres=amounts("cell_metres", cell_metres, 1)[0],
        reach=amounts("reach", reach, regiments),
        share=amounts("share", share, regiments),
        constants=constants,
    )


def amounts(name: str, given: float | Sequence[float], count: int) -> tuple[float, ...]:
    """Return so many numbers, of one for all or one for each. Raises ValueError unless all are above 0 and finite."""
    try:
        numbers = np.broadcast_to(np.asarray(given, float), (count,))
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must be a number, or one for each of {count} regiments, not {described(given)}"
        ) from None
    if not (np.isfinite(numbers).all() and (numbers > 0).all()):
        raise ValueError(f"{name} must be above 0 and finite, not {described(given)}")
    return tuple(numbers.tolist())
