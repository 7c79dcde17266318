"""Trained models on disk: a folder with `model.json`, which says what it is, and orbax weights. Loading is strict.

A folder may come from a stranger: `storage` looks at all of it before anything is unpacked.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.io import write_whole
from nca_controller.model import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import CELLS, FRAMES, PERCEPTS, SIGNAL_CHANNELS, AdvectionNCA
from nca_controller.storage import CheckpointError, digest, files_of, read_arrays, read_json, shown, write_arrays

__all__ = ["CARD", "MOST_HIDDEN", "RECIPE", "Architecture", "CheckpointError", "load", "read_recipe", "save"]

FORMAT = 3  # version of the layout of a model folder
DESCRIPTION = "model.json"
CARD, RECIPE = "CARD.md", "recipe.json"  # beside it: its figures, and how it was trained
WEIGHTS = "weights"  # prefix of the folders of weights
NAME = rf"{WEIGHTS}[-.\w]{{0,100}}"  # what a description may name: a folder beside it
COMMANDER_NAME = r"[-.:\w]{1,200}"  # which there are is looked up when the model is to steer
LATER = {"percept": "none"}  # what models of 0.1.0 do not say
MOST_HIDDEN = 4096  # cells of so wide a layer would take minutes for a tick


@dataclass(frozen=True)
class Architecture:
    """What weights are made for: the sizes that shape them, and the commander whose orders they were trained on."""

    num_channels: int = CHANNELS.TOTAL
    hidden_dim: int = 64
    guidance: str = "plan"  # the commander's name: `controllers.COMMANDER` knows which there are
    obedience: float = 4.0  # as in `AdvectionNCA`
    cells: str = "living"  # which cells act, as in `AdvectionNCA`
    frame: str = "order"  # in which they perceive and correct, as in `AdvectionNCA`
    percept: str = "none"  # what they perceive of `Percept`, as in `AdvectionNCA`

    def model(self, **settings: float) -> AdvectionNCA:
        """Return the module of this architecture; `settings` are its other arguments."""
        own: dict[str, Any] = {name: value for name, value in asdict(self).items() if name != "guidance"}
        return AdvectionNCA(**(own | settings))

    def init_params(self, key: jax.Array) -> Any:
        """Return fresh weights."""
        cells = jnp.zeros((3, 3, self.num_channels))
        signal = jnp.zeros((3, 3, SIGNAL_CHANNELS))
        return self.model().init(key, cells, signal, method="steer")["params"]


def save(folder: Path, params: Any, architecture: Architecture) -> None:
    """Write a model into a folder, over what was there.

    The description is replaced last and at once, and names its weights: if the disk fills or the program is killed
    before, the earlier model stays whole. The card and the recipe of an earlier model go once it is replaced. Raises
    OSError where the disk does.
    """
    folder = folder.resolve()
    made = fresh = folder / f"{WEIGHTS}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(fresh, ignore_errors=True)
        write_arrays(fresh, params)
        (fresh / "commit_success.txt").unlink(missing_ok=True)  # no use on a disk, and it names folders of this machine
        total = digest(fresh, files_of(fresh, params))
        weights = folder / f"{WEIGHTS}-{total[:12]}"  # a name of its own: orbax names its files anew each time
        made = fresh.rename(weights)
        description = {"format": FORMAT, "architecture": asdict(architecture), "weights": weights.name, "digest": total}
        write_whole(folder / DESCRIPTION, json.dumps(description, indent=2) + "\n")
    except OSError as error:
        for path in (made, *folder.glob(f"{fresh.name}*")):
            shutil.rmtree(path, ignore_errors=True)
        raise OSError(f"{folder}: the model cannot be written: {error.strerror or error}") from None
    for name in (CARD, RECIPE):  # they describe the model that was here before
        (folder / name).unlink(missing_ok=True)
    for stale in folder.glob(f"{WEIGHTS}*"):
        if stale != weights:
            shutil.rmtree(stale, ignore_errors=True)


def load(folder: Path) -> tuple[Any, Architecture]:
    """Return the weights and the architecture of a model folder.

    Raises CheckpointError for a folder that is missing, of another format, or whose weights are not whole, finite and
    of the architecture's shapes.
    """
    architecture, weights, expected = read_description(folder)
    template = jax.tree.map(
        lambda leaf: jax.ShapeDtypeStruct(leaf.shape, np.float32),  # whatever JAX computes in
        jax.eval_shape(architecture.init_params, jax.random.key(0)),
    )
    if weights.is_symlink() or not weights.is_dir() or digest(weights, files_of(weights, template)) != expected:
        raise CheckpointError(f"{folder}: the weights are damaged or not whole")
    return jax.tree.map(jnp.asarray, read_arrays(weights, template, str(architecture))), architecture


def read_description(folder: Path) -> tuple[Architecture, Path, str]:
    """Return the architecture that a model folder describes, its weights and their digest. Raises CheckpointError."""
    path = folder / DESCRIPTION
    try:
        description = read_json(path)
    except FileNotFoundError:
        raise CheckpointError(f"no model in {folder}: {DESCRIPTION} is missing") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a model of format {FORMAT}; it may be from another version of Maniple")
    weights, total = description.get("weights"), description.get("digest")
    if not isinstance(weights, str) or not re.fullmatch(NAME, weights, re.ASCII) or not isinstance(total, str):
        raise CheckpointError(f"{path}: fields 'weights' and 'digest' must name the weights beside it")
    return read_architecture(path, description.get("architecture")), folder / weights, total


def read_architecture(path: Path, entries: Any) -> Architecture:
    """Return the architecture of a description. Raises CheckpointError for one that cannot be built."""
    defaults = {field.name: field.default for field in fields(Architecture)}
    if isinstance(entries, dict):
        entries = LATER | entries
    if not isinstance(entries, dict) or set(entries) != set(defaults):
        raise CheckpointError(f"{path}: field 'architecture' must give {', '.join(defaults)}")
    for name, default in defaults.items():
        if type(entries[name]) is not type(default):
            raise CheckpointError(f"{path}: architecture {name!r} is of the wrong kind: {shown(entries[name])}")
    if entries["num_channels"] != CHANNELS.TOTAL:
        raise CheckpointError(f"{path}: 'num_channels' is {shown(entries['num_channels'])}: cells have 16 channels")
    if not 1 <= entries["hidden_dim"] <= MOST_HIDDEN:
        raise CheckpointError(
            f"{path}: architecture 'hidden_dim' must be from 1 to {MOST_HIDDEN}, not {shown(entries['hidden_dim'])}"
        )
    if not 0 <= entries["obedience"] < 1e6:
        raise CheckpointError(f"{path}: architecture 'obedience' cannot be {shown(entries['obedience'])}")
    if re.fullmatch(COMMANDER_NAME, entries["guidance"]) is None:
        raise CheckpointError(f"{path}: field 'guidance' must name a commander, not {shown(entries['guidance'])}")
    for name, choices in (("cells", CELLS), ("frame", FRAMES), ("percept", PERCEPTS)):
        if entries[name] not in choices:
            raise CheckpointError(f"{path}: field {name!r} must be one of {', '.join(choices)}")
    return Architecture(**entries)


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the recipe that training left. Raises ValueError where there is none, or no whole one."""
    try:
        recipe = read_json(path)
    except FileNotFoundError:
        raise ValueError(f"no card can be written: {path} is missing; training leaves it there") from None
    parts = {"preset": str, "config": dict, "iterations done": int, "commit": str, "device": str, "versions": dict}
    if not isinstance(recipe, dict) or not all(isinstance(recipe.get(part), kind) for part, kind in parts.items()):
        raise ValueError(f"no card can be written: {path} is no recipe of training")
    if not isinstance(recipe["config"].get("guidance"), str) or not isinstance(recipe.get("minutes"), int | float):
        raise ValueError(f"no card can be written: {path} is no recipe of training")
    return recipe
