"""Plays an encounter by the laws of battle: every regiment attacks, and its course is recorded tick by tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from nca_controller.controllers import Controller, load_controller
from nca_controller.dynamics import State, conduct, init_state, trajectory, under
from nca_controller.physics import QUANTUM, Terrain
from nca_controller.physics.combat import BROKEN, DISSOLVED, TICKS_PER_SECOND, TOP_SPEED, WAVERING, Conduct, Laws
from nca_controller.tasks import Encounter

ORDERED_EVERY = 15  # ticks between two looks at where the enemy is
RUN_UP = 6.0  # metres of a charge beyond those in which impetus gathers, as in the game
PRESS = 6.0  # metres beyond the first enemies to which a front is to go, as in the game: its wings go no farther
MOVED = 1.0  # metres by which the place of an attack must change for a new order
SHRUNK = 0.05  # share of a regiment that must have gone for a new order
TOUCH = 2.0  # metres between soldiers who are in contact
FEW = 0.02  # of a cell's capacity: below it nobody counts as standing there


@dataclass(frozen=True, eq=False)
class Course:
    """What happened after each of T ticks to R regiments, in mass; and the state at the end."""

    standing: Float[np.ndarray, "T R"]
    fallen: Float[np.ndarray, "T R"]
    morale: Float[np.ndarray, "T R"]
    condition: Int[np.ndarray, "T R"]
    touching: Bool[np.ndarray, "T R"]  # whether an enemy stands within two metres
    fullest: Float[np.ndarray, " T"]  # mass over capacity, in the fullest cell
    mustered: Float[np.ndarray, " R"]
    end: State

    def contact(self, regiment: int | None = None) -> int | None:
        """Return the first tick, from 0, after which a regiment is in contact, or any; None if there is none."""
        touching = self.touching.any(axis=1) if regiment is None else self.touching[:, regiment]
        return first(np.asarray(touching))

    def broken(self, regiment: int) -> int | None:
        """Return the first tick after which a regiment has broken or dissolved; None if there is none."""
        return first(self.condition[:, regiment] >= BROKEN)

    def lost(self, tick: int | None = None) -> Float[np.ndarray, " R"]:
        """Return the share of each regiment that has fallen, after a tick or at the end."""
        return self.fallen[-1 if tick is None else tick] / self.mustered

    @property
    def is_exact(self) -> bool:
        """Whether standing, fallen and fled are together what was mustered, to the bit."""
        assert self.end.combat is not None
        combat, mustered = self.end.combat, np.round(self.mustered / QUANTUM).astype(np.int64)
        gone = sum(np.asarray(counts, np.int64).sum(axis=(1, 2)) for counts in (combat.fallen, combat.fled))
        return bool((quanta(self.end.mass) + gone == mustered).all())

    @property
    def is_finite(self) -> bool:
        """Whether every number of the state at the end is finite, and no morale ever was another."""
        leaves = [leaf for leaf in jax.tree.leaves(self.end) if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return bool(np.isfinite(self.morale).all() and all(np.isfinite(leaf).all() for leaf in leaves))


def first(happened: Bool[np.ndarray, " T"]) -> int | None:
    """Return the first index at which something happened; None if it never did."""
    ticks = np.flatnonzero(happened)
    return int(ticks[0]) if len(ticks) else None


def quanta(mass: Float[Array, "R H W"]) -> Int[np.ndarray, " R"]:
    """Return each regiment's total in whole quanta."""
    return np.round(np.asarray(mass, np.float64) / QUANTUM).astype(np.int64).sum(axis=(1, 2))


def begun(
    encounter: Encounter,
    controllers: Controller | Sequence[Controller] | None = None,
    constants: Laws | None = None,
    quantum: float | None = QUANTUM,
) -> State:
    """Return the state in which an encounter begins; led by the plan, or by its commander among walls."""
    ground = encounter.ground
    if controllers is None:
        controllers = load_controller("plan" if ground.open_cells.all() else "ground")
    each: list[Any] = [controllers] * len(encounter.bodies) if hasattr(controllers, "steer") else list(controllers)
    return init_state(
        jnp.asarray(encounter.mass),
        Terrain(ground.open_cells, ground.capacity, ground.boundary),
        each,
        0,
        sides=encounter.sides,
        combat=bearing(encounter),
        cell_metres=encounter.cell_metres,
        share=encounter.share,
        constants=constants,
        quantum=quantum,
    )


def bearing(encounter: Encounter) -> Conduct:
    """Return how an encounter's regiments bear themselves at first: by kind and formation, at a walk."""
    kinds, formations = zip(*((body.kind, body.formation) for body in encounter.bodies), strict=True)
    return conduct(kinds, encounter.facing, formations)


@dataclass
class Attack:
    """The orders of an encounter in which everyone attacks the nearest enemy who stands, or else who runs."""

    encounter: Encounter
    conduct: Conduct
    standing: Sequence[int] = ()  # regiments that stay where they are, with the front that they have
    walk_only: bool = False

    def __post_init__(self) -> None:
        self._targets = [self.encounter.mass[r] for r in range(len(self.encounter.bodies))]
        self._aims = [(math.inf, math.inf, math.inf)] * len(self._targets)  # x, y in metres, and mass
        self._facing = self.encounter.facing.copy()

    def given(self, state: State) -> tuple[Float[np.ndarray, "R H W"], Conduct]:
        """Return the targets of all regiments, and how they bear themselves, by where all stand now."""
        combat, metres = state.combat, self.encounter.cell_metres
        assert combat is not None
        mass, condition = np.asarray(state.mass, np.float64), np.asarray(combat.condition)
        totals, middles = mass.sum(axis=(1, 2)), middles_of(mass) * metres
        walk, run = np.asarray(combat.conduct.traits.walk), np.asarray(combat.conduct.traits.run)
        pace, charges = walk.copy(), RUN_UP + run * np.asarray(combat.conduct.traits.gather) * TOP_SPEED
        for regiment in range(len(self.encounter.bodies)):
            enemy = self._enemy(regiment, condition, middles)
            if enemy is None or regiment in self.standing or condition[regiment] >= BROKEN:
                continue
            way = middles[enemy] - middles[regiment]
            away = math.hypot(*way)
            if away > metres / 2:
                self._facing[regiment] = way / away
            there, _ = extent(mass[enemy], middles[regiment], self._facing[regiment], metres)
            _, here = extent(mass[regiment], middles[regiment], self._facing[regiment], metres)
            if there - here < charges[regiment] and not self.walk_only:
                pace[regiment] = run[regiment]
            angle = math.degrees(math.atan2(self._facing[regiment][0], -self._facing[regiment][1])) % 360
            depth = self.encounter.depth(regiment, totals[regiment], angle) or 0.0
            ahead = max(there + PRESS, depth / 2)  # enemies beside it call nobody back
            x, y = middles[regiment] + self._facing[regiment] * ahead
            aim = self._aims[regiment]
            if math.hypot(x - aim[0], y - aim[1]) > MOVED or totals[regiment] < aim[2] * (1 - SHRUNK):
                target = self.encounter.behind(regiment, totals[regiment], (x, y), angle)
                if target is not None:
                    self._targets[regiment], self._aims[regiment] = target, (x, y, totals[regiment])
        borne = self.conduct.replace(facing=jnp.asarray(self._facing), pace=jnp.asarray(pace, jnp.float32))
        return np.stack(self._targets), borne

    def _enemy(self, regiment: int, condition: Int[np.ndarray, " R"], middles: Float[np.ndarray, "R 2"]) -> int | None:
        """Return the nearest enemy: of those who stand, or else of those who run."""
        sides = self.encounter.sides
        for worst in (WAVERING, BROKEN):
            enemies = [one for one, side in enumerate(sides) if side != sides[regiment] and condition[one] <= worst]
            if enemies:
                return min(enemies, key=lambda one: math.hypot(*(middles[one] - middles[regiment])))
        return None


def extent(
    mass: Float[np.ndarray, "H W"], place: Float[np.ndarray, " 2"], way: Float[np.ndarray, " 2"], metres: float
) -> tuple[float, float]:
    """Return how far along a way, in metres from a place, the first and the last stand; 0 and 0 for nobody."""
    rows, columns = np.nonzero(mass > FEW)
    if not len(rows):
        return 0.0, 0.0
    ahead = ((columns + 0.5) * metres - place[0]) * way[0] + ((rows + 0.5) * metres - place[1]) * way[1]
    return float(ahead.min()), float(ahead.max())


def middles_of(mass: Float[np.ndarray, "R H W"]) -> Float[np.ndarray, "R 2"]:
    """Return the middle (x, y) of each regiment's mass, in cells; that of nobody is the corner."""
    totals = np.maximum(mass.sum(axis=(1, 2)), 1e-12)
    rows, columns = np.arange(mass.shape[1]) + 0.5, np.arange(mass.shape[2]) + 0.5
    x, y = mass.sum(axis=1) @ columns / totals, mass.sum(axis=2) @ rows / totals
    return np.stack([x, y], axis=1)


def played(state: State, attack: Attack, ticks: int, until: Sequence[int] = ()) -> Course:
    """Return the course of so many ticks, or of fewer: until one of some regiments has broken, or a side is no more."""
    records, mustered, end = [], np.asarray(state.mass, np.float64).sum(axis=(1, 2)), state
    for begin in range(0, ticks, ORDERED_EVERY):
        targets, borne = attack.given(end)
        count = min(ORDERED_EVERY, ticks - begin)
        end, record = trajectory(under(end, borne), targets, ticks=count, metrics=recorded)
        records.append({name: np.asarray(column) for name, column in record.items()})
        condition = records[-1]["condition"][-1]
        left = {side for side, one in zip(attack.encounter.sides, condition, strict=True) if one != DISSOLVED}
        if any(condition[one] >= BROKEN for one in until) or len(left) < 2:
            break
    columns = {name: np.concatenate([record[name] for record in records]) for name in records[0]}
    return Course(**columns, mustered=mustered, end=end)


def recorded(state: State, targets: Float[Array, "R H W"]) -> dict[str, Array]:
    """Return what a course has of each tick."""
    combat = state.combat
    assert combat is not None
    reach = math.ceil(TOUCH / combat.cell_metres)
    present = state.mass > FEW * state.terrain.capacity
    window = (1, 2 * reach + 1, 2 * reach + 1)
    near = jax.lax.reduce_window(present.astype(jnp.float32), 0.0, jax.lax.max, window, (1, 1, 1), "SAME") > 0
    hostile = np.not_equal.outer(np.array(state.sides), np.array(state.sides))
    touching = [(present[r] & near[np.flatnonzero(hostile[r])].any(axis=0)).any() for r in range(len(present))]
    fallen = combat.fallen.astype(jnp.float32).sum(axis=(1, 2))
    return {
        "standing": state.mass.sum(axis=(1, 2)),
        "fallen": fallen * QUANTUM if combat.fallen.dtype == jnp.int32 else fallen,
        "morale": combat.morale,
        "condition": combat.condition,
        "touching": jnp.stack(touching),
        "fullest": (state.mass.sum(axis=0) / state.terrain.capacity).max(),
    }


def seconds(ticks: int | None, since: int | None) -> float | None:
    """Return the seconds from one tick to another; None where one of them never was."""
    return None if ticks is None or since is None else (ticks - since) / TICKS_PER_SECOND
