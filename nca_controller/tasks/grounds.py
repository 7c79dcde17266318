"""The benchmark of grounds: 24 orders on hills, walls, gates, fords, bridges and in streets, drawn from a seed.

Another seed gives other grounds of the same kinds. A start and a target are formations as the project's own fit them
to a ground, restricted to its largest part, so that every order can be carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import label

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.tasks.ground_kinds import KINDS, Kind

SEED = 2027
MOST_MASS, SHARE = 700.0, 0.2  # of orders on a given ground: mass, as a share of what the ground holds
CHECK_SEED = 7  # of other grounds, to check with
LEAST_SPACE = 1.3  # area round a formation's middle that is to be open, over its mass
FARTHEST, PLACES = 12.0, 100  # cells from where a formation is to be, as a deviation; how many places are looked at
DRAWS, IN_ONE_PIECE = (
    12,
    0.999,
)  # formations drawn until one is not torn by walls; the share of its mass that hangs together


@dataclass(frozen=True, eq=False)
class GroundOrder:
    """One order on one ground: the mass at first, and the target. Both have the same total, to the bit."""

    name: str
    ground: Ground
    mass: Float[np.ndarray, "H W"]
    wanted: Float[np.ndarray, "H W"]


def ground_orders(seed: int = SEED) -> list[GroundOrder]:
    """Return an order on a ground of every kind, each from a generator of its own: a kind more changes no other."""
    return [draw_order(name, kind, np.random.default_rng([seed, *name.encode()])) for name, kind in KINDS.items()]


def orders_on(ground: Ground, count: int, seed: int = SEED) -> list[GroundOrder]:
    """Return so many orders on one ground, between random places of its largest part that have room."""
    rng = np.random.default_rng(seed)
    within = replace(ground, open_cells=largest_part(ground))
    mass = min(MOST_MASS, SHARE * float(np.where(within.open_cells, ground.capacity, 0.0).sum()))
    found = []
    for number in range(count):
        start, wanted = (formed(mass, within, tuple(rng.uniform(0.1, 0.9, 2)), rng) for _ in range(2))
        found.append(GroundOrder(f"order {number + 1}", ground, start, wanted))
    return found


def draw_order(name: str, kind: Kind, rng: np.random.Generator) -> GroundOrder:
    """Return one order of a kind: a ground, two formations, and places for them where they have room."""
    ground = kind.draw(kind.grid, rng)
    mass = float(rng.integers(kind.masses[0], kind.masses[1] + 1))
    within = replace(ground, open_cells=largest_part(ground))
    start, wanted = (formed(mass, within, middle, rng) for middle in (kind.start, kind.end))
    return GroundOrder(name, ground, start, wanted)


def formed(
    mass: float, ground: Ground, middle: tuple[float, float], rng: np.random.Generator
) -> Float[np.ndarray, "H W"]:
    """Return the target of a random formation near a place, (x, y) as shares of the field: in one piece if it can."""
    kinds, best, most = list(load().values()), None, -1.0
    for _ in range(DRAWS):
        kind, angle = kinds[rng.integers(len(kinds))], rng.uniform(0, 360)
        target = form_up(kind, mass, ground, centre=roomy_place(mass, ground, middle, rng), angle=angle).target
        labels, count = label(target > 0)
        whole = np.bincount(labels.ravel(), weights=target.ravel(), minlength=count + 1)[1:].max() / mass
        if whole > most:
            best, most = target, whole
        if whole >= IN_ONE_PIECE:
            break
    assert best is not None
    return best


def roomy_place(
    mass: float, ground: Ground, middle: tuple[float, float], rng: np.random.Generator
) -> tuple[float, float]:
    """Return the first place (x, y), ever further from the middle, round which a mass has room; else the roomiest."""
    height, width = ground.grid
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    rows, columns = np.mgrid[:height, :width] + 0.5
    best, most = (0.0, 0.0), -1.0
    for spread in np.linspace(0, FARTHEST, PLACES):
        x, y = middle[0] * width + rng.normal() * spread, middle[1] * height + rng.normal() * spread
        near = np.hypot(rows - y, columns - x) < np.sqrt(LEAST_SPACE * mass / np.pi)
        space = float(room[near].sum())
        if space > most:
            best, most = (x, y), space
        if space >= 0.95 * near.sum():
            break
    return best


def largest_part(ground: Ground) -> Bool[np.ndarray, "H W"]:
    """Return the cells of the largest part of a ground, by faces."""
    labels, count = label(ground.open_cells)
    if ground.boundary == "torus":
        for first, last in ((labels[0], labels[-1]), (labels[:, 0], labels[:, -1])):
            for one, other in zip(first, last, strict=True):
                if one and other and one != other:
                    labels[labels == other] = one
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    return labels == sizes.argmax()
