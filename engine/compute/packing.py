"""How the fields of R regiments lie in textures: regiment 4g + c in channel c of texture g, a single one by itself."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np
from jaxtyping import Float

from engine.gl import TexturePool

CHANNELS = 4  # regiments in a texture
MOST_REGIMENTS = 16  # four textures of them, the most that a shader can draw two stacks of


def groups(regiments: int) -> int:
    """Return how many textures hold a field of each of so many regiments."""
    return -(-regiments // CHANNELS)


def components(regiments: int) -> int:
    """Return how many channels these textures have."""
    return 1 if regiments == 1 else CHANNELS


def taken(pool: TexturePool, size: tuple[int, int], regiments: int) -> tuple[moderngl.Texture, ...]:
    """Return textures of (width, height) texels from a pool, for a field of each of so many regiments."""
    return tuple(pool.take(size, components(regiments)) for _ in range(groups(regiments)))


def write(textures: Sequence[moderngl.Texture], fields: Float[np.ndarray, "R H W"]) -> None:
    """Write the fields into their textures, and 0 into the channels that are left over."""
    for texture, start in zip(textures, range(0, len(fields), CHANNELS), strict=True):
        texels = np.zeros((*fields.shape[1:], texture.components), np.float32)
        for channel, field in enumerate(fields[start : start + CHANNELS]):
            texels[..., channel] = field
        texture.write(texels)


def read(textures: Sequence[moderngl.Texture], regiments: int) -> Float[np.ndarray, "R H W"]:
    """Return the fields of so many regiments; waits for all that was asked for before."""
    channels: list[Float[np.ndarray, "H W"]] = []
    for texture in textures:
        texels = np.frombuffer(texture.read(), np.float32).reshape(texture.height, texture.width, texture.components)
        channels.extend(np.moveaxis(texels, -1, 0))
    return np.stack(channels[:regiments])


def named(stack: str, textures: Sequence[moderngl.Texture]) -> dict[str, moderngl.Texture]:
    """Return the textures by the names that shaders read them under: mass_0, mass_1 and so on."""
    return {f"{stack}_{group}": texture for group, texture in enumerate(textures)}
