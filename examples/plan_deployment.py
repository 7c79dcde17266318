"""Find, by gradient descent through whole battles, how to deploy so that an even fight is one no more.

Two armies of the same soldiers meet: Blue in one block, Red in two, which at first march side by side straight at it.
That fight is even. The loss is how much more Red loses than Blue, and the gradient is that in the places of Red's
blocks along its line: it runs through blows, flanks, fatigue and morale, and through every step of the
transport, forwards, since the numbers are few. Descent is in donor-cell, off the lattice; what it finds is then fought
as the game fights it, in superbee, with whole quanta and every soldier accounted for:

    python examples/plan_deployment.py --picture deployment.png
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import struct
from jaxtyping import Array, Float
from tqdm import tqdm

from engine.io import InputError, check_writable
from nca_controller import Terrain, init_state, trajectory
from nca_controller.dynamics import State, conduct
from nca_controller.physics import QUANTUM, Limiter, donor_cell, superbee
from nca_controller.plotting import make_figure, save_figure

HEIGHT, WIDTH = 40, 56  # cells of a metre
SIDES = (0, 0, 1)  # Red's two blocks, and Blue's
DEPTH, FRONT = 10.0, 20.0  # cells of Blue's block; each of Red's has half its front
EDGE, DENSITY = 1.0, 0.9  # cells over which a block's edge fades, so that its place has a slope; and how full it is
BLUE = (38.0, HEIGHT / 2)  # x, y of its middle
BEGIN = np.array([[16.0, 15.0], [16.0, 25.0]], np.float32)  # x, y of Red's
PACE = 0.4  # share of top speed, a walk

TICKS = 240  # of a battle in the descent
FOUGHT = 1200  # and of one that is fought as the game does: forty seconds
ITERATIONS, RATE = 16, 1.0  # of the descent, and cells that one moves at most
COURSE = (ITERATIONS, TICKS)

Deployment = Float[Array, "2 2"] | Float[np.ndarray, "2 2"]


@struct.dataclass
class Ahead:
    """Steers its regiment straight ahead."""

    way: Float[Array, " 2"]
    max_speed: float = struct.field(pytree_node=False, default=0.5)

    def init(self, mass: Float[Array, "H W"], terrain: Terrain, seed: int) -> tuple[()]:
        return ()

    def steer(
        self,
        memory: Any,
        mass: Float[Array, "H W"],
        crowd: Float[Array, "H W"],
        target: Float[Array, "H W"],
        terrain: Terrain,
    ) -> tuple[Float[Array, "H W 2"], Any]:
        return jnp.broadcast_to(self.way, (*mass.shape, 2)), memory


def block(x: Array | float, y: Array | float, front: float) -> Float[Array, "H W"]:
    """Return a block whose middle lies there, of the same mass wherever it stands."""
    across, down = jnp.arange(WIDTH) + 0.5 - x, (jnp.arange(HEIGHT) + 0.5 - y)[:, None]
    inside = jax.nn.sigmoid((DEPTH / 2 - abs(across)) / EDGE) * jax.nn.sigmoid((front / 2 - abs(down)) / EDGE)
    return inside * (DENSITY * DEPTH * front / inside.sum())


def drawn_up(deployment: Deployment, scheme: Limiter, quantum: float | None) -> State:
    """Return the battle in which Red is deployed so: x, y of each block."""
    mass = jnp.stack([*(block(x, y, FRONT / 2) for x, y in deployment), block(*BLUE, FRONT)])
    ways = jnp.array([(1.0, 0.0), (1.0, 0.0), (-1.0, 0.0)])
    leaders: list[Any] = [Ahead(PACE * way) for way in ways]
    return init_state(
        mass / jnp.maximum(mass.sum(axis=0), 1),
        Terrain.plain(HEIGHT, WIDTH),
        leaders,
        seed=0,
        sides=SIDES,
        scheme=scheme,
        quantum=quantum,
        combat=conduct(["heavy-infantry"] * 3, ways),
    )


def losses(state: State) -> tuple[Array, Array]:
    """Return what of Red and of Blue has fallen, in mass."""
    assert state.combat is not None
    fallen = state.combat.fallen
    quantum = QUANTUM if fallen.dtype == jnp.int32 else 1.0
    by_regiment = fallen.astype(jnp.float32).sum(axis=(1, 2)) * quantum
    return by_regiment[:2].sum(), by_regiment[2]


def loss(deployment: Deployment, ticks: int) -> Array:
    """Return by how much Red loses more than Blue, and what keeps Red's blocks on the field and apart."""
    state, _ = trajectory(
        drawn_up(deployment, donor_cell, None), jnp.zeros((3, HEIGHT, WIDTH)), ticks=ticks, remat=True
    )
    red, blue = losses(state)
    margin = FRONT / 4 + 3
    off = jax.nn.relu(margin - deployment[:, 1]) + jax.nn.relu(deployment[:, 1] - (HEIGHT - margin))
    near = jax.nn.relu(FRONT / 2 - abs(deployment[1, 1] - deployment[0, 1]))
    return (red - blue) / 10 + 0.2 * (off.sum() + near)


def optimise(iterations: int, ticks: int) -> list[Float[np.ndarray, "2 2"]]:
    """Return Red's deployments from first to last."""

    def deployed(rows: Array) -> Array:  # how far off they stand is as it was
        return jnp.stack([BEGIN[:, 0], rows], axis=1)

    optimizer = optax.adam(RATE)
    found: Any = jnp.asarray(BEGIN[:, 1])
    moments, deployments = optimizer.init(found), [BEGIN]
    slope = jax.jit(jax.jacfwd(lambda found: loss(deployed(found), ticks)))
    for _ in tqdm(range(iterations), unit="iteration"):
        downhill = slope(found)
        if not jnp.isfinite(downhill).all():  # at a kink in float32: what was found so far is good enough
            break
        updates, moments = optimizer.update(downhill, moments)
        found = optax.apply_updates(found, updates)
        deployments.append(np.asarray(deployed(found)))
    return deployments


def fought(deployment: Deployment, ticks: int = FOUGHT) -> tuple[State, Float[np.ndarray, "ticks 3 H W"]]:
    """Return the end of the battle as the game fights it, and the mass after each tick."""
    state = drawn_up(deployment, superbee, QUANTUM)
    return trajectory(state, np.zeros((3, HEIGHT, WIDTH), np.float32), ticks=ticks, metrics=masses)


def masses(state: State, targets: Float[Array, "R H W"]) -> Float[Array, "R H W"]:
    """Return the mass of all regiments."""
    return state.mass


def is_exact(begin: State, end: State) -> bool:
    """Return whether each regiment's standing, fallen and fled are what was mustered, to the bit."""
    combat = end.combat
    assert combat is not None
    standing, mustered = ((np.asarray(state.mass, np.float64) / QUANTUM).sum(axis=(1, 2)) for state in (end, begin))
    gone = sum(np.asarray(counts, np.int64).sum(axis=(1, 2)) for counts in (combat.fallen, combat.fled))
    return bool((standing + gone == mustered).all())


def draw(path: Path, battles: list[Float[np.ndarray, "ticks 3 H W"]], shown: int = 5) -> None:
    """Write both battles, one below the other, Red and Blue in their colours. Raises InputError where it cannot."""
    figure, axes = make_figure(len(battles), shown, (2.4 * shown, 2 * len(battles)))
    colours = np.array([(0.8, 0.25, 0.2), (0.65, 0.3, 0.05), (0.15, 0.35, 0.75)])
    for row, battle, words in zip(axes, battles, ("at first", "found by descent"), strict=True):
        for axis, tick in zip(row, np.linspace(0, len(battle) - 1, shown).astype(int), strict=True):
            field = np.asarray(battle[tick])
            axis.imshow(1 - np.einsum("rhw,rc->hwc", field, 1 - colours).clip(0, 1))
            axis.set_title(f"{words}, {tick / 30:.0f} s", fontsize=8)
            axis.set_axis_off()
    save_figure(figure, path, dpi=120)


def main(words: list[str] | None = None) -> None:
    """Optimise, and print how the battle goes before and after, as the game fights it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--picture", metavar="FILE", type=Path, help="write both battles, as a PNG")
    args = parser.parse_args(words)
    try:
        check_writable(args.picture, ".png")
        deploy(args.picture)
    except InputError as error:
        parser.error(str(error))


def deploy(path: Path | None) -> None:
    """Do so, and write the picture. Raises InputError where it cannot be written."""
    deployments, battles = optimise(*COURSE), []
    for name, deployment in (("at first", deployments[0]), ("found by descent", deployments[-1])):
        end, battle = fought(deployment)
        red, blue = losses(end)
        ledger = "exact" if is_exact(drawn_up(deployment, superbee, QUANTUM), end) else "NOT exact"
        places = " and ".join(f"{y:.1f}" for _, y in deployment)
        print(f"{name}: rows {places}: Red loses {red:.1f}, Blue {blue:.1f}, {blue / red:.2f} : 1, ledger {ledger}")
        battles.append(np.asarray(battle))
    if path:
        draw(path, battles)


if __name__ == "__main__":
    main()
