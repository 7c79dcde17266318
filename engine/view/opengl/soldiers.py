"""The men: one instanced draw of sprites for all of them, or of dots where they are too small for more."""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Bool, Float

from engine.gl import program
from engine.view import sprites
from engine.view.camera import Camera
from engine.view.palette import LEATHER, METAL, Colour, unit
from engine.view.scene import DrawnSoldiers

SHARPNESS = -0.9  # mipmap levels
TEAMS = 32  # colours that the shader has room for
PREVIEW = 0.7  # cover of men who are not there yet
FORMAT = "2f 1f 1f 1f 1f 1f"
ATTRIBUTES = ("position", "facing", "walked", "side", "variety", "chosen")
BYTES = 28  # of one man


class SoldierLayer:
    """Sprites in a texture array, a layer per facing and stride, and a buffer of men."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "troops")
        self._dots_program = program(context, "dots")
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
        self._men = self._context.buffer(reserve=count * BYTES, dynamic=True)
        self._quads = self._context.vertex_array(self._program, [(self._men, FORMAT + "/i", *ATTRIBUTES)])
        needed = [(self._men, "2f 8x 1f 1f 1f/v", "position", "side", "variety", "chosen")]
        self._dots = self._context.vertex_array(self._dots_program, needed)

    def preview(self, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...]) -> None:
        """Draw men who are not there yet, translucent."""
        self.draw(camera, soldiers, teams, cover=PREVIEW)

    def draw(self, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...], cover: float = 1.0) -> None:
        """Draw all men onto the bound framebuffer, in their teams' colours; `cover` below 1 lets the ground through."""
        unit_cells = sprites.drawn_unit(soldiers.spacing)
        small = sprites.are_dots(camera, soldiers.spacing)
        seen = sprites.in_sight(camera, soldiers.position, 3.0 * unit_cells)
        men = self._instances(soldiers, seen, in_order=not small)
        count = len(men)
        if count == 0:
            return
        if count * BYTES > self._men.size:
            self._reserve(2 * count)
        self._men.orphan()
        self._men.write(men)
        drawn = self._dots_program if small else self._program
        drawn["camera"] = camera.clip
        drawn["teams"] = [unit(teams[index % len(teams)]) for index in range(TEAMS)]
        drawn["cover"] = cover
        if small:
            self._context.enable(moderngl.PROGRAM_POINT_SIZE)
            drawn["across"] = sprites.dot_size(camera, soldiers.spacing)
            self._dots.render(moderngl.POINTS, vertices=count)
            return
        drawn["size"] = tuple(self._frame_size * (unit_cells / sprites.UNIT))
        drawn["stride"] = sprites.STRIDE * soldiers.spacing
        self._frames.use()
        self._quads.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _instances(
        self, soldiers: DrawnSoldiers, seen: Bool[np.ndarray, " N"] | None, in_order: bool
    ) -> Float[np.ndarray, "M 7"]:
        """Return the men who are seen, as the shaders take them."""
        count = len(soldiers.position)
        if len(self._variety) != count:
            self._variety = sprites.variety(count)
        men = np.empty((count, BYTES // 4), dtype=np.float32)
        men[:, 0:2] = soldiers.position
        men[:, 2] = soldiers.facing
        men[:, 3] = soldiers.walked
        men[:, 4] = soldiers.side
        men[:, 5] = self._variety
        men[:, 6] = 0.0 if soldiers.selected is None else soldiers.selected
        if seen is not None:
            men = men[seen]
        return men[sprites.nearest_last(men[:, 1])] if in_order else men
