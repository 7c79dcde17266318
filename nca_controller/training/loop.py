"""The trainer: battles of a pool are fought for some ticks, and the weights follow the gradient through them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Bool, PRNGKeyArray

from nca_controller.controllers import NCA
from nca_controller.model import create_formation_from_alpha
from nca_controller.tasks import OWN_GROUNDS, Orders, OwnGrounds
from nca_controller.training import processes
from nca_controller.training.battles import Battles, BattlesOnGrounds, Outcome, fight
from nca_controller.training.config import Config
from nca_controller.training.optimizer import adam
from nca_controller.training.parts import FoundParts, find_parts
from nca_controller.training.pool import pool_of
from nca_controller.training.starts import CheckedOrders

VALIDATION = 8  # battles on which the models of a run are compared


class NotFiniteError(ArithmeticError):
    """A loss, a gradient or a weight is not a number."""


class Step(NamedTuple):
    """The figures of a step of the optimiser: means over its battles."""

    loss: float
    overlap: float  # at the end of the rollouts
    gradient_norm: float  # before it is clipped
    metrics: dict[str, float]  # further ones, by name


class Trainer:
    """Holds what changes from iteration to iteration: weights, optimiser, pool, and the generator of orders.

    A batch is spread over all devices of all processes that divide it evenly; weights are the same on each. The pool
    and its generator are the same in every process, since each gets all outcomes.
    """

    def __init__(self, config: Config, parts: FoundParts | None = None) -> None:
        """Begin a run. `parts` are by default those that the config names. Raises ValueError where they are none."""
        self.config = config
        self.parts = parts = parts or find_parts(config)
        self.iteration = 0
        self.root = jax.random.key(config.seed)
        mesh = Mesh(np.array(processes.devices(config.batch)), ("battles",))
        self.spread = NamedSharding(mesh, PartitionSpec("battles"))
        self.everywhere = NamedSharding(mesh, PartitionSpec())
        self.params = processes.put(parts.weights(self.key("weights")), self.everywhere)
        self.optimizer = parts.optimiser
        self.moments = processes.put(self.optimizer.init(jax.device_get(self.params)), self.everywhere)
        self.rng = np.random.default_rng(config.seed)
        self.orders = parts.orders(self.rng)
        self.held = pool_of(fresh_battles(self.orders, config.pool), self.spread, self.everywhere)
        self.validation = validation_battles(config, parts)
        one, each = PartitionSpec(), PartitionSpec("battles")
        spread = partial(jax.shard_map, mesh=mesh, in_specs=(one, each, each), check_vma=False)
        gradient = partial(gradient_of, config=config, parts=parts)
        self._gradient = compiled(spread(gradient, out_specs=((one, each), one)))
        self._fight = compiled(partial(fight, config=config, parts=parts))
        self._apply = compiled(self._descend)
        self._norm = compiled(optax.global_norm)

    def key(self, purpose: str) -> PRNGKeyArray:
        """Return the run's key for a purpose at this iteration: no two purposes or iterations share one."""
        number = ("weights", "battles", "validation").index(purpose)
        return jax.random.fold_in(jax.random.fold_in(self.root, number), self.iteration)

    @property
    def pool(self) -> Battles | BattlesOnGrounds:
        """The battles under way, of NumPy, or of JAX where they stay on the device."""
        return self.held.battles

    @property
    def controller(self) -> NCA:
        """The controller of the present weights, as in play."""
        return NCA(jax.device_get(self.params), self.config.architecture, own_commander=self.parts.commander)

    def iterate(self) -> Step:
        """Take one step of the optimiser; return its figures.

        Raises NotFiniteError and leaves the weights alone where the loss or the gradient is not finite.
        """
        self.iteration += 1
        total, losses, overlaps, measured = None, [], [], []
        for key in jax.random.split(self.key("battles"), self.config.accumulate):
            gradient, outcome, chosen = self.battle(key)
            if not np.isfinite(outcome.losses).all():
                raise NotFiniteError("the loss is not finite")
            self.write_back(chosen, outcome)
            losses.append(np.asarray(outcome.losses))
            overlaps.append(np.asarray(outcome.overlaps))
            measured.append(jax.tree.map(np.asarray, outcome.metrics))
            total = gradient if total is None else jax.tree.map(jnp.add, total, gradient)
        params, moments = self._apply(self.params, self.moments, total)
        if not is_finite(params):
            raise NotFiniteError("the weights are not finite")
        self.params, self.moments = params, moments
        return Step(
            float(np.mean(losses)),
            float(np.mean(overlaps)),
            float(self._norm(total)) / self.config.accumulate,
            {name: float(np.mean([one[name] for one in measured])) for name in self.parts.metrics},
        )

    def battle(self, key: PRNGKeyArray) -> tuple[Any, Outcome, np.ndarray]:
        """Fight a batch of the pool; return the gradient, the outcome, and which battles of the pool they were."""
        chosen = self.rng.choice(self.config.pool, self.config.batch, replace=False)
        self.renew(chosen)
        battles = self.held.batch(chosen)
        keys = processes.put(jax.random.split(key, self.config.batch), self.spread)
        (_, outcome), gradient = self._gradient(self.params, battles, keys)
        return gradient, self.held.gathered(outcome), chosen

    def write_back(self, chosen: np.ndarray, outcome: Outcome) -> None:
        """Put the battles back into the pool; the worst start anew, so that none lingers (Growing NCA)."""
        self.held.put_back(chosen, outcome.battles)
        worst_first = np.argsort(-np.asarray(outcome.losses), kind="stable")
        for index in chosen[worst_first[: self.config.replaced]]:
            self.begin(index)

    def renew(self, chosen: np.ndarray) -> None:
        """Give some of the chosen battles a new order, wound some, and let the others go on."""
        for index, mass in zip(chosen, self.held.masses(chosen), strict=True):
            self.enter(index)
            fate = self.rng.random()
            if fate < self.config.renewed:
                self.held.replace(index, target=self.orders.order(float(mass.sum(dtype=np.float64))))
            elif fate < self.config.renewed + self.config.wounded:
                self.held.replace(index, mass=self.orders.wound(mass))

    def enter(self, index: int) -> None:
        """Let what is drawn next be for the ground of a battle."""
        if isinstance(self.pool, BattlesOnGrounds) and isinstance(self.orders, OwnGrounds):
            self.orders.enter(np.asarray(self.pool.capacity[index]))

    def begin(self, index: int) -> None:
        """Replace a battle by a new one."""
        ground = {}
        if isinstance(self.pool, BattlesOnGrounds) and isinstance(self.orders, OwnGrounds):
            ground["capacity"] = self.orders.draw_ground()
        (mass,) = self.orders.starts(1)
        target = self.orders.order(float(mass.sum(dtype=np.float64)))
        self.held.begin(index, mass=mass, target=target, **ground)

    def validate(self) -> float:
        """Return the mean loss on battles that are the same for every model of a run. One process alone may ask."""
        keys = jax.random.split(jax.random.fold_in(self.root, 2), len(self.validation.mass))
        loss, _ = self._fight(jax.device_get(self.params), self.validation, keys)  # on one device
        return float(loss)

    def _descend(self, params: Any, moments: Any, total: Any) -> tuple[Any, Any]:
        mean = jax.tree.map(lambda leaf: leaf / self.config.accumulate, total)
        return descend(self.optimizer, params, moments, mean)


def descend(optimizer: optax.GradientTransformation, params: Any, moments: Any, gradient: Any) -> tuple[Any, Any]:
    """Return the weights and the optimiser's state after a step."""
    with jax.numpy_dtype_promotion("standard"):  # optax multiplies counts by rates, whatever a player's JAX allows
        updates, moments = optimizer.update(gradient, moments, params)
        return optax.apply_updates(params, updates), moments


@jax.jit
def is_finite(tree: Any) -> Bool[Array, ""]:
    """Return whether all numbers of all arrays are finite, as one that the device tells."""
    return jnp.stack([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(tree)]).all()


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
    arrays = {"params": trainer.params, "moments": trainer.moments, "pool": tuple(trainer.pool)}
    return jax.tree.map(np.asarray, arrays)


@lru_cache(maxsize=8)
def arrays_template(config: Config, optimizer: optax.GradientTransformation | None = None) -> dict[str, Any]:
    """Return the shapes and kinds of number of the arrays of a trainer, without making any.

    `optimizer` is by default that of a run which brings none of its own.
    """
    params = jax.eval_shape(config.architecture.init_params, jax.random.key(0))
    field = jax.ShapeDtypeStruct((config.pool, config.grid, config.grid), np.float32)
    cells = jax.eval_shape(create_formation_from_alpha, field)
    return {
        "params": params,
        "moments": jax.eval_shape((optimizer or adam(config)).init, params),
        "pool": (field, field, cells, *([field] if config.starts == OWN_GROUNDS else [])),
    }


def on_all_cores() -> None:
    """Make every core of the processor a device, over which a trainer spreads its batch; call it before JAX starts.

    A number of devices that was asked for by JAX's own flags stays.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if "JAX_NUM_CPU_DEVICES" not in os.environ and "xla_force_host_platform_device_count" not in flags:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        jax.config.update("jax_num_cpu_devices", cores or 1)


def gradient_of(
    params: Any, battles: Battles | BattlesOnGrounds, keys: PRNGKeyArray, config: Config, parts: FoundParts
) -> tuple[Any, Any]:
    """Return the mean loss and gradient over all devices' battles, and the outcome of this device's."""
    fought = partial(fight, config=config, parts=parts)
    (loss, outcome), gradient = jax.value_and_grad(fought, has_aux=True)(params, battles, keys)
    loss, gradient = jax.lax.pmean((loss, gradient), "battles")
    return (loss, outcome), gradient


def validation_battles(config: Config, parts: FoundParts) -> Battles | BattlesOnGrounds:
    """Return fresh battles that depend on the fields of the ground alone, not on how far a run has come."""
    return fresh_battles(parts.orders(np.random.default_rng([config.seed, VALIDATION])), VALIDATION)


def fresh_battles(orders: Orders | CheckedOrders, count: int) -> Battles | BattlesOnGrounds:
    """Return so many battles that begin, each with an order."""
    if isinstance(orders, OwnGrounds):
        each = [fresh_battle(orders) for _ in range(count)]
        return BattlesOnGrounds(*(np.stack(fields) for fields in zip(*each, strict=True)))
    masses = orders.starts(count)
    targets = np.stack([orders.order(float(mass.sum(dtype=np.float64))) for mass in masses])
    return Battles(masses, targets, np.array(create_formation_from_alpha(masses)))


def fresh_battle(orders: OwnGrounds) -> BattlesOnGrounds:
    """Return the fields of one battle on a ground of its own."""
    capacity = orders.draw_ground()
    (mass,) = orders.starts(1)
    target = orders.order(float(mass.sum(dtype=np.float64)))
    return BattlesOnGrounds(mass, target, np.array(create_formation_from_alpha(mass)), capacity)
