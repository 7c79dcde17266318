"""What a battle with combat tells its simulation: the traits of each regiment, its front, its pace, who lets through.

A regiment has the traits of the formation that it last formed: another one counts once it stands, or once it has been
forming for some seconds, for an enemy may not let it finish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.battle.army import Army, Drill
from engine.battle.state import BattleState
from engine.formations import Formation
from engine.io import ASSETS, read_table
from engine.orders import Order
from engine.plugin import TRAITS, Combat, Conduct
from engine.units import PLAIN, row

FORMED = 0.8  # share of a target that is filled where a regiment has formed
FORMING_TICKS = 150  # after which it counts as formed in any case: five seconds at speed 1
DRAWN = ""  # the name of what is drawn by hand, which adds nothing to a kind's traits
BRACE, WALK, RUN = (TRAITS.index(name) for name in ("brace", "walk", "run"))


@cache
def hold_brace() -> float:
    """Return what a regiment that holds adds to its brace. Raises FileError, one line, where the file is wrong."""
    table = read_table(ASSETS / "laws.toml").subtable("conduct")
    found = table.number("hold", least=0.0, most=1.0)
    table.finish()
    return found


def shape_of(order: Order) -> str:
    """Return the name of an order's formation; DRAWN where a line or an area takes its place."""
    return DRAWN if order.path or order.area else order.formation


def drilled(state: BattleState) -> BattleState:
    """Return the state in which the formations that stand by now count."""
    drills = tuple(_drilled(state, regiment, drill) for regiment, drill in enumerate(state.drills))
    return state if drills == state.drills else replace(state, drills=drills)


def _drilled(state: BattleState, regiment: int, drill: Drill) -> Drill:
    wanted = shape_of(state.orders[regiment])
    if wanted == drill.formed:
        return drill if drill.forming is None else Drill(wanted)
    if drill.forming != wanted:
        drill = replace(drill, forming=wanted, since=state.tick)
    filled = formations.overlap(state.mass[regiment], state.placements[regiment].target)
    return Drill(wanted) if filled >= FORMED or state.tick - drill.since >= FORMING_TICKS else drill


def combat_of(state: BattleState, army: Army, known: Mapping[str, Formation], since: Any = None) -> Combat:
    """Return what a simulation has to know at the start of a battle, or `since` a state whose losses go on."""
    conduct = conduct_of(state, army, known)
    reach = tuple(unit.reach for unit in army.units)
    return Combat(army.cell_metres, reach, army.share, conduct, since)


def conduct_of(state: BattleState, army: Army, known: Mapping[str, Formation]) -> Conduct:
    """Return how the regiments are to bear themselves in the next tick."""
    traits = np.stack([traits_of(state, regiment, known) for regiment in range(len(army.units))])
    pace, expected = np.empty(len(traits), np.float32), hold_brace()
    for regiment, own in enumerate(traits):
        engagement, wanted = state.engagements.get(regiment), state.paces[regiment]
        if state.combat is not None and not state.combat.takes_orders(regiment):
            pace[regiment] = own[RUN]  # for its life
        elif wanted == "hold":
            pace[regiment], own[BRACE] = 0.0, min(own[BRACE] + expected, 1.0)
        else:
            runs = wanted == "run" or (engagement is not None and engagement.charging)
            pace[regiment] = own[RUN if runs else WALK]
    relieved = [one is not None and one.kind == "withdraw" for one in map(state.engagements.get, range(len(traits)))]
    facing = np.array([formations.direction(placement.angle) for placement in state.placements], np.float32)
    return Conduct(traits, facing, pace, np.array(relieved))


class Drawn:
    """What is drawn by hand, as a formation that changes no trait."""

    combat = PLAIN


def traits_of(state: BattleState, regiment: int, known: Mapping[str, Formation]) -> Float[np.ndarray, " T"]:
    """Return a regiment's traits in the formation that it has formed."""
    assert state.army is not None
    formed = state.drills[regiment].formed
    return row(state.army.units[regiment], Drawn() if formed == DRAWN else known[formed])
