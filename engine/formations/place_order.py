"""From an order to a placement: a formation with its frontage, a line drawn freehand, or painted ground."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from engine.fields import wrap_degrees
from engine.formations.discs import distance_to_discs, windows_of_discs
from engine.formations.fitting import laid_out
from engine.formations.formation import Formation, FormationError
from engine.formations.mass import NEAR, check_mass
from engine.formations.placement import Placement, form_up
from engine.formations.ways import cell_at
from engine.io import limits
from engine.orders import Disc, Order, Place
from engine.plugin import QUANTUM, Ground

THINNEST_PAINTED = 0.5  # density, at least, on painted ground: an army leaves the rim of a larger area free
UNDER_A_LINE = 0.75  # cells from a line within which a cell's centre counts as under it
FARTHEST = 1e6  # cells or degrees, at most, in an order
NEAR_DISC = (
    4 * NEAR
)  # cells around a disc that its army may need: where that is too little, the whole field is searched


def place_order(order: Order, formation: Formation, mass: float, ground: Ground, part: int | None = None) -> Placement:
    """Return where an army of that mass stands under the order; a path or an area goes before the formation.

    What covers closed cells is fitted by way (`fitting.laid_out`) in the `part` of the ground that the army stands in,
    as `part_of` numbers them; None: it stands nowhere yet. Raises FormationError, one line, where no way leads there,
    the ground cannot hold the mass, or a painted area has no open ground.
    """
    for number in (*order.centre, order.angle, *np.ravel(order.path), *np.ravel(order.area)):
        if not abs(number) <= FARTHEST:
            raise FormationError(
                f"an order to {order.formation!r} has a place or an angle that is no number or beyond all fields"
            )
    if order.area:
        return over_area(order.area, mass, ground, angle=order.angle, part=part)
    if order.path:
        return along_path(order.path, formation, mass, ground, part)
    if order.frontage is not None and not 0 < order.frontage < math.inf:
        raise FormationError(f"a frontage must be a number of cells above 0, not {order.frontage}")
    return form_up(formation, mass, ground, centre=order.centre, angle=order.angle, frontage=order.frontage, part=part)


def muster_order(order: Order, formation: Formation, mass: float, ground: Ground) -> Placement:
    """Return where an army of that mass musters under its first order. Raises FormationError as `place_order` does.

    So it does where the army would stand in a wall: its place is closed and the formation, hollow or not, covers it,
    no cell that it covers is open, or none under its line or in its painted discs.
    """
    placement = place_order(order, formation, mass, ground)
    if not ground.open_cells.all():
        covered = place_order(order, formation, mass, Ground.plain(*ground.grid)).target > 0
        place = cell_at(placement.centre, ground.grid)
        drawn = _drawn_cells(order, ground.grid)
        if (
            (covered[place] and not ground.open_cells[place])
            or not ground.open_cells[covered].any()
            or (drawn.any() and not ground.open_cells[drawn].any())
        ):
            x, y = (*order.area, *order.path, order.centre)[0][:2]
            raise FormationError(f"it would muster in a wall: the ground at {x:g}, {y:g} is closed")
    return placement


def _drawn_cells(order: Order, grid: tuple[int, int]) -> Bool[np.ndarray, "H W"]:
    """Return the cells under an order's line or in its painted discs; none where nothing was drawn."""
    if order.area:
        return _distance_to_discs(order.area, grid, 0.0) <= 0
    if order.path:
        return _distance_to_line(_decimated(order.path), grid) <= UNDER_A_LINE
    return np.zeros(grid, dtype=bool)


def along_path(
    line: tuple[Place, ...], formation: Formation, mass: float, ground: Ground, part: int | None = None
) -> Placement:
    """Return the placement of an army along a line, equally deep everywhere, as its mass requires.

    It faces to the left of the direction of drawing: a line from left to right faces up.
    """
    mass = check_mass(mass, ground)
    room = _room(ground)
    density = formation.density if (room.sum() * formation.density) >= mass else 1.0
    distance = _distance_to_line(_decimated(line), ground.grid)
    space = _at_density(room, density)
    target = laid_out(distance, mass, space, ground, place=distance <= UNDER_A_LINE, part=part)
    (first_x, first_y), (last_x, last_y) = line[0], line[-1]
    placement = placement_on(target, math.degrees(math.atan2(last_y - first_y, last_x - first_x)))
    return replace(placement, intervals=formation.spacing, stagger=formation.stagger)


def over_area(
    discs: tuple[tuple[float, float, float], ...],
    mass: float,
    ground: Ground,
    *,
    angle: float = 0.0,
    part: int | None = None,
) -> Placement:
    """Return the placement of an army on discs (x, y, radius): thinner on much ground, beyond the rim on little."""
    mass = check_mass(mass, ground)
    room = _room(ground)
    distance = _distance_to_discs(discs, ground.grid, NEAR_DISC)
    painted = float((room * np.clip(0.5 - distance, 0, 1)).sum())
    if painted == 0:
        raise FormationError("no open ground was painted")
    density = min(max(mass / painted, THINNEST_PAINTED), 1.0)
    space = _at_density(room, density)
    if (space * np.clip(NEAR_DISC - distance, 0, 1)).sum() <= mass:
        distance = _distance_to_discs(discs, ground.grid, math.inf)
    return placement_on(laid_out(distance, mass, space, ground, place=distance <= 0, part=part), angle)


def placement_on(target: Float[np.ndarray, "H W"], angle: float) -> Placement:
    """Return the placement with a target of any shape, facing `angle` degrees clockwise from up."""
    rows, columns = np.nonzero(target > 0.5 * target.max())
    x, y, weight = columns + 0.5, rows + 0.5, target[rows, columns]
    centre = float(np.average(x, weights=weight)), float(np.average(y, weights=weight))
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across, ahead = x * cos + y * sin, x * sin - y * cos
    return Placement(target, centre, wrap_degrees(angle), float(np.ptp(across)) + 1.0, float(np.ptp(ahead)) + 1.0)


def _room(ground: Ground) -> Float[np.ndarray, "H W"]:
    return np.where(ground.open_cells, np.broadcast_to(ground.capacity, ground.grid), 0.0)


def _at_density(room: Float[np.ndarray, "H W"], density: float) -> Float[np.ndarray, "H W"]:
    """Return the room at a density below 1, on the mass lattice, or all of it."""
    return np.ceil(room * density / QUANTUM) * QUANTUM if density < 1 else room


def _distance_to_discs(discs: tuple[Disc, ...], grid: tuple[int, int], near: float) -> Float[np.ndarray, "H W"]:
    """Return the distance to painted discs. Raises FormationError where that would take too long."""
    first, last = windows_of_discs(discs, grid, near)
    if (last - first).prod(axis=1).sum() > limits.MOST_ORDER_WORK:
        raise FormationError(f"{len(discs)} discs are too many to be painted on a field of {grid[1]}x{grid[0]} cells")
    return distance_to_discs(discs, grid, near)


def _decimated(line: tuple[Place, ...]) -> tuple[Place, ...]:
    step = -(-len(line) // limits.MOST_PATH_POINTS)
    return (*line[:-1:step], line[-1])


def _distance_to_line(line: tuple[Place, ...], grid: tuple[int, int]) -> Float[np.ndarray, "H W"]:
    """Return each cell centre's distance in cells to the nearest point of a line."""
    y, x = np.mgrid[: grid[0], : grid[1]] + 0.5
    distance = np.hypot(x - line[0][0], y - line[0][1])
    for (from_x, from_y), (to_x, to_y) in pairwise(line):
        along_x, along_y = to_x - from_x, to_y - from_y
        length = along_x**2 + along_y**2
        if length > 0:
            fraction = np.clip(((x - from_x) * along_x + (y - from_y) * along_y) / length, 0, 1)
            np.minimum(
                distance, np.hypot(x - from_x - fraction * along_x, y - from_y - fraction * along_y), out=distance
            )
    return distance
