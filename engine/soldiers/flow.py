"""What the field did in a tick, sampled at the soldiers: a velocity, and a correction towards the mass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from engine.fields import corners, flux_for

SMOOTHING = 0.75  # cells: the correction leaves finer differences to the separation
THIN = 0.05  # density: a flux is divided by at least this, for in thin mass the ratio means nothing
TRACE = 0.02  # density: soldiers ignore mass that is thinner
CROP_MARGIN = 3  # cells kept around mass and soldiers
CROP_BLOCK = 16  # cells: the sides of a cropped field are multiples of this, so that few sizes occur


@dataclass(frozen=True)
class Flow:
    """The flux of the last tick, and the mass after it."""

    mass: Float[np.ndarray, "H W"]
    flux_x: Float[np.ndarray, "H W+1"]  # mass that crossed each face, to the right
    flux_y: Float[np.ndarray, "H+1 W"]  # and downwards

    @property
    def speed(self) -> float:
        """The mean speed of the mass, in cells per tick."""
        crossed = np.abs(self.flux_x).sum(dtype=np.float64) + np.abs(self.flux_y).sum(dtype=np.float64)
        return float(crossed / self.mass.sum(dtype=np.float64))


@dataclass(frozen=True)
class DensityCorrection:
    """The step of each of N soldiers towards where they are as dense as the mass."""

    step: Float[np.ndarray, "N 2"]  # cells
    density: Float[np.ndarray, " N"]  # of the mass around each
    strays: Int[np.ndarray, " A"]  # indices of the soldiers without mass around
    homewards: Float[np.ndarray, "A 2"]  # and their directions to it, as unit vectors


def cropped(flow: Flow, position: Float[np.ndarray, "N 2"]) -> tuple[Float[np.ndarray, 2], Flow]:
    """Return the corner (x, y) of the part of the field where mass or soldiers are, in cells, and that part."""
    sides = []
    for axis, size in ((1, flow.mass.shape[1]), (0, flow.mass.shape[0])):
        occupied = np.flatnonzero(flow.mass.max(axis=1 - axis))  # none is below 0, and `any` is slow
        along = position[:, 1 - axis]
        first = min(int(along.min()), int(occupied[0])) - CROP_MARGIN
        last = max(int(along.max()), int(occupied[-1])) + 1 + CROP_MARGIN
        length = min(-(-(last - first) // CROP_BLOCK) * CROP_BLOCK, size)
        first = min(max(first, 0), size - length)
        sides.append((first, first + length))
    (left, right), (top, bottom) = sides
    part = Flow(
        flow.mass[top:bottom, left:right],
        flow.flux_x[top:bottom, left : right + 1],
        flow.flux_y[top : bottom + 1, left:right],
    )
    return np.array((left, top), np.float32), part


def sampled_velocity(position: Float[np.ndarray, "N 2"], flow: Flow) -> Float[np.ndarray, "N 2"]:
    """Return the velocity of the mass at each soldier, in cells per tick."""
    sampled = corners(position, flow.mass.shape).read(carrying(flow))
    return sampled[:, :2] / np.maximum(sampled[:, 2:], THIN)


def carrying(flow: Flow) -> Float[np.ndarray, "H W 4"]:
    """Return in each cell the flux to the right and down, and the mass that each was drawn from."""
    fields = np.empty((*flow.mass.shape, 4), np.float32)
    fields[..., 0], fields[..., 2] = _carrying(flow.mass, flow.flux_x)
    down, source = _carrying(flow.mass.T, flow.flux_y.T)
    fields[..., 1], fields[..., 3] = down.T, source.T
    return fields


def pushing(excess: Float[np.ndarray, "H W"], body: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W 3"]:
    """Return in each cell the flux to the right and down that carries the excess away, and the mass."""
    return np.stack([*_in_cells(*flux_for(excess, SMOOTHING)), body], axis=-1)


def density_correction(
    position: Float[np.ndarray, "N 2"], mass: Float[np.ndarray, "H W"], mass_per_soldier: float
) -> DensityCorrection:
    """Return the steps to where the soldiers would be as dense as the mass, and which of them are strays."""
    around = corners(position, mass.shape)
    body = without_traces(mass)
    sampled = around.read(pushing(np.float32(mass_per_soldier) * around.count() - body, body))
    density = sampled[:, 2]
    strays = np.flatnonzero(density < TRACE)
    homewards = np.zeros((0, 2), np.float32)
    if len(strays):
        pull = pushing(-body, body)  # as if the mass were heavy
        homewards = corners(position[strays], body.shape).read(pull)[:, :2]
        homewards /= np.maximum(np.hypot(homewards[:, :1], homewards[:, 1:]), 1e-12)
    return DensityCorrection(sampled[:, :2] / np.maximum(density, THIN)[:, None], density, strays, homewards)


def without_traces(mass: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
    """Return the mass without its thin traces, where a soldier would stand alone, scaled to the same total."""
    body = np.where(mass < min(TRACE, 0.5 * float(mass.max())), np.float32(0.0), mass)
    return body * (mass.sum() / body.sum())


def _carrying(
    mass: Float[np.ndarray, "H W"], flux: Float[np.ndarray, "H W+1"]
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Return in each cell the flux to the right, and the mass that it was drawn from: their ratio is a velocity."""
    # The flux through a face came from upstream: from the mass that is left there, plus the flux.
    source = np.abs(flux)
    np.maximum(source[:, 1:], mass, out=source[:, 1:])
    np.maximum(source[:, :-1], mass, out=source[:, :-1])
    return 0.5 * (flux[:, :-1] + flux[:, 1:]), 0.5 * (source[:, :-1] + source[:, 1:])


def _in_cells(
    flux_x: Float[np.ndarray, "H W+1"], flux_y: Float[np.ndarray, "H+1 W"]
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Return a flux over faces, averaged to the middle of the cells."""
    return 0.5 * (flux_x[:, :-1] + flux_x[:, 1:]), 0.5 * (flux_y[:-1] + flux_y[1:])
