"""The layer of soldiers: one instanced draw of sprites for all, or of dots where they are too small for sprites.

Where there is combat, soldiers are figures instead: of several kinds, in poses, and some lie on the ground.
"""

from __future__ import annotations

import moderngl
import numpy as np
from jaxtyping import Bool, Float

from engine.gl import program
from engine.view import figures, sprites
from engine.view.camera import Camera
from engine.view.palette import LEATHER, METAL, PALE_CLOTH, UNDERGROUND, Colour, unit
from engine.view.scene import DrawnSoldiers, Fighters

SHARPNESS = -0.9  # mipmap levels
TEAMS = 32  # colours that the shader has room for
PREVIEW = 0.7  # cover of soldiers who are not there yet
FORMAT = "2f 1f 1f 1f 1f 1f"
ATTRIBUTES = ("position", "facing", "walked", "side", "variety", "selected")
BYTES = 28  # of one soldier
FIGURE = "2f 1f 1f 1f 1f 1f 1f"
FIGURE_ATTRIBUTES = ("position", "frame", "side", "variety", "glow", "pale", "sunk")
FIGURE_BYTES = 32
BARELY = 1e-3  # how far the newly fallen have sunk into the ground: 0 is for those who stand
SMALLER = 3  # mipmap levels of the figures; in smaller ones neighbours would mix


class SoldierLayer:
    """Sprites in a texture array, a layer per facing and stride, and a buffer of soldiers."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._program = program(context, "soldiers")
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
        self._dots_program["pale_cloth"], self._dots_program["underground"] = unit(PALE_CLOTH), unit(UNDERGROUND)
        self._variety = sprites.variety(0)
        self._reserve(4096)
        self._kinds: tuple[str, ...] = ()  # whose figures are in the texture

    def _reserve(self, count: int) -> None:
        self._soldiers = self._context.buffer(reserve=count * BYTES, dynamic=True)
        self._quads = self._context.vertex_array(self._program, [(self._soldiers, FORMAT + "/i", *ATTRIBUTES)])
        needed = [(self._soldiers, "2f 8x 1f 1f 1f/v", "position", "side", "variety", "selected")]
        self._dots = self._context.vertex_array(self._dots_program, needed)

    def preview(self, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...]) -> None:
        """Draw soldiers who are not there yet, translucent."""
        self.draw(camera, soldiers, teams, cover=PREVIEW)

    def draw(self, camera: Camera, soldiers: DrawnSoldiers, teams: tuple[Colour, ...], cover: float = 1.0) -> None:
        """Draw soldiers onto the bound framebuffer, in their teams' colours; a `cover` below 1 is translucent."""
        if soldiers.fighters is not None:
            self._draw_figures(camera, soldiers, soldiers.fighters, teams, cover)
            return
        unit_cells = sprites.drawn_unit(soldiers.spacing)
        small = sprites.are_dots(camera, soldiers.spacing)
        seen = sprites.in_sight(camera, soldiers.position, 3.0 * unit_cells)
        records = self._instances(soldiers, seen, in_order=not small)
        count = len(records)
        if count == 0:
            return
        if count * BYTES > self._soldiers.size:
            self._reserve(2 * count)
        self._soldiers.orphan()
        self._soldiers.write(records)
        drawn = self._dots_program if small else self._program
        self._set(drawn, camera, teams, cover)
        if small:
            self._draw_dots(self._dots, count, camera, soldiers.spacing)
            return
        drawn["size"] = tuple(self._frame_size * (unit_cells / sprites.UNIT))
        drawn["stride"] = sprites.STRIDE * soldiers.spacing
        self._frames.use()
        self._quads.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=count)

    def _instances(
        self, soldiers: DrawnSoldiers, seen: Bool[np.ndarray, " N"] | None, in_order: bool
    ) -> Float[np.ndarray, "M 7"]:
        """Return the M soldiers who are seen, a row of ATTRIBUTES each."""
        count = len(soldiers.position)
        if len(self._variety) != count:
            self._variety = sprites.variety(count)
        records = np.empty((count, BYTES // 4), dtype=np.float32)
        records[:, 0:2] = soldiers.position
        records[:, 2] = soldiers.facing
        records[:, 3] = soldiers.walked
        records[:, 4] = soldiers.side
        records[:, 5] = self._variety
        records[:, 6] = 0.0 if soldiers.selected is None else soldiers.selected
        if seen is not None:
            records = records[seen]
        return records[sprites.nearest_last(records[:, 1])] if in_order else records

    def _set(self, drawn: moderngl.Program, camera: Camera, teams: tuple[Colour, ...], cover: float) -> None:
        """Set what all programs of soldiers ask for."""
        drawn["camera"] = camera.clip
        drawn["teams"] = [unit(teams[index % len(teams)]) for index in range(TEAMS)]
        drawn["cover"] = cover

    def _draw_dots(self, dots: moderngl.VertexArray, count: int, camera: Camera, spacing: float) -> None:
        """Draw so many soldiers as dots."""
        self._context.enable(moderngl.PROGRAM_POINT_SIZE)
        self._dots_program["across"] = sprites.dot_size(camera, spacing)
        dots.render(moderngl.POINTS, vertices=count)

    def _draw_figures(
        self, camera: Camera, soldiers: DrawnSoldiers, fighters: Fighters, teams: tuple[Colour, ...], cover: float
    ) -> None:
        """Draw soldiers as figures, in their poses."""
        if self._kinds != fighters.figures:
            self._load(fighters.figures)
        unit_cells = sprites.drawn_unit(soldiers.spacing)
        small = sprites.are_dots(camera, soldiers.spacing)
        own = figures.own_numbers(soldiers)
        records = np.empty((len(own), FIGURE_BYTES // 4), np.float32)
        records[:, 0:2] = soldiers.position
        records[:, 2] = frame = figures.frame_of(soldiers, own)
        records[:, 3] = soldiers.side
        records[:, 4] = own
        records[:, 5] = figures.flash(frame)
        if soldiers.selected is not None:
            records[:, 5] += soldiers.selected
        records[:, 6] = figures.paleness(soldiers)
        records[:, 7] = 0.0 if fighters.faded is None else np.maximum(fighters.faded, BARELY)
        seen = sprites.in_sight(camera, soldiers.position, 5.0 * unit_cells)
        records = records if seen is None else records[seen]
        if len(records) == 0:
            return
        if not small:
            records = records[sprites.nearest_last(records[:, 1])]
        if records.nbytes > self._fighters.size:
            self._reserve_figures(2 * len(records))
        self._fighters.orphan()
        self._fighters.write(records)
        drawn = self._dots_program if small else self._figures_program
        self._set(drawn, camera, teams, cover)
        if small:
            self._draw_dots(self._figure_dots, len(records), camera, soldiers.spacing)
            return
        drawn["pixel"] = unit_cells / sprites.UNIT
        self._sheet.use(0)
        self._boxes.use(1)
        self._figures.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(records))

    def _load(self, kinds: tuple[str, ...]) -> None:
        """Have the figures of these kinds in textures: the sheet of frames, and where in it each lies."""
        if not self._kinds:
            self._figures_program = program(self._context, "figures")
            for name, value in (
                ("sheet", 0),
                ("boxes", 1),
                ("metal", unit(METAL)),
                ("leather", unit(LEATHER)),
                ("pale_cloth", unit(PALE_CLOTH)),
                ("underground", unit(UNDERGROUND)),
                ("sharpness", SHARPNESS),
                ("lying", figures.LYING),
            ):
                self._figures_program[name] = value
            self._reserve_figures(4096)
        self._kinds = kinds
        found = figures.figures(kinds)
        height, width, _ = found.sheet.shape
        self._sheet = self._context.texture((width, height), 4, found.sheet)
        self._sheet.build_mipmaps(max_level=SMALLER)
        self._sheet.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
        where = np.zeros((len(found.box), 2, 4), np.float32)
        where[:, 0], where[:, 1, :2] = found.box, found.middle
        self._boxes = self._context.texture((2, len(where)), 4, where, dtype="f4")
        self._boxes.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._context.gc()  # frees those before

    def _reserve_figures(self, count: int) -> None:
        self._fighters = self._context.buffer(reserve=count * FIGURE_BYTES, dynamic=True)
        self._figures = self._context.vertex_array(
            self._figures_program, [(self._fighters, FIGURE + "/i", *FIGURE_ATTRIBUTES)]
        )
        needed = ("position", "side", "variety", "selected", "pale", "sunk")  # the glow is that of the selected
        self._figure_dots = self._context.vertex_array(
            self._dots_program, [(self._fighters, "2f 4x 1f 1f 1f 1f 1f/v", *needed)]
        )
