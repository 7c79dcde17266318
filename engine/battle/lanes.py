"""Where several regiments that attack one enemy go: beside each other along its front, in the order in which they are.

Each goes for the part of the enemy before it, as far as those beside it leave room: the least squares of their shifts,
found by pooling neighbours (Ayer et al., 1955). Whoever is in the fight already stays where it is.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from engine.battle.progress import middle
from engine.battle.state import BattleState
from engine.formations import direction
from engine.orders import Place

GAP = 1.0  # cells between two who attack beside each other
FIGHTS = 0.5  # how much a regiment is engaged from which on it stays in its place
TOGETHER = 0.5  # cosine of the angle up to which two who go for one enemy go the same way
STAYS = 1e3  # weight of one that stays, of those that do not as 1


def lane(
    state: BattleState, regiment: int, enemy: int, aim: Place, cells: Float[np.ndarray, "M 2"]
) -> tuple[Place, Place] | None:
    """Return the place that a regiment goes for beside others, and the direction in which all of them go.

    Alone it would go for its `aim`: None is returned. `cells` are the places of the enemy's cells.
    """
    goal = np.asarray(middle(state.mass[enemy]))
    ways = {one: goal - middle(state.mass[one]) for one in attackers(state, enemy, state.regiments[regiment].side)}
    headings = {one: heading(state, one, way) for one, way in ways.items()}
    group = [one for one, its in headings.items() if float(its @ headings[regiment]) >= TOGETHER]
    forward = np.sum([ways[one] for one in group], axis=0)
    if len(group) < 2 or not forward.any():
        return None
    forward /= math.hypot(*forward)
    right = np.array((-forward[1], forward[0]))
    half = float(np.abs((cells - goal) @ right).max())
    aside = {one: -float(ways[one] @ right) for one in group}
    group.sort(key=lambda one: (aside[one], one))
    widths = [state.placements[one].frontage for one in group]
    fighting = [state.combat is not None and state.combat.engaged[one] > FIGHTS for one in group]
    wanted = []
    for one, width, fights in zip(group, widths, fighting, strict=True):
        reach = max(half - width / 2, 0.0)
        wanted.append(aside[one] if fights else min(max(aside[one], -reach), reach))
    found = spaced(wanted, widths, [STAYS if fights else 1.0 for fights in fighting])
    x, y = goal + right * found[group.index(regiment)] + forward * ((np.asarray(aim) - goal) @ forward)
    return (float(x), float(y)), (float(forward[0]), float(forward[1]))


def heading(state: BattleState, regiment: int, way: Float[np.ndarray, " 2"]) -> Float[np.ndarray, " 2"]:
    """Return the direction in which an attacker goes: that of its front, or of its way where it has yet to form up."""
    if state.engagements[regiment].phase == "form":
        return way / (math.hypot(*way) or 1.0)
    return np.array(direction(state.placements[regiment].angle))


def attackers(state: BattleState, enemy: int, side: int) -> list[int]:
    """Return the regiments of a side that attack an enemy by now."""
    return [
        regiment
        for regiment, one in state.engagements.items()
        if one.kind == "attack" and one.other == enemy and state.regiments[regiment].side == side
    ]


def spaced(wanted: list[float], widths: list[float], weights: list[float]) -> list[float]:
    """Return places on a line, in that order, as near to the wanted ones as their widths and gaps between allow."""
    offsets = [0.0]
    for one, other in pairwise(widths):
        offsets.append(offsets[-1] + (one + other) / 2 + GAP)
    pools: list[tuple[float, float, int]] = []  # place without offset, weight, members
    for place, offset, weight in zip(wanted, offsets, weights, strict=True):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            at, heavy, members = pools.pop()
            total = heavy + pool[1]
            pool = ((at * heavy + pool[0] * pool[1]) / total, total, members + pool[2])
        pools.append(pool)
    free = [at for at, _, members in pools for _ in range(members)]
    return [at + offset for at, offset in zip(free, offsets, strict=True)]
