"""Find, by gradient descent through whole marches, where a bridge serves an army best.

An army on one bank of a river is ordered to the other; the bridge lies far off its way. The loss is how far the army is
from its place after a march, and the gradient is that in the bridge's place: it runs through the commander's ways and
through every step of the transport. For descent the bridge is soft, water that holds more and more towards its middle;
what was found is then tried with a bridge of whole cells, in the scheme that the game is played in:

    python examples/place_the_bridge.py --picture bridge.png
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float
from PIL import Image
from tqdm import tqdm

from engine.io import InputError, check_writable, drafted, name_unwritable
from nca_controller import load_controller, rollout
from nca_controller.metrics import overlap
from nca_controller.physics import Terrain, donor_cell

HEIGHT, WIDTH = 40, 56  # cells
WATER = slice(25, 31)  # columns of the river
SPAN = 5  # rows that the bridge is wide
Y, X = np.mgrid[:HEIGHT, :WIDTH] + 0.5  # centres of the cells
HOME, GOAL = (11, 28), (45, 24)  # (x, y)
START, TARGET = ((np.hypot(X - x, Y - y) < 6).astype(np.float32) for x, y in (HOME, GOAL))
DISTANCE = np.hypot(X - GOAL[0], Y - GOAL[1])

BEGIN = 8.0  # row of the middle of the bridge at first
TICKS = 90  # of a march in the descent
TRIED = 240  # of one that is tried
ITERATIONS, RATE = 24, 1.0  # of the descent, and rows that one covers at most
LEAST = 0.02  # capacity of water far from the bridge; 0 would be a wall, whose place has no slope


def soft(place: Float[Array, ""]) -> Terrain:
    """Return the ground with a bridge whose middle lies at a row, at any fraction of it."""
    rows = jnp.arange(HEIGHT) + 0.5
    bridge = jnp.clip(jax.nn.sigmoid(2 * (SPAN / 2 - jnp.abs(rows - place))), LEAST, 1)
    return Terrain(np.ones((HEIGHT, WIDTH), dtype=bool), jnp.ones((HEIGHT, WIDTH)).at[:, WATER].set(bridge[:, None]))


def whole(place: float) -> Terrain:
    """Return the ground with a bridge of whole rows in closed water."""
    return Terrain(whole_cells(place))


def whole_cells(place: float) -> Bool[np.ndarray, "H W"]:
    """Return which cells are open there."""
    cells = np.ones((HEIGHT, WIDTH), dtype=bool)
    first = round(place - SPAN / 2)
    cells[:, WATER] = False
    cells[first : first + SPAN, WATER] = True
    return cells


def loss(place: Float[Array, ""]) -> Float[Array, ""]:
    """Return how far the army is from its place after a march, in cells, and ten times what of it is not filled."""
    march = rollout(
        load_controller("ground"), START, TARGET, ticks=TICKS, terrain=soft(place), scheme=donor_cell, remat=True
    )
    return (march[-1] * DISTANCE).sum() / START.sum() + 10 * (1 - overlap(march[-1], TARGET))


def optimise() -> list[float]:
    """Return the rows of the bridge from first to last."""
    place: Any = jnp.float32(BEGIN)
    optimizer = optax.adam(RATE)
    moments, places = optimizer.init(place), [BEGIN]
    slope = jax.jit(jax.grad(loss))
    for _ in tqdm(range(ITERATIONS), unit="iteration"):
        updates, moments = optimizer.update(slope(place), moments)
        place = jnp.clip(optax.apply_updates(place, updates), SPAN, HEIGHT - SPAN)
        places.append(float(place))
    return places


def tried(place: float) -> Float[np.ndarray, "ticks H W"]:
    """Return the mass after each tick of a march over a bridge of whole cells."""
    return np.asarray(rollout(load_controller("ground"), START, TARGET, ticks=TRIED, terrain=whole(place)))


def picture(place: float, march: Float[np.ndarray, "ticks H W"], shown: int = 5, cell: int = 8) -> Image.Image:
    """Return the march from left to right: the army dark, water blue, its place red."""
    panels = []
    for tick in np.linspace(0, TRIED // 2, shown).astype(int):
        mass = START if tick == 0 else march[tick - 1]
        land = np.where(TARGET[..., None] > 0, (250.0, 200.0, 190.0), (235.0, 230.0, 210.0))
        shade = (1 - mass[..., None]) * land + mass[..., None] * np.array((50.0, 60.0, 60.0))
        panels.append(np.where(whole_cells(place)[..., None], shade, (90.0, 140.0, 190.0)))
        panels[-1][:, -1] = 255
    strip = Image.fromarray(np.uint8(np.concatenate(panels, axis=1)))
    return strip.resize((strip.width * cell, strip.height * cell), Image.Resampling.NEAREST)


def main(words: list[str] | None = None) -> None:
    """Optimise, and print when the army stands before and after, over bridges of whole cells."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", metavar="FILE", type=Path, help="write the march over the new bridge, as a PNG")
    args = parser.parse_args(words)
    try:
        check_writable(args.picture, ".png")
        bridges(args.picture)
    except InputError as error:
        parser.error(str(error))


def bridges(path: Path | None) -> None:
    """Do so, and write the picture. Raises InputError where it cannot be written."""
    places = optimise()
    for name, place in (("at first", places[0]), ("found by descent", places[-1])):
        march = tried(place)
        standing = np.flatnonzero(np.asarray(overlap(jnp.asarray(march), TARGET)) >= 0.95)
        when = f"after {standing[0] + 1} ticks" if len(standing) else f"not within {TRIED} ticks"
        kept = "exact" if march[-1].sum(dtype=np.float64) == START.sum(dtype=np.float64) else "NOT exact"
        print(f"{name}: the bridge at row {place:.1f}, the army stands {when}, mass {kept}")
    if path:
        with name_unwritable(path), drafted(path) as draft:
            picture(places[-1], march).save(draft.path, format="PNG")


if __name__ == "__main__":
    main()
