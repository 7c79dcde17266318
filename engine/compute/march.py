"""The march of many soldiers with OpenGL: `engine.soldiers.march`, a vertex a soldier, by transform feedback.

NumPy computes what is as large as the field, this what has a row for each soldier. A density texture stands in for each
soldier's neighbours. Soldiers keep their identity: the displacements are read back in every tick.
"""

from __future__ import annotations

import math
from functools import partial

import moderngl
import numpy as np
from jaxtyping import Float

from engine.gl import BLENDING, compute_program, program
from engine.soldiers import RULES, Flow, SlotState, Soldiers, carrying, cropped, pushing, step, without_traces

FINE = 0.7  # a cell of the crowd's texture, in spacings of soldiers
MOST_CELLS = 2048  # of the crowd's texture, along a side
ROOM = 0.35  # spacings that a soldier steps aside for one soldier more on one side than on the other


class GpuMarch:
    """Programs, textures and buffers that move soldiers. Needs the context to be current."""

    def __init__(self, context: moderngl.Context) -> None:
        self.step = partial(step, displacement=self.displacement)
        self._context = context
        self._crowd = program(context, "crowd", folder="compute")
        self._march = compute_program(context, "march", varyings=("displacement",))
        for shader in (self._crowd, self._march):
            for name, value in RULES.items():
                if name in shader:
                    shader[name] = value
        for unit, name in enumerate(("carrying", "pushing", "homing", "crowd")):
            self._march[name] = unit
        self._textures: dict[str, moderngl.Texture] = {}
        self._canvases: dict[tuple[int, int], tuple[moderngl.Framebuffer, moderngl.Texture]] = {}
        self._reserve(1024)

    def _reserve(self, count: int) -> None:
        self._soldiers = self._context.buffer(reserve=count * 16, dynamic=True)
        self._displacements = self._context.buffer(reserve=count * 8, dynamic=True)
        self._points = self._context.vertex_array(self._crowd, [(self._soldiers, "2f 8x", "position")])
        self._steps = self._context.vertex_array(self._march, [(self._soldiers, "2f 2f", "position", "slot")])

    def displacement(self, soldiers: Soldiers, flow: Flow, slots: SlotState) -> Float[np.ndarray, "N 2"]:
        """Return how far each soldier goes in this tick, in cells to the right and down."""
        count = len(soldiers)
        if count * 16 > self._soldiers.size:
            self._reserve(2 * count)
        corner, part = cropped(flow, soldiers.position)
        height, width = part.mass.shape
        has_slots = slots.position is not None
        records = np.empty((count, 4), np.float32)
        records[:, :2] = soldiers.position - corner
        records[:, 2:] = records[:, :2] if slots.position is None else slots.position - corner
        self._soldiers.orphan()
        self._soldiers.write(records)
        self._upload("carrying", carrying(part))
        for shader in (self._crowd, self._march):
            shader["cells"] = (width, height)

        canvas, _ = self._count((width, height), count)
        counted = np.frombuffer(canvas.read(components=1, dtype="f4"), np.float32)
        density = np.float32(soldiers.mass_per_soldier) * counted.reshape(height, width)
        body = without_traces(part.mass)
        self._upload("pushing", pushing(density - body, body))
        self._upload("homing", pushing(-body, body))
        spacing = math.sqrt(soldiers.mass_per_soldier)
        fine = [min(max(round(cells / (FINE * spacing)), 8), MOST_CELLS) for cells in (width, height)]
        _, crowd = self._count((fine[0], fine[1]), count)

        self._march["fine"] = (fine[0], fine[1])
        self._march["room"] = ROOM * spacing
        self._march["placed"] = float(has_slots)
        for unit, name in enumerate(("carrying", "pushing", "homing")):
            self._textures[name].use(unit)
        crowd.use(3)
        # OpenGL wants a complete framebuffer bound, though nothing is drawn, and not the one whose texture is read.
        canvas.use()
        self._steps.transform(self._displacements, moderngl.POINTS, vertices=count)
        self._context.blend_func = BLENDING
        return np.frombuffer(self._displacements.read(count * 8), np.float32).reshape(count, 2)

    def _count(self, size: tuple[int, int], soldiers: int) -> tuple[moderngl.Framebuffer, moderngl.Texture]:
        """Return canvas and texture of `size` cells that say how many soldiers would be carried to each cell."""
        if size not in self._canvases:
            if len(self._canvases) > 16:
                self._canvases.clear()
            texture = self._context.texture(size, 1, dtype="f4")
            texture.repeat_x = texture.repeat_y = False
            self._canvases[size] = (self._context.framebuffer([texture]), texture)
        canvas, texture = self._canvases[size]
        canvas.use()
        canvas.clear()
        self._context.enable(moderngl.BLEND | moderngl.PROGRAM_POINT_SIZE)
        self._context.blend_func = moderngl.ONE, moderngl.ONE
        self._crowd["grid"] = size
        self._textures["carrying"].use(0)
        self._points.render(moderngl.POINTS, vertices=soldiers)
        return canvas, texture

    def _upload(self, name: str, field: Float[np.ndarray, "H W K"]) -> None:
        height, width, channels = field.shape
        texture = self._textures.get(name)
        if texture is None or texture.size != (width, height):
            texture = self._textures[name] = self._context.texture((width, height), channels, dtype="f4")
            texture.repeat_x = texture.repeat_y = False
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.write(np.ascontiguousarray(field, np.float32))
