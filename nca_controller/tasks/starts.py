"""The starts of the seed's training: Gaussian heaps, and formations in light or heavy disorder. NumPy.

Disorder works on whole cells, occupied or not; whatever it does, the total is exact again at the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float

from engine.plugin import QUANTUM

Density = Float[np.ndarray, "H W"]
Occupancy = Bool[np.ndarray, "H W"]

REACH = 8  # cells, the farthest that a heap or a formation is displaced along each axis
SWING = 0.3  # radians, the most that a formation is turned
SIGMAS = (5.0, 13.0)  # cells, of a pool's heaps
LIGHT, HEAVY = 0.3, 0.7  # intensities of a pool's noise


def gaussian_blob(
    height: int, width: int, mass: float, rng: np.random.Generator, sigma: float = 8.0, density: float = 1.0
) -> Density:
    """Return a heap of exactly that mass, float32: cells at `density` are drawn where a Gaussian makes them likely.

    Its middle is up to 8 cells off the field's, `sigma` is in cells. The last cell drawn holds what is left over.
    """
    density = math.floor(density / QUANTUM) * QUANTUM
    mass = on_lattice(mass, height * width * density)
    y, x = height // 2 + rng.integers(-REACH, REACH + 1), width // 2 + rng.integers(-REACH, REACH + 1)
    rows, columns = np.indices((height, width))
    likelihood = -((rows - y) ** 2 + (columns - x) ** 2) / (2 * sigma**2)
    count = math.ceil(mass / density)
    # Gumbel's trick: the highest sums of log-likelihood and Gumbel noise are draws without replacement.
    drawn = np.argsort(-(likelihood + rng.gumbel(size=likelihood.shape)), axis=None)[:count]
    blob = np.zeros((height, width))
    blob.flat[drawn] = density
    blob.flat[drawn[-1]] -= count * density - mass
    return blob.astype(np.float32)


def add_heavy_noise_to_formation(alpha: Density, rng: np.random.Generator, noise_intensity: float = 0.5) -> Density:
    """Return the formation in disorder, float32, of exactly the same total; every cell within [0, 1].

    Cells at half the greatest density or more are taken as full. An intensity of 0 only displaces and turns.
    """
    mass = on_lattice(float(alpha.sum(dtype=np.float64)), alpha.size)
    occupied = alpha >= alpha.max() / 2
    for stage in (displace, turn, erode, dilate, pierce, cut):
        occupied = stage(occupied, noise_intensity, rng)
    return renormalise(occupied, mass, rng)


def quarter_pool(
    formations: Mapping[str, Density], mass: float, size: int, rng: np.random.Generator
) -> Float[np.ndarray, "size H W"]:
    """Return a pool of starts, float32, in this order: heaps, lightly and heavily disordered formations, clean ones.

    A quarter each; the clean ones also get the remainder. Formations alternate within each quarter.
    Raises ValueError, naming the formation, where one does not hold exactly `mass`.
    """
    for name, formation in formations.items():
        if formation.sum(dtype=np.float64) != mass:
            raise ValueError(f"{name} must hold {mass}, not {formation.sum(dtype=np.float64)}")
    clean, quarter = list(formations.values()), size // 4
    height, width = clean[0].shape
    starts = [gaussian_blob(height, width, mass, rng, sigma=rng.uniform(*SIGMAS)) for _ in range(quarter)]
    for intensity in (LIGHT, HEAVY):
        starts += [add_heavy_noise_to_formation(clean[i % len(clean)], rng, intensity) for i in range(quarter)]
    starts += [clean[i % len(clean)] for i in range(size - 3 * quarter)]
    return np.stack(starts).astype(np.float32)


def displace(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation moved by up to 8 cells along each axis, as far as the field has room."""
    moved = np.zeros_like(occupied)
    cells = np.argwhere(occupied)
    room = np.array(occupied.shape) - 1 - cells.max(axis=0)
    moved[tuple((cells + np.clip(rng.integers(-REACH, REACH + 1, 2), -cells.min(axis=0), room)).T)] = True
    return moved


def turn(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation turned about the field's middle by up to 0.3 radians."""
    angle = rng.uniform(-SWING, SWING)
    return look_up(occupied, np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]))


def erode(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation after one to three rounds in which cells with at most two occupied neighbours may fall."""
    for _ in range(rng.integers(1, 4)):
        occupied = occupied & ~((neighbours(occupied) < 0.75) & (rng.random(occupied.shape) < 0.4 * intensity))
    return occupied


def dilate(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation after one to three rounds in which cells with at least two occupied neighbours may join."""
    for _ in range(rng.integers(1, 4)):
        occupied = occupied | ((neighbours(occupied) > 0.25) & (rng.random(occupied.shape) < 0.3 * intensity))
    return occupied


def pierce(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation with holes of single cells."""
    return occupied & (rng.random(occupied.shape) >= 0.15 * intensity)


def cut(occupied: Occupancy, intensity: float, rng: np.random.Generator) -> Occupancy:
    """Return the formation, now and then with a lane cut through, 4 cells wide and up to 5 from the field's middle."""
    if rng.random() >= 0.3 * intensity:
        return occupied
    (y, x), angle, offset = positions(occupied.shape), rng.uniform(0, np.pi), rng.uniform(-5, 5)
    return occupied & (np.abs(y * np.cos(angle) + x * np.sin(angle) + offset) >= 2)


def renormalise(occupied: Occupancy, mass: float, rng: np.random.Generator) -> Density:
    """Return full cells of exactly the mass, float32; if it is no whole number, a cell at the rim holds the fraction.

    Cells fall at the tips, or join anywhere at the rim: the seed's join where it is hollow, which heals holes and cuts.
    """
    occupied, count = occupied.copy(), math.ceil(mass)
    if not occupied.any():
        occupied[occupied.shape[0] // 2, occupied.shape[1] // 2] = True
    while (missing := count - int(occupied.sum())) > 0:
        occupied |= highest(np.zeros(occupied.shape), ~occupied & (neighbours(occupied) > 0), missing, rng)
    occupied &= ~highest(1 - neighbours(occupied), occupied, int(occupied.sum()) - count, rng)
    return (occupied - highest(1 - neighbours(occupied), occupied, 1, rng) * (count - mass)).astype(np.float32)


def on_lattice(mass: float, room: float) -> float:
    """Return the mass rounded down to the lattice. Raises ValueError where the room cannot hold it."""
    if not QUANTUM <= mass <= room:
        raise ValueError(f"a mass of {mass:g} must lie above 0 and within the room, {room:g}")
    return math.floor(mass / QUANTUM) * QUANTUM


def positions(grid: tuple[int, ...]) -> Float[np.ndarray, "2 H W"]:
    """Return y and x of every cell in cells, from the field's middle."""
    return np.indices(grid) - (np.array(grid)[:, None, None] - 1) / 2


def look_up(occupied: Occupancy, matrix: Float[np.ndarray, "2 2"]) -> Occupancy:
    """Return the field resampled: a cell at (y, x) from the middle takes the value nearest to `matrix @ (y, x)`."""
    middle = (np.array(occupied.shape)[:, None, None] - 1) / 2
    y, x = np.rint(np.tensordot(matrix, positions(occupied.shape), 1) + middle).astype(int)
    inside = (y >= 0) & (y < occupied.shape[0]) & (x >= 0) & (x < occupied.shape[1])
    return occupied[np.where(inside, y, 0), np.where(inside, x, 0)] & inside


def neighbours(occupied: Occupancy) -> Float[np.ndarray, "H W"]:
    """Return the share of each cell's four neighbours that are occupied; outside the field none is."""
    padded = np.pad(occupied.astype(np.float64), 1)
    return (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4


def highest(score: Float[np.ndarray, "H W"], among: Occupancy, count: int, rng: np.random.Generator) -> Occupancy:
    """Return the `count` cells of the highest score among some, or all of these; chance decides between equals."""
    ranked = np.argsort(np.where(among, -score - 0.01 * rng.random(score.shape), np.inf), axis=None)
    chosen = np.zeros_like(among)
    chosen.flat[ranked[: min(count, int(among.sum()))]] = True
    return chosen
