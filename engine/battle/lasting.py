"""What goes on in a battle with combat from tick to tick by itself: drills, attacks, reliefs, targets after losses."""

from __future__ import annotations

from dataclasses import replace

from engine.battle import attack, refit, relief
from engine.battle.conduct import drilled
from engine.battle.placing import Context
from engine.battle.state import BattleState

EVERY = 10  # ticks after which orders are placed anew, a third of a second at speed 1: all at once, for a tick that is
# begun early is dropped where targets have changed
MOST_PLACED = 6  # orders that are placed in one tick, in turn: each takes milliseconds


def advanced(state: BattleState, context: Context) -> BattleState:
    """Return the state in which all that lasts of earlier commands has gone on up to this tick."""
    state = drilled(attack.ended(_dismissed(state), context))
    if state.tick % EVERY:
        return state
    turns = due(state)[:MOST_PLACED]
    for regiment in turns:
        if regiment in state.engagements:  # the one before may have ended it
            match state.engagements[regiment].kind:
                case "attack":
                    state = attack.advanced(state, regiment, context)
                case "relieve":
                    state = relief.advanced(state, regiment, context)
                case "withdraw":
                    state = relief.withdrawn(state, regiment)
    for regiment in refit.overfull(state)[: MOST_PLACED - len(turns)]:
        state = refit.refitted(state, regiment, context)
    return state


def _dismissed(state: BattleState) -> BattleState:
    """Return the state without the orders of regiments of which nobody is left."""
    assert state.combat is not None
    for regiment in range(len(state.regiments)):
        if state.combat.is_gone(regiment) and regiment not in state.book.gone:
            state = replace(state.with_engagement(regiment, None), book=state.book.without(regiment))
    return state


def due(state: BattleState) -> list[int]:
    """Return the regiments whose engagement is to be looked at, those first who have waited longest."""
    waiting = [
        (one.placed, regiment)
        for regiment, one in state.engagements.items()
        if one.placed < state.tick and state.takes_orders(regiment) and state.paces[regiment] != "hold"
    ]
    return [regiment for _, regiment in sorted(waiting)]
