"""The trainer: battles of a pool are fought for some ticks, and the weights follow the gradient through them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PRNGKeyArray

from nca_controller.model import create_formation_from_alpha
from nca_controller.tasks import STARTS, Orders
from nca_controller.training.battles import Battles, Outcome, fight
from nca_controller.training.config import Config
from nca_controller.training.optimizer import create_optimizer

VALIDATION = 8  # battles on which the models of a run are compared


class NotFiniteError(ArithmeticError):
    """A loss, a gradient or a weight is not a number."""


class Trainer:
    """Holds what changes from iteration to iteration: weights, optimiser, pool, and the generator of orders.

    A batch is spread over all local devices that divide it evenly; weights are the same on each.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.iteration = 0
        self.root = jax.random.key(config.seed)
        devices = jax.local_devices()[: most_even(config.batch, jax.local_device_count())]
        mesh = Mesh(np.array(devices), ("battles",))
        self.spread = NamedSharding(mesh, PartitionSpec("battles"))
        self.everywhere = NamedSharding(mesh, PartitionSpec())
        self.params = jax.device_put(config.architecture.init_params(self.key("weights")), self.everywhere)
        self.optimizer = optimizer_of(config)
        self.moments = jax.device_put(self.optimizer.init(self.params), self.everywhere)
        self.rng = np.random.default_rng(config.seed)
        self.orders: Orders = orders_for(config, self.rng)
        masses = self.orders.starts(config.pool)
        targets = np.stack([self.orders.order(float(mass.sum(dtype=np.float64))) for mass in masses])
        self.pool = Battles(masses, targets, np.array(create_formation_from_alpha(masses)))
        self.validation = validation_battles(config)
        one, each = PartitionSpec(), PartitionSpec("battles")
        spread = partial(jax.shard_map, mesh=mesh, in_specs=(one, each, each), check_vma=False)
        self._gradient = compiled(spread(partial(gradient_of, config=config), out_specs=((one, each), one)))
        self._fight = compiled(partial(fight, config=config))
        self._apply = compiled(self._descend)

    def key(self, purpose: str) -> PRNGKeyArray:
        """Return the run's key for a purpose at this iteration: no two purposes or iterations share one."""
        number = ("weights", "battles", "validation").index(purpose)
        return jax.random.fold_in(jax.random.fold_in(self.root, number), self.iteration)

    def iterate(self) -> tuple[float, float]:
        """Take one step of the optimiser; return the mean loss and the mean overlap at the end of the battles.

        Raises NotFiniteError and leaves pool and weights alone where the loss or the gradient is not finite.
        """
        self.iteration += 1
        total, losses, overlaps = None, [], []
        for key in jax.random.split(self.key("battles"), self.config.accumulate):
            gradient, outcome, chosen = self.battle(key)
            if not np.isfinite(outcome.losses).all():
                raise NotFiniteError("the loss is not finite")
            self.write_back(chosen, outcome)
            losses.append(np.asarray(outcome.losses))
            overlaps.append(np.asarray(outcome.overlaps))
            total = gradient if total is None else jax.tree.map(jnp.add, total, gradient)
        params, moments = self._apply(self.params, self.moments, total)
        if not all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(params)):
            raise NotFiniteError("the weights are not finite")
        self.params, self.moments = params, moments
        return float(np.mean(losses)), float(np.mean(overlaps))

    def battle(self, key: PRNGKeyArray) -> tuple[Any, Outcome, np.ndarray]:
        """Fight a batch of the pool; return the gradient, the outcome, and which battles of the pool they were."""
        chosen = self.rng.choice(self.config.pool, self.config.batch, replace=False)
        self.renew(chosen)
        battles = Battles(*(jax.device_put(field[chosen], self.spread) for field in self.pool))
        keys = jax.device_put(jax.random.split(key, self.config.batch), self.spread)
        (_, outcome), gradient = self._gradient(self.params, battles, keys)
        return gradient, outcome, chosen

    def write_back(self, chosen: np.ndarray, outcome: Outcome) -> None:
        """Put the battles back into the pool; the worst start anew, so that none lingers (Growing NCA)."""
        for field, result in zip(self.pool, outcome.battles, strict=True):
            field[chosen] = np.asarray(result)
        worst_first = np.argsort(-np.asarray(outcome.losses), kind="stable")
        for index in chosen[worst_first[: self.config.replaced]]:
            self.begin(index)

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
        (mass,) = self.orders.starts(1)
        self.pool.mass[index] = mass
        self.pool.target[index] = self.orders.order(float(mass.sum(dtype=np.float64)))
        self.pool.cells[index] = np.asarray(create_formation_from_alpha(mass))

    def validate(self) -> float:
        """Return the mean loss on battles that are the same for every model of a run."""
        keys = jax.random.split(jax.random.fold_in(self.root, 2), len(self.validation.mass))
        loss, _ = self._fight(jax.device_get(self.params), self.validation, keys)  # on one device
        return float(loss)

    def _descend(self, params: Any, moments: Any, total: Any) -> tuple[Any, Any]:
        mean = jax.tree.map(lambda leaf: leaf / self.config.accumulate, total)
        with jax.numpy_dtype_promotion("standard"):  # optax multiplies counts by rates, whatever a player's JAX allows
            updates, moments = self.optimizer.update(mean, moments, params)
            return optax.apply_updates(params, updates), moments


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is compiled even under JAX_DISABLE_JIT: spread over devices, a step would take an hour."""
    whole = jax.jit(function)

    @wraps(function)
    def call(*args: Any) -> Any:
        with jax.disable_jit(False):
            return whole(*args)

    return call


def arrays_of(trainer: Trainer) -> dict[str, Any]:
    """Return the arrays that a trainer consists of, of NumPy: another number of devices may read them again."""
    return jax.tree.map(np.asarray, {"params": trainer.params, "moments": trainer.moments, "pool": tuple(trainer.pool)})


@lru_cache(maxsize=8)
def arrays_template(config: Config) -> dict[str, Any]:
    """Return the shapes and kinds of number of the arrays of a trainer, without making any."""
    params = jax.eval_shape(config.architecture.init_params, jax.random.key(0))
    field = jax.ShapeDtypeStruct((config.pool, config.grid, config.grid), np.float32)
    cells = jax.eval_shape(create_formation_from_alpha, field)
    return {
        "params": params,
        "moments": jax.eval_shape(optimizer_of(config).init, params),
        "pool": (field, field, cells),
    }


def optimizer_of(config: Config) -> optax.GradientTransformation:
    """Return the optimiser that a run asks for."""
    return create_optimizer(
        config.learning_rate,
        config.gradient_clip,
        warmup_steps=config.warmup,
        decay_steps=config.decay or config.iterations,
    )


def most_even(battles: int, devices: int) -> int:
    """Return the most devices, of those there are, over which the battles can be spread evenly."""
    return max(count for count in range(1, devices + 1) if battles % count == 0)


def on_all_cores() -> None:
    """Make every core of the processor a device, over which a trainer spreads its batch; call it before JAX starts.

    A number of devices that was asked for by JAX's own flags stays.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if "JAX_NUM_CPU_DEVICES" not in os.environ and "xla_force_host_platform_device_count" not in flags:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        jax.config.update("jax_num_cpu_devices", cores or 1)


def gradient_of(params: Any, battles: Battles, keys: PRNGKeyArray, config: Config) -> tuple[Any, Any]:
    """Return the mean loss and gradient over all devices' battles, and the outcome of this device's."""
    (loss, outcome), gradient = jax.value_and_grad(partial(fight, config=config), has_aux=True)(params, battles, keys)
    loss, gradient = jax.lax.pmean((loss, gradient), "battles")
    return (loss, outcome), gradient


def validation_battles(config: Config) -> Battles:
    """Return fresh battles that depend on the fields of the ground alone, not on how far a run has come."""
    orders = orders_for(config, np.random.default_rng([config.seed, VALIDATION]))
    masses = orders.starts(VALIDATION)
    targets = np.stack([orders.order(float(mass.sum(dtype=np.float64))) for mass in masses])
    return Battles(masses, targets, np.asarray(create_formation_from_alpha(masses)))


def orders_for(config: Config, rng: np.random.Generator) -> Orders:
    """Return the source of battles that a run asks for."""
    return STARTS[config.starts](config.grid, (config.least_mass, config.greatest_mass), config.turn, rng)
