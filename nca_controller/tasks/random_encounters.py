"""Random encounters: regiments of any kind and formation on open ground or among walls, each from a seed. NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.tasks.encounters import Body, Encounter, in_mirror
from nca_controller.tasks.ground_kinds import KINDS
from nca_controller.tasks.grounds import largest_part, roomy_place

GRID = (48, 48)  # cells of a metre, height and width
WALLED = ("hill in the way", "hill off the way", "gate of 12", "two gates", "few blocks", "funnel")  # kinds of ground
EVERY_WALLED = 3  # of so many encounters one is among walls
SIZES = (40.0, 130.0)  # mass of a regiment
FULLEST = 0.4  # share of the ground that all may take
AWRY = 40.0  # degrees by which a front may miss the enemy's side, as a deviation
MIXED = 0.2  # share of encounters in which both sides stand anywhere
KIND_NAMES = ("heavy-infantry", "pikes", "cavalry")


def random_encounter(seed: int, number: int, regiments: int, grid: tuple[int, int] = GRID) -> Encounter:
    """Return the encounter of that number: two sides, as equal in number as may be, the first on the left.

    In every third there are walls.
    """
    rng = np.random.default_rng([seed, number])
    walled = number % EVERY_WALLED == EVERY_WALLED - 1
    ground = KINDS[str(rng.choice(WALLED))].draw(grid, rng) if walled else Ground.plain(*grid)
    within = replace(ground, open_cells=largest_part(ground))
    room, mixed = float(within.open_cells.sum()), rng.random() < MIXED
    middles = [
        (rng.uniform(0.15, 0.85) if mixed else 0.22 + 0.56 * one, rng.uniform(0.2, 0.8)) for one in sides(regiments)
    ]
    return placed(f"encounter {number}", ground, sides(regiments), middles, FULLEST * room, rng)


def mirrored_encounter(seed: int, number: int, regiments: int, grid: tuple[int, int] = GRID) -> Encounter:
    """Return an encounter on open ground whose right half mirrors its left, to the bit."""
    rng = np.random.default_rng([seed, number, 1])
    height, width = grid
    half = Ground(np.arange(width) < width / 2 - 2 + np.zeros((height, 1)))
    middles = [(rng.uniform(0.12, 0.3), rng.uniform(0.15, 0.85)) for _ in range(regiments // 2)]
    left = placed(f"mirrored encounter {number}", half, [0] * len(middles), middles, FULLEST * height * width / 2, rng)
    left = replace(left, ground=Ground.plain(*grid))
    right = tuple(in_mirror(body, width) for body in left.bodies)
    return replace(left, mass=np.concatenate([left.mass, left.mass[:, :, ::-1]]), bodies=left.bodies + right)


def sides(regiments: int) -> tuple[int, ...]:
    """Return the side of each of so many regiments."""
    return tuple(int(2 * number >= regiments) for number in range(regiments))


def placed(
    name: str,
    ground: Ground,
    own: Sequence[int],
    middles: Sequence[tuple[float, float]],
    most: float,
    rng: np.random.Generator,
) -> Encounter:
    """Return an encounter with a random regiment of each side near each place, (x, y) as shares of the field.

    None stands on another; together they have at most so much mass.
    """
    formations = load()
    free = replace(ground, open_cells=largest_part(ground))
    masses, bodies = [], []
    for middle, side in zip(middles, own, strict=True):
        size = min(rng.uniform(*SIZES), most / len(middles))
        formation, kind = str(rng.choice(list(formations))), str(rng.choice(KIND_NAMES))
        angle = round(rng.normal(270.0 if side else 90.0, AWRY)) % 360  # whole: exact when mirrored
        at = roomy_place(size, free, middle, rng)
        mass = form_up(formations[formation], size, free, centre=at, angle=angle).target
        masses.append(mass)
        bodies.append(Body(side, kind, at, float(angle), formation, None, float(mass.sum(dtype=np.float64))))
        free = replace(free, open_cells=free.open_cells & ~(mass > 0))
    return Encounter(name, ground, np.stack(masses), tuple(bodies))
