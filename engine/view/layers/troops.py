"""The men: one instanced draw of sprites for all of them."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Float

from engine.view import sprites
from engine.view.camera import Camera
from engine.view.layers.program import program
from engine.view.palette import LEATHER, METAL, Colour, unit
from engine.view.scene import Soldiers

SHARPNESS = -0.9  # mipmap levels
TEAMS = 32  # colours that the shader has room for
ATTRIBUTES = ("position", "facing", "walked", "side", "variety")


class Troops:
    """Sprites in a texture array, a layer per facing and stride, and a buffer of men."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "troops")
        frames = sprites.frames()
        count, height, width, _ = frames.shape
        self._frames = context.texture_array((width, height, count), 4, frames)
        self._frames.build_mipmaps()
        self._frames.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._frames.repeat_x = self._frames.repeat_y = False
        self._frame_size = np.array([width, height])
        middle = np.array(sprites.MIDDLE) / self._frame_size
        for name, value in (
            ("middle", tuple(middle)),
            ("facings", sprites.FACINGS),
            ("strides", sprites.STRIDES),
            ("metal", unit(METAL)),
            ("leather", unit(LEATHER)),
            ("sharpness", SHARPNESS),
        ):
            self._program[name] = value
        self._variety = sprites.variety(0)
        self._reserve(4096)

    def _reserve(self, count: int) -> None:
        self._men = self._context.buffer(reserve=count * 24, dynamic=True)
        content = [(self._men, "2f 1f 1f 1f 1f/i", *ATTRIBUTES)]
        self._quads = self._context.vertex_array(self._program, content)

    def draw(self, camera: Camera, soldiers: Soldiers, teams: tuple[Colour, ...]) -> None:
        """Draw all men onto the bound framebuffer, in their teams' colours."""
        count = len(soldiers.position)
        if count == 0:
            return
        if count * 24 > self._men.size:
            self._reserve(2 * count)
        self._men.orphan()
        self._men.write(self._instances(soldiers))
        height = sprites.drawn_unit(soldiers.spacing)
        self._program["camera"] = camera.clip
        self._program["teams"] = [unit(teams[index % len(teams)]) for index in range(TEAMS)]
        self._program["size"] = tuple(self._frame_size * (height / sprites.UNIT))
        self._program["stride"] = sprites.STRIDE * soldiers.spacing
        self._frames.use()
        self._quads.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _instances(self, soldiers: Soldiers) -> Float[np.ndarray, "N 6"]:
        count = len(soldiers.position)
        if len(self._variety) != count:
            self._variety = sprites.variety(count)
        men = np.empty((count, 6), dtype=np.float32)
        men[:, 0:2] = soldiers.position
        men[:, 2] = soldiers.facing
        men[:, 3] = soldiers.walked
        men[:, 4] = soldiers.side
        men[:, 5] = self._variety
        return men[sprites.nearest_last(men[:, 1])]
