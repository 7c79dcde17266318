"""A pass writes each texel once from those of its inputs, whatever was drawn before it."""

from __future__ import annotations

from importlib import import_module

import moderngl
import numpy as np
import pytest

from engine.gl import Passes, TexturePool, assembled, passes, plain_texture, released
from engine.io import InputError

SIZE = (5, 3)  # width, height
HALVED = """
#include "scale"
uniform sampler2D field;
uniform sampler2D other;
uniform ivec2 size;
layout(location = 0) out vec4 scaled;
layout(location = 1) out vec4 place;
void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    scaled = SCALE * texelFetch(field, cell, 0) + texelFetch(other, cell, 0);
    place = vec4(cell, size);
}
"""


@pytest.fixture
def shaders(tmp_path, monkeypatch):
    """A folder of shaders that holds HALVED beside the vertex shader of all passes."""
    folder = tmp_path / "compute"
    folder.mkdir()
    (folder / "halved.frag.glsl").write_text(HALVED)
    (folder / "scale.glsl").write_text('#include "half"\n')
    (folder / "half.glsl").write_text("const float SCALE = HALF;\n")
    program = import_module("engine.gl.program")  # the face has a function of that name
    vertex = "compute/field.vert.glsl"
    (tmp_path / vertex).write_text((program.SHADERS / vertex).read_text())
    monkeypatch.setattr(program, "SHADERS", tmp_path)
    return folder


def read(texture) -> np.ndarray:
    return np.frombuffer(texture.read(), np.float32).reshape(texture.height, texture.width, -1)


def filled(context, seed) -> tuple[moderngl.Texture, np.ndarray]:
    values = np.random.default_rng(seed).normal(size=(*SIZE[::-1], 4)).astype(np.float32)
    return plain_texture(context, SIZE, data=values.tobytes()), values


def test_shaders_are_put_together_from_version_defines_and_parts(shaders):
    text = assembled("compute/halved.frag.glsl", {"HALF": 0.5}, version="#version 300 es\n")
    assert text.startswith("#version 300 es\n#define HALF 0.5\n\nconst float SCALE = HALF;")
    assert "const float SCALE = 3.0;" in assembled(
        "compute/halved.frag.glsl", parts={"scale": "const float SCALE = 3.0;"}
    )


def test_a_pass_writes_every_texel_from_its_inputs(context, shaders):
    halved, pool = Passes(context).load("halved", {"HALF": 0.5}), TexturePool(context)
    targets = [pool.take(SIZE), pool.take(SIZE)]
    (field, values), (other, others) = filled(context, 0), filled(context, 1)
    # Left on, blending would add what is written to what stood there.
    context.enable(moderngl.BLEND)
    context.blend_func = moderngl.ONE, moderngl.ONE
    for _ in range(2):
        halved.run(targets, {"other": other, "field": field})
        assert (read(targets[0]) == 0.5 * values + others).all()
    places = read(targets[1])
    assert (places[..., 2:] == SIZE).all()
    assert (places[..., 0] == np.arange(SIZE[0])).all() and (places[..., 1] == np.arange(SIZE[1])[:, None]).all()
    halved.run(targets, {"other": field, "field": other}, {"size": (7, 8)})
    assert (read(targets[0]) == 0.5 * others + values).all() and (read(targets[1])[..., 2:] == (7, 8)).all()


def test_an_input_that_is_missing_is_named(context, shaders):
    halved, pool = Passes(context).load("halved", {"HALF": 0.5}), TexturePool(context)
    with pytest.raises(KeyError, match="other"):
        halved.run([pool.take(SIZE), pool.take(SIZE)], {"field": pool.take(SIZE)})


def test_a_shader_that_does_not_compile_is_refused_in_one_line(context, shaders):
    with pytest.raises(InputError, match=r"does not compile halved\.frag\.glsl: .*HALF") as refused:
        Passes(context).load("halved")
    assert "\n" not in str(refused.value)


def test_too_many_targets_are_refused_in_one_line(context):
    pool = TexturePool(context)
    with pytest.raises(InputError, match="cannot draw on 33 textures"):
        Passes(context).canvas([pool.take(SIZE) for _ in range(33)])


def test_framebuffers_are_kept_for_the_targets_they_draw_on(context, monkeypatch):
    monkeypatch.setattr(passes, "MOST_CANVASES", 2)
    painter, pool = Passes(context), TexturePool(context)
    first, second, third = (pool.take(SIZE) for _ in range(3))
    canvas = painter.canvas([first])
    painter.canvas([second])
    assert painter.canvas([first]) is canvas
    painter.canvas([third])  # the second's was used longest ago, and goes
    assert painter.canvas([first]) is canvas and painter.canvas([first, second]) is not canvas


def test_textures_given_back_are_taken_again_by_size_and_kind(context):
    pool = TexturePool(context)
    wide, narrow = pool.take(SIZE), pool.take(SIZE, 1)
    assert wide.components == 4 and narrow.components == 1 and wide.size == SIZE
    assert pool.take(SIZE) is not wide
    pool.give_back([wide, narrow])
    assert pool.take(SIZE, 2) not in (wide, narrow)
    assert pool.take(SIZE, 1) is narrow and pool.take(SIZE) is wide


@pytest.mark.parametrize("loader", [True, False])
def test_a_first_draw_and_a_wait_go_round_moderngl_where_its_loader_is_known(context, shaders, monkeypatch, loader):
    """Those release Python's lock; what is drawn is the same, once and again."""
    asked = []

    def address(context, name):
        asked.append(name)
        return context.mglo._context.load(name) if loader else 0

    monkeypatch.setattr(released, "_address", address)
    all_of = Passes(context)
    halved, pool = all_of.load("halved", {"HALF": 0.5}), TexturePool(context)
    targets = [pool.take(SIZE), pool.take(SIZE)]
    (field, values), (other, others) = filled(context, 0), filled(context, 1)
    for one, another, wanted in ((field, other, 0.5 * values + others), (other, field, 0.5 * others + values)):
        halved.run(targets, {"field": one, "other": another})
        all_of.finish()
        assert (read(targets[0]) == wanted).all()
    assert asked == ["glDrawArraysInstanced", "glFinish", "glFinish"]
