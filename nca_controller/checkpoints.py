"""Trained models on disk: a folder with `model.json`, which says what it is, and orbax weights. Loading is strict."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from engine.io import write_whole
from nca_controller.guidance import COMMANDERS
from nca_controller.model import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import CELLS, FRAMES, SIGNAL_CHANNELS, AdvectionNCA

FORMAT = 3  # version of the layout of a model folder
DESCRIPTION = "model.json"
CARD, RECIPE = "CARD.md", "recipe.json"  # beside it: its figures, and how it was trained
WEIGHTS = "weights"  # prefix of the folders of weights


class CheckpointError(ValueError):
    """A model folder that cannot be used; the text is one line that says which and why."""


@dataclass(frozen=True)
class Architecture:
    """What weights are made for: the sizes that shape them, and the commander whose orders they were trained on."""

    num_channels: int = CHANNELS.TOTAL
    hidden_dim: int = 64
    guidance: str = "plan"  # a name in `guidance.COMMANDERS`
    obedience: float = 4.0  # as in `AdvectionNCA`
    cells: str = "living"  # which cells act, as in `AdvectionNCA`
    frame: str = "order"  # in which they perceive and correct, as in `AdvectionNCA`

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
    before, the earlier model stays whole. Raises OSError where the disk does.
    """
    import orbax.checkpoint as ocp  # late: it takes as long to import as all else together

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{WEIGHTS}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            checkpointer.save(fresh, jax.tree.map(np.asarray, params))
    except Exception as error:  # orbax and its stores raise many kinds
        shutil.rmtree(fresh, ignore_errors=True)
        raise OSError(f"{folder}: the model cannot be written: {first_line(error)}") from None
    (fresh / "commit_success.txt").unlink(missing_ok=True)  # of no use on a disk, and it names folders of this machine
    total = digest(fresh)
    weights = folder / f"{WEIGHTS}-{total[:12]}"
    shutil.rmtree(weights, ignore_errors=True)
    fresh.rename(weights)
    description = {"format": FORMAT, "architecture": asdict(architecture), "weights": weights.name, "digest": total}
    write_whole(folder / DESCRIPTION, json.dumps(description, indent=2) + "\n")
    for stale in folder.glob(f"{WEIGHTS}*"):
        if stale != weights:
            shutil.rmtree(stale, ignore_errors=True)


def load(folder: Path) -> tuple[Any, Architecture]:
    """Return the weights and the architecture of a model folder.

    Raises CheckpointError for a folder that is missing, of another format, or whose weights are not whole, finite and
    of the architecture's shapes.
    """
    architecture, weights, expected = read_description(folder)
    if digest(weights) != expected:
        raise CheckpointError(f"{folder}: the weights are damaged or not whole")
    import orbax.checkpoint as ocp  # late, see above

    template = jax.eval_shape(architecture.init_params, jax.random.key(0))
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            params = checkpointer.restore(weights.resolve())
    except Exception as error:  # orbax and its stores raise many kinds
        raise CheckpointError(f"{folder}: the weights cannot be read: {first_line(error)}") from None
    if shapes(params) != shapes(template):
        raise CheckpointError(f"{folder}: the weights are not those of {architecture}")
    if not all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(params)):
        raise CheckpointError(f"{folder}: the weights are not finite")
    return jax.tree.map(jnp.asarray, params), architecture


def read_description(folder: Path) -> tuple[Architecture, Path, str]:
    """Return the architecture that a model folder describes, its weights and their digest. Raises CheckpointError."""
    path = folder / DESCRIPTION
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"no model in {folder}: {DESCRIPTION} is missing") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: {first_line(error)}") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a model of format {FORMAT}; it may be from another version of Maniple")
    weights, total = description.get("weights"), description.get("digest")
    if not isinstance(weights, str) or Path(weights).name != weights or not isinstance(total, str):
        raise CheckpointError(f"{path}: fields 'weights' and 'digest' must name the weights beside it")
    return read_architecture(path, description.get("architecture")), folder / weights, total


def read_architecture(path: Path, entries: Any) -> Architecture:
    """Return the architecture of a description. Raises CheckpointError for one that cannot be built."""
    defaults = {field.name: field.default for field in fields(Architecture)}
    if not isinstance(entries, dict) or set(entries) != set(defaults):
        raise CheckpointError(f"{path}: field 'architecture' must give {', '.join(defaults)}")
    if not all(type(entries[name]) is type(default) for name, default in defaults.items()):
        raise CheckpointError(f"{path}: architecture {entries} has a field of the wrong kind")
    if entries["num_channels"] != CHANNELS.TOTAL or entries["hidden_dim"] < 1 or not 0 <= entries["obedience"] < 1e6:
        raise CheckpointError(f"{path}: architecture {entries} cannot be built; it has {CHANNELS.TOTAL} channels")
    for name, choices in (("guidance", tuple(COMMANDERS)), ("cells", CELLS), ("frame", FRAMES)):
        if entries[name] not in choices:
            raise CheckpointError(f"{path}: field {name!r} must be one of {', '.join(choices)}")
    return Architecture(**entries)


def digest(weights: Path) -> str:
    """Return a digest of every file of the weights, names and contents."""
    total = hashlib.sha256()
    for path in sorted(path for path in weights.rglob("*") if path.is_file()):
        total.update(path.relative_to(weights).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def shapes(tree: Any) -> dict[str, tuple[Any, ...]]:
    """Return the shape and the kind of number of each leaf by its path."""
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path): (leaf.shape, leaf.dtype) for path, leaf in leaves}


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its kind where it says nothing."""
    return str(error).strip().split("\n")[0] or type(error).__name__
