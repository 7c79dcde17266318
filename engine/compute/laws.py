"""The passes of one kind of battle: how each regiment is steered, and how the mass of all is moved."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np
from jaxtyping import Float

from engine.compute.packing import taken, write
from engine.compute.state import Answer
from engine.compute.steering import Steering
from engine.compute.transport import Textures, Transport
from engine.gl import Passes, TexturePool
from engine.plugin import Exported, Ground

UNITS_PER_TICK = 0.5  # of time, by which velocities are reckoned


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
        self._pool, self._handed = pool, tuple(handed)
        self._size = ground.grid[::-1]
        self.has_friends = len(set(sides)) < len(sides)
        self._transport = Transport(passes, pool, ground, sides)
        self._steering = [
            None if one.network is None else Steering(passes, pool, self._transport.ground, one, sides, regiment)
            for regiment, one in enumerate(handed)
        ]
        self._still = pool.take(self._size)
        self._still.write(np.zeros((*ground.grid, 4), np.float32))

    def uploaded(self, fields: Float[np.ndarray, "R H W"]) -> Textures:
        """Return the textures that hold a field of each regiment."""
        textures = taken(self._pool, self._size, len(fields))
        write(textures, fields)
        return textures

    def first_cells(self, regiment: int, mass: Textures) -> Textures:
        """Return the cells of a regiment that has had no order: velocity and plan, and hidden channels if it has any."""
        steering = self._steering[regiment]
        if steering is not None:
            return steering.first(mass)
        return (self._written(np.zeros((*self._size[::-1], 4), np.float32)),)

    def steered(self, regiment: int, cells: Textures, mass: Textures, answer: Answer) -> Textures:
        """Return a regiment's cells under the order of an answer; velocities are limited to its controller's speed."""
        steering, order, target = self._steering[regiment], answer.order, answer.target
        if order is None or target is None:
            raise ValueError("an answer without an order steers nobody")
        if steering is not None:
            signal = self._written(np.concatenate([target[..., None], order], axis=-1))
            try:
                return steering(cells, mass, signal)
            finally:
                self._pool.give_back([signal])
        velocity = limited(order[..., :2], self._handed[regiment].max_speed / UNITS_PER_TICK)
        return (self._written(np.concatenate([velocity, velocity], axis=-1)),)

    def moved(
        self,
        mass: Textures,
        velocities: Sequence[moderngl.Texture | None],
        yielding: Float[np.ndarray, " R"] | None,
        places: Textures | None,
    ) -> tuple[Textures, Textures]:
        """Return mass after a tick, and the fluxes to the right and then down; without a velocity a regiment stands."""
        commanded = [self._still if velocity is None else velocity for velocity in velocities]
        out = self._transport(mass, commanded, yielding, places)
        return out.mass, (*out.flux_right, *out.flux_down)

    def release(self) -> None:
        """Give back what this holds."""
        self._transport.release()
        self._pool.give_back([self._still])
        for steering in self._steering:
            if steering is not None:
                steering.release()

    def _written(self, texels: Float[np.ndarray, "H W 4"]) -> moderngl.Texture:
        texture = self._pool.take(self._size)
        texture.write(np.ascontiguousarray(texels, np.float32))
        return texture


def limited(velocity: Float[np.ndarray, "H W 2"], most: float) -> Float[np.ndarray, "H W 2"]:
    """Return the velocity, shortened to `most` where it is longer."""
    length = np.sqrt((velocity**2).sum(axis=-1, keepdims=True))
    return velocity / np.maximum(length / np.float32(most), 1)
