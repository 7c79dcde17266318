"""What is drawn of combat: the soldiers' poses, who lies on the ground, and a banner over each regiment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int, UInt8

from engine.battle import BattleState
from engine.fields import wrap_radians
from engine.view import POSES, Banner, Condition, DrawnSoldiers, Fighters

NEAR = 2.0  # metres: a soldier strikes where enemies are no farther, to either side and ahead or behind
SOME = 0.5  # of the smallest share: fewer enemies are nobody to strike at
WALKS_ABOVE = 0.05  # cells per tick
ASIDE = np.radians(70.0)  # the farthest that a soldier turns from its regiment's facing to strike
SHOWN: dict[str, Condition] = {"steady": "steady", "wavering": "wavering", "broken": "broken"}  # with a banner

STANDING, WALKING, STRIKING, FLEEING, FALLEN = range(len(POSES))


def has_combat(state: BattleState) -> bool:
    """Return whether a state is one of a battle with combat."""
    return state.army is not None and state.combat is not None


def in_combat(drawn: DrawnSoldiers, state: BattleState, moment: float) -> DrawnSoldiers:
    """Return the soldiers of all regiments in their poses, those who strike turned to whom they strike.

    `moment` is the time in ticks. The state is one of a battle with combat.
    """
    assert state.army is not None and state.combat is not None
    regiment = drawn.side
    motion = np.concatenate([one.motion for one in state.soldiers])
    pose = np.where(np.hypot(motion[:, 0], motion[:, 1]) > WALKS_ABOVE, WALKING, STANDING).astype(np.uint8)
    side = np.array([one.side for one in state.regiments])
    threat = threats(state.mass, side, max(round(NEAR / state.army.cell_metres), 1))
    row, column, of_side = *_cells(drawn.position, state.ground.grid), side[regiment]
    strikes = threat[of_side, row, column] > SOME * min(state.army.share)
    pose[strikes] = STRIKING
    broken = np.array([one == "broken" for one in state.combat.condition])
    pose[broken[regiment]] = FLEEING
    fights = np.flatnonzero(pose == STRIKING)
    facing = np.array(drawn.facing)
    ahead = np.arctan2(state.combat.facing[:, 0], -state.combat.facing[:, 1])[regiment[fights]]
    towards = _uphill(threat, of_side[fights], row[fights], column[fights])
    facing[fights] = ahead + np.clip(wrap_radians(towards - ahead), -ASIDE, ASIDE)
    number = np.concatenate([one.numbers for one in state.soldiers]) + _first_numbers(state)[regiment]
    return replace(drawn, facing=facing, fighters=Fighters(pose, *_kinds(state, regiment), number, moment))


def lying(state: BattleState, moment: float, spacing: float) -> DrawnSoldiers | None:
    """Return who lies on the ground; None where nobody does."""
    fallen = state.fallen
    if len(fallen) == 0:
        return None
    number = fallen.number + _first_numbers(state)[fallen.regiment]
    pose = np.full(len(fallen), FALLEN, np.uint8)
    fighters = Fighters(pose, *_kinds(state, fallen.regiment), number, moment, fallen.age(moment))
    still = np.zeros(len(fallen), np.float32)
    return DrawnSoldiers(fallen.position, fallen.facing, still, fallen.regiment, spacing, fighters=fighters)


def banners(state: BattleState, drawn: DrawnSoldiers, moment: float) -> tuple[Banner, ...]:
    """Return the banner of each regiment that has soldiers, over the middle of them; over some where they scatter."""
    report = state.combat
    assert report is not None
    counts = [len(soldiers) for soldiers in state.soldiers]
    ends = np.cumsum(counts)
    found = []
    for regiment, (count, end) in enumerate(zip(counts, ends.tolist(), strict=True)):
        if count == 0 or report.condition[regiment] not in SHOWN:
            continue
        x, y = _middle(drawn.position[end - count : end], report.condition[regiment] == "broken")
        right, down = report.facing[regiment].tolist()
        condition, morale = SHOWN[report.condition[regiment]], float(report.morale[regiment])
        found.append(Banner((x, y), float(np.arctan2(right, -down)), regiment, condition, morale, moment))
    return tuple(found)


def _middle(position: Float[np.ndarray, "N 2"], scattered: bool) -> tuple[float, float]:
    """Return the middle of a regiment; of a scattered one the place of the soldier nearest to it."""
    middle = position.mean(axis=0, dtype=np.float64)
    if scattered:
        middle = position[np.argmin(((position - middle) ** 2).sum(axis=1))].astype(np.float64)
    x, y = middle.tolist()
    return x, y


def threats(mass: Float[np.ndarray, "R H W"], side: Int[np.ndarray, " R"], reach: int) -> Float[np.ndarray, "S H W"]:
    """Return by side the mass of its enemies in the square around each cell that goes `reach` cells to every side."""
    own = np.stack([mass[side == one].sum(axis=0) for one in range(int(side.max()) + 1)])
    hostile = own.sum(axis=0) - own
    for axis in (1, 2):
        padded = np.pad(hostile, [(reach, reach) if axis == one else (0, 0) for one in range(3)])
        length = hostile.shape[axis]
        hostile = sum(np.take(padded, np.arange(shift, shift + length), axis) for shift in range(2 * reach + 1))
    return hostile


def _uphill(
    threat: Float[np.ndarray, "S H W"],
    side: Int[np.ndarray, " N"],
    row: Int[np.ndarray, " N"],
    column: Int[np.ndarray, " N"],
) -> Float[np.ndarray, " N"]:
    """Return the direction, in radians clockwise from up, in which there are more enemies."""
    height, width = threat.shape[1:]
    right = threat[side, row, np.minimum(column + 2, width - 1)] - threat[side, row, np.maximum(column - 2, 0)]
    down = threat[side, np.minimum(row + 2, height - 1), column] - threat[side, np.maximum(row - 2, 0), column]
    return np.arctan2(right, -down)


def _cells(position: Float[np.ndarray, "N 2"], grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    column, row = position.astype(np.int64).T
    return np.clip(row, 0, grid[0] - 1), np.clip(column, 0, grid[1] - 1)


def _first_numbers(state: BattleState) -> Int[np.ndarray, " R"]:
    """Return how many soldiers mustered in the regiments before each."""
    return np.cumsum([0, *(one.soldiers for one in state.regiments)])[:-1]


def _kinds(state: BattleState, regiment: Int[np.ndarray, " N"]) -> tuple[UInt8[np.ndarray, " N"], tuple[str, ...]]:
    """Return the index of each soldier's figure by its regiment, and the figures' names."""
    assert state.army is not None
    figures = tuple(sorted({unit.sprite for unit in state.army.units}))
    return np.array([figures.index(unit.sprite) for unit in state.army.units], np.uint8)[regiment], figures
