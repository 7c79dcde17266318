"""The parts of a run, by name or one's own: loss, starts, ground, commander, optimiser, metrics, starting weights."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, PRNGKeyArray

from engine.io import users_own
from engine.plugin import Ground, is_reference
from nca_controller import checkpoints
from nca_controller.checkpoints import Architecture
from nca_controller.controllers import CONTROLLER, NCA, load_controller, model_folder
from nca_controller.guidance import COMMANDERS, Commander
from nca_controller.metrics import overlap
from nca_controller.physics import Terrain
from nca_controller.tasks import STARTS, Orders, read_ground
from nca_controller.training.config import KINDS, Config
from nca_controller.training.losses import LOSSES, Rollout
from nca_controller.training.starts import CheckedOrders

Measure = Callable[[Rollout], Float[Array, ""]]  # a loss or a metric of one battle
Loss = Callable[[Rollout], tuple[Float[Array, ""], Float[Array, ""]]]  # a loss, and the overlap at the end
MakeCommander = Callable[[], Commander]
COLUMNS = ("iteration", "loss", "overlap", "gradient_norm", "validation", "seconds")  # metrics that every run has


@dataclass(frozen=True)
class Parts:
    """What a program brings along for a run, beside its numbers. What is None is what the run's config names."""

    loss: Measure | None = None
    starts: Callable[..., Orders] | None = None  # called as `Orders` is
    terrain: Ground | None = None
    commander: MakeCommander | None = None
    optimiser: optax.GradientTransformation | None = None
    metrics: Mapping[str, Measure] = field(default_factory=dict)  # by name, beside those that the config names
    init: Any = None  # weights, as `Architecture.init_params` returns them


@dataclass(frozen=True)
class FoundParts:
    """All parts of a run, found and checked."""

    loss: Loss
    orders: Callable[[np.random.Generator], Orders | CheckedOrders]
    terrain: Terrain | None  # None for open ground
    commander: MakeCommander | None  # None for the project's own, which the config names
    optimiser: optax.GradientTransformation
    metrics: Mapping[str, Measure]
    weights: Callable[[PRNGKeyArray], Any]


def find_parts(config: Config, given: Parts | None = None) -> FoundParts:
    """Return all parts of a run: those that are given, and for the rest what the config names. Compiles nothing.

    Raises ValueError, one line, for a part that is unknown, cannot be imported or is none of its kind; what a part
    raises by itself is left as it is.
    """
    given = given or Parts()
    ground = given.terrain if given.terrain is not None else named_ground(config)
    terrain = terrain_of(ground, config)
    commander = given.commander
    if commander is None and config.guidance not in COMMANDERS:
        commander = KINDS["guidance"].find(config.guidance)
    if commander is not None:
        check_commander(commander, config, terrain)
    if given.loss is None and config.loss in LOSSES:
        loss = known_loss(config)
    else:
        own, name = given.loss or KINDS["loss"].find(config.loss), reference(given.loss) if given.loss else config.loss
        loss = own_loss(measure("loss", name, own, config, terrain))
    return FoundParts(
        loss=loss,
        orders=partial(begin_orders, given.starts or KINDS["starts"].find(config.starts), config, ground),
        terrain=None if ground is None else terrain,
        commander=commander,
        optimiser=checked_optimiser(given.optimiser or named_optimiser(config), config),
        metrics={
            name: measure("metric", name, one, config, terrain, differentiable=False)
            for name, one in all_metrics(config, given.metrics).items()
        },
        weights=partial(first_weights, config, given.init),
    )


def known_loss(config: Config) -> Loss:
    """Return the project's own loss that a run names."""
    loss = LOSSES[config.loss]
    return lambda rollout: loss(rollout, config.rest_weight)


def own_loss(loss: Measure) -> Loss:
    """Return a loss of a user's own, with the overlap beside it."""
    return lambda rollout: (loss(rollout), overlap(rollout.mass[-1], rollout.target))


def with_names(config: Config, given: Parts) -> Config:
    """Return the config with the names of the parts that are given: what a run's files say of it."""
    names: dict[str, Any] = {}
    for part, own in (("loss", given.loss), ("starts", given.starts), ("guidance", given.commander)):
        if own is not None:
            names[part] = reference(own)
    for part, value in (("optimiser", given.optimiser), ("terrain", given.terrain), ("init", given.init)):
        if value is not None:
            names[part] = f"own:{part}"
    if given.metrics:
        names["metrics"] = ",".join(dict.fromkeys([*config.metric_names, *map(reference, given.metrics.values())]))
    return replace(config, **names)


def reference(part: Any) -> str:
    """Return `package.module:name` of a part, as nearly as it has one."""
    named = part if hasattr(part, "__qualname__") else type(part)
    return f"{named.__module__}:{re.sub('[<>]', '', named.__qualname__)}"


def all_metrics(config: Config, given: Mapping[str, Measure]) -> dict[str, Measure]:
    """Return the further metrics by name. Raises ValueError where two have one name."""
    found: dict[str, Measure] = dict(given)
    named = set(map(reference, given.values()))
    for name in config.metric_names:
        short = re.split("[.:]", name)[-1]
        if name in named:
            continue
        if short in found:
            raise ValueError(f"two metrics are named {short!r}: give one another name")
        found[short] = KINDS["metrics"].find(name)
    for short in found:
        if short in COLUMNS:
            raise ValueError(f"a metric cannot be named {short!r}, as every run has one of that name")
    return found


def measure(
    kind: str, name: str, own: Measure, config: Config, terrain: Terrain, *, differentiable: bool = True
) -> Measure:
    """Return a loss or a metric that is held to its contract. Raises ValueError where it returns no scalar."""
    label = f"{kind} {name!r}"

    def measured(rollout: Rollout) -> Float[Array, ""]:
        return scalar(label, called(label, own, rollout), differentiable)

    field = jax.ShapeDtypeStruct((config.ticks, config.grid, config.grid), jnp.float32)
    velocity = jax.ShapeDtypeStruct((*field.shape, 2), jnp.float32)
    target = jax.ShapeDtypeStruct(field.shape[1:], jnp.float32)
    jax.eval_shape(lambda mass, *rest: measured(Rollout(mass, rest[0], rest[1], terrain)), field, velocity, target)
    return measured


def called(label: str, part: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what a part returns. Raises ValueError where it cannot be called so."""
    try:
        signature = inspect.signature(part)
    except (TypeError, ValueError):  # of some builtins
        signature = inspect.signature(lambda *_, **__: None)
    try:
        signature.bind(*arguments, **named)
    except TypeError as error:
        raise ValueError(f"{label} cannot be called with what it is given: {error}") from None
    with users_own(label):
        return part(*arguments, **named)


def scalar(label: str, value: Any, differentiable: bool) -> Float[Array, ""]:
    """Return what a loss or a metric returned as a float32. Raises ValueError for what is no scalar."""
    try:
        array = jnp.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(f"{label} must return a scalar, not {type(value).__name__}") from None
    sort = jnp.floating if differentiable else jnp.number
    real = jnp.issubdtype(array.dtype, sort) and not jnp.iscomplexobj(array)
    if array.shape != () or not (real or (not differentiable and array.dtype == bool)):
        raise ValueError(f"{label} must return a scalar, not {array.dtype} of shape {array.shape}")
    return array.astype(jnp.float32)


def begin_orders(
    make: Callable[..., Orders], config: Config, ground: Ground | None, rng: np.random.Generator
) -> Orders | CheckedOrders:
    """Return the source of battles of a run."""
    known = make in STARTS.values()
    extra = {} if ground is None else {"ground": ground}
    label, masses = f"starts {config.starts!r}", (config.least_mass, config.greatest_mass)
    if known:
        return make(config.grid, masses, config.turn, rng, **extra)
    orders: Orders = called(label, make, config.grid, masses, config.turn, rng, **extra)
    return CheckedOrders(orders, label, terrain_of(ground, config))


def named_ground(config: Config) -> Ground | None:
    """Return the ground that a run names, or None for open ground. Raises FileError for an unusable file."""
    name, kind = config.terrain, KINDS["terrain"]
    if not name:
        return None
    if not is_reference(name) and kind.plugin(name) is None:
        return read_ground(Path(name), size=(config.grid, config.grid))
    made = called(f"terrain {name!r}", kind.find(name), config.grid)
    if not isinstance(made, Ground):
        raise ValueError(f"terrain {name!r} must return an engine.plugin.Ground, not {type(made).__name__}")
    return made


def terrain_of(ground: Ground | None, config: Config) -> Terrain:
    """Return the ground as the physics has it. Raises ValueError where a run's battles do not fit it."""
    side = config.grid
    if ground is None:
        return Terrain.plain(side, side)
    terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
    if terrain.open_cells.shape != (side, side):
        raise ValueError(f"the terrain must be {side} x {side} cells, as the grid is, not {terrain.open_cells.shape}")
    room = float(np.where(terrain.open_cells, terrain.capacity, 0).sum(dtype=np.float64))
    if config.greatest_mass > room / 2:
        raise ValueError(f"greatest_mass must be at most {room / 2:g}, half of what the terrain holds")
    return terrain


def check_commander(make: MakeCommander, config: Config, terrain: Terrain) -> None:
    """Raise ValueError unless what is made is a commander, as far as shapes say."""
    label = f"commander {config.guidance!r}"
    shape = jax.ShapeDtypeStruct((config.grid, config.grid), jnp.float32)

    def ordered(mass: Array, target: Array) -> Any:
        return commander.order(commander.init(mass, terrain, 0), mass, target)[0]

    commander = called(label, make)
    for method in ("init", "order"):
        if not callable(getattr(commander, method, None)):
            raise ValueError(f"{label}: {type(commander).__name__} is no commander, for lack of {method}")
    with users_own(label):
        order = jax.eval_shape(ordered, shape, shape)
    if getattr(order, "shape", None) != (*shape.shape, 3):
        raise ValueError(f"{label} must order (H, W, 3), not {getattr(order, 'shape', type(order).__name__)}")


def named_optimiser(config: Config) -> Any:
    """Return what the optimiser's maker, which a run names, makes of the config."""
    return called(f"optimiser {config.optimiser!r}", KINDS["optimiser"].find(config.optimiser), config)


def checked_optimiser(made: Any, config: Config) -> optax.GradientTransformation:
    """Return an optimiser. Raises ValueError where it is none of optax's kind."""
    if not (callable(getattr(made, "init", None)) and callable(getattr(made, "update", None))):
        name = type(made).__name__
        raise ValueError(f"optimiser {config.optimiser!r} must be an optax.GradientTransformation, not {name}")
    optimiser: optax.GradientTransformation = made
    return optimiser


def starting_model(name: str) -> tuple[Any, Architecture]:
    """Return weights and architecture of a trained model, by its name, its folder, or that of an installed controller.

    Raises ValueError for a controller without weights.
    """
    if name not in COMMANDERS and CONTROLLER.plugin(name) is None:
        return checkpoints.load(model_folder(name))
    controller = load_controller(name)
    if not isinstance(controller, NCA):
        raise ValueError(
            f"init {name!r}: {type(controller).__name__} has no weights to start from: name a trained model"
        )
    return controller.params, controller.architecture


def first_weights(config: Config, given: Any, key: PRNGKeyArray) -> Any:
    """Return the weights that a run starts from. Raises ValueError where they are not of its architecture."""
    architecture, name = config.architecture, config.init
    if given is None and not name:
        return architecture.init_params(key)
    if given is not None:
        params = given
    elif is_reference(name) or KINDS["init"].plugin(name):
        params = called(f"init {name!r}", KINDS["init"].find(name), architecture, key)
    else:
        params, source = starting_model(name)
        if source.hidden_dim != architecture.hidden_dim:
            raise ValueError(f"hidden_dim is {source.hidden_dim} in {name}, and cannot be {architecture.hidden_dim}")
    wanted: Any = jax.eval_shape(architecture.init_params, key)
    form: Any = jax.tree.structure(wanted)
    if form != jax.tree.structure(params):
        raise ValueError(f"init {name!r}: the weights must be as Architecture.init_params returns them")
    for leaf, shape in zip(jax.tree.leaves(params), jax.tree.leaves(wanted), strict=True):
        if np.shape(leaf) != shape.shape or not np.isfinite(np.asarray(leaf, np.float64)).all():
            raise ValueError(f"init {name!r}: a weight must be finite and of the shape {shape.shape}")
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float32), params)
