"""What is installed: simulations and controllers by their entry points, and the models in trained_models/."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from engine.app.compile_cache import keep_compiled
from engine.io import TRAINED_MODELS, InputError, unknown_name
from engine.plugin import CONTROLLERS, LOADERS, SIMULATIONS, discover


def make_simulation() -> Any:
    """Import and return the simulation: that of JAX, the only one so far."""
    simulations = discover(SIMULATIONS)
    if "jax" not in simulations:
        raise InputError("no simulation is installed; install the project: pip install .")
    keep_compiled()
    return simulations["jax"].load()()


def makers(names: Iterable[str]) -> dict[str, Callable[[], Any]]:
    """Return what makes each controller that Tab goes through: those in `names` first, and then all installed ones.

    Raises InputError for a name that is neither installed, nor in trained_models/, nor a folder.
    """
    known, models, found = installed_controllers(), trained_models(), {}
    for name in names:
        folder = models.get(name, Path(name))
        if name in known:
            found[name] = known[name]
        elif name and folder.is_dir():
            found[name] = partial(load_trained, folder)
        else:
            raise InputError(unknown_name("controller", name, (*known, *models)) + ", or a folder")
    return found | known


def installed_controllers() -> dict[str, Callable[[], Any]]:
    """Return what makes each installed controller, by name."""
    return {name: lambda entry=entry: entry.load()() for name, entry in discover(CONTROLLERS).items()}  # type: ignore[misc]


def trained_models() -> dict[str, Path]:
    """Return the checkpoints in trained_models/, by name."""
    return {folder.name: folder for folder in sorted(TRAINED_MODELS.glob("*/"))}


def load_trained(folder: Path) -> Any:
    """Load a checkpoint by the loader "nca". Raises ValueError, in one line, where it cannot be used."""
    loaders = discover(LOADERS)
    if "nca" not in loaders:
        raise InputError("no plugin is installed that loads models; install the project anew: pip install .")
    return loaders["nca"].load()(folder)
