"""Soldiers that follow the mass. Each keeps his identity for the whole game and never jumps.

In every tick a man (1) is carried by the flux that the simulation realised, (2) is pushed so that the men's density
stays that of the field, and (3) gives his neighbours elbow room; (4) he faces where he walks, and the front at rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from engine.sampling import bilinear, deposit, push
from engine.spacing import elbow_room

FIELD_SPEED = 0.5  # cells per tick: the fastest that a field moves
TOP_SPEED = 1.6 * FIELD_SPEED  # cells per tick: a man may run to catch up
SMOOTHING = 0.75  # cells: the push leaves finer differences to elbow room
PUSH_GAIN = 0.5  # share of the density error that is carried away in one tick
DEAD_ZONE = 0.012  # cells per tick: nobody shuffles for less
THIN = 0.05  # density: what divides a flux is at least this, for in a thin mist a ratio says nothing
MIST = 0.02  # density: mass that is spread thinner is left to itself
HOME_SPEED = 0.6 * FIELD_SPEED  # cells per tick of those who stand in the mist
LOOSEST = 0.35  # density below which men keep no wider distance
MEMORY = 5.0  # ticks over which motion is smoothed for the facing
FACING_SPEED = 0.08  # cells per tick: from here on a man faces where he walks
TURN = 0.35  # radians per tick: the quickest about-turn
SETTLING = 30  # ticks in which a mustering crowd finds its elbow room
NEAREST_WALL = 0.05  # cells kept from the border of the field


@dataclass(frozen=True)
class Flow:
    """What the field did in the last tick, and the mass it left behind."""

    mass: Float[np.ndarray, "H W"]
    flux_x: Float[np.ndarray, "H W+1"]
    flux_y: Float[np.ndarray, "H+1 W"]


@dataclass(frozen=True)
class Troops:
    """N men: where they are, where they were one tick ago, and where they look."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up on the screen
    walked: Float[np.ndarray, " N"]  # cells since the start
    motion: Float[np.ndarray, "N 2"]  # cells per tick, smoothed over MEMORY ticks
    share: float  # mass that one man stands for
    last_position: Float[np.ndarray, "N 2"]
    last_facing: Float[np.ndarray, " N"]
    last_walked: Float[np.ndarray, " N"]

    def __len__(self) -> int:
        return len(self.position)


def muster(mass: Float[np.ndarray, "H W"], men: int, seed: int, facing: float = 0.0) -> Troops:
    """Place the men evenly where the mass is: in files, and along each file in equal shares of mass."""
    share = float(mass.sum(dtype=np.float64)) / men
    height, width = mass.shape
    at_rest = Flow(mass, np.zeros((height, width + 1)), np.zeros((height + 1, width)))
    troops = standing(_evenly(mass.astype(np.float64), men, np.random.default_rng(seed)), facing, share)
    for _ in range(SETTLING):
        troops = march(troops, at_rest, facing)
    return standing(troops.position, facing, share)


def standing(position: Float[np.ndarray, "N 2"], facing: float, share: float) -> Troops:
    """Return men who stand where they are and have not walked yet."""
    direction, still = np.full(len(position), facing), np.zeros(len(position))
    return Troops(position, direction, still, np.zeros_like(position), share, position, direction, still)


def march(troops: Troops, flow: Flow, front: float) -> Troops:
    """Return the troops one tick later. `front` is where the formation looks, in radians clockwise from up."""
    grid = flow.mass.shape
    carried = _limited(_beyond(_carry(flow, troops.position), DEAD_ZONE), FIELD_SPEED)
    position = _inside(troops.position + carried, grid)

    body = without_mist(flow.mass)
    density = bilinear(body, position)
    excess = troops.share * deposit(position, grid) - body
    pushed = PUSH_GAIN * _along(excess, SMOOTHING, position) / np.maximum(density, THIN)[:, None]
    astray = np.flatnonzero(density < MIST)
    if len(astray):
        homewards = _along(-body, SMOOTHING, position[astray])  # as if the mass were heavy
        pushed[astray] = homewards * (HOME_SPEED / np.maximum(_length(homewards), 1e-12))[:, None]
    pushed = _limited(pushed, TOP_SPEED)
    room = np.sqrt(troops.share / np.maximum(density, LOOSEST))
    corrected = pushed + elbow_room(position + pushed, room)

    step = _limited(position - troops.position + _beyond(corrected, DEAD_ZONE), TOP_SPEED)
    position = _inside(troops.position + step, grid)
    step = position - troops.position
    motion = troops.motion + (step - troops.motion) / MEMORY
    return replace(
        troops,
        position=position,
        facing=_turned(troops.facing, motion, front),
        walked=troops.walked + _length(step),
        motion=motion,
        last_position=troops.position,
        last_facing=troops.facing,
        last_walked=troops.walked,
    )


def without_mist(mass: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
    """Return the mass without what is spread so thin that a man there would stand alone, at the same total."""
    body = np.where(mass < min(MIST, 0.5 * float(mass.max())), 0.0, mass)
    return body * (mass.sum() / body.sum())


def between(
    troops: Troops, portion: float
) -> tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, " N"], Float[np.ndarray, " N"]]:
    """Return position, facing and walked at a portion (0 to 1) of the way from the tick before to the last one."""
    return (
        troops.last_position + portion * (troops.position - troops.last_position),
        troops.last_facing + portion * _wrapped(troops.facing - troops.last_facing),
        troops.last_walked + portion * (troops.walked - troops.last_walked),
    )


def _along(
    excess: Float[np.ndarray, "H W"], smoothing: float, position: Float[np.ndarray, "N 2"]
) -> Float[np.ndarray, "N 2"]:
    """Return, at each man, the flux that carries the excess away."""
    push_x, push_y = push(excess.astype(np.float32), smoothing)
    return np.stack([bilinear(push_x, position, (0.0, 0.5)), bilinear(push_y, position, (0.5, 0.0))], axis=1)


def _carry(flow: Flow, position: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 2"]:
    """Return the field's own velocity at each man, in cells per tick: flux over the density that it was drawn from."""
    mass = flow.mass
    # What crossed a face came from upstream: the mass that is left there, plus what went.
    left, right = np.pad(mass, ((0, 0), (1, 0))), np.pad(mass, ((0, 0), (0, 1)))
    upper, lower = np.pad(mass, ((1, 0), (0, 0))), np.pad(mass, ((0, 1), (0, 0)))
    source_x = np.maximum(np.maximum(left, right), np.abs(flow.flux_x))
    source_y = np.maximum(np.maximum(upper, lower), np.abs(flow.flux_y))
    velocity = np.empty_like(position)
    for axis, (flux, source, origin) in enumerate(
        ((flow.flux_x, source_x, (0.0, 0.5)), (flow.flux_y, source_y, (0.5, 0.0)))
    ):
        velocity[:, axis] = bilinear(flux, position, origin) / np.maximum(bilinear(source, position, origin), THIN)
    return velocity


def _turned(facing: Float[np.ndarray, " N"], motion: Float[np.ndarray, "N 2"], front: float) -> Float[np.ndarray, " N"]:
    """Return the facing one tick later: along the motion of those who walk, to the front for those who stand."""
    speed = _length(motion)
    walking = np.arctan2(motion[:, 0], -motion[:, 1])
    wanted = np.where(speed > FACING_SPEED, walking, front)
    return facing + np.clip(0.25 * _wrapped(wanted - facing), -TURN, TURN)


def _evenly(mass: Float[np.ndarray, "H W"], men: int, random: np.random.Generator) -> Float[np.ndarray, "N 2"]:
    """Return positions in files, as many men in each as its mass asks for, spread along it as the mass is."""
    total, columns = mass.sum(), mass.sum(axis=0)
    width = np.sqrt(total / men / mass.max())  # of a file, in cells: the distance between men where they stand closest
    occupied = np.flatnonzero(columns)
    left, right = occupied[0], occupied[-1] + 1
    edges = np.linspace(left, right, max(1, round((right - left) / width)) + 1)
    share = np.interp(edges, np.arange(len(columns) + 1), np.concatenate([[0.0], np.cumsum(columns)])) / total
    first = np.round(men * share).astype(int)  # how many men stand left of each edge
    position = np.empty((men, 2))
    for file, (begin, end) in enumerate(pairwise(first)):
        along = mass[:, int(edges[file]) : int(np.ceil(edges[file + 1]))].sum(axis=1)
        filled = np.concatenate([[0.0], np.cumsum(along)])
        # Neighbouring files are set off by half a man, as bricks are, and no file is quite straight.
        quantile = (np.arange(end - begin) + (0.25, 0.75)[file % 2]) / max(end - begin, 1)
        position[begin:end, 1] = np.interp(quantile * filled[-1], filled, np.arange(len(filled)))
        position[begin:end, 0] = edges[file] + width * random.uniform(0.4, 0.6, end - begin)
    return _inside(position, mass.shape)


def _inside(position: Float[np.ndarray, "N 2"], grid: tuple[int, ...]) -> Float[np.ndarray, "N 2"]:
    height, width = grid
    return np.clip(position, NEAREST_WALL, (width - NEAREST_WALL, height - NEAREST_WALL))


def _length(step: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, " N"]:
    return np.sqrt((step * step).sum(axis=1))


def _limited(step: Float[np.ndarray, "N 2"], longest: float) -> Float[np.ndarray, "N 2"]:
    return step * np.minimum(1.0, longest / np.maximum(_length(step), 1e-12))[:, None]


def _beyond(step: Float[np.ndarray, "N 2"], dead_zone: float) -> Float[np.ndarray, "N 2"]:
    """Return the step shortened by the dead zone, and nothing where it is shorter: no threshold to flicker at."""
    length = _length(step)
    return step * (np.maximum(length - dead_zone, 0.0) / np.maximum(length, 1e-12))[:, None]


def _wrapped(angle: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return the same turn the short way round, within half a circle."""
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
