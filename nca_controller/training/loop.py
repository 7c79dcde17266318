"""The training loop: battles of a pool are fought for some ticks, and the weights follow the gradient through them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from nca_controller.channels import create_formation_from_alpha
from nca_controller.checkpoints import Architecture, save
from nca_controller.controllers import NCA
from nca_controller.model import State
from nca_controller.physics import Terrain
from nca_controller.simulation import muster, tick
from nca_controller.training.config import Config
from nca_controller.training.losses import rollout_loss
from nca_controller.training.optimizer import create_optimizer
from nca_controller.training.orders import Orders


class DivergedError(ArithmeticError):
    """The loss stopped being a number; the text says when, and where the last good weights are."""


class Battles(NamedTuple):
    """Battles under way, N of them: mass, what was ordered, and the cells' channels."""

    mass: Any  # (N, H, W), of NumPy in the pool and of JAX in a batch
    target: Any  # (N, H, W)
    cells: Any  # (N, H, W, C)


@dataclass(frozen=True)
class Metrics:
    """What one iteration was like."""

    iteration: int
    loss: float
    overlap: float  # mean over the batch, at the end of the rollouts
    seconds: float  # since the start


def fight(params: Any, battles: Battles, config: Config) -> tuple[Float[Array, ""], tuple[Battles, Array, Array]]:
    """Return the mean loss over a batch, the battles afterwards, and each one's loss and overlap at the end."""
    controller = NCA(params, Architecture(hidden_dim=config.hidden_dim))
    terrain = Terrain.plain(config.grid, config.grid)

    def one(mass: Float[Array, "H W"], target: Float[Array, "H W"], cells: State) -> tuple[Any, ...]:
        state = muster(mass[None], terrain, [controller], seed=0)
        state = state.replace(memories=(state.memories[0].replace(cells=cells),))

        def advance(state: Any, _: None) -> tuple[Any, tuple[Array, Array]]:
            state = tick(state, target[None])
            return state, (state.mass[0], state.velocity[0])

        state, (masses, velocities) = jax.lax.scan(advance, state, length=config.ticks)
        loss, filled = rollout_loss(masses, velocities, target, config)
        return loss, filled, Battles(state.mass[0], target, state.memories[0].cells)

    losses, filled, after = jax.vmap(one)(*battles)
    return losses.mean(), (after, losses, filled)


class Trainer:
    """Holds what changes from iteration to iteration: weights, optimiser, pool, and the generator of orders."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.architecture = Architecture(hidden_dim=config.hidden_dim)
        self.params = self.architecture.init_params(jax.random.key(config.seed))
        self.optimizer = create_optimizer(
            config.learning_rate, config.gradient_clip, warmup_steps=config.warmup, decay_steps=config.iterations
        )
        self.moments = self.optimizer.init(self.params)
        self.rng = np.random.default_rng(config.seed)
        self.orders = Orders(config, self.rng)
        masses = np.stack([self.orders.start() for _ in range(config.pool)])
        targets = np.stack([self.orders.order(float(mass.sum(dtype=np.float64))) for mass in masses])
        self.pool = Battles(masses, targets, np.array(create_formation_from_alpha(masses)))
        self._step = jax.jit(self._descend)

    def train(self, folder: Path) -> Iterator[Metrics]:
        """Run all iterations, writing metrics and the model into the folder; yield what each was like.

        Raises DivergedError when the loss is not finite; the model last saved stays as it is.
        """
        folder.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        with (folder / "metrics.jsonl").open("w", encoding="utf-8") as log:
            for iteration in range(1, self.config.iterations + 1):
                loss, filled = self.iterate()
                metrics = Metrics(iteration, loss, filled, round(time.monotonic() - begun, 2))
                if not (np.isfinite(loss) and all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(self.params))):
                    raise DivergedError(
                        f"loss or weights are not finite in iteration {iteration}; what {folder} holds was saved before"
                    )
                log.write(json.dumps(asdict(metrics)) + "\n")
                log.flush()
                if iteration % self.config.save_every == 0 or iteration == self.config.iterations:
                    save(folder, self.params, self.architecture)
                yield metrics

    def iterate(self) -> tuple[float, float]:
        """Fight one batch of the pool and take a step; return its loss and its mean overlap at the end."""
        chosen = self.rng.choice(self.config.pool, self.config.batch, replace=False)
        self.renew(chosen)
        battles = Battles(*(jnp.asarray(field[chosen]) for field in self.pool))
        self.params, self.moments, loss, after, losses, filled = self._step(self.params, self.moments, battles)
        for field, result in zip(self.pool, after, strict=True):
            field[chosen] = np.asarray(result)
        # The worst battle starts afresh, so that none drags the pool down (Growing NCA).
        self.begin(chosen[int(np.argmax(losses))])
        return float(loss), float(filled.mean())

    def renew(self, chosen: np.ndarray) -> None:
        """Give some of the chosen battles a new order, wound some, and let the others go on."""
        for index in chosen:
            fate = self.rng.random()
            mass = self.pool.mass[index]
            if fate < self.config.renewed:
                self.pool.target[index] = self.orders.order(float(mass.sum(dtype=np.float64)))
            elif fate < self.config.renewed + self.config.wounded:
                self.pool.mass[index] = self.orders.wound(mass)

    def begin(self, index: int) -> None:
        """Replace a battle by a new one."""
        mass = self.orders.start()
        self.pool.mass[index] = mass
        self.pool.target[index] = self.orders.order(float(mass.sum(dtype=np.float64)))
        self.pool.cells[index] = np.asarray(create_formation_from_alpha(mass))

    def _descend(self, params: Any, moments: Any, battles: Battles) -> tuple[Any, ...]:
        (loss, (after, losses, filled)), gradient = jax.value_and_grad(fight, has_aux=True)(
            params, battles, self.config
        )
        updates, moments = self.optimizer.update(gradient, moments, params)
        return optax.apply_updates(params, updates), moments, loss, after, losses, filled
