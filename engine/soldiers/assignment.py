"""Dealing out places to men so that they walk little and do not cross each other's ways."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

GROUP = 24  # men among whom places are assign out exactly
SWAPS = 12  # rounds in which men exchange places with those who stand nearer to them
ASIDE = 1e-3  # how much the other coordinate counts where men stand in line


def assign(
    position: Float[np.ndarray, "N 2"], places: Float[np.ndarray, "N 2"], front: float = 0.0
) -> Int[np.ndarray, " N"]:
    """Return the index of each man's place; every place is assign once.

    Men and places are halved alike, over and over, along the longer side, seen from the front (radians clockwise from
    up); the small groups are matched exactly by the sum of squared distances, and then neighbours swap where it helps.
    """
    cos, sin = np.cos(front), np.sin(front)
    turn = np.array([[cos, sin], [sin, -cos]], np.float32)  # to coordinates across and ahead
    own, wanted = position @ turn.T, places @ turn.T
    place = np.empty(len(position), np.int64)
    groups = [(np.arange(len(position)), np.arange(len(places)))]
    while groups:
        men, spots = groups.pop()
        if len(men) <= GROUP:
            apart = own[men][:, None] - wanted[spots][None]
            chosen = linear_sum_assignment((apart * apart).sum(axis=-1))[1]
            place[men] = spots[chosen]
            continue
        axis = int(np.argmax(np.ptp(wanted[spots], axis=0)))
        half = len(men) // 2
        men, spots = (
            which[np.argpartition(of[which, axis] + ASIDE * of[which, 1 - axis], half)]
            for which, of in ((men, own), (spots, wanted))
        )
        groups += [(men[:half], spots[:half]), (men[half:], spots[half:])]
    return improved(position, places, place)


def improved(
    position: Float[np.ndarray, "N 2"], places: Float[np.ndarray, "N 2"], place: Int[np.ndarray, " N"]
) -> Int[np.ndarray, " N"]:
    """Return the places after pairs of men have exchanged theirs wherever that saves squared distance."""
    count = len(position)
    near = cKDTree(position).query(places, k=min(4, count))[1].reshape(count, -1)  # men near each place
    place = place.copy()
    for turn in range(SWAPS):
        man = np.arange(count)
        other = near[place, turn % near.shape[1]]
        saved = _squared(position - places[place]) + _squared(position[other] - places[place[other]])
        saved -= _squared(position - places[place[other]]) + _squared(position[other] - places[place])
        willing = np.flatnonzero((saved > 1e-6) & (other != man))
        if not len(willing):
            continue
        willing = willing[np.argsort(-saved[willing], kind="stable")]
        # Nobody swaps twice in one round: the pair that saves most goes first.
        pairs = np.stack([willing, other[willing]], axis=1).ravel()
        first = np.full(count, len(pairs))
        np.minimum.at(first, pairs, np.arange(len(pairs)))
        free = (first[willing] // 2 == np.arange(len(willing))) & (
            first[other[willing]] // 2 == np.arange(len(willing))
        )
        one, two = willing[free], other[willing][free]
        place[one], place[two] = place[two], place[one]
    return place


def _squared(step: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, " N"]:
    return (step * step).sum(axis=1)
