"""Placements: a formation of an army's mass, at the ordered place and with the ordered front. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from engine.fields import wrap_degrees
from engine.formations.fitting import centre_cell, laid_out, pushed_by_way
from engine.formations.formation import WIDEST, Formation, bracket_ratio
from engine.formations.mass import FULLEST, check_mass
from engine.formations.slots import Box, slots_on
from engine.plugin import QUANTUM, Ground

FIELD_MARGIN = 1.0  # cells kept free between an order and the border of the field
DEEPEN = 1.06  # step of the search for deeper ranks


@dataclass(frozen=True)
class Placement:
    """An order as it fits the field."""

    target: Float[np.ndarray, "H W"]  # float32, on the mass lattice; its float64 sum is exactly the mass
    centre: tuple[float, float]  # x, y in cells, after the push into the field
    angle: float  # degrees clockwise from facing up
    frontage: float  # cells
    depth: float  # cells
    intervals: tuple[float, float] = (1.0, 1.0)  # between files and between ranks, over those of closed ranks
    stagger: bool = False  # whether every second rank stands in the gaps of the one before it
    boxes: tuple[Box, ...] = ()  # the full rectangles that it is made of; none: the target alone places slots
    beside: bool = False  # whether friends whose places are there had their say
    _slots: dict[int, Float[np.ndarray, "N 2"]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def slots(self, count: int) -> Float[np.ndarray, "N 2"]:
        """Return the slots of so many soldiers in rank and file, (x, y) in cells: inside the target, as dense as it is.

        From the front rank's left flank to the rear's right; read-only, and computed once for each count. Raises
        ValueError for a count below 1.
        """
        if count not in self._slots:
            slots = slots_on(
                self.target,
                count,
                centre=self.centre,
                front=math.radians(self.angle),
                intervals=self.intervals,
                stagger=self.stagger,
                boxes=self.boxes,
            )
            slots.flags.writeable = False
            self._slots[count] = slots
        return self._slots[count]


def form_up(
    formation: Formation,
    mass: float,
    ground: Ground,
    *,
    centre: tuple[float, float],
    angle: float = 0.0,
    frontage: float | None = None,
    part: int | None = None,
) -> Placement:
    """Return the placement of an army of that mass in the formation.

    `centre` is (x, y) in cells, `angle` in degrees clockwise from facing up the field, `frontage` in cells from flank
    to flank, by default what the formation's file gives. An order that reaches over the border is pushed inside, but
    across no wall; one that does not fit deepens its ranks until it does, and if no depth fits is cut off at the
    border. One that covers closed cells is fitted by way (`fitting.laid_out`) in the `part` of the ground that the army
    stands in.

    Raises FormationError if the ground cannot hold the mass with room to move, or no way leads there.
    """
    mass = check_mass(mass, ground)
    front = math.radians(angle)
    frontage, depth, hollow, density = dimensions(formation, mass, ground, front, frontage)
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    half_extents = extents(frontage, depth, front)
    pushed = push_inside(centre, half_extents, ground.grid)
    x, y = pushed_by_way(centre, pushed, ground)
    across, ahead = formation_axes(ground.grid, (x, y), front)
    distance = formation.shape.distance(across, ahead, frontage, depth, hollow)
    space = np.floor(room * density / QUANTUM) * QUANTUM
    box = (np.abs(across) <= frontage / 2 + 0.5) & (np.abs(ahead) <= depth / 2 + 0.5)  # and half a cell around it
    place = centre_cell((x, y), ground.grid)
    if not (place & ground.open_cells).any():  # which side of the wall is meant, says the place before the push
        place |= centre_cell(centre, ground.grid)
    target = laid_out(distance, mass, space, ground, place=place, around=box, part=part)
    within = room[distance < 0.5]
    fits = (x, y) == pushed and inside(half_extents, ground.grid)
    whole = fits and bool(within.size) and within.min() == within.max()
    boxes = formation.shape.boxes(frontage, depth, hollow) if whole else ()
    return Placement(target, (x, y), wrap_degrees(angle), frontage, depth, formation.spacing, formation.stagger, boxes)


def dimensions(
    formation: Formation, mass: float, ground: Ground, front: float, frontage: float | None = None
) -> tuple[float, float, float, float]:
    """Return frontage, depth and hollow in cells, and the density, of a formation with that mass, on the lattice."""
    room = float(np.where(ground.open_cells, ground.capacity, 0.0).sum())
    density = formation.density if room * formation.density * FULLEST >= mass else 1.0
    if frontage is not None:
        formation = widened(formation, mass / density, frontage)
    return *fit(formation, mass / density, ground.grid, front), density


def fit(formation: Formation, area: float, grid: tuple[int, int], front: float) -> tuple[float, float, float]:
    """Return frontage, depth and hollow in cells: the first of ever deeper ones that fits, or the least oversized."""
    height, width = grid
    best, least = None, math.inf
    for frontage, depth, hollow in deeper(formation, area):
        half_width, half_height = extents(frontage, depth, front)
        excess = max(2 * (half_width + FIELD_MARGIN) - width, 2 * (half_height + FIELD_MARGIN) - height)
        if excess < least:
            best, least = (frontage, depth, hollow), excess
        if excess <= 0:
            break
    assert best is not None
    return best


def widened(formation: Formation, area: float, frontage: float) -> Formation:
    """Return the formation with the ratio that gives it that frontage in cells, as nearly as its shape allows."""
    ratio, _ = bracket_ratio(lambda ratio: formation.shape.size(area, ratio, formation.hollow)[0] <= frontage)
    return replace(formation, ratio=ratio, ranks=0.0)


def deeper(formation: Formation, area: float) -> Iterator[tuple[float, float, float]]:
    """Yield frontage, depth and hollow in cells: as in the file, then with ever deeper ranks, then ever wider."""
    shape, proportion = formation.shape, formation.proportion(area)
    hollow = formation.hollow
    while 0 < hollow < math.sqrt(area) / 2:  # faces as deep as half a square of this area meet in the middle
        yield *shape.size(area, proportion, hollow), hollow
        hollow *= DEEPEN
    for step in (1 / DEEPEN, DEEPEN):
        ratio = proportion
        while 1 / WIDEST <= ratio <= WIDEST:
            yield *shape.size(area, ratio), 0.0
            ratio *= step


def extents(frontage: float, depth: float, front: float) -> tuple[float, float]:
    """Return half the width and half the height in cells of the box around a turned formation; `front` in radians."""
    cos, sin = abs(math.cos(front)), abs(math.sin(front))
    return (frontage * cos + depth * sin) / 2, (frontage * sin + depth * cos) / 2


def push_inside(
    centre: tuple[float, float], half_extents: tuple[float, float], grid: tuple[int, int]
) -> tuple[float, float]:
    """Return the nearest centre (x, y) that keeps the box inside the field, or the field's middle."""
    height, width = grid
    (x, y), (half_width, half_height) = centre, half_extents
    side, edge = half_width + FIELD_MARGIN, half_height + FIELD_MARGIN
    return (
        min(max(x, side), width - side) if 2 * side <= width else width / 2,
        min(max(y, edge), height - edge) if 2 * edge <= height else height / 2,
    )


def inside(half_extents: tuple[float, float], grid: tuple[int, int]) -> bool:
    """Return whether a box of that size, once pushed inside the field, lies in it as a whole."""
    return 2 * half_extents[0] <= grid[1] and 2 * half_extents[1] <= grid[0]


def formation_axes(
    grid: tuple[int, int], centre: tuple[float, float], front: float
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Return each cell centre's coordinates in cells: across the formation to its right, and ahead to its front."""
    height, width = grid
    x = np.arange(width) + 0.5 - centre[0]
    y = np.arange(height)[:, None] + 0.5 - centre[1]
    cos, sin = math.cos(front), math.sin(front)
    return x * cos + y * sin, x * sin - y * cos
