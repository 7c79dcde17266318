"""A simulation of one's own: what the game asks of it, in NumPy, without JAX.

A Poisson flow towards the target (Dacorogna and Moser, 1990), moved by donor-cell transport on the 2^-20 lattice with
shared acceptance. Registered under the entry point `maniple.simulations` it would be found by the game:

    python examples/own_simulation.py
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from engine import formations
from engine.battle import BattleSetup
from engine.orders import Order
from engine.plugin import Ground
from engine.scenarios import Regiment, Scenario

LATTICE = 2.0**20
SUBSTEPS, DT = 2, 0.25


@dataclass(frozen=True)
class State:
    """R regiments at one tick. Nothing in it changes: the game keeps states and comes back to them."""

    mass: Float[np.ndarray, "R H W"]
    controllers: tuple[Any, ...]
    velocity: Float[np.ndarray, "R H W 2"]  # commanded, cells per tick
    flux_x: Float[np.ndarray, "R H W+1"]  # mass that crossed each face in the last tick
    flux_y: Float[np.ndarray, "R H+1 W"]


@dataclass
class DonorCell:
    """What `engine.plugin.Simulation` asks for; controllers are held and not asked."""

    backend: str = "cpu"
    device: str = "NumPy"

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Any],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> State:
        """Return the state in which regiment r holds mass[r]. All ground is taken for open."""
        mass = np.asarray(mass, np.float32)
        regiments, height, width = mass.shape
        return State(
            mass,
            tuple(controllers),
            np.zeros((*mass.shape, 2), np.float32),
            np.zeros((regiments, height, width + 1), np.float32),
            np.zeros((regiments, height + 1, width), np.float32),
        )

    def tick(self, state: State, targets: Float[np.ndarray, "R H W"]) -> State:
        """Return the state one tick later."""
        mass = state.mass.astype(np.float64)
        velocity = np.stack([flow(m, t) for m, t in zip(mass, targets, strict=True)])
        flux_x, flux_y = np.zeros(state.flux_x.shape), np.zeros(state.flux_y.shape)
        for _ in range(SUBSTEPS):
            step_x, step_y = fluxes(mass, velocity)
            mass = mass - np.diff(step_x, axis=2) - np.diff(step_y, axis=1)
            flux_x += step_x
            flux_y += step_y
        velocity = SUBSTEPS * DT * velocity  # cells per unit time until here
        as_float32 = [array.astype(np.float32) for array in (mass, velocity, flux_x, flux_y)]
        return State(as_float32[0], state.controllers, *as_float32[1:])

    def read(self, state: State, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields of a state."""
        return {name: getattr(state, name) for name in fields}


def fluxes(
    mass: Float[np.ndarray, "R H W"], velocity: Float[np.ndarray, "R H W 2"], sweeps: int = 3
) -> tuple[Float[np.ndarray, "R H W+1"], Float[np.ndarray, "R H+1 W"]]:
    """Return the flux over faces: donor-cell offers, of which each receiver accepts what it has room for."""
    right = mass[:, :, :-1] * np.clip(velocity[:, :, :-1, 0], 0, None) * DT
    left = mass[:, :, 1:] * np.clip(-velocity[:, :, 1:, 0], 0, None) * DT
    down = mass[:, :-1] * np.clip(velocity[:, :-1, :, 1], 0, None) * DT
    up = mass[:, 1:] * np.clip(-velocity[:, 1:, :, 1], 0, None) * DT
    right, left, down, up = (np.floor(offer * LATTICE) / LATTICE for offer in (right, left, down, up))
    out = np.zeros_like(mass)
    for _ in range(sweeps):
        inflow = np.zeros_like(mass)
        inflow[:, :, 1:] += right
        inflow[:, :, :-1] += left
        inflow[:, 1:] += down
        inflow[:, :-1] += up
        share = np.clip((1.0 - mass + out) / np.maximum(inflow, 1e-9), 0, 1)
        taken = [
            np.floor(offer * portion * LATTICE) / LATTICE
            for offer, portion in (
                (right, share[:, :, 1:]),
                (left, share[:, :, :-1]),
                (down, share[:, 1:]),
                (up, share[:, :-1]),
            )
        ]
        out = np.zeros_like(mass)
        out[:, :, :-1] += taken[0]
        out[:, :, 1:] += taken[1]
        out[:, :-1] += taken[2]
        out[:, 1:] += taken[3]
    flux_x = np.pad(taken[0] - taken[1], ((0, 0), (0, 0), (1, 1)))
    flux_y = np.pad(taken[2] - taken[3], ((0, 0), (1, 1), (0, 0)))
    return flux_x, flux_y


def flow(mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W 2"]:
    """Return the speed-limited Dacorogna-Moser velocity (H, W, 2) from mass to target, no-flux walls."""
    height, width = mass.shape
    bases = [np.sqrt(2 / n) * np.cos(np.pi * np.outer(np.arange(n), np.arange(n) + 0.5) / n) for n in (height, width)]
    for basis in bases:
        basis[0] /= np.sqrt(2)
    symbols = [2 * np.cos(np.pi * np.arange(n) / n) - 2 for n in (height, width)]
    symbol = symbols[0][:, None] + symbols[1][None, :]
    symbol[0, 0] = 1.0
    spectrum = bases[0] @ (mass - target) @ bases[1].T / symbol
    spectrum[0, 0] = 0.0
    potential = bases[0].T @ spectrum @ bases[1]
    velocity = np.stack([np.gradient(potential, axis=1), np.gradient(potential, axis=0)], axis=-1)
    velocity /= (mass + 0.05)[..., None]
    speed = np.linalg.norm(velocity, axis=-1, keepdims=True)
    return velocity / np.maximum(speed, 1.0)


def main() -> None:
    """Play a battle without a window: a crowd forms line, and then a wedge."""
    ground = Ground.plain(48, 72)
    army = Regiment("army", side=0, mass=200.0, soldiers=800, controller="none")
    scenario = Scenario("an army", ground, (army,), (Order("line", ground.middle),), heaped=True)
    setup = BattleSetup(DonorCell, {"none": object}, formations.load(), scenario)
    setup.check()
    battle = setup.build()
    for formation in ("line", "wedge"):
        battle.form(formation)
        for _ in range(150):
            battle.tick()
        state = battle.state
        print(f"{formation}: overlap {state.overlaps[0]:.3f} at tick {state.tick}, drift {state.drift:g}")


if __name__ == "__main__":
    main()
