"""What goes on in a battle with combat from tick to tick by itself: drills, attacks, reliefs, targets after losses."""

from __future__ import annotations

from engine.battle import attack, refit, relief
from engine.battle.attack import EVERY
from engine.battle.conduct import drilled
from engine.battle.placing import Context
from engine.battle.state import BattleState

MOST_PLACED = 2  # orders that are placed in one tick, in turn: each takes milliseconds


def advanced(state: BattleState, context: Context) -> BattleState:
    """Return the state in which all that lasts of earlier commands has gone on up to this tick."""
    state = drilled(attack.ended(state, context))
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
    if len(turns) < MOST_PLACED and (regiment := refit.most_overfull(state)) is not None:
        state = refit.refitted(state, regiment, context)
    return state


def due(state: BattleState) -> list[int]:
    """Return the regiments whose engagement is to be looked at, those first who have waited longest."""
    waiting = [
        (one.placed, regiment)
        for regiment, one in state.engagements.items()
        if state.tick - one.placed >= EVERY and state.takes_orders(regiment) and state.paces[regiment] != "hold"
    ]
    return [regiment for _, regiment in sorted(waiting)]
