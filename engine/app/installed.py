"""What is installed: simulations and controllers by their entry points, and the models in trained_models/."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from engine.io import TRAINED_MODELS, InputError, paths, plugin_errors, reason, unknown_name
from engine.plugin import CONTROLLERS, LOADERS, SIMULATIONS, discover, missing_parts


@dataclass(frozen=True)
class Plugin:
    """What is installed under one entry point. Its label names it in error lines."""

    kind: str
    entry: EntryPoint

    @property
    def label(self) -> str:
        return f"{self.kind} {self.entry.name!r} ({self.entry.value})"

    def load(self) -> Callable[..., Any]:
        """Import and return what makes it. Raises PluginError, which names it."""
        with plugin_errors(self.label):
            maker = self.entry.load()
            if not callable(maker):
                raise TypeError(f"{type(maker).__name__} is not callable")
            return maker

    def __call__(self) -> Any:
        """Import, make and return it. Raises PluginError, which names it."""
        maker = self.load()
        with plugin_errors(self.label):
            return maker()


def plugins(group: str, kind: str) -> dict[str, Plugin]:
    """Return what is installed under an entry-point group, by name. Raises InputError where two have one name."""
    try:
        return {name: Plugin(kind, entry) for name, entry in discover(group).items()}
    except ValueError as error:
        raise InputError(str(error)) from None


def make_simulation() -> Any:
    """Import and return the simulation: that of JAX, the only one so far. Raises PluginError where it fails."""
    simulations = plugins(SIMULATIONS, "simulation")
    if "jax" not in simulations:
        raise InputError("no simulation is installed; install the project: pip install .")
    keep_compiled()
    made = simulations["jax"]()
    with plugin_errors(simulations["jax"].label):
        if missing := missing_parts(made):
            raise TypeError(f"{type(made).__name__} is no simulation, for lack of {', '.join(missing)}")
    return made


def keep_compiled() -> None:
    """Have JAX keep what it compiles from start to start, where it can write and the player has not set where."""
    with suppress(OSError):
        paths.compile_cache().mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(paths.compile_cache()))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


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
    return dict(plugins(CONTROLLERS, "controller"))


def trained_models() -> dict[str, Path]:
    """Return the checkpoints in trained_models/, by name."""
    return {folder.name: folder for folder in sorted(TRAINED_MODELS.glob("*/"))}


def load_trained(folder: Path) -> Any:
    """Load a checkpoint by the loader "nca". Raises InputError, one line, where it cannot be used."""
    loaders = plugins(LOADERS, "loader")
    if "nca" not in loaders:
        raise InputError("no plugin is installed that loads models; install the project anew: pip install .")
    load = loaders["nca"].load()
    with plugin_errors(loaders["nca"].label):
        try:
            return load(folder)
        except ValueError as error:  # bad data, and no mistake of the plugin's
            raise InputError(reason(error)) from error
