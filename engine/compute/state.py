"""What a battle is on the GPU at one tick: textures that nothing draws on as long as a state holds them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import moderngl
import numpy as np
from jaxtyping import Bool, Float

from engine.gl import TexturePool
from engine.plugin import Exported, Ground

Targets = Float[np.ndarray, "R H W"]


class Held:
    """Textures that go back to their pool once no state holds them; states may share them."""

    def __init__(self, pool: TexturePool, textures: Sequence[moderngl.Texture]) -> None:
        self.textures = tuple(textures)
        weakref.finalize(self, pool.give_back, self.textures).atexit = False


@dataclass(frozen=True, eq=False)
class Judged:
    """What the rules of the dynamics say of a tick."""

    memory: Any
    asleep: Bool[np.ndarray, " R"]  # in the tick after, unless they have other targets then
    yielding: Float[np.ndarray, " R"]  # in the tick itself


@dataclass(frozen=True, eq=False)
class Fields:
    """R regiments after a tick: what lies on the GPU, and what the CPU has been asked meanwhile for the tick after."""

    mass: Held  # four regiments a texture
    mass_read: Float[np.ndarray, "R H W"]
    cells: tuple[Held, ...]  # of each regiment: its velocity and its plan, then its hidden channels if it has any
    awake: Bool[np.ndarray, " R"]  # who was steered and moved
    flux: Held | None  # to the right, and then down, four regiments a texture; None where nobody moved
    plans: tuple[Future[Any], ...]  # what each planner remembers; before the first tick nothing is planned
    judged: Future[Judged]
    targets: Targets | None = None  # of the tick
    places: Held | None = None  # the targets as textures, four regiments in each


@dataclass(frozen=True, eq=False)
class GlState:
    """A battle at one tick, perhaps still being computed."""

    fields: Future[Fields]
    ground: Ground
    sides: tuple[int, ...]
    exported: tuple[Exported, ...]
    laws: Any  # the passes for this ground, these sides and controllers
    read: dict[str, np.ndarray] = field(default_factory=dict)  # fields that were read already
