"""What a tick of combat does to a battle's soldiers: who falls, who is gone, and where those look who stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from jaxtyping import Int

from engine import soldiers
from engine.battle.faults import Moved
from engine.battle.ledger import LOST, CombatReport, mass_of
from engine.battle.state import BattleState


def lost(fields: Mapping[str, np.ndarray]) -> Mapping[str, Int[np.ndarray, "R H W"]]:
    """Return what has been lost since the start, in quanta and by cell, of the fields of a simulation's state."""
    return MappingProxyType({name: fields[name] for name in LOST if name in fields})


def taken(state: BattleState, moved: Moved, seed: int) -> BattleState:
    """Return the state in which a tick's losses are taken: from the soldiers, and into the report."""
    report = moved.combat
    if report is None or state.combat is None:
        return state
    kept, newly = [], []
    after = lost(moved.fields)
    for regiment, own in enumerate(state.soldiers):
        fallen, fled = (after[name][regiment] - state.lost[name][regiment] for name in LOST)
        standing = mass_of(report.standing[regiment])
        left, lying = soldiers.struck(own, fallen, fled, standing, (seed, state.tick, regiment), state.tick)
        kept.append(left)
        newly.append(lying)
    return replace(
        state,
        soldiers=tuple(kept),
        fallen=soldiers.still_lying(state.fallen, newly, state.tick),
        combat=report,
        lost=after,
    )


def front_of(report: CombatReport, regiment: int) -> float:
    """Return where a regiment looks, in radians clockwise from up."""
    right, down = report.facing[regiment].tolist()
    return math.atan2(right, -down)
