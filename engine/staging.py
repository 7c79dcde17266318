"""From a battlefield to the scene that a view draws."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from engine.arrows import arrows, pitch
from engine.battlefield import Battlefield
from engine.formations import Formation
from engine.measures import drift, overlaps, planned, targets, velocity
from engine.shown import Shown
from engine.troops import between
from engine.view.palette import TEAMS, Colour
from engine.view.scene import Arrows, Card, Heat, Minimap, Scene, Soldiers
from engine.view.teams import regiment_colours

MINIMAP_EVERY = 4  # ticks after which the minimap is drawn anew


def stage(
    battlefield: Battlefield,
    portion: float = 1.0,
    status: tuple[tuple[str, str], ...] = (),
    shown: Shown = Shown(),  # noqa: B008  it is frozen
    scale: float = 5.0,
    sides: tuple[Colour, ...] = TEAMS,
) -> Scene:
    """Return the scene at a portion (0 to 1) of the way from the last tick but one to the last.

    `scale` is how many pixels a cell has, for arrows that are neither crowded nor sparse; `sides` are the sides'
    colours, of which each regiment wears a shade.
    """
    return Scene(
        grid=battlefield.ground.grid,
        soldiers=soldiers(battlefield, portion),
        ghost=np.minimum(targets(battlefield), 1.0),
        ghost_version=battlefield.version,
        status=status,
        overlays=overlays(battlefield, shown, scale),
        open_cells=battlefield.ground.open_cells,
        minimap=Minimap(battlefield.mass, battlefield.ticks // MINIMAP_EVERY),
        teams=regiment_colours(tuple(regiment.side for regiment in battlefield.regiments), sides),
    )


def soldiers(battlefield: Battlefield, portion: float) -> Soldiers:
    """Return the men of all regiments, each in his regiment's colour."""
    drawn = [between(troops, portion) for troops in battlefield.troops]
    position, facing, walked = (np.concatenate(part) for part in zip(*drawn, strict=True))
    side = np.repeat(np.arange(len(drawn)), [len(troops) for troops in battlefield.troops])
    spacing = math.sqrt(min(troops.share for troops in battlefield.troops))
    return Soldiers(position, facing, walked, side, spacing)


def overlays(battlefield: Battlefield, shown: Shown, scale: float) -> tuple[Heat | Arrows, ...]:
    """Return the fields and arrows that are switched on."""
    found: list[Heat | Arrows] = []
    if shown.field is not None:
        density = battlefield.mass.sum(axis=0)
        field = {
            "density": lambda: density,
            "target": lambda: targets(battlefield),
            "error": lambda: density - targets(battlefield),
        }[shown.field]()
        found.append(Heat(shown.field, field))
    if shown.velocity:
        found.append(arrows("velocity", battlefield.mass, velocity(battlefield), pitch(scale)))
    if shown.plan:
        plan = planned(battlefield)
        if plan is None:
            nowhere = np.zeros((0, 2))
            found.append(Arrows("plan", nowhere, nowhere, known=False))
        else:
            found.append(arrows("plan", battlefield.mass, plan, pitch(scale)))
    return tuple(found)


def cards(
    battlefield: Battlefield, formations: Mapping[str, Formation], sides: Sequence[str], chosen: Sequence[int]
) -> tuple[Card, ...]:
    """Return what the HUD says of each of the chosen regiments. `sides` are the names of the sides."""
    return tuple(_card(battlefield, formations, sides, regiment) for regiment in chosen)


def _card(battlefield: Battlefield, formations: Mapping[str, Formation], sides: Sequence[str], regiment: int) -> Card:
    one, order = battlefield.regiments[regiment], battlefield.orders[regiment]
    drawn = "drawn by hand" if order.line or order.painted else formations[order.formation].title
    side = sides[one.side] if one.side < len(sides) else f"side {one.side + 1}"
    waiting = len(battlefield.queued[regiment])
    queue = (f"{waiting} orders wait" if waiting > 1 else "1 order waits",) if waiting else ()
    return Card(
        one.name, regiment, overlaps(battlefield)[regiment], (f"{drawn} · {one.controller}", " · ".join((side, *queue)))
    )


def totals(battlefield: Battlefield) -> tuple[tuple[str, str], ...]:
    """Return the rows of the HUD that speak of all regiments together."""
    filled = np.average(overlaps(battlefield), weights=[regiment.mass for regiment in battlefield.regiments])
    return (
        ("regiments", str(len(battlefield.regiments))),
        ("men", f"{sum(len(troops) for troops in battlefield.troops):,}"),
        ("overlap", f"{100 * filled:.1f} %"),
        *measures(battlefield),
    )


def measures(battlefield: Battlefield) -> tuple[tuple[str, str], ...]:
    """Return the rows of mass, device and tick. A drift of the mass is shown to its last digit."""
    return (
        ("mass", f"{battlefield.mass_start + drift(battlefield):.6f} ({drift(battlefield):+.17g})"),
        ("device", battlefield.simulation.device),
        ("tick", str(battlefield.ticks)),
    )


def status(
    battlefield: Battlefield, formations: Mapping[str, Formation], successor: str | None = None, regiment: int = 0
) -> tuple[tuple[str, str], ...]:
    """Return the rows of the HUD that speak of the battle: of the one regiment, or of all together.

    `successor` is the controller that is being prepared.
    """
    if len(battlefield.regiments) > 1:
        return (*totals(battlefield), *((("mustering", successor),) if successor else ()))
    order, leader = battlefield.orders[regiment], battlefield.regiments[regiment].controller
    return (
        ("formation", formations[order.formation].title),
        ("facing", f"{order.angle:.0f}°"),
        ("controller", f"{leader} (mustering {successor})" if successor else leader),
        ("overlap", f"{100 * overlaps(battlefield)[regiment]:.1f} %"),
        *measures(battlefield),
    )
