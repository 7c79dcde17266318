"""A small simulation with combat, in NumPy: rough laws of its own, an exact ledger, every field that a battle reads.

Who has enemies beside it loses mass; who has lost a share of it breaks, runs to its own border and leaves the field
there; what is left of a soldier's share dissolves. It is no model of the real laws: it is quick, and does all that a
battle has to follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from own_simulation import DT, LATTICE, SUBSTEPS, State, flow, fluxes
from scipy.ndimage import uniform_filter

from engine.plugin import CONDITIONS, TRAITS, Combat, Conduct

RATE = 0.02  # share of the mass that is lost in a tick in the thick of it
BREAKS_AT, RALLIES_AFTER = 0.25, 60  # share lost since the last rally, ticks without a loss
HINDERED_AT = 0.05  # density of enemies that halves the pace
ATTACK = TRAITS.index("attack")


@dataclass(frozen=True)
class Fight:
    """What combat adds to a state."""

    combat: Combat
    sides: tuple[int, ...]
    fallen: np.ndarray  # (R, H, W), int32, in quanta
    fled: np.ndarray
    condition: np.ndarray  # (R,), int8
    spared: np.ndarray  # (R,), ticks without a loss
    forgotten: np.ndarray  # (R,), quanta lost before the last rally
    engaged: np.ndarray
    mustered: np.ndarray  # (R,), quanta
    conduct: Conduct


@dataclass(frozen=True)
class Fighting(State):
    fight: Fight | None = None


@dataclass
class Skirmish:
    """Implements `engine.plugin.Simulation`, with combat. `rate` may be raised, to be done sooner."""

    backend: str = "cpu"
    device: str = "NumPy skirmish"
    rate: float = RATE
    resets: list[Any] = field(default_factory=list)

    def reset(self, mass, ground, controllers, seed, sides=None, combat=None):
        self.resets.append(combat)
        mass = np.asarray(mass, np.float32)
        count, height, width = mass.shape
        fight = None
        if combat is not None:
            nothing, still = np.zeros(mass.shape, np.int32), np.zeros(count, np.int64)
            mustered = quanta(mass).sum(axis=(1, 2))
            fight = Fight(
                combat,
                tuple(sides),
                nothing,
                nothing,
                still.astype(np.int8),
                still,
                still,
                still,
                mustered,
                combat.conduct,
            )
            if combat.since is not None:
                fight = replace(combat.since.fight, combat=replace(combat, since=None))
        return Fighting(
            mass,
            tuple(controllers),
            np.zeros((*mass.shape, 2), np.float32),
            np.zeros((count, height, width + 1), np.float32),
            np.zeros((count, height + 1, width), np.float32),
            fight,
        )

    def tick(self, state, targets, conduct=None):
        fight = state.fight
        assert (fight is None) == (conduct is None)
        mass = state.mass.astype(np.float64)
        velocity = np.stack([flow(m, t) for m, t in zip(mass, targets, strict=True)])
        hostile = None
        if fight is not None:
            hostile = np.stack([mass[[other != side for other in fight.sides]].sum(axis=0) for side in fight.sides])
            near = np.stack([uniform_filter(one, 3, mode="constant") for one in hostile])
            velocity *= conduct.pace[:, None, None, None]
            velocity /= 1.0 + (near[..., None] / HINDERED_AT) ** 2
            for regiment in np.flatnonzero(fight.condition == CONDITIONS.index("broken")):
                velocity[regiment] = (-1.0 if fight.sides[regiment] == 0 else 1.0, 0.0)
        flux_x, flux_y = np.zeros(state.flux_x.shape), np.zeros(state.flux_y.shape)
        for _ in range(SUBSTEPS):
            step_x, step_y = fluxes(mass, velocity)
            mass = mass - np.diff(step_x, axis=2) - np.diff(step_y, axis=1)
            flux_x, flux_y = flux_x + step_x, flux_y + step_y
        if fight is not None:
            mass, fight = self._fought(mass, near, replace(fight, conduct=conduct))
        velocity = SUBSTEPS * DT * velocity
        fields = [array.astype(np.float32) for array in (mass, velocity, flux_x, flux_y)]
        return Fighting(fields[0], state.controllers, *fields[1:], fight)

    def _fought(self, mass, near, fight):
        standing = quanta(mass)
        blows = self.rate * np.clip(near, 0.0, 1.0) * fight.conduct.traits[:, ATTACK].max()
        fallen = np.floor(standing * blows).astype(np.int64)
        standing = standing - fallen
        broken = fight.condition == CONDITIONS.index("broken")
        fled = np.zeros_like(fallen)
        for column, side in ((0, 0), (-1, 1)):
            leaving = broken & (np.array(fight.sides) == side)
            fled[leaving, :, column] = standing[leaving, :, column]
        standing = standing - fled
        small = standing.sum(axis=(1, 2)) < np.array(fight.combat.share) * LATTICE / 2
        fled[small] += standing[small]
        standing[small] = 0
        losses = fallen.sum(axis=(1, 2))
        lost = (fight.fallen.sum(axis=(1, 2)) + losses) / fight.mustered
        spared = np.where(losses > 0, 0, fight.spared + 1)
        breaks = lost - fight.forgotten / fight.mustered >= BREAKS_AT
        rallies = broken & (spared >= RALLIES_AFTER)
        condition = np.where(broken | breaks, 2, 0)
        condition = np.where(rallies, 0, condition)
        forgotten = np.where(rallies, fight.fallen.sum(axis=(1, 2)) + losses, fight.forgotten)
        condition = np.where(small, 3, condition).astype(np.int8)
        return standing / LATTICE, replace(
            fight,
            fallen=(fight.fallen + fallen).astype(np.int32),
            fled=(fight.fled + fled).astype(np.int32),
            condition=condition,
            spared=spared,
            forgotten=forgotten,
            engaged=(losses > 0).astype(np.float32),
        )

    def read(self, state, fields):
        fight = state.fight
        own = {}
        if fight is not None:
            lost = fight.fallen.sum(axis=(1, 2)) / fight.mustered
            own = {
                "fallen": fight.fallen,
                "fled": fight.fled,
                "morale": (1.0 - lost).astype(np.float32),
                "fatigue": np.zeros(len(lost), np.float32),
                "engaged": fight.engaged.astype(np.float32),
                "condition": fight.condition,
                "facing": fight.conduct.facing.astype(np.float32),
            }
        return {name: own[name] if name in own else getattr(state, name) for name in fields}


def quanta(mass):
    return np.rint(np.asarray(mass, np.float64) * LATTICE).astype(np.int64)
