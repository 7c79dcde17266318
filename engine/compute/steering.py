"""The cells of regiments as shader passes: what `steer` of a controller does, once its commander has ordered.

Only tiles that hold a living cell are worked through by the network; elsewhere cells take the order as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import moderngl
import numpy as np
from jaxtyping import Float

from engine.compute.packing import CHANNELS, groups, named
from engine.gl import Pass, Passes, TexturePool
from engine.io import InputError, shown
from engine.plugin import TICK, Exported, Ground

TILE = 8  # cells
PRESENT, WAKING = 0.01, 0.1  # as in nca_controller/model/channels.py
HAIR = 1 + 2.0**-20  # by which a velocity may be too long, since lengths round
KNOWN = {  # what of an architecture the shaders hold
    "num_channels": (16,),
    "cells": ("living", "all"),
    "frame": ("order", "ground"),
    "percept": ("none", "apart"),
}

Memory = tuple[moderngl.Texture, ...]  # velocity and planned velocity (x, y), and where there are any, hidden channels


class Steering:
    """Steers the regiments of a battle, one at a time. Needs the context of its passes to be current.

    Masses are textures as in `packing`. A memory never changes once it is made; its textures come from the pool.
    """

    def __init__(
        self,
        passes: Passes,
        pool: TexturePool,
        ground: Ground,
        ground_texture: moderngl.Texture,
        sides: Sequence[int],
    ) -> None:
        """Take the ground, and its texture as the transport makes it; `sides` are the regiments'.

        Raises InputError where the driver does not compile the passes or draws no points as large as a tile.
        """
        largest = passes.context.info["GL_POINT_SIZE_RANGE"][1]
        if largest < TILE:
            raise InputError(f"the graphics driver draws points of {largest:g} pixels at most, and tiles have {TILE}")
        self.passes, self.pool, self.ground_texture = passes, pool, ground_texture
        height, width = ground.grid
        self.size = (width, height)
        self.tiles = (-(-width // TILE), -(-height // TILE))
        self.friends = [sum((side == other) << number for number, other in enumerate(sides)) for side in sides]
        self.defines: dict[str, object] = {
            "REGIMENTS": len(sides),
            "GROUPS": groups(len(sides)),
            "OPEN_GROUND": int(ground.open_cells.all() and (np.asarray(ground.capacity) >= 1).all()),
            "TILE": TILE,
            "PRESENT": PRESENT,
        }
        self._living = [pool.take(self.tiles) for _ in range(groups(len(sides)))]
        self._find_living = passes.load("living_tiles", self.defines)
        self._cells: dict[Hashable, Cells] = {}

    def cells(self, exported: Exported) -> Cells:
        """Return what steers the cells of a controller; compiled once for all that are alike.

        Raises InputError for an architecture that the shaders do not hold, and where the driver does not compile it.
        """
        key = kind_of(exported)
        if key not in self._cells:
            self._cells[key] = Cells(self, exported)
        return self._cells[key]

    def living(self, masses: Sequence[moderngl.Texture]) -> Sequence[moderngl.Texture]:
        """Return which tiles hold a living cell, of four regiments a texture. It holds until it is asked again."""
        for texture, four in zip(self._living, masses, strict=True):
            self._find_living.run([texture], {"masses": four}, {"field": self.size})
        return self._living

    def release(self) -> None:
        """Give back what this holds."""
        self.pool.give_back(self._living)
        self._living = []

    def signal(self, target: Float[np.ndarray, "H W"], order: Float[np.ndarray, "H W 3"]) -> moderngl.Texture:
        """Return the texture of a regiment's target and its commander's order, from the pool."""
        texels = np.empty((*target.shape, 4), np.float32)
        for channel, field in enumerate((target, *np.moveaxis(order, -1, 0))):  # a quarter of concatenate's time
            texels[..., channel] = field
        texture = self.pool.take(self.size)
        texture.write(texels)
        return texture


class Cells:
    """The cells of one kind of controller."""

    def __init__(self, steering: Steering, exported: Exported) -> None:
        self._steering = steering
        self._hidden = exported.network is not None
        self._all = exported.architecture.get("cells") == "all"
        limit = exported.max_speed / TICK * HAIR
        defines = steering.defines | {"HIDDEN": int(self._hidden), "LIMIT": min(limit, 1.0) if self._hidden else limit}
        self._network: Pass | None = None
        if exported.network is not None:
            defines |= defines_of(exported.architecture)
            parts = {"network": exported.network}
            vertex = "field" if self._all else "living_tiles"
            self._network = steering.passes.load("steer", defines, parts, vertex)
        self._obey = steering.passes.load("obey", defines)

    def begin(self, mass: Float[np.ndarray, "H W"]) -> Memory:
        """Return the memory of a regiment that holds this mass and has had no order yet."""
        hidden = np.repeat(np.where(mass > PRESENT, WAKING, 0.0)[..., None], 4, axis=-1).astype(np.float32)
        memory = self._textures()
        for texture, field in zip(memory, (np.zeros_like(hidden), hidden, hidden), strict=False):
            texture.write(field)
        return memory

    def steer(
        self,
        memory: Memory,
        masses: Sequence[moderngl.Texture],
        living: Sequence[moderngl.Texture],
        signal: moderngl.Texture,
        regiment: int,
    ) -> Memory:
        """Return the regiment's memory a tick later, whose first texture is the velocity that it is to move by.

        `living` is of the same masses, and `signal` as `Steering.signal` makes it.
        """
        after = self._textures()
        if not (self._network and self._all):
            self._obey.run(after, {"signal": signal})
        if self._network:
            steering, (columns, rows) = self._steering, self._steering.tiles
            velocities, nearest, farthest = memory
            inputs = named("mass", masses)
            inputs |= {"velocities": velocities, "nearest": nearest, "farthest": farthest}
            inputs |= {"living": living[regiment // CHANNELS], "signal": signal, "ground": steering.ground_texture}
            uniforms = {"regiment": regiment, "friends": steering.friends[regiment]}
            if self._all:
                self._network.run(after, inputs, uniforms)
            else:
                self._network.run(after, inputs, uniforms, mode=moderngl.POINTS, vertices=columns * rows)
        return after

    def _textures(self) -> Memory:
        return tuple(self._steering.pool.take(self._steering.size) for _ in range(3 if self._hidden else 1))


def kind_of(exported: Exported) -> Hashable:
    """Return what the compiled cells of a controller depend on."""
    return exported.network, repr(sorted(exported.architecture.items())), exported.max_speed


def defines_of(architecture: Mapping[str, Any]) -> dict[str, object]:
    """Return what the shaders are told of an architecture. Raises InputError for one that they do not hold."""
    for name, choices in KNOWN.items():
        if architecture.get(name) not in choices:
            held = " or ".join(map(str, choices))
            raise InputError(f"the shaders hold cells with {name} {held}, not {shown(architecture.get(name))}")
    return {
        "ORDER_FRAME": int(architecture["frame"] == "order"),
        "ALL_CELLS": int(architecture["cells"] == "all"),
        "OBEDIENCE": float(architecture["obedience"]),
    }
