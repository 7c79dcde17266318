"""The last step: the finished picture goes to the window, or is made smaller for a film."""

from __future__ import annotations

import moderngl

from engine.gl import program


class Screen:
    """The window's own framebuffer. Pictures are drawn to it: moderngl's copying between framebuffers fails on it."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._triangle = context.vertex_array(program(context, "screen", vertex="whole"), [])
        self._reducing = program(context, "reduced", vertex="whole")
        self._reducer = context.vertex_array(self._reducing, [])

    def show(self, picture: moderngl.Texture) -> None:
        """Fill the window with a picture of the window's size."""
        self._context.screen.use()
        self._context.viewport = (0, 0, *picture.size)
        self._context.disable(moderngl.BLEND)
        picture.use()
        self._triangle.render(moderngl.TRIANGLES, vertices=3)

    def reduce(self, picture: moderngl.Texture, smaller: moderngl.Framebuffer) -> None:
        """Fill a smaller framebuffer with a picture, each of its pixels the mean of those that it covers."""
        smaller.use()
        self._context.disable(moderngl.BLEND)
        self._reducing["size"] = smaller.size
        self._reducing["taps"] = min(
            -(-picture.width // (2 * smaller.width)), 8
        )  # a sample is the mean of 2 x 2 pixels
        picture.use()
        self._reducer.render(moderngl.TRIANGLES, vertices=3)
