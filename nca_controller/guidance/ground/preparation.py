"""What is computed once for a ground: its levels, kept by content in memory, and large ones' parts on disk."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool

from nca_controller.guidance.ground.kept_parts import LARGE, read_parts, write_parts
from nca_controller.guidance.ground.known_parts import known_parts
from nca_controller.guidance.ground.levels import Level, Parts, levels_of
from nca_controller.guidance.ground.traced_parts import traced_parts
from nca_controller.physics import Terrain, are_known

MOST_GROUNDS = 8  # that are kept in memory, those last asked for

_kept: OrderedDict[bytes, tuple[Level, ...]] = OrderedDict()
_turn = Lock()  # battles may begin side by side


def prepared(terrain: Terrain) -> tuple[Level, ...]:
    """Return the levels of a ground, finest first; regiments on the same ground share them."""
    if not are_known(terrain.open_cells):
        return levels_of(terrain, traced_parts(terrain.open_cells, terrain.boundary))
    open_cells = np.asarray(terrain.open_cells)
    if not are_known(terrain.capacity):
        return levels_of(terrain, parts_of(open_cells, terrain.boundary))
    content = hashlib.sha256(f"{open_cells.shape} {terrain.boundary}".encode())
    content.update(open_cells.tobytes())
    content.update(np.asarray(terrain.capacity, np.float32).tobytes())
    key = content.digest()
    with _turn:
        levels = _kept.pop(key, None)
        if levels is None:
            with jax.ensure_compile_time_eval():  # what is kept must not belong to a transformation that is under way
                levels = jax.tree.map(jnp.asarray, levels_of(terrain, parts_of(open_cells, terrain.boundary)))
        _kept[key] = levels
        while len(_kept) > MOST_GROUNDS:
            _kept.popitem(last=False)
    return levels


def parts_of(open_cells: Bool[np.ndarray, "H W"], boundary: str) -> tuple[Parts, ...]:
    """Return the parts of every level of a ground that is known."""
    if open_cells.size < LARGE:
        return known_parts(open_cells, boundary)
    parts = read_parts(open_cells, boundary)
    if parts is None:
        parts = known_parts(open_cells, boundary)
        write_parts(open_cells, boundary, parts)
    return parts
