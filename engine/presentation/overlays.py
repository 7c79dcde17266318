"""The overlays of the researcher's view: a field as colours, and velocities as arrows."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float

from engine.battle import BattleState
from engine.fields import block_sums
from engine.presentation.options import ViewOptions
from engine.view import Arrows, FieldOverlay

APART = 20.0  # pixels between two arrows, about
SPARSE = 0.15  # mean density of a square below which it has no arrow


def overlays(state: BattleState, options: ViewOptions, scale: float) -> tuple[FieldOverlay | Arrows, ...]:
    """Return the fields and arrows that are switched on; `scale` is in pixels per cell."""
    found: list[FieldOverlay | Arrows] = []
    if options.field is not None:
        density = state.mass.sum(axis=0)
        field = {
            "density": lambda: density,
            "target": lambda: state.book.target,
            "error": lambda: density - state.book.target,
        }[options.field]()
        found.append(FieldOverlay(options.field, field))
    if options.velocity:
        found.append(arrows("velocity", state.mass, state.velocity, arrow_spacing(scale)))
    if options.plan:
        found.append(arrows("plan", state.mass, state.planned, arrow_spacing(scale)))
    return tuple(found)


def arrow_spacing(scale: float) -> int:
    """Return the side, in cells, of the squares with one arrow each; `scale` is in pixels per cell."""
    return max(round(APART / max(scale, 1e-3)), 1)


def arrows(
    kind: Literal["velocity", "plan"],
    mass: Float[np.ndarray, "R H W"],
    velocity: Float[np.ndarray, "R H W 2"] | None,
    across: int,
) -> Arrows:
    """Return each regiment's mean velocity, weighted by mass, in squares `across` cells wide; none where unknown."""
    if velocity is None:
        nowhere = np.zeros((0, 2))
        return Arrows(kind, nowhere, nowhere, known=False)
    weight = block_sums(mass, across)
    moved = np.stack([block_sums(mass * velocity[..., axis], across) for axis in (0, 1)], axis=-1)
    filled = weight > SPARSE * across**2
    row, column = np.nonzero(filled)[1:]
    mean = moved[filled] / weight[filled][:, None]
    place = (np.stack([column, row], axis=1) + 0.5) * across
    return Arrows(kind, place, mean)
