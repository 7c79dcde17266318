"""From a battlefield to the scene that a view draws."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.battlefield import Battlefield
from engine.formations import Formation
from engine.troops import between
from engine.view.scene import Scene, Soldiers


def stage(battlefield: Battlefield, portion: float = 1.0, status: tuple[tuple[str, str], ...] = ()) -> Scene:
    """Return the scene at a portion (0 to 1) of the way from the last tick but one to the last."""
    return Scene(
        grid=battlefield.ground.grid,
        soldiers=soldiers(battlefield, portion),
        ghost=np.clip(np.sum([stand.target for stand in battlefield.stands], axis=0), 0.0, 1.0),
        ghost_version=battlefield.version,
        status=status,
    )


def soldiers(battlefield: Battlefield, portion: float) -> Soldiers:
    """Return the men of all regiments, each in his side's colour."""
    drawn = [between(troops, portion) for troops in battlefield.troops]
    position, facing, walked = (np.concatenate(part) for part in zip(*drawn, strict=True))
    sides = [regiment.side for regiment in battlefield.regiments]
    side = np.repeat(sides, [len(troops) for troops in battlefield.troops])
    spacing = math.sqrt(min(troops.share for troops in battlefield.troops))
    return Soldiers(position, facing, walked, side, spacing)


def status(
    battlefield: Battlefield, formations: Mapping[str, Formation], successor: str | None = None, regiment: int = 0
) -> tuple[tuple[str, str], ...]:
    """Return the rows of the HUD that speak of the battle, and of one regiment in it.

    `successor` is the controller that is being prepared. A drift of the mass is shown to its last digit.
    """
    drift = battlefield.mass_now - battlefield.mass_start
    order, leader = battlefield.orders[regiment], battlefield.regiments[regiment].controller
    return (
        ("formation", formations[order.formation].title),
        ("facing", f"{order.angle:.0f}°"),
        ("controller", f"{leader} (mustering {successor})" if successor else leader),
        ("device", battlefield.simulation.device),
        ("overlap", f"{100 * battlefield.overlap(regiment):.1f} %"),
        ("mass", f"{battlefield.mass_now:.6f} ({drift:+.17g})"),
        ("tick", str(battlefield.ticks)),
    )
