"""Formations: from a formation file and an order to a target density of an exact mass. NumPy only.

A formation is a shape with a front. Its target is found by the shape's signed distance: cells within it are full, cells
on its edge hold their share, and the edge is moved out or in until the target holds the mass that was ordered.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from engine.assets import ASSETS
from engine.plugin import QUANTUM, Ground
from engine.shapes import SHAPES
from engine.slots import Box, places

MARGIN = 1.0  # cells kept free between an order and the border of the field
FULLEST = 0.9  # share of the ground's capacity that an army may take: beyond it nobody can move
DEEPEN = 1.06  # step of the search for deeper ranks
WIDEST = 64.0  # frontage over depth of the thinnest line that is tried, and depth over frontage of the deepest column


class FormationError(ValueError):
    """A formation file or an order that cannot be used; the text is one line that says why."""


@dataclass(frozen=True)
class Formation:
    """What a formation file says."""

    name: str
    title: str
    key: str  # the key that orders it
    description: str
    shape: str  # a name in `engine.shapes.SHAPES`
    ratio: float  # frontage over depth
    ranks: float = 0.0  # depth of each face in cells, for hollow shapes
    density: float = 1.0  # share of a cell's capacity that is filled


@dataclass(frozen=True)
class Stand:
    """An order as it fits the field."""

    target: Float[np.ndarray, "H W"]  # float32, on the mass lattice; its float64 sum is exactly the mass
    centre: tuple[float, float]  # x, y in cells, after the push into the field
    angle: float  # degrees clockwise from facing up
    frontage: float  # cells
    depth: float  # cells
    intervals: tuple[float, float] = (1.0, 1.0)  # between files and between ranks, in those of closed ranks
    stagger: bool = False  # whether every second rank stands in the gaps of the one before it
    boxes: tuple[Box, ...] = ()  # the full rectangles that it is made of; none: men stand as the target has it
    _slots: dict[int, Float[np.ndarray, "N 2"]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def slots(self, men: int) -> Float[np.ndarray, "N 2"]:
        """Return where so many men stand in rank and file, (x, y) in cells: inside the target, as dense as it is.

        From the front rank's left flank to the rear's right; read-only, and found only once for each number of men.
        Raises ValueError for less than one man.
        """
        if men not in self._slots:
            found = places(
                self.target,
                men,
                centre=self.centre,
                front=math.radians(self.angle),
                intervals=self.intervals,
                stagger=self.stagger,
                boxes=self.boxes,
            )
            found.flags.writeable = False
            self._slots[men] = found
        return self._slots[men]


def load(folder: Path = ASSETS / "formations") -> dict[str, Formation]:
    """Return the formations of a folder by name, in the order of their keys.

    Raises FormationError, which names the file and the field, for a file that cannot be used.
    """
    formations = [read(path) for path in sorted(folder.glob("*.toml"))]
    return {formation.name: formation for formation in sorted(formations, key=lambda formation: formation.key)}


def read(path: Path) -> Formation:
    """Return the formation in one file; its name is the file's."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormationError(f"{path.name}: {error}") from None
    known = {field.name: field for field in fields(Formation) if field.name != "name"}
    for name, value in entries.items():
        if name not in known:
            raise FormationError(f"{path.name}: unknown field '{name}'; one of {', '.join(known)}")
        number = known[name].type == "float"
        if number and not (isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf):
            raise FormationError(f"{path.name}: field '{name}' must be a number above 0, not {value!r}")
        if not number and not isinstance(value, str):
            raise FormationError(f"{path.name}: field '{name}' must be a text, not {value!r}")
    try:
        formation = Formation(name=path.stem, **entries)
    except TypeError:
        missing = [name for name in ("title", "key", "description", "shape", "ratio") if name not in entries]
        raise FormationError(f"{path.name}: field '{missing[0]}' is missing") from None
    if formation.shape not in SHAPES:
        raise FormationError(f"{path.name}: field 'shape' must be one of {', '.join(SHAPES)}, not '{formation.shape}'")
    if formation.density > 1:
        raise FormationError(f"{path.name}: field 'density' must be at most 1, not {formation.density}")
    return formation


def pick(formations: dict[str, Formation], name: str) -> Formation:
    """Return the formation of that name. Raises FormationError with the nearest name for an unknown one."""
    if name not in formations:
        close = difflib.get_close_matches(name, formations, n=1)
        hint = f": did you mean {close[0]}?" if close else ";"
        raise FormationError(f"unknown formation '{name}'{hint} one of {', '.join(formations)}")
    return formations[name]


def form_up(
    formation: Formation,
    mass: float,
    ground: Ground,
    *,
    centre: tuple[float, float],
    angle: float = 0.0,
    frontage: float | None = None,
) -> Stand:
    """Return where an army of that mass stands when it is ordered into the formation.

    `centre` is (x, y) in cells, `angle` in degrees clockwise from facing up the field, `frontage` in cells from flank
    to flank, by default as the formation's file says. An order that reaches over the border is pushed inside; one that
    does not fit deepens its ranks until it does, and if none fits is cut off at the border.

    Raises FormationError if the ground cannot hold the mass with room to move.
    """
    mass = check_mass(mass, ground)
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    density = formation.density if room.sum() * formation.density * FULLEST >= mass else 1.0
    front = math.radians(angle)
    if frontage is not None:
        formation = widened(formation, mass / density, frontage)
    frontage, depth, ranks = fit(formation, mass / density, ground.grid, front)
    x, y = push_inside(centre, extents(frontage, depth, front), ground.grid)
    across, ahead = formation_axes(ground.grid, (x, y), front)
    distance = SHAPES[formation.shape].distance(across, ahead, frontage, depth, ranks)
    target = fill(distance, mass, np.floor(room * density / QUANTUM) * QUANTUM)
    within = room[distance < -0.5]
    whole = bool(within.size) and within.min() == within.max() and inside(extents(frontage, depth, front), ground.grid)
    boxes = SHAPES[formation.shape].boxes(frontage, depth, ranks) if whole else ()
    return Stand(target, (x, y), angle % 360, frontage, depth, boxes=boxes)


def blob(
    mass: float, ground: Ground, *, centre: tuple[float, float] | None = None, softness: float = 3.0
) -> Float[np.ndarray, "H W"]:
    """Return the crowd that musters: a round heap of the exact mass whose rim thins out over `softness` cells."""
    mass = check_mass(mass, ground)
    height, width = ground.grid
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    across, ahead = formation_axes(ground.grid, centre or (width / 2, height / 2), 0.0)
    return fill((np.hypot(across, ahead) - math.sqrt(mass / math.pi)) / softness, mass, room)


def overlap(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> float:
    """Return the share of the target that is filled, sum(min(mass, target)) / sum(target), summed in float64.

    Raises FloatingPointError where the mass is not finite: a minimum would hide it.
    """
    if not np.isfinite(mass).all():
        raise FloatingPointError("the mass is not finite")
    return float(np.minimum(mass, target).sum(dtype=np.float64) / target.sum(dtype=np.float64))


def check_mass(mass: float, ground: Ground) -> float:
    """Return the mass rounded down to the lattice. Raises FormationError if the ground cannot hold it."""
    most = float(np.where(ground.open_cells, ground.capacity, 0.0).sum()) * FULLEST
    if not QUANTUM <= mass <= most:
        height, width = ground.grid
        raise FormationError(f"a mass of {mass:g} needs a larger grid: {width}x{height} holds 0 to {most:g}")
    return math.floor(mass / QUANTUM) * QUANTUM


def fit(formation: Formation, area: float, grid: tuple[int, int], front: float) -> tuple[float, float, float]:
    """Return frontage, depth and ranks in cells: the first of ever deeper ranks that fits, or what sticks out least."""
    height, width = grid
    best, least = None, math.inf
    for frontage, depth, ranks in deeper(formation, area):
        half_width, half_height = extents(frontage, depth, front)
        excess = max(2 * (half_width + MARGIN) - width, 2 * (half_height + MARGIN) - height)
        if excess < least:
            best, least = (frontage, depth, ranks), excess
        if excess <= 0:
            break
    assert best is not None
    return best


def widened(formation: Formation, area: float, frontage: float) -> Formation:
    """Return the formation with the ratio that gives it that frontage in cells, as nearly as its shape allows."""
    size, ranks = SHAPES[formation.shape].size, min(formation.ranks, math.sqrt(area) / 2)
    narrow, wide = 1 / WIDEST, WIDEST
    for _ in range(40):
        ratio = math.sqrt(narrow * wide)
        if size(area, ratio, ranks)[0] > frontage:
            wide = ratio
        else:
            narrow = ratio
    return replace(formation, ratio=narrow)


def deeper(formation: Formation, area: float) -> Iterator[tuple[float, float, float]]:
    """Yield frontage, depth and ranks: as the file says, then ever deeper, then ever wider."""
    shape = SHAPES[formation.shape]
    if formation.ranks:
        most = math.sqrt(area) / 2
        ranks = min(formation.ranks, most)
        while ranks < most:
            yield *shape.size(area, formation.ratio, ranks), ranks
            ranks *= DEEPEN
    for step in (1 / DEEPEN, DEEPEN):
        ratio = formation.ratio
        while 1 / WIDEST <= ratio <= WIDEST:
            # Faces as deep as half a square of this area meet in the middle.
            ranks = math.sqrt(area) / 2 if formation.ranks else 0.0
            yield *shape.size(area, ratio, ranks), ranks
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
    side, edge = half_width + MARGIN, half_height + MARGIN
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


def fill(
    distance: Float[np.ndarray, "H W"], mass: float, room: Float[np.ndarray, "H W"] | Bool[np.ndarray, "H W"]
) -> Float[np.ndarray, "H W"]:
    """Return a target of exactly that mass: `room` times the coverage of the shape, whose edge moves until it fits.

    `distance` is signed, in cells, negative inside. `mass` and `room` are on the lattice, and so is what comes back.
    """
    distance = distance.astype(np.float64)
    low, high = -2.0 * max(distance.shape) - abs(distance).max(), 2.0 * max(distance.shape) + abs(distance).max()
    for _ in range(48):
        middle = (low + high) / 2
        if (room * np.clip(middle - distance + 0.5, 0, 1)).sum() > mass:
            high = middle
        else:
            low = middle
    target = np.floor(room * np.clip(low - distance + 0.5, 0, 1) / QUANTUM) * QUANTUM
    # What rounding left over goes to the cells with room that lie deepest inside.
    inside = np.argsort(distance, axis=None, kind="stable")
    left = (room - target).ravel()[inside]
    target.ravel()[inside] += np.clip(mass - target.sum() - (np.cumsum(left) - left), 0, left)
    return target.astype(np.float32)
