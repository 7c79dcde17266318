"""Who falls, and where they lie: whenever a regiment has lost one soldier's share of its mass, one soldier goes.

Those who fall stood where mass was lost since the last one fell, and lie there until they have faded into the ground.
Those who go because mass fled stood nearest to where it left the field.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.soldiers.owed import Losses, Owed
from engine.soldiers.ranks import SlotState
from engine.soldiers.soldiers import Soldiers

WITHIN = 2.0  # cells: whoever falls stood no farther from where mass was lost, where anybody does
FADES_AFTER = 1800  # ticks in which the fallen fade into the ground: a minute at speed 1
STEADY_AFTER = 90  # ticks without a fall after which a regiment takes up slots in rank and file again
ROUNDING = 2e-15  # of a quotient; a quotient of whole quanta that is no whole number is farther from one
COMBAT_SPEED = 0.6  # cells per tick: the fastest that anybody moves where soldiers fall


@dataclass(frozen=True, eq=False)
class Fallen:
    """N soldiers who lie on the field."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up, as they stood
    regiment: Int[np.ndarray, " N"]
    since: Int[np.ndarray, " N"]  # the tick in which each fell
    number: Int[np.ndarray, " N"]  # each soldier's own in its regiment

    def __len__(self) -> int:
        return len(self.position)

    def age(self, tick: float) -> Float[np.ndarray, " N"]:
        """Return how far each has faded at a tick, from 0 to 1."""
        return np.clip((tick - self.since) / FADES_AFTER, 0.0, 1.0).astype(np.float32)


NONE_FALLEN = Fallen(
    np.zeros((0, 2), np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, np.int32),
    np.zeros(0, np.int32),
    np.zeros(0, np.int32),
)


def still_lying(before: Fallen, newly: Sequence[Fallen], tick: int) -> Fallen:
    """Return who lies on the field at a tick: those before who have not faded away, and those who fell since."""
    kept = tick - before.since < FADES_AFTER
    newly = [one for one in newly if len(one)]
    if not newly and kept.all():
        return before
    parts = [_those(before, kept), *newly]
    return Fallen(
        np.concatenate([one.position for one in parts]),
        np.concatenate([one.facing for one in parts]),
        np.concatenate([one.regiment for one in parts]),
        np.concatenate([one.since for one in parts]),
        np.concatenate([one.number for one in parts]),
    )


def strength(standing: float, mass_per_soldier: float) -> int:
    """Return how many soldiers stand for a mass that is a whole number of quanta: one for each share begun."""
    return math.ceil(standing / mass_per_soldier * (1.0 - ROUNDING))


def struck(
    soldiers: Soldiers,
    fallen: Int[np.ndarray, "H W"],
    fled: Int[np.ndarray, "H W"],
    standing: float,
    key: tuple[int, int, int],
    tick: int,
) -> tuple[Soldiers, Fallen]:
    """Return the soldiers of a regiment who are left in a tick, before they `step`, and those who fell in it.

    `fallen` and `fled` are the quanta that it lost in this tick, where it lost them, `standing` the mass that is left.
    As many soldiers stay as there are shares in it, a begun one counting as whole. The `key` of what is drawn is seed,
    tick and regiment; `tick` is when the fallen are said to have fallen.
    """
    losses = Losses(soldiers.losses.fallen.plus(fallen), soldiers.losses.fled.plus(fled))
    share, count = soldiers.mass_per_soldier, len(soldiers)
    going = count - min(strength(standing, share), count)
    if going == 0:
        return replace(soldiers, losses=losses, top_speed=COMBAT_SPEED), NONE_FALLEN
    falling = min(max(round(losses.fallen.total / share), 0), going)
    random = np.random.default_rng(key)
    width = fallen.shape[1]
    stays = np.ones(count, bool)
    lying = _nearest_to(losses.fallen, width, soldiers.position, stays, falling, random)
    stays[lying] = False
    stays[_nearest_to(losses.fled, width, soldiers.position, stays, going - falling, random)] = False
    losses = Losses(losses.fallen.less(falling * share), losses.fled.less((going - falling) * share))
    return (
        replace(_kept(soldiers, stays), losses=losses, top_speed=COMBAT_SPEED),
        Fallen(
            soldiers.position[lying],
            soldiers.facing[lying],
            np.full(len(lying), key[2], np.int32),
            np.full(len(lying), tick, np.int32),
            soldiers.numbers[lying],
        ),
    )


def _nearest_to(
    owed: Owed,
    width: int,
    position: Float[np.ndarray, "N 2"],
    among: Bool[np.ndarray, " N"],
    count: int,
    random: np.random.Generator,
) -> Int[np.ndarray, " count"]:
    """Return so many of the soldiers `among` N, each the nearest to a place drawn from where mass was lost."""
    if count == 0:
        return np.zeros(0, np.int64)
    cell, share = owed.cell, np.cumsum(owed.mass, dtype=np.float64)
    if not len(cell):  # nothing says where: anybody
        return np.sort(random.choice(np.flatnonzero(among), count, replace=False))
    middle = np.stack([cell % width, cell // width], axis=1) + 0.5
    drawn = np.minimum(np.searchsorted(share, random.random(count) * share[-1]), len(cell) - 1)
    places = middle[drawn] + random.uniform(-0.5, 0.5, (count, 2))
    out_of_reach = np.where(among, 0.0, np.inf)
    chosen, apart = np.zeros(count, np.int64), None
    for number, (place, lost_at) in enumerate(zip(places, middle[drawn], strict=True)):
        nearest = int(np.argmin(((position - place) ** 2).sum(axis=1) + out_of_reach))
        if np.hypot(*(position[nearest] - lost_at)) > WITHIN:
            if apart is None:
                apart = ((position[:, None] - middle[None]) ** 2).sum(axis=2).min(axis=1)
            nearest = int(np.argmin(apart + out_of_reach))
        chosen[number] = nearest
        out_of_reach[nearest] = np.inf
    return chosen


def _kept(soldiers: Soldiers, left: Bool[np.ndarray, " N"]) -> Soldiers:
    """Return only these soldiers. They keep no slots in rank and file: they close up, as the mass does."""
    return replace(
        soldiers,
        position=soldiers.position[left],
        facing=soldiers.facing[left],
        walked=soldiers.walked[left],
        motion=soldiers.motion[left],
        last_position=soldiers.last_position[left],
        last_facing=soldiers.last_facing[left],
        last_walked=soldiers.last_walked[left],
        number=soldiers.numbers[left],
        slots=SlotState(placement=soldiers.slots.placement, wait=STEADY_AFTER),
    )


def _those(fallen: Fallen, which: np.ndarray) -> Fallen:
    return Fallen(
        fallen.position[which],
        fallen.facing[which],
        fallen.regiment[which],
        fallen.since[which],
        fallen.number[which],
    )
