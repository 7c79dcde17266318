"""Cells that shaders steer do as the cells of JAX: velocities and hidden channels, tick by tick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from engine.compute import packing, steering
from engine.compute.steering import Steering
from engine.compute.transport import ground_texture
from engine.gl import Passes, TexturePool, assembled
from engine.io import InputError
from engine.plugin import TICK, Ground, exported
from nca_controller.checkpoints import Architecture
from nca_controller.controllers import NCA, load_controller
from nca_controller.dynamics import crowds, steer
from nca_controller.model import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model import PRESENT
from nca_controller.model.channels import WAKING
from nca_controller.model.network import alive_mask
from nca_controller.physics import Terrain

GRID = (44, 61)  # rows and columns: the last tiles are cut, along both axes
TICKS = 3
SMALL = Architecture(hidden_dim=10, cells="all", frame="ground", percept="apart", obedience=0.0)
CLOSE = 1e-5
WEB = "#version 300 es\n" + "".join(f"precision highp {kind};\n" for kind in ("float", "int", "sampler2D"))
steered = jax.jit(steer)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Ordered:
    """A commander whose order is its memory."""

    def order(self, memory, mass, target):
        return memory, memory


def small() -> NCA:
    """Return random cells of a kind that no model here is of, with outputs large enough to matter."""
    rng = np.random.default_rng(0)
    params = jax.tree.map(
        lambda leaf: jnp.asarray(rng.normal(size=leaf.shape) / np.sqrt(leaf.shape[0]), jnp.float32),
        jax.eval_shape(SMALL.init_params, jax.random.key(0)),
    )
    return NCA(params, SMALL)


def walled() -> Ground:
    open_cells, capacity = np.ones(GRID, bool), np.ones(GRID)
    open_cells[12:30, 30:33] = False
    capacity[:, 36:50], capacity[30:, :8] = 0.7, 2.5
    return Ground(open_cells, capacity, "torus")


def fields(regiments: int, ground: Ground):
    """Return masses that overlap, up to the border, targets, and orders that stand still in places."""
    rng = np.random.default_rng(regiments)
    mass = np.zeros((regiments, *GRID), np.float32)
    for number in range(regiments):
        top, left = 4 + 2 * number, 38 - 7 * number if number else 45
        mass[number, top : top + 14, left : left + 16] = rng.random((14, 16)) * 0.6 * (rng.random((14, 16)) > 0.2)
    mass[:, [39, 32], [55, 40]] = 0.05  # in the corners of tiles, beside which nobody else stands
    mass = np.floor(mass * ground.open_cells * 2**20) / 2**20
    order = rng.normal(size=(regiments, *GRID, 3)).astype(np.float32) * 0.4
    order[:, :, 40:44, :2] = 0
    order[..., :2] /= np.maximum(np.hypot(*np.moveaxis(order[..., :2], -1, 0)), 1)[..., None]
    return np.float32(mass), np.float32(rng.random(mass.shape) * (rng.random(mass.shape) > 0.7)), order


def read(texture):
    return np.frombuffer(texture.read(), np.float32).reshape(texture.height, texture.width, 4)


@dataclass(frozen=True)
class Bench:
    """What steers regiments on a ground, and their masses as it takes them."""

    steering: Steering
    masses: Any


def bench(context, ground, mass, sides) -> Bench:
    pool = TexturePool(context)
    masses = packing.taken(pool, ground.grid[::-1], len(mass))
    packing.write(masses, mass)
    return Bench(Steering(Passes(context), pool, ground, ground_texture(context, ground), sides), masses)


@pytest.mark.parametrize(
    ("name", "sides", "regiment", "ground"),
    [
        ("default", (0, 1, 0, 1, 2, 0), 5, walled()),
        ("open", (0,), 0, Ground.plain(*GRID)),
        ("small", (1, 0, 1), 2, walled()),
        pytest.param("local", (0, 0), 1, walled(), marks=pytest.mark.long),
    ],
)
def test_cells_do_as_those_of_jax(context, name, sides, regiment, ground):
    controller = small() if name == "small" else load_controller(name)
    mass, targets, orders = fields(len(sides), ground)
    there = bench(context, ground, mass, sides)
    cells = there.steering.cells(exported(controller))
    led = replace(controller, own_commander=Ordered)
    terrain = Terrain(ground.open_cells, ground.capacity, ground.boundary)
    memory = controller.init(jnp.asarray(mass[regiment]), Terrain.plain(*GRID), 0)
    textures = cells.begin(mass[regiment])
    for tick in range(TICKS):
        order = np.roll(orders[regiment], 3 * tick, axis=0)
        memory = replace(memory, commander=jnp.asarray(order))
        velocity, memory = steered(led, memory, mass, targets, regiment, terrain, crowds(jnp.asarray(mass), sides))
        living = there.steering.living(there.masses)
        signal = there.steering.signal(targets[regiment], order)
        textures = cells.steer(textures, there.masses, living, signal, regiment)
        found = np.concatenate([read(texture) for texture in textures], axis=-1)
        wanted = np.asarray(memory.cells[..., CHANNELS.VELOCITY_X :])
        np.testing.assert_allclose(found, wanted, atol=CLOSE, rtol=0)
        np.testing.assert_array_equal(wanted[..., :2], velocity)
    assert np.abs(wanted[..., :2] - order[..., :2]).max() > 0.1, "the network says something"
    if controller.architecture.cells == "living":
        assert (found[..., 4:] == 0).all(axis=-1).mean() > 0.5


def test_who_steers_alone_is_obeyed_to_the_bit(context):
    ground = Ground.plain(*GRID)
    mass, targets, orders = fields(2, ground)
    there = bench(context, ground, mass, (0, 1))
    cells = there.steering.cells(exported(load_controller("poisson")))
    before = cells.begin(mass[1])
    signal = there.steering.signal(targets[1], orders[1])
    (velocity,) = cells.steer(before, there.masses, there.steering.living(there.masses), signal, 1)
    np.testing.assert_array_equal(read(velocity), orders[1][..., [0, 1, 0, 1]])
    assert not read(before[0]).any(), "what was there before stays"


@pytest.mark.parametrize(("slow", "ordered", "most"), [(False, 3.0, 1.0), (True, 1.0, 0.25)])
def test_nobody_is_faster_than_the_controller_may_be(context, slow, ordered, most):
    controller = replace(small(), max_speed=most * TICK) if slow else load_controller("poisson")
    ground = Ground.plain(*GRID)
    mass, targets, orders = fields(1, ground)
    there = bench(context, ground, mass, (0,))
    cells = there.steering.cells(exported(controller))
    signal = there.steering.signal(targets[0], ordered * orders[0])
    after = cells.steer(cells.begin(mass[0]), there.masses, there.steering.living(there.masses), signal, 0)
    lengths = np.hypot(*np.moveaxis(read(after[0])[..., :2], -1, 0))
    assert 0.99 * most < lengths.max() <= steering.HAIR * most * (1 + 1e-6)


@pytest.mark.parametrize("grid", [(3, 5), (7, 30), (8, 8), (20, 57)])
def test_all_living_cells_and_no_others_are_worked_through(context, grid):
    """Also where the last tiles are cut, and where the field is smaller than one."""
    ground = Ground.plain(*grid)
    mass = np.zeros((1, *grid), np.float32)
    mass[0, ::9, ::11], mass[0, -1, -1] = 1, 1
    there = bench(context, ground, mass, (0,))
    ones = "out vec2 a, out vec4 b, out vec4 c) { a = vec2(1.0); b = vec4(1.0); c = b; }"
    made = exported(small())
    text = f"void network(const vec4 h[6], const vec4 i[6], const vec4 j[6], {ones}"
    made = replace(made, network=text, architecture={**made.architecture, "cells": "living"})
    cells = there.steering.cells(made)
    signal = there.steering.signal(mass[0], np.zeros((*grid, 3), np.float32))
    after = cells.steer(cells.begin(mass[0]), there.masses, there.steering.living(there.masses), signal, 0)
    living = np.asarray(alive_mask(jnp.asarray(mass[0])))
    hidden = np.where(mass[0] > 0, np.tanh(1.1), np.tanh(1.0)) * living
    for texture in after[1:]:
        np.testing.assert_allclose(read(texture), np.repeat(hidden[..., None], 4, -1), atol=1e-6)


def test_a_driver_without_points_as_large_as_tiles_is_refused(context, monkeypatch):
    ground = Ground.plain(*GRID)
    monkeypatch.setattr(steering, "TILE", 10**6)
    with pytest.raises(InputError, match=r"draws points of \d+ pixels at most, and tiles have 1000000$"):
        bench(context, ground, fields(1, ground)[0], (0,))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("num_channels", 24, "the shaders hold cells with num_channels 16, not 24"),
        ("frame", "compass", "the shaders hold cells with frame order or ground, not 'compass'"),
    ],
)
def test_cells_that_the_shaders_do_not_hold_are_refused_in_a_line(context, name, value, complaint):
    made = exported(small())
    other = replace(made, architecture={**made.architecture, name: value})
    ground = Ground.plain(*GRID)
    with pytest.raises(InputError) as refused:
        bench(context, ground, fields(1, ground)[0], (0,)).steering.cells(other)
    assert str(refused.value) == complaint


def test_a_network_that_does_not_compile_is_refused_in_a_line(context):
    ground = Ground.plain(*GRID)
    broken = replace(exported(small()), network="void network() {")
    with pytest.raises(InputError, match=r"does not compile steer\.frag\.glsl: .*error") as refused:
        bench(context, ground, fields(1, ground)[0], (0,)).steering.cells(broken)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("regiments", "own_frame", "open_ground"), [(1, True, True), (16, False, False)])
def test_the_texts_are_those_of_a_web_page_too(context, regiments, own_frame, open_ground):
    made = exported(small())
    defines = steering.defines_of(made.architecture) | {"ORDER_FRAME": int(own_frame), "OPEN_GROUND": int(open_ground)}
    defines |= {"REGIMENTS": regiments, "GROUPS": packing.groups(regiments), "TILE": 8, "PRESENT": 0.01, "HIDDEN": 1}
    defines |= {"LIMIT": 1.0, "ALL_CELLS": int(own_frame)}
    for vertex, fragment in (("field", "obey"), ("field", "living_tiles"), ("living_tiles", "steer")):
        paths = f"compute/{vertex}.vert.glsl", f"compute/{fragment}.frag.glsl"
        texts = [assembled(path, defines, {"network": made.network}, WEB) for path in paths]
        context.program(vertex_shader=texts[0], fragment_shader=texts[1]).release()


def test_the_constants_are_those_of_the_cells():
    assert (steering.PRESENT, steering.WAKING) == (PRESENT, WAKING)
