"""The figures of docs/physics.md, and the numbers beside them: python docs/physics_figures.py (needs matplotlib)."""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import matplotlib
import numpy as np

from nca_controller.physics import LIMITERS, Terrain, advect
from nca_controller.plotting import save_figure

matplotlib.use("Agg")
from matplotlib import pyplot

FOLDER = Path(__file__).parent
SIDE, BLOCK, DISTANCE = 104, 32, 40  # cells


def steps(mass, velocity, pairs, **options):
    """Return the mass after that many pairs of steps, x first and then y first."""

    def pair(mass, _):
        for first in "xy":
            mass = advect(mass, velocity, first=first, **options).mass
        return mass, None

    return jax.jit(lambda mass: jax.lax.scan(pair, mass, length=pairs)[0])(jnp.asarray(mass))


def covered(start, length, count):
    """Return the share of each of `count` unit cells that an interval covers."""
    edges = np.arange(count + 1)
    return np.clip(np.minimum(edges[1:], start + length) - np.maximum(edges[:-1], start), 0, 1)


def march(scheme, degrees):
    """March a packed block; return the density at the end, the share in its footprint, and its pace."""
    direction = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    mass = np.zeros((1, SIDE, SIDE), np.float32)
    mass[0, 20 : 20 + BLOCK, 20 : 20 + BLOCK] = 1
    velocity = np.broadcast_to(np.float32(direction), (*mass.shape, 2))
    moved = np.asarray(steps(mass, velocity, 2 * DISTANCE, scheme=scheme)[0], np.float64)
    x, y = 20 + DISTANCE * direction
    footprint = np.outer(covered(y, BLOCK, SIDE), covered(x, BLOCK, SIDE))
    cells = np.arange(SIDE)
    centre = np.array([(moved * cells).sum(), (moved * cells[:, None]).sum()]) / moved.sum()
    pace = (centre - 19.5 - BLOCK / 2) @ direction / DISTANCE
    return moved, np.minimum(moved, footprint).sum() / BLOCK**2, pace


def draw_marches():
    """Draw the block after its march at 18 degrees, under every scheme, and print the table for three directions."""
    figure, axes = pyplot.subplots(1, len(LIMITERS), figsize=(11, 3), layout="constrained")
    print(
        "| scheme | straight | at 18 degrees | at 45 degrees | densest cell at the end | pace at 18 degrees |\n"
        "|---|---|---|---|---|---|"
    )
    for panel, (name, scheme) in zip(axes, LIMITERS.items(), strict=True):
        marches = {degrees: march(scheme, degrees) for degrees in (0, 18, 45)}
        kept = " | ".join(f"{share:.4f}" for _, share, _ in marches.values())
        highest = max(moved.max() for moved, _, _ in marches.values())
        print(f"| {name} | {kept} | {highest:.6f} | {marches[18][2]:.4f} |")
        panel.imshow(marches[18][0][20:80, 45:105], vmin=0, vmax=1, cmap="magma")
        panel.set(title=f"{name}: {marches[18][1]:.3f}", xticks=[], yticks=[])
    save_figure(figure, FOLDER / "marches.png", dpi=90)


def draw_crossing():
    """Draw two packed regiments of one side on their way through each other."""
    mass = np.zeros((2, 32, 112), np.float32)
    mass[0, 8:24, 16:32] = mass[1, 8:24, 80:96] = 1
    velocity = np.zeros((*mass.shape, 2), np.float32)
    velocity[0, ..., 0], velocity[1, ..., 0] = 1, -1
    ticks = (0, 56, 72, 88, 104, 128)
    figure, axes = pyplot.subplots(2, 3, figsize=(11, 2.6), layout="constrained")
    for panel, tick in zip(axes.flat, ticks, strict=True):
        moved = np.asarray(steps(mass, velocity, tick)) if tick else mass
        panel.imshow(np.stack([1 - moved[1], 1 - moved.sum(axis=0) * 0.8, 1 - moved[0]], axis=-1).clip(0, 1))
        panel.set(title=f"tick {tick}", xticks=[], yticks=[])
    save_figure(figure, FOLDER / "crossing.png", dpi=90)


def round_error(scheme, size):
    """Carry a sine once round a torus along the diagonal, off the lattice; return the mean error."""
    phase = 2 * np.pi * (np.arange(size) + 0.5) / size
    mass = jnp.asarray(1 + 0.4 * np.sin(phase)[:, None] + 0.4 * np.cos(phase))[None]
    terrain = Terrain(np.ones((size, size), bool), 4.0, "torus")
    options = {"terrain": terrain, "scheme": scheme, "quantum": None}
    return float(jnp.abs(steps(mass, jnp.ones((1, size, size, 2)), 2 * size, **options) - mass).mean())


def draw_convergence():
    """Draw the error on smooth data over the size of the grid, and print the measured orders."""
    sizes = (16, 32, 64, 128)
    figure, panel = pyplot.subplots(figsize=(5, 3.4), layout="constrained")
    with jax.enable_x64(True):
        for name, scheme in LIMITERS.items():
            errors = [round_error(scheme, size) for size in sizes]
            order = np.log2(errors[-2] / errors[-1])
            print(f"{name}: order {order:.2f} between {sizes[-2]} and {sizes[-1]} cells")
            panel.loglog(sizes, errors, "o-", label=f"{name}, order {order:.2f}")
    panel.set(xlabel="cells a wavelength", ylabel="mean error")
    panel.legend()
    save_figure(figure, FOLDER / "convergence.png", dpi=90)


if __name__ == "__main__":
    draw_marches()
    draw_crossing()
    draw_convergence()
