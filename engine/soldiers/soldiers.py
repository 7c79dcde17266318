"""Soldiers that follow the mass. Each keeps its identity for the whole game and never jumps.

In every tick a soldier (1) is carried by the flux that the simulation realised, (2) is pushed so that the density of
soldiers stays that of the field, and (3) keeps its distance from its neighbours. Where the mass is at rest, (4) it goes
to its slot in rank and file instead. It faces where it walks, and to the front at rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.fields import wrap_radians
from engine.formations import Placement
from engine.soldiers.flow import THIN, TRACE, Flow, cropped, density_correction, sampled_velocity
from engine.soldiers.owed import Losses
from engine.soldiers.ranks import NO_SLOTS, SlotState, updated_slots
from engine.soldiers.separation import separation
from engine.soldiers.strays import NOBODY, Homeward, led_home

FIELD_SPEED = 0.5  # cells per tick: the fastest that a field moves
TOP_SPEED = 1.6 * FIELD_SPEED - 1e-3  # cells per tick: a soldier may run to catch up; 1e-3 is for rounding
HOME_SPEED = 0.6 * FIELD_SPEED  # cells per tick, of a soldier without mass around
DRESS_SPEED = 0.4 * FIELD_SPEED  # cells per tick, at most, on the way to a slot
DRESS_GAIN = 0.15  # share of that way that is walked in one tick
SHUFFLE = 0.015  # cells per tick: the last steps to a slot are no shorter
PUSH_GAIN = 0.8  # share of the density error that is corrected in one tick
DEAD_ZONE = 0.012  # cells per tick: a soldier does not move for less
RESTS_BELOW, WALKS_ABOVE = 0.03, 0.12  # cells per tick: slower mass is at rest, faster mass takes every soldier along
SPACING = 0.85  # share of the mean distance that soldiers keep; more would drive those on the edge out of the mass
LOOSEST_DENSITY = 0.7  # density below which soldiers keep no wider distance on the march
MEMORY = 5.0  # ticks over which motion is smoothed for the facing
FACING_SPEED = 0.08  # cells per tick: from here on a soldier faces where it walks
TURN = 0.35  # radians per tick: the quickest about-turn
SETTLING = 30  # ticks in which new soldiers space themselves out
GPU_MARCH_ABOVE = 20_000  # soldiers: above it OpenGL moves them, where there is any
NEAREST_WALL = 0.05  # cells kept from the border of the field

# The constants that a march on the GPU shares, by their names in its shaders.
RULES = {
    "thin": THIN,
    "mist": TRACE,
    "dead_zone": DEAD_ZONE,
    "field_speed": FIELD_SPEED,
    "top_speed": TOP_SPEED,
    "home_speed": HOME_SPEED,
    "push_gain": PUSH_GAIN,
    "stands": RESTS_BELOW,
    "walks": WALKS_ABOVE,
    "dress_gain": DRESS_GAIN,
    "dress_speed": DRESS_SPEED,
    "shuffle": SHUFFLE,
}


@dataclass(frozen=True)
class Soldiers:
    """N soldiers: where they are, where they were one tick ago, and where they look. Arrays are float32."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up on the screen
    walked: Float[np.ndarray, " N"]  # cells since the start
    motion: Float[np.ndarray, "N 2"]  # cells per tick, smoothed over MEMORY ticks
    mass_per_soldier: float  # mass that one soldier stands for
    last_position: Float[np.ndarray, "N 2"]
    last_facing: Float[np.ndarray, " N"]
    last_walked: Float[np.ndarray, " N"]
    slots: SlotState = NO_SLOTS  # the slots in rank and file, while the mass is at rest
    homeward: Homeward = NOBODY  # the ways of those who have strayed, on ground with closed cells
    top_speed: float = TOP_SPEED  # cells per tick: nobody moves faster
    number: Int[np.ndarray, " N"] | None = None  # each soldier's own, once some are gone; None: from 0 on
    losses: Losses = Losses()  # noqa: RUF009  it is frozen

    def __len__(self) -> int:
        return len(self.position)

    @property
    def numbers(self) -> Int[np.ndarray, " N"]:
        """Each soldier's own number, which it keeps."""
        return np.arange(len(self), dtype=np.int32) if self.number is None else self.number


def spawn(mass: Float[np.ndarray, "H W"], count: int, seed: int, facing: float = 0.0) -> Soldiers:
    """Return `count` soldiers, spread evenly over the mass: in files, and along each file in equal shares of mass."""
    mass_per_soldier = float(mass.sum(dtype=np.float64)) / count
    height, width = mass.shape
    still = Flow(mass, np.zeros((height, width + 1), np.float32), np.zeros((height + 1, width), np.float32))
    soldiers = at_rest(_evenly(mass.astype(np.float64), count, np.random.default_rng(seed)), facing, mass_per_soldier)
    for _ in range(SETTLING):
        soldiers = step(soldiers, still, facing)
    return at_rest(soldiers.position, facing, mass_per_soldier)


def at_rest(position: Float[np.ndarray, "N 2"], facing: float, mass_per_soldier: float) -> Soldiers:
    """Return soldiers at these positions, at rest, that have not walked yet."""
    position = np.asarray(position, np.float32)
    direction, still = np.full(len(position), facing, np.float32), np.zeros(len(position), np.float32)
    return Soldiers(position, direction, still, np.zeros_like(position), mass_per_soldier, position, direction, still)


def step(
    soldiers: Soldiers,
    flow: Flow,
    front: float,
    placement: Placement | None = None,
    open_cells: Bool[np.ndarray, "H W"] | None = None,
    displacement: Callable[[Soldiers, Flow, SlotState], Float[np.ndarray, "N 2"]] | None = None,
) -> Soldiers:
    """Return the soldiers one tick later.

    `front` is where the formation looks, in radians clockwise from up. With its `placement`, soldiers take their
    slots in rank and file once the mass is there; without, they stay as they arrive. `open_cells` are those where a
    soldier can stand, by default all. `displacement` returns each soldier's step, for a faster way than `march`.
    """
    if len(soldiers) == 0:
        return soldiers
    slots = updated_slots(soldiers.slots, soldiers.position, soldiers.mass_per_soldier, flow, placement)
    reached = slots.reached_by(soldiers.position, flow)
    moved = np.zeros_like(soldiers.position) if reached else (displacement or march)(soldiers, flow, slots)
    if soldiers.top_speed < TOP_SPEED:
        moved = _limited(moved, soldiers.top_speed)
    position, homeward = _inside(soldiers.position + moved, flow.mass.shape), NOBODY
    if open_cells is not None and not open_cells.all():
        homeward, strays, steps = led_home(
            soldiers.homeward, soldiers.position, flow.mass, open_cells, slots.position, FIELD_SPEED
        )
        position[strays] = soldiers.position[strays] + steps
        position = _off_walls(soldiers.position, position, open_cells)
    moved = position - soldiers.position
    motion = soldiers.motion + (moved - soldiers.motion) / MEMORY
    return replace(
        soldiers,
        position=position,
        facing=_turned(soldiers.facing, motion, front),
        walked=soldiers.walked + _length(moved),
        motion=motion,
        last_position=soldiers.position,
        last_facing=soldiers.facing,
        last_walked=soldiers.walked,
        slots=slots,
        homeward=homeward,
    )


def interpolated(
    soldiers: Soldiers, alpha: float
) -> tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Return position, facing and walked at `alpha` (0 to 1) of the way from the tick before to the last one."""
    return (
        soldiers.last_position + alpha * (soldiers.position - soldiers.last_position),
        soldiers.last_facing + alpha * wrap_radians(soldiers.facing - soldiers.last_facing),
        soldiers.last_walked + alpha * (soldiers.walked - soldiers.last_walked),
    )


def march(soldiers: Soldiers, flow: Flow, slots: SlotState) -> Float[np.ndarray, "N 2"]:
    """Return the step of each soldier in this tick, in cells, at most TOP_SPEED."""
    corner, part = cropped(flow, soldiers.position)
    position = soldiers.position - corner
    velocity = sampled_velocity(position, part)
    step = _limited(_beyond(velocity, DEAD_ZONE), FIELD_SPEED)
    correction = density_correction(position + step, part.mass, soldiers.mass_per_soldier)
    push = PUSH_GAIN * correction.step
    push[correction.strays] = HOME_SPEED * correction.homewards
    push = _limited(push, TOP_SPEED)
    room = SPACING * np.sqrt(np.float32(soldiers.mass_per_soldier) / np.maximum(correction.density, LOOSEST_DENSITY))
    step += _beyond(push + separation(position + step + push, room), DEAD_ZONE)
    if slots.position is not None:
        resting = np.clip((WALKS_ABOVE - _length(velocity)) / (WALKS_ABOVE - RESTS_BELOW), 0.0, 1.0)[:, None]
        step += resting * (_homing(slots.position - soldiers.position) - step)
    return _limited(step, TOP_SPEED)


def _homing(way: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 2"]:
    """Return the step on the way to a slot, in cells: slower towards its end, but there in finite time."""
    distance = _length(way)
    step = np.minimum(np.clip(DRESS_GAIN * distance, SHUFFLE, DRESS_SPEED), distance)
    return way * (step / np.maximum(distance, 1e-6))[:, None]


def _turned(facing: Float[np.ndarray, " N"], motion: Float[np.ndarray, "N 2"], front: float) -> Float[np.ndarray, " N"]:
    """Return the facing one tick later: along the motion of soldiers that walk, to the front for the others."""
    walking = np.arctan2(motion[:, 0], -motion[:, 1])
    wanted = np.where(_length(motion) > FACING_SPEED, walking, np.float32(front))
    return facing + np.clip(0.25 * wrap_radians(wanted - facing), -TURN, TURN)


def _evenly(mass: Float[np.ndarray, "H W"], count: int, random: np.random.Generator) -> Float[np.ndarray, "N 2"]:
    """Return positions in files: the soldiers of each in proportion to its mass, and spread along it as the mass is."""
    total, columns = mass.sum(), mass.sum(axis=0)
    width = np.sqrt(total / count / mass.max())  # of a file, in cells: the distance of soldiers where densest
    occupied = np.flatnonzero(columns)
    left, right = occupied[0], occupied[-1] + 1
    edges = np.linspace(left, right, max(1, round((right - left) / width)) + 1)
    fraction = np.interp(edges, np.arange(len(columns) + 1), np.concatenate([[0.0], np.cumsum(columns)])) / total
    first = np.round(count * fraction).astype(int)  # soldiers left of each edge
    position = np.empty((count, 2))
    for file, (begin, end) in enumerate(pairwise(first)):
        along = mass[:, int(edges[file]) : int(np.ceil(edges[file + 1]))].sum(axis=1)
        filled = np.concatenate([[0.0], np.cumsum(along)])
        # Neighbouring files are offset by half a soldier, as bricks are, and no file is quite straight.
        quantile = (np.arange(end - begin) + (0.25, 0.75)[file % 2]) / max(end - begin, 1)
        position[begin:end, 1] = np.interp(quantile * filled[-1], filled, np.arange(len(filled)))
        position[begin:end, 0] = edges[file] + width * random.uniform(0.4, 0.6, end - begin)
    return _inside(position, mass.shape)


def _inside(position: Float[np.ndarray, "N 2"], grid: tuple[int, ...]) -> Float[np.ndarray, "N 2"]:
    height, width = grid
    limit = np.array((width - NEAREST_WALL, height - NEAREST_WALL), position.dtype)
    return np.clip(position, position.dtype.type(NEAREST_WALL), limit)


def _off_walls(
    before: Float[np.ndarray, "N 2"], after: Float[np.ndarray, "N 2"], open_cells: Bool[np.ndarray, "H W"]
) -> Float[np.ndarray, "N 2"]:
    """Return the new positions, but no soldier enters a closed cell: it slides along it, or stays."""

    def closed(position: Float[np.ndarray, "N 2"]) -> Bool[np.ndarray, " N"]:
        column, row = position.astype(np.int64).T
        return ~open_cells[row, column]

    stopped = np.flatnonzero(closed(after))
    # A soldier that is already in a closed cell walks on, so that it is not stuck there.
    stopped = stopped[~closed(before[stopped])]
    for axes in ((0,), (1,), (0, 1)):
        slid = after[stopped]
        slid[:, axes] = before[stopped][:, axes]
        free = ~closed(slid)
        after[stopped[free]] = slid[free]
        stopped = stopped[~free]
    return after


def _length(step: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, " N"]:
    return np.hypot(step[:, 0], step[:, 1])


def _limited(step: Float[np.ndarray, "N 2"], longest: float) -> Float[np.ndarray, "N 2"]:
    return step * np.minimum(1.0, longest / np.maximum(_length(step), 1e-6))[:, None]


def _beyond(step: Float[np.ndarray, "N 2"], dead_zone: float) -> Float[np.ndarray, "N 2"]:
    """Return 0 where the step is shorter than the dead zone; beyond it the step grows from 0 without a jump."""
    squared = np.maximum((step * step).sum(axis=1), 1e-12)
    return step * np.maximum(1.0 - dead_zone**2 / squared, 0.0)[:, None]
