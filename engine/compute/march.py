"""Many men moved with OpenGL: the steps of `engine.soldiers.step`, a man to a vertex, by transform feedback.

What is as large as the field stays with NumPy; what is as many as the men is done here. A density texture stands in for
each man's neighbours. A man is still the same man, and his position is read back in every tick.
"""

from __future__ import annotations

import math
from functools import partial

import moderngl
import numpy as np
from jaxtyping import Float

from engine import soldiers
from engine.gl import BLENDING, compute_program, program
from engine.soldiers import Flow, SlotState, Soldiers, carrying, cropped, pushing, without_traces

FINE = 0.7  # spacings along a cell of the crowd's texture
LARGEST = 2048  # cells along a side of it
ROOM = 0.35  # spacings that a man steps aside for one man more on one side than on the other


class GpuMarch:
    """Programs, textures and buffers that move men. Needs the context to be current."""

    def __init__(self, context: moderngl.Context) -> None:
        self.step = partial(soldiers.step, displacement=self.displacement)
        self._context = context
        self._crowd = program(context, "crowd", folder="compute")
        self._march = compute_program(context, "march", varyings=("taken",))
        for one in (self._crowd, self._march):
            for name, value in soldiers.RULES.items():
                if name in one:
                    one[name] = value
        for unit, name in enumerate(("carrying", "pushing", "homing", "crowd")):
            self._march[name] = unit
        self._textures: dict[str, moderngl.Texture] = {}
        self._canvases: dict[tuple[int, int], tuple[moderngl.Framebuffer, moderngl.Texture]] = {}
        self._reserve(1024)

    def _reserve(self, men: int) -> None:
        self._men = self._context.buffer(reserve=men * 16, dynamic=True)
        self._taken = self._context.buffer(reserve=men * 8, dynamic=True)
        self._points = self._context.vertex_array(self._crowd, [(self._men, "2f 8x", "position")])
        self._steps = self._context.vertex_array(self._march, [(self._men, "2f 2f", "position", "place")])

    def displacement(self, men: Soldiers, flow: Flow, places: SlotState) -> Float[np.ndarray, "N 2"]:
        """Return where each man goes in this tick, in cells."""
        count = len(men)
        if count * 16 > self._men.size:
            self._reserve(2 * count)
        corner, part = cropped(flow, men.position)
        height, width = part.mass.shape
        placed = places.position is not None
        where = np.empty((count, 4), np.float32)
        where[:, :2] = men.position - corner
        where[:, 2:] = where[:, :2] if places.position is None else places.position - corner
        self._men.orphan()
        self._men.write(where)
        self._upload("carrying", carrying(part))
        for one in (self._crowd, self._march):
            one["cells"] = (width, height)

        canvas, _ = self._count((width, height), count)
        counted = np.frombuffer(canvas.read(components=1, dtype="f4"), np.float32)
        density = np.float32(men.mass_per_soldier) * counted.reshape(height, width)
        body = without_traces(part.mass)
        self._upload("pushing", pushing(density - body, body))
        self._upload("homing", pushing(-body, body))
        spacing = math.sqrt(men.mass_per_soldier)
        fine = [min(max(round(cells / (FINE * spacing)), 8), LARGEST) for cells in (width, height)]
        _, crowd = self._count((fine[0], fine[1]), count)

        self._march["fine"] = (fine[0], fine[1])
        self._march["room"] = ROOM * spacing
        self._march["placed"] = float(placed)
        for unit, name in enumerate(("carrying", "pushing", "homing")):
            self._textures[name].use(unit)
        crowd.use(3)
        # A complete framebuffer has to be bound, though nothing is drawn; another than the one that is read.
        canvas.use()
        self._steps.transform(self._taken, moderngl.POINTS, vertices=count)
        self._context.blend_func = BLENDING
        return np.frombuffer(self._taken.read(count * 8), np.float32).reshape(count, 2)

    def _count(self, size: tuple[int, int], men: int) -> tuple[moderngl.Framebuffer, moderngl.Texture]:
        """Return canvas and texture of so many cells on which all men are counted, once they are carried."""
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
        self._points.render(moderngl.POINTS, vertices=men)
        return canvas, texture

    def _upload(self, name: str, field: Float[np.ndarray, "H W K"]) -> None:
        height, width, channels = field.shape
        texture = self._textures.get(name)
        if texture is None or texture.size != (width, height):
            texture = self._textures[name] = self._context.texture((width, height), channels, dtype="f4")
            texture.repeat_x = texture.repeat_y = False
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.write(np.ascontiguousarray(field, np.float32))
