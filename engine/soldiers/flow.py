"""What the field did in a tick, as the men in it feel it: what carries them, and what pushes them to where mass is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from engine.fields import corners, flux_for

SMOOTHING = 0.75  # cells: the push leaves finer differences to elbow room
THIN = 0.05  # density: what divides a flux is at least this, for in a thin mist a ratio says nothing
TRACE = 0.02  # density: mass that is spread thinner is left to itself
MARGIN = 3  # cells looked at around mass and men
BLOCK = 16  # cells: parts of the field are cut out in multiples of these, so that few sizes occur


@dataclass(frozen=True)
class Flow:
    """What the field did in the last tick, and the mass it left behind."""

    mass: Float[np.ndarray, "H W"]
    flux_x: Float[np.ndarray, "H W+1"]  # mass that crossed each face, to the right
    flux_y: Float[np.ndarray, "H+1 W"]  # and downwards

    @property
    def speed(self) -> float:
        """How fast the mass moved, in cells per tick, averaged over it."""
        crossed = np.abs(self.flux_x).sum(dtype=np.float64) + np.abs(self.flux_y).sum(dtype=np.float64)
        return float(crossed / self.mass.sum(dtype=np.float64))


@dataclass(frozen=True)
class DensityCorrection:
    """Where N men are density_correction to, so that they stand as dense as the mass."""

    step: Float[np.ndarray, "N 2"]  # cells
    density: Float[np.ndarray, " N"]  # of the mass around
    strays: Int[np.ndarray, " A"]  # who has no mass around
    homewards: Float[np.ndarray, "A 2"]  # and the direction to it


def cropped(flow: Flow, position: Float[np.ndarray, "N 2"]) -> tuple[Float[np.ndarray, 2], Flow]:
    """Return the part of the field where mass or men are, and the x and y of its corner, in cells."""
    sides = []
    for axis, size in ((1, flow.mass.shape[1]), (0, flow.mass.shape[0])):
        held = np.flatnonzero(flow.mass.any(axis=1 - axis))
        along = position[:, 1 - axis]
        first = min(int(along.min()), int(held[0])) - MARGIN
        last = max(int(along.max()), int(held[-1])) + 1 + MARGIN
        length = min(-(-(last - first) // BLOCK) * BLOCK, size)
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
    """Return the field's own velocity at each man, in cells per tick."""
    found = corners(position, flow.mass.shape).read(carrying(flow))
    return found[:, :2] / np.maximum(found[:, 2:], THIN)


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
    position: Float[np.ndarray, "N 2"], mass: Float[np.ndarray, "H W"], share: float
) -> DensityCorrection:
    """Return the way to where the men would be as dense as the mass; `share` is the mass that each stands for."""
    around = corners(position, mass.shape)
    body = without_traces(mass)
    found = around.read(pushing(np.float32(share) * around.count() - body, body))
    density = found[:, 2]
    strays = np.flatnonzero(density < TRACE)
    homewards = np.zeros((0, 2), np.float32)
    if len(strays):
        pull = pushing(-body, body)  # as if the mass were heavy
        homewards = corners(position[strays], body.shape).read(pull)[:, :2]
        homewards /= np.maximum(np.hypot(homewards[:, :1], homewards[:, 1:]), 1e-12)
    return DensityCorrection(found[:, :2] / np.maximum(density, THIN)[:, None], density, strays, homewards)


def without_traces(mass: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
    """Return the mass without what is spread so thin that a man there would stand alone, at the same total."""
    body = np.where(mass < min(TRACE, 0.5 * float(mass.max())), np.float32(0.0), mass)
    return body * (mass.sum() / body.sum())


def _carrying(
    mass: Float[np.ndarray, "H W"], flux: Float[np.ndarray, "H W+1"]
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Return in each cell the flux to the right, and the mass that it was drawn from: their ratio is a velocity."""
    # What crossed a face came from upstream: the mass that is left there, plus what went.
    source = np.abs(flux)
    np.maximum(source[:, 1:], mass, out=source[:, 1:])
    np.maximum(source[:, :-1], mass, out=source[:, :-1])
    return 0.5 * (flux[:, :-1] + flux[:, 1:]), 0.5 * (source[:, :-1] + source[:, 1:])


def _in_cells(
    flux_x: Float[np.ndarray, "H W+1"], flux_y: Float[np.ndarray, "H+1 W"]
) -> tuple[Float[np.ndarray, "H W"], Float[np.ndarray, "H W"]]:
    """Return a flux over faces as it is in the middle of the cells."""
    return 0.5 * (flux_x[:, :-1] + flux_x[:, 1:]), 0.5 * (flux_y[:-1] + flux_y[1:])
