"""The HUD's words about a battle: the rows of its status, and a card for each selected regiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.battle import BattleState
from engine.formations import Formation
from engine.presentation.combat import deeds, fight_of, ledger
from engine.view import Card, Rows


def cards(
    state: BattleState, formations: Mapping[str, Formation], sides: Sequence[str], selected: Sequence[int]
) -> tuple[Card, ...]:
    """Return a card for each of the selected regiments. `sides` are the names of the sides."""
    return tuple(_card(state, formations, sides, regiment) for regiment in selected)


def _card(state: BattleState, formations: Mapping[str, Formation], sides: Sequence[str], regiment: int) -> Card:
    one, order = state.regiments[regiment], state.orders[regiment]
    drawn = "drawn by hand" if order.path or order.area else formations[order.formation].title
    side = sides[one.side] if one.side < len(sides) else f"side {one.side + 1}"
    waiting = len(state.waiting_orders[regiment])
    queue = (f"{waiting} orders wait" if waiting > 1 else "1 order waits",) if waiting else ()
    if state.combat is not None:
        kind = (state.army.units[regiment].title,) if state.army else ()
        remarks = (deeds(state, state.combat, regiment), " · ".join((drawn, *kind, one.controller, *queue)))
        overlap = 0.0 if state.combat.condition[regiment] == "dissolved" else state.overlaps[regiment]
        return Card(one.name, regiment, overlap, remarks, fight_of(state, state.combat, regiment))
    remarks = (f"{drawn} · {one.controller}", " · ".join((side, *queue)))
    return Card(one.name, regiment, state.overlaps[regiment], remarks)


def status(
    state: BattleState, formations: Mapping[str, Formation], successor: str | None = None, regiment: int = 0
) -> Rows:
    """Return the HUD's rows about the battle: about its only regiment, or about all together.

    `successor` is the controller that is being prepared, if any is.
    """
    if len(state.regiments) > 1:
        return (*_totals(state), *((("mustering", successor),) if successor else ()))
    order, controller = state.orders[regiment], state.regiments[regiment].controller
    return (
        ("formation", formations[order.formation].title),
        ("facing", f"{order.angle:.0f}°"),
        ("controller", f"{controller} (mustering {successor})" if successor else controller),
        ("overlap", f"{100 * state.overlaps[regiment]:.1f} %"),
        *_common(state),
    )


def _totals(state: BattleState) -> Rows:
    """Return the rows about all regiments together; in combat the ledger takes the place of how orders are filled."""
    if state.combat is not None:
        return _common(state)
    filled = np.average(state.overlaps, weights=[regiment.mass for regiment in state.regiments])
    return (
        ("regiments", str(len(state.regiments))),
        ("soldiers", f"{sum(len(soldiers) for soldiers in state.soldiers):,}"),
        ("overlap", f"{100 * filled:.1f} %"),
        *_common(state),
    )


def _common(state: BattleState) -> Rows:
    """Return the rows of mass, device and tick. A drift of the mass shows to its last digit."""
    kept = (("mass", f"{state.mass_start + state.drift:.6f} ({state.drift:+.17g})"),)
    return (
        *(kept if state.combat is None else ledger(state.combat)),
        *((("simulation", name),) if (name := state.moving_name) else ()),
        ("device", state.moving.device),
        ("tick", str(state.tick)),
    )
