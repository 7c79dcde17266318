"""Find, by gradient descent through the physics alone, the velocities that lead mass through a gate in a wall.

A disc of mass, packed to capacity, stands left of a wall; it shall stand to the right of it. The loss is the mean
squared distance to the target's centre, as the crow flies, and the share of the target left empty. It knows nothing of
the wall or of the gate: walking straight to the target ends at the wall. Both are found because the gradient runs
through every step of the transport. Nothing of Maniple is used but its physics, and
how it writes a file:

    python examples/through_the_gate.py --picture gate.png
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float
from PIL import Image, ImageDraw
from tqdm import tqdm

from engine.io import InputError, check_writable, drafted, name_unwritable
from nca_controller.physics import Limiter, Terrain, advect, diffuse, donor_cell, superbee, ultra_bee

HEIGHT, WIDTH = 32, 48  # cells
TICKS, DT = 200, 0.5  # a journey, and the length of each tick in units of time
Y, X = np.mgrid[:HEIGHT, :WIDTH] + 0.5  # centres of the cells

OPEN = np.ones((HEIGHT, WIDTH), dtype=bool)
OPEN[:, 23:25] = False
OPEN[5:9, 23:25] = True
GROUND = Terrain(OPEN)

HOME, GOAL = (11, 21), (37, 21)  # (x, y)
START, TARGET = ((np.hypot(X - x, Y - y) < 6).astype(np.float32) for x, y in (HOME, GOAL))
STRAIGHT = np.stack([GOAL[0] - X, GOAL[1] - Y], axis=-1)  # towards the target, through the wall

# How much diffuses across a face each tick, and for how many iterations. At first mass seeps everywhere, so the
# gradient learns what lies behind the gate before the flow has ever found it; then the transport is left to itself.
COURSE = ((0.2, 60), (0.05, 40), (0.0, 60))
SCHEME = donor_cell  # it blurs, so its gradient sees round walls (docs/gradients.md); the game's superbee verifies


def limited(field: Float[Array, "*shape 2"]) -> Float[Array, "*shape 2"]:
    """Return velocities below 1 in length; unlike a division by the length, this has a gradient at rest."""
    return field / jnp.sqrt(1 + (field**2).sum(axis=-1, keepdims=True))


@partial(jax.jit, static_argnames=("scheme", "rate"))
def journey(field: Float[Array, "H W 2"], scheme: Limiter, rate: float = 0.0) -> Float[Array, "ticks H W"]:
    """Return the mass after each tick under a velocity field that stays the same throughout."""
    velocity = limited(field)[None]

    @jax.checkpoint  # keeps only the masses for the way back, not what each tick reckons in between
    def tick(mass: Float[Array, "1 H W"], _: None) -> tuple[Float[Array, "1 H W"], Float[Array, "H W"]]:
        mass = advect(mass, velocity, GROUND, dt=DT, scheme=scheme).mass
        mass = diffuse(mass, rate, GROUND) if rate else mass
        return mass, mass[0]

    return jax.lax.scan(tick, jnp.asarray(START)[None], length=TICKS)[1]


def overlap(mass: Float[Array, "H W"] | Float[np.ndarray, "H W"]) -> Float[Array, ""]:
    """Return the share of the target that is filled."""
    return jnp.minimum(mass, TARGET).sum() / TARGET.sum()


def loss(field: Float[Array, "H W 2"], scheme: Limiter, rate: float) -> Float[Array, ""]:
    mass = journey(field, scheme, rate)[-1]
    distance = (mass * ((X - GOAL[0]) ** 2 + (Y - GOAL[1]) ** 2)).sum() / START.sum()
    return distance / 100 + 1 - overlap(mass)


def optimise() -> Float[Array, "H W 2"]:
    """Return the field that descent from rest arrives at."""
    field = jnp.zeros((HEIGHT, WIDTH, 2))
    iterations = sum(count for _, count in COURSE)
    optimizer = optax.adam(optax.cosine_decay_schedule(0.2, iterations, alpha=0.05))
    moments = optimizer.init(field)

    @partial(jax.jit, static_argnames="rate")
    def descend(field: Float[Array, "H W 2"], moments: Any, rate: float) -> tuple[Float[Array, "H W 2"], Any]:
        updates, moments = optimizer.update(jax.grad(loss)(field, SCHEME, rate), moments)
        return optax.apply_updates(field, updates), moments

    for rate, count in COURSE:
        for _ in tqdm(range(count), desc=f"diffusion {rate:g}", unit="iteration"):
            field, moments = descend(field, moments, rate)
    return field


def picture(field: Float[Array, "H W 2"], scheme: Limiter, shown: int = 5, cell: int = 10) -> Image.Image:
    """Return the journey from left to right: density dark, the wall brown, the target's edge, and the velocities."""
    masses = np.concatenate([START[None], np.asarray(journey(field, scheme))])
    strip = Image.new("RGB", (shown * WIDTH * cell, HEIGHT * cell), "white")
    velocity = np.asarray(limited(field))
    for number, tick in enumerate(np.linspace(0, TICKS, shown).astype(int)):
        shade = np.uint8(245 - 200 * masses[tick])
        frame = np.where(OPEN[..., None], np.stack([shade, shade, np.full_like(shade, 245)], axis=-1), (140, 100, 60))
        panel = Image.fromarray(np.uint8(frame)).resize((WIDTH * cell, HEIGHT * cell), Image.Resampling.NEAREST)
        pen = ImageDraw.Draw(panel)
        pen.ellipse(
            [cell * (GOAL[0] - 6), cell * (GOAL[1] - 6), cell * (GOAL[0] + 6), cell * (GOAL[1] + 6)], None, "red"
        )
        for row, column in zip(*np.nonzero(OPEN & (np.indices(OPEN.shape) % 3 == 1).all(axis=0)), strict=True):
            x, y = cell * (column + 0.5), cell * (row + 0.5)
            vx, vy = 2 * cell * velocity[row, column]
            pen.line([x, y, x + vx, y + vy], "darkgreen")
            pen.ellipse([x - 1, y - 1, x + 1, y + 1], "darkgreen")
        strip.paste(panel, (number * WIDTH * cell, 0))
    return strip


def main(words: list[str] | None = None) -> None:
    """Optimise, and print how far the mass gets before and after, under the smooth scheme and under sharper ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", metavar="FILE", type=Path, help="write the journey there, as a PNG")
    args = parser.parse_args(words)
    try:
        check_writable(args.picture, ".png")
        journeys(args.picture)
    except InputError as error:
        parser.error(str(error))


def journeys(path: Path | None) -> None:
    """Do so, and write the picture. Raises InputError where it cannot be written."""
    found = optimise()
    for name, field in (("straight to the target", STRAIGHT), ("found by descent", found)):
        for scheme in (SCHEME, superbee, ultra_bee):
            end = np.asarray(journey(jnp.asarray(field, jnp.float32), scheme)[-1])
            kept = "exact" if end.sum(dtype=np.float64) == START.sum(dtype=np.float64) else "NOT exact"
            print(f"{name}, {scheme.__name__}: overlap {overlap(end):.3f}, in the wall {end[~OPEN].sum()}, mass {kept}")
    if path:
        with name_unwritable(path), drafted(path) as draft:
            picture(found, superbee).save(draft.path, format="PNG")


if __name__ == "__main__":
    main()
