"""The functions of the notebook in which the AdvectionNCA was first tried, on today's physics."""

from __future__ import annotations

from enum import StrEnum

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from engine.formations import form_up, load
from engine.plugin import Ground
from nca_controller.model import create_formation_from_alpha
from nca_controller.physics import advect, as_floats, to_lattice
from nca_controller.tasks import add_heavy_noise_to_formation

THICKEST = 4.0  # how much denser a turned formation may be made to keep its total


class FormationTypes(StrEnum):
    """The notebook's six formations; each value is the name of a formation file."""

    LINE = "line"
    PHALANX = "phalanx"
    SQUARE = "square"
    WEDGE = "wedge"
    COLUMN = "column"
    TESTUDO = "testudo"


def advect_mass(
    mass: Float[Array, "H W"], vx: Float[Array, "H W"], vy: Float[Array, "H W"], dt: float = 0.25
) -> Float[Array, "H W"]:
    """Return the mass one step later, on walled ground with a capacity of 1; velocities in cells per unit time."""
    mass = as_floats("mass", mass, "H W", jnp.float32)
    vx, vy = (as_floats(name, speed, "H W", jnp.float32) for name, speed in (("vx", vx), ("vy", vy)))
    return advect(to_lattice(mass)[None], jnp.stack([vx, vy], axis=-1)[None], dt=dt).mass[0]


def check_mass_conservation(
    before: Float[Array, "*field"], after: Float[Array, "*field"], tolerance: float = 0.0
) -> tuple[bool, float]:
    """Return whether the totals agree, and by how much they differ; summed in float64. NaN never agrees."""
    error = abs(np.asarray(after).sum(dtype=np.float64) - np.asarray(before).sum(dtype=np.float64))
    return bool(error <= tolerance), float(error)


def create_formation_target(
    formation: FormationTypes | str, height: int, width: int, mass: float = 200.0
) -> Float[Array, "H W"]:
    """Return a formation of that mass in the middle of the field, facing up."""
    ground = Ground(np.ones((height, width), dtype=bool))
    kind = load()[FormationTypes(formation).value]
    return jnp.asarray(form_up(kind, mass, ground, centre=(width / 2, height / 2)).target)


def rotate_formation(formation: Float[Array, "H W C"], angle: float) -> Float[Array, "H W C"]:
    """Return the formation turned about the field's middle by `angle` degrees, clockwise; each channel keeps its total.

    Mass that leaves the field, or was rounded off, is made up for by the rest as far as a density of 1 allows.
    """
    formation = as_floats("formation", formation, "H W C", jnp.float32)
    height, width = formation.shape[:2]
    turn = np.deg2rad(angle)
    y, x = np.mgrid[:height, :width] - np.array([(height - 1) / 2, (width - 1) / 2])[:, None, None]
    source = [
        y * np.cos(turn) - x * np.sin(turn) + (height - 1) / 2,
        y * np.sin(turn) + x * np.cos(turn) + (width - 1) / 2,
    ]
    source = [jnp.asarray(axis, jnp.float32) for axis in source]
    sample = jax.vmap(lambda channel: jax.scipy.ndimage.map_coordinates(channel, source, order=1), -1, -1)
    turned = sample(formation)
    total = formation.sum(axis=(0, 1))
    least, most = jnp.zeros_like(total), jnp.full_like(total, THICKEST)
    for _ in range(40):
        middle = (least + most) / 2
        light = jnp.minimum(turned * middle[None, None], 1.0).sum(axis=(0, 1)) < total
        least, most = jnp.where(light, middle, least), jnp.where(light, most, middle)
    return jnp.minimum(turned * most[None, None], 1.0)


def create_noisy_formation(
    alpha: Float[np.ndarray, "H W"], rng: np.random.Generator, intensity: float = 0.5
) -> Float[Array, "H W channels"]:
    """Return the 16-channel state of the formation in disorder."""
    return create_formation_from_alpha(add_heavy_noise_to_formation(alpha, rng, intensity))
