"""The passes of one kind of battle: how each regiment is steered, and how the mass of all is moved."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence

import moderngl
import numpy as np
from jaxtyping import Float

from engine.compute.packing import taken, write
from engine.compute.steering import Memory, Steering
from engine.compute.transport import Textures, Transport
from engine.gl import Passes, TexturePool
from engine.plugin import Exported, Ground


class Laws:
    """Compiled for a ground, the regiments' sides, and what their controllers have handed over.

    Only for the thread of the context. Textures that it returns are the caller's to give back.
    """

    def __init__(
        self,
        passes: Passes,
        pool: TexturePool,
        ground: Ground,
        sides: tuple[int, ...],
        handed: Sequence[Exported],
    ) -> None:
        self._pool, self._size = pool, ground.grid[::-1]
        self.has_friends = len(set(sides)) < len(sides)
        self._transport = Transport(passes, pool, ground, sides)
        self._steering = Steering(passes, pool, ground, self._transport.ground, sides)
        self._cells = [self._steering.cells(one) for one in handed]
        self._still = pool.take(self._size)
        self._still.write(np.zeros((*ground.grid, 4), np.float32))
        held = (self._transport.release, self._steering.release)
        weakref.finalize(self, release, pool, self._still, held).atexit = False

    def uploaded(self, fields: Float[np.ndarray, "R H W"]) -> Textures:
        """Return the textures that hold a field of each regiment."""
        textures = taken(self._pool, self._size, len(fields))
        write(textures, fields)
        return textures

    def first_cells(self, mass: Float[np.ndarray, "R H W"]) -> list[Memory]:
        """Return the cells of regiments that have had no order: velocity, plan, and hidden channels if any."""
        return [cells.begin(own) for cells, own in zip(self._cells, mass, strict=True)]

    def steered(
        self,
        cells: Mapping[int, Memory],
        mass: Textures,
        targets: Float[np.ndarray, "R H W"],
        orders: Mapping[int, Float[np.ndarray, "H W 3"]],
    ) -> dict[int, Memory]:
        """Return the cells of the regiments that have an order, once they have followed it for a tick."""
        living = self._steering.living(mass)
        after = {}
        for regiment, order in orders.items():
            signal = self._steering.signal(targets[regiment], order)
            after[regiment] = self._cells[regiment].steer(cells[regiment], mass, living, signal, regiment)
            self._pool.give_back([signal])
        return after

    def moved(
        self,
        mass: Textures,
        velocities: Sequence[moderngl.Texture | None],
        yielding: Sequence[float] | None,
        places: Textures | None,
    ) -> tuple[Textures, Textures]:
        """Return mass after a tick, and the fluxes to the right and then down; without a velocity a regiment stands."""
        commanded = [self._still if velocity is None else velocity for velocity in velocities]
        out = self._transport(mass, commanded, yielding, places)
        return out.mass, (*out.flux_right, *out.flux_down)


def release(pool: TexturePool, still: moderngl.Texture, held: Sequence[Callable[[], None]]) -> None:
    """Give back what the laws of a battle held, once no state has them any more; from any thread."""
    pool.give_back([still])
    for give_back in held:
        give_back()
