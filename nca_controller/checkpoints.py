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

from nca_controller.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import SIGNAL_CHANNELS, AdvectionNCA

FORMAT = 1  # version of what a model folder looks like
DESCRIPTION = "model.json"
WEIGHTS = "weights"


class CheckpointError(ValueError):
    """A model folder that cannot be used; the text is one line that says which and why."""


@dataclass(frozen=True)
class Architecture:
    """The sizes that shape the weights."""

    num_channels: int = CHANNELS.TOTAL
    hidden_dim: int = 64

    def model(self, **settings: float) -> AdvectionNCA:
        """Return the module of these sizes; `settings` are its other arguments."""
        sizes: dict[str, Any] = {**asdict(self), **settings}
        return AdvectionNCA(**sizes)

    def init_params(self, key: jax.Array) -> Any:
        """Return fresh weights."""
        cells = jnp.zeros((3, 3, self.num_channels))
        signal = jnp.zeros((3, 3, SIGNAL_CHANNELS))
        return self.model().init(key, cells, signal, method="steer")["params"]


def save(folder: Path, params: Any, architecture: Architecture) -> None:
    """Write a model into a folder, over what was there.

    The description carries a digest of the weights, so that a reader never takes half of one for a model.
    """
    import orbax.checkpoint as ocp  # late: it takes as long to import as all else together

    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{WEIGHTS}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(fresh, jax.tree.map(np.asarray, params))
    (fresh / "commit_success.txt").unlink(missing_ok=True)  # of no use on a disk, and it names the maker's folders
    shutil.rmtree(folder / WEIGHTS, ignore_errors=True)
    fresh.rename(folder / WEIGHTS)
    description = {"format": FORMAT, "architecture": asdict(architecture), "digest": digest(folder / WEIGHTS)}
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")


def load(folder: Path) -> tuple[Any, Architecture]:
    """Return the weights and the architecture of a model folder.

    Raises CheckpointError for a folder that is missing, of a newer format, or whose weights are not whole, finite and
    of the architecture's shapes.
    """
    architecture, expected = read_description(folder)
    if digest(folder / WEIGHTS) != expected:
        raise CheckpointError(f"{folder}: the weights are damaged or not whole")
    import orbax.checkpoint as ocp  # late, see above

    wanted = jax.eval_shape(architecture.init_params, jax.random.key(0))
    try:
        with ocp.StandardCheckpointer() as checkpointer:
            held = checkpointer.restore((folder / WEIGHTS).resolve())
    except Exception as error:  # orbax and its stores raise many kinds
        raise CheckpointError(f"{folder}: the weights cannot be read: {first_line(error)}") from None
    if shapes(held) != shapes(wanted):
        raise CheckpointError(f"{folder}: the weights are not those of {architecture}")
    if not all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(held)):
        raise CheckpointError(f"{folder}: the weights are not finite")
    return jax.tree.map(jnp.asarray, held), architecture


def read_description(folder: Path) -> tuple[Architecture, str]:
    """Return the architecture that a model folder describes, and the digest of its weights. Raises CheckpointError."""
    path = folder / DESCRIPTION
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"no model in {folder}: {DESCRIPTION} is missing") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: {first_line(error)}") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a model of format {FORMAT}; it may be from a newer version")
    sizes = description.get("architecture")
    names = {field.name for field in fields(Architecture)}
    if not isinstance(sizes, dict) or set(sizes) != names:
        raise CheckpointError(f"{path}: field 'architecture' must give {' and '.join(sorted(names))}")
    if not all(type(size) is int and size > 0 for size in sizes.values()) or sizes["num_channels"] != CHANNELS.TOTAL:
        raise CheckpointError(f"{path}: architecture {sizes} cannot be built; it has {CHANNELS.TOTAL} channels")
    return Architecture(**sizes), str(description.get("digest"))


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
