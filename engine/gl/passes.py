"""Passes: a fragment shader reckons every texel of its target textures from those of its input textures.

The shaders lie in assets/shaders/compute/, in the part of GLSL that 3.30 and ES 3.00 share. They need OpenGL 3.3 and
float targets, no compute shaders.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from weakref import WeakValueDictionary

import moderngl
import numpy as np

from engine.gl import released
from engine.gl.program import program
from engine.io import InputError

SAMPLERS = (0x8B5E, 0x8DCA, 0x8DD2)  # OpenGL's numbers of sampler2D, isampler2D and usampler2D
MOST_CANVASES = 256  # framebuffers kept; those used longest ago go first
TRIANGLE = 3  # vertices of field.vert.glsl, which covers the whole target


class Passes:
    """Compiles the passes of one context, and keeps a framebuffer for each set of targets that they draw on."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._canvases: dict[tuple[int, ...], tuple[moderngl.Framebuffer, tuple[moderngl.Texture, ...]]] = {}
        self._loaded: WeakValueDictionary[Hashable, Pass] = WeakValueDictionary()
        self._dropped: deque[moderngl.VertexArray | moderngl.Program] = deque()  # to be released on this thread

    def load(
        self,
        name: str,
        defines: Mapping[str, object] | None = None,
        parts: Mapping[str, str] | None = None,
        vertex: str = "field",
    ) -> Pass:
        """Return the pass <name>.frag.glsl, compiled; defines and parts are those of `assembled`.

        One of the same texts that is in use is shared; those that nobody uses any more are released. Raises InputError,
        one line, where the driver does not compile it.
        """
        while self._dropped:
            self._dropped.popleft().release()
        key = (name, vertex, tuple((defines or {}).items()), tuple((parts or {}).items()))
        found = self._loaded.get(key)
        if found is not None:
            return found
        try:
            shader = program(self.context, name, vertex=vertex, folder="compute", defines=defines, parts=parts)
        except moderngl.Error as error:
            raise InputError(f"the graphics driver does not compile {name}.frag.glsl: {complaint(error)}") from error
        found = self._loaded[key] = Pass(self, shader)
        weakref.finalize(found, self._dropped.extend, found.objects).atexit = False
        return found

    def finish(self) -> None:
        """Wait until all is drawn that was asked for; other threads run meanwhile."""
        released.finish(self.context)

    def canvas(self, targets: Sequence[moderngl.Texture]) -> moderngl.Framebuffer:
        """Return the framebuffer that draws on these textures. Raises InputError where the driver cannot."""
        key = tuple(map(id, targets))
        found = self._canvases.pop(key, None)
        if found is None:
            if len(self._canvases) >= MOST_CANVASES:
                self._canvases.pop(next(iter(self._canvases)))[0].release()
            try:
                found = self.context.framebuffer(list(targets)), tuple(targets)  # held, so that no id is used twice
            except moderngl.Error as error:
                line = f"the graphics driver cannot draw on {len(targets)} textures of floats: {complaint(error)}"
                raise InputError(line) from error
        self._canvases[key] = found
        return found[0]


class Pass:
    """A compiled pass. Its outputs are numbered, its inputs read with texelFetch."""

    def __init__(self, passes: Passes, shader: moderngl.Program) -> None:
        self._passes = passes
        self._shader = shader
        self._mesh = passes.context.vertex_array(shader, [])
        self.objects = (self._mesh, shader)  # to be released once nobody has the pass any more
        self._samplers = [name for name in shader if getattr(shader[name], "gl_type", None) in SAMPLERS]
        for unit, name in enumerate(self._samplers):
            shader[name] = unit
        self._first = True

    def run(
        self,
        targets: Sequence[moderngl.Texture],
        inputs: Mapping[str, moderngl.Texture],
        uniforms: Mapping[str, object] | None = None,
        *,
        mode: int = moderngl.TRIANGLES,
        vertices: int = TRIANGLE,
        instances: int = 1,
        clear: bool = False,
    ) -> None:
        """Draw on the targets; inputs by the names of their samplers, uniforms by theirs; `clear` puts 0 elsewhere.

        `size` is (width, height) of the targets unless given; arrays are NumPy's, of the shader's type. Uniforms that
        the shader does not use are left out; those that it uses are to be given in every run. A target that is an input
        as well has no defined outcome. Raises KeyError where an input that the shader reads is missing.
        """
        shader = self._shader
        canvas = self._passes.canvas(targets)
        canvas.use()
        # Whoever drew before may have left blending on. Points have the size that the shader gives them, as on the web.
        self._passes.context.enable_only(moderngl.PROGRAM_POINT_SIZE)
        if clear:
            canvas.clear()
        for unit, name in enumerate(self._samplers):
            inputs[name].use(unit)
        for name, value in ({"size": targets[0].size} | dict(uniforms or {})).items():
            member = shader.get(name, None)
            if isinstance(member, moderngl.Uniform) and isinstance(value, np.ndarray):
                member.write(value.tobytes())
            elif member is not None:
                shader[name] = value
        if self._first:  # software GL compiles now
            self._first = False
            released.draw(self._passes.context, self._mesh, mode, vertices, instances)
        else:
            self._mesh.render(mode, vertices=vertices, instances=instances)


class TexturePool:
    """Float textures for states that never change: taken for what a pass draws, given back once no state holds them."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._free: dict[tuple[tuple[int, int], int, str], deque[moderngl.Texture]] = {}

    def take(self, size: tuple[int, int], components: int = 4, dtype: str = "f4") -> moderngl.Texture:
        """Return a texture of (width, height) texels, without defined contents. Only for the context's thread."""
        try:
            return self._free[size, components, dtype].pop()
        except (KeyError, IndexError):
            return plain_texture(self._context, size, components, dtype)

    def give_back(self, textures: Iterable[moderngl.Texture]) -> None:
        """Take textures back, from any thread; whatever reads or draws them was asked for before."""
        for texture in textures:
            self._free.setdefault((texture.size, texture.components, texture.dtype), deque()).append(texture)

    def clear(self) -> None:
        """Release the textures that nobody has taken. Only for the context's thread."""
        for free in self._free.values():
            while free:
                free.pop().release()


def plain_texture(
    context: moderngl.Context, size: tuple[int, int], components: int = 4, dtype: str = "f4", data: bytes | None = None
) -> moderngl.Texture:
    """Return a texture whose texels are read one by one. Raises InputError where the driver has no room for it."""
    try:
        texture = context.texture(size, components, data, dtype=dtype)
    except moderngl.Error as error:
        raise InputError(f"the graphics driver makes no texture of {size[0]}x{size[1]}: {complaint(error)}") from error
    texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
    texture.repeat_x = texture.repeat_y = False
    return texture


def complaint(error: moderngl.Error) -> str:
    """Return the line of a driver's message that says what is wrong: the first with "error", or else the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["it does not say why"]
    return next((line for line in lines if "error" in line.lower()), lines[0])
