"""Assignment of slots to soldiers, so that they walk little and do not cross each other's ways."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

GROUP = 24  # soldiers, at most, that are matched with their slots exactly
SWAPS = 12  # rounds in which pairs of neighbours exchange slots
ASIDE = 1e-3  # weight of the other coordinate, which decides among soldiers in line


def assign(
    position: Float[np.ndarray, "N 2"], slots: Float[np.ndarray, "N 2"], front: float = 0.0
) -> Int[np.ndarray, " N"]:
    """Return the index of each soldier's slot; every slot is assigned once.

    Soldiers and slots are halved alike, over and over, along the longer side of the slots, seen from the front
    (radians clockwise from up). Small groups are matched exactly by the sum of squared distances, and then pairs of
    neighbours swap where it helps.
    """
    cos, sin = np.cos(front), np.sin(front)
    turn = np.array([[cos, sin], [sin, -cos]], np.float32)  # to coordinates across and ahead
    local, wanted = position @ turn.T, slots @ turn.T
    slot = np.empty(len(position), np.int64)
    groups = [(np.arange(len(position)), np.arange(len(slots)))]
    while groups:
        soldier_ids, slot_ids = groups.pop()
        if len(soldier_ids) <= GROUP:
            offset = local[soldier_ids][:, None] - wanted[slot_ids][None]
            chosen = linear_sum_assignment((offset * offset).sum(axis=-1))[1]
            slot[soldier_ids] = slot_ids[chosen]
            continue
        axis = int(np.argmax(np.ptp(wanted[slot_ids], axis=0)))
        half = len(soldier_ids) // 2
        soldier_ids, slot_ids = (
            which[np.argpartition(of[which, axis] + ASIDE * of[which, 1 - axis], half)]
            for which, of in ((soldier_ids, local), (slot_ids, wanted))
        )
        groups += [(soldier_ids[:half], slot_ids[:half]), (soldier_ids[half:], slot_ids[half:])]
    return improved(position, slots, slot)


def improved(
    position: Float[np.ndarray, "N 2"], slots: Float[np.ndarray, "N 2"], slot: Int[np.ndarray, " N"]
) -> Int[np.ndarray, " N"]:
    """Return the slots after pairs of soldiers exchanged theirs wherever that saves squared distance."""
    count = len(position)
    near = cKDTree(position).query(slots, k=min(4, count))[1].reshape(count, -1)  # soldiers near each slot
    slot = slot.copy()
    for round_number in range(SWAPS):
        soldier = np.arange(count)
        other = near[slot, round_number % near.shape[1]]
        saved = _squared(position - slots[slot]) + _squared(position[other] - slots[slot[other]])
        saved -= _squared(position - slots[slot[other]]) + _squared(position[other] - slots[slot])
        gaining = np.flatnonzero((saved > 1e-6) & (other != soldier))
        if not len(gaining):
            continue
        gaining = gaining[np.argsort(-saved[gaining], kind="stable")]
        # No soldier swaps twice in one round: the pair that saves most goes first.
        pairs = np.stack([gaining, other[gaining]], axis=1).ravel()
        first = np.full(count, len(pairs))
        np.minimum.at(first, pairs, np.arange(len(pairs)))
        free = (first[gaining] // 2 == np.arange(len(gaining))) & (
            first[other[gaining]] // 2 == np.arange(len(gaining))
        )
        one, two = gaining[free], other[gaining][free]
        slot[one], slot[two] = slot[two], slot[one]
    return slot


def _squared(step: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, " N"]:
    return (step * step).sum(axis=1)
