"""Battles of a batch, fought with the simulation's own tick, and their losses."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from nca_controller.controllers import NCA, ORDERED
from nca_controller.dynamics import init_state, tick
from nca_controller.model import ANSWERED, over_batch
from nca_controller.physics import Terrain, diffuse
from nca_controller.training.config import Config
from nca_controller.training.losses import Rollout
from nca_controller.training.parts import FoundParts


class Battles(NamedTuple):
    """N battles under way: masses, targets, and the cells' channels."""

    mass: Any  # (N, H, W), NumPy in the pool and JAX in a batch
    target: Any  # (N, H, W)
    cells: Any  # (N, H, W, C)


class BattlesOnGrounds(NamedTuple):
    """The same, each battle on a ground of its own."""

    mass: Any
    target: Any
    cells: Any
    capacity: Any  # (N, H, W), 0 in closed cells


class Outcome(NamedTuple):
    """N battles after a rollout."""

    battles: Battles | BattlesOnGrounds
    losses: Float[Array, " N"]
    overlaps: Float[Array, " N"]  # at the end
    velocity: Float[Array, "N H W 2"]  # commanded in the last tick, cells per unit time
    metrics: dict[str, Float[Array, " N"]]  # further ones, by name


def fight(
    params: Any, battles: Battles | BattlesOnGrounds, keys: PRNGKeyArray, config: Config, parts: FoundParts
) -> tuple[Float[Array, ""], Outcome]:
    """Return the mean loss over a batch, and its outcome. One key for each battle."""
    controller = NCA(
        params, config.architecture, config.fire_rate, config.velocity_noise, own_commander=parts.commander
    )
    whole = parts.terrain or Terrain.plain(*battles.mass.shape[1:])

    def one(begun: tuple[Battles | BattlesOnGrounds, PRNGKeyArray]) -> tuple[Any, ...]:
        battle, key = begun
        terrain, target = whole, battle.target
        if isinstance(battle, BattlesOnGrounds):
            terrain = Terrain(battle.capacity > 0, jnp.where(battle.capacity > 0, battle.capacity, 1))
        state = init_state(battle.mass[None], terrain, [controller], seed=0)
        state = state.replace(memories=(state.memories[0].replace(cells=battle.cells, key=key),))

        def advance(state: Any, _: None) -> tuple[Any, tuple[Array, Array]]:
            state = tick(state, target[None])
            if config.diffusion_rate:
                state = state.replace(mass=diffuse(state.mass, config.diffusion_rate, terrain))
            return state, (state.mass[0], state.velocity[0])

        checkpointed = jax.checkpoint(advance, policy=jax.checkpoint_policies.save_only_these_names(ORDERED, ANSWERED))
        state, (masses, velocities) = jax.lax.scan(checkpointed, state, length=config.ticks)
        rollout = Rollout(masses, velocities, target, terrain)
        metrics = {name: metric(rollout) for name, metric in parts.metrics.items()}
        loss, filled = parts.loss(rollout)
        after = battle._replace(mass=state.mass[0], cells=state.memories[0].cells)
        return after, loss, filled, velocities[-1], metrics

    outcome = Outcome(*over_batch(one)((battles, keys)))
    return outcome.losses.mean(), outcome
