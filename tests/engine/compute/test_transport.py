"""Mass moved by shader passes goes where `nca_controller.physics` would have it go, to the bit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import jax.numpy as jnp
import moderngl
import numpy as np
import pytest

from engine.compute import packing, transport
from engine.compute.transport import Transport
from engine.gl import Passes, TexturePool, assembled, plain_texture
from engine.io import InputError
from engine.plugin import QUANTUM, Ground
from nca_controller.dynamics.ticks import transport as by_jax
from nca_controller.physics import LIMITERS, Terrain

SHAPE = (20, 24)  # height and width of a field, in cells
TICKS = 36
CHANGED = 6  # ticks after which all velocities are others
ES = "#version 300 es\nprecision highp float;\nprecision highp int;\nprecision highp sampler2D;\n"
ONE = ("wall", "superbee", (0,))
FRIENDS_AND_ENEMIES = ("torus", "ultra_bee", (0, 0, 1, 0))
LONG = [
    ("torus", "ultra_bee", (0,)),
    ("wall", "superbee", (0, 1)),
    ("torus", "superbee", (0, 0, 0)),
    ("wall", "superbee", (0, 0, 1, 1)),
    ("wall", "ultra_bee", (0, 1, 2, 0, 1)),
    ("torus", "superbee", (0, 1) * 6),
]


def lattice(field) -> np.ndarray:
    return (np.floor(np.asarray(field, np.float64) / QUANTUM) * QUANTUM).astype(np.float32)


@dataclass(frozen=True)
class Scene:
    """Regiments that are packed, thin or absent, on ground of any capacity with closed cells."""

    ground: Ground
    limiter: str
    sides: tuple[int, ...]
    mass: np.ndarray
    places: np.ndarray
    yielding: np.ndarray

    def velocities(self, tick) -> np.ndarray:
        """Return velocities that drive everybody the same way, apart, or nowhere, for a few ticks each."""
        rng = np.random.default_rng(tick // CHANGED)
        shape = self.mass.shape
        together = rng.normal(size=(shape[0], 1, 1, 2)) * 2
        return (together + rng.normal(size=(*shape, 2)) * rng.choice([0, 0.5, 3])).astype(np.float32)


def scene(boundary, limiter, sides, seed=0, shape=SHAPE) -> Scene:
    rng = np.random.default_rng(seed)
    open_cells = rng.random(shape) < 0.93
    capacity = lattice(rng.choice([0.3, 1.0, 2.5, 4.0], shape) * rng.uniform(0.9, 1.0, shape))
    held = rng.random((len(sides), *shape)) * (rng.random((len(sides), *shape)) < 0.6)
    held *= 1 / np.maximum(held.sum(0), rng.choice([1e-9, 1.0], shape))  # full where it is not thin
    empty = (np.arange(shape[1]) > 0.7 * shape[1]) & (np.arange(shape[0]) > 0.5 * shape[0])[:, None]
    mass = lattice(held * np.where(open_cells & ~empty, capacity, 0) * (1 - 2.0**-18))
    return Scene(
        Ground(open_cells, capacity, boundary),
        limiter,
        sides,
        mass,
        places=lattice(rng.random(mass.shape)),
        yielding=np.floor(rng.uniform(0.3, 1, len(sides)) * 256).astype(np.float32) / 256,
    )


class OnGpu:
    """A scene moved tick by tick, in textures."""

    def __init__(self, context, scene) -> None:
        self.pool = TexturePool(context)
        self.size = scene.mass.shape[:0:-1]
        self.regiments = len(scene.sides)
        self.transport = Transport(Passes(context), self.pool, scene.ground, scene.sides, scene.limiter)
        self.velocities = [plain_texture(context, self.size) for _ in scene.sides]
        self.start(scene)

    def start(self, scene) -> None:
        """Begin with the masses of a scene of the same ground and sides."""
        self.scene = scene
        self.mass, self.places = (self.uploaded(fields) for fields in (scene.mass, scene.places))

    def uploaded(self, fields):
        textures = packing.taken(self.pool, self.size, self.regiments)
        packing.write(textures, fields)
        return textures

    def tick(self, velocities) -> tuple[np.ndarray, ...]:
        """Return mass, flux to the right and flux down after one tick more."""
        for texture, velocity in zip(self.velocities, velocities, strict=True):
            texture.write(np.dstack([velocity, np.full(velocity.shape, 7, np.float32)]))
        moved = self.transport(self.mass, self.velocities, self.scene.yielding, self.places)
        self.pool.give_back(self.mass)
        self.mass = moved.mass
        fields = (moved.mass, moved.flux_right, moved.flux_down)
        read = tuple(packing.read(textures, self.regiments) for textures in fields)
        self.pool.give_back(moved.flux_right + moved.flux_down)
        return read


@pytest.fixture(scope="module")
def alone(context):
    return OnGpu(context, scene(*ONE))


@pytest.fixture(scope="module")
def together(context):
    return OnGpu(context, scene(*FRIENDS_AND_ENEMIES))


def ticks_by_jax(scene, ticks):
    """Yield the same fields, tick by tick."""
    friends = len(set(scene.sides)) < len(scene.sides)
    ground = Terrain(scene.ground.open_cells, scene.ground.capacity, scene.ground.boundary)
    mass = jnp.asarray(scene.mass)
    for tick in range(ticks):
        moved = by_jax(
            mass,
            list(jnp.asarray(scene.velocities(tick))),
            ground,
            jnp.asarray(scene.yielding) if friends else None,
            jnp.asarray(scene.places) if friends else None,
            sides=scene.sides,
            scheme=LIMITERS[scene.limiter],
            quantum=QUANTUM,
        )
        mass = moved["mass"]
        yield np.asarray(mass), np.asarray(moved["flux_x"])[..., 1:], np.asarray(moved["flux_y"])[:, 1:]


def check_alike(gpu, start, ticks):
    """Assert that all fields are JAX's, and that the battle is one: every regiment crosses many faces."""
    gpu.start(start)
    total = start.mass.sum((1, 2), np.float64)
    crossed = np.zeros_like(total)
    for tick, expected in enumerate(ticks_by_jax(start, ticks)):
        found = gpu.tick(start.velocities(tick))
        for name, ours, theirs in zip(("mass", "flux right", "flux down"), found, expected, strict=True):
            assert np.array_equal(ours, theirs), f"{name} differs in tick {tick}"
        assert (found[0].sum((1, 2), np.float64) == total).all()
        crossed += np.abs(found[1]).sum((1, 2), np.float64)
    assert (crossed > ticks / 50 * total).all()


def test_all_fields_are_those_of_jax(alone):
    check_alike(alone, scene(*ONE), TICKS)


def test_all_fields_of_friends_and_enemies_are_those_of_jax(together):
    check_alike(together, scene(*FRIENDS_AND_ENEMIES), TICKS)


@pytest.mark.long
@pytest.mark.parametrize(("boundary", "limiter", "sides"), [ONE, FRIENDS_AND_ENEMIES, *LONG])
def test_all_fields_are_those_of_jax_for_hundreds_of_ticks(context, boundary, limiter, sides):
    for seed in range(1, 6):
        start = scene(boundary, limiter, sides, seed)
        check_alike(OnGpu(context, start), start, 100)


def test_who_gives_way_makes_a_difference(together):
    """Else the comparison with JAX would say nothing about it."""
    yielding = scene(*FRIENDS_AND_ENEMIES)
    stubborn = replace(yielding, yielding=np.zeros(4, np.float32))
    homeless = replace(yielding, places=np.zeros_like(yielding.places))
    ends = []
    for start in (yielding, stubborn, homeless):
        together.start(start)
        for tick in range(4):
            mass, *_ = together.tick(start.velocities(tick))
        ends.append(mass)
    assert (ends[0] != ends[1]).any() and (ends[0] != ends[2]).any()


def test_what_others_left_switched_on_changes_nothing(context, alone):
    """With blending the field would go wrong, and its total would still be right."""
    start, ends = scene(*ONE), []
    for disturbed in (False, True):
        alone.start(start)
        for tick in range(3):
            if disturbed:
                context.enable(moderngl.BLEND | moderngl.CULL_FACE)
                context.blend_func = moderngl.ONE, moderngl.ONE
            fields = alone.tick(start.velocities(tick))
        ends.append(fields)
    assert all(map(np.array_equal, *ends))


def test_a_tick_leaves_what_it_was_given_as_it_was(together):
    start = scene(*FRIENDS_AND_ENEMIES)
    together.start(start)
    together.tick(start.velocities(0))
    before = packing.read(together.mass, 4)
    given = (together.mass, together.velocities, start.yielding, together.places)
    first, second = (packing.read(together.transport(*given).mass, 4) for _ in range(2))
    assert np.array_equal(first, second) and (first != before).any()
    assert np.array_equal(packing.read(together.mass, 4), before)
    assert np.array_equal(packing.read(together.places, 4), start.places)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (3, 5), (37, 70)])
def test_a_ring_packed_full_turns_as_one_and_a_packed_room_stands(context, shape):
    """No cell has room: what arrives is what is passed on, at any depth, once round the torus."""
    full = np.ones((1, *shape), np.float32)
    for boundary, crossed in (("torus", 0.5), ("wall", 0.0)):
        ground = Ground(np.ones(shape, bool), 1.0, boundary)
        gpu = OnGpu(context, replace(scene(*ONE, shape=shape), ground=ground, mass=full))
        mass, right, down = gpu.tick(np.broadcast_to(np.float32([1, -1]), (1, *shape, 2)))
        assert (mass == 1).all() and (right == crossed).all() and (down == -crossed).all()


@pytest.mark.parametrize("velocity", [(4, 4), (-4, 4), (4, -4), (-4, -4)])
@pytest.mark.parametrize("shape", [(40, 70), (33, 65)])  # whose last blocks are narrow, or one cell wide
def test_a_few_on_an_empty_field_go_as_fast_as_anybody_can(context, velocity, shape):
    """Only where mass can come to is anything drawn: two cells a tick along each axis, over every border."""
    mass = np.zeros((1, *shape), np.float32)
    mass[0, 5:8, 3:5], mass[0, 30, 31] = 1.0, 0.5
    ground = Ground(np.ones(shape, bool), 1.0, "torus")
    gpu = OnGpu(context, replace(scene(*ONE, shape=shape), ground=ground, mass=mass))
    for _ in range(40):
        found, right, down = gpu.tick(np.broadcast_to(np.float32(velocity), (1, *shape, 2)))
        mass = np.roll(mass, np.sign(velocity[::-1]) * 2, axis=(1, 2))
        assert np.array_equal(found, mass)
        assert (
            right.sum() == np.sign(velocity[0]) * 2 * mass.sum() and down.sum() == np.sign(velocity[1]) * 2 * mass.sum()
        )


def test_nothing_moves_on_an_empty_field(alone):
    start = scene(*ONE)
    alone.start(replace(start, mass=np.zeros_like(start.mass)))
    assert not any(field.any() for field in alone.tick(start.velocities(0)))


def test_textures_are_taken_again_tick_after_tick(alone):
    start, seen = scene(*ONE), set()
    alone.start(start)
    for tick in range(8):
        alone.tick(start.velocities(tick))
        seen.add(id(alone.mass[0]))
    assert len(seen) < 8


@pytest.mark.parametrize("regiments", [1, 3, 4, 5, 16])
def test_fields_come_back_from_their_textures(context, regiments):
    fields = np.random.default_rng(0).normal(size=(regiments, 3, 5)).astype(np.float32)
    textures = packing.taken(TexturePool(context), (5, 3), regiments)
    packing.write(textures, fields)
    assert len(textures) == -(-regiments // 4) and np.array_equal(packing.read(textures, regiments), fields)


def test_more_regiments_than_a_graphics_card_holds_are_refused_in_one_line(context):
    with pytest.raises(InputError, match="moves 16 regiments at most, not 17"):
        Transport(Passes(context), TexturePool(context), Ground.plain(4, 4), (0,) * 17)
    least = SimpleNamespace(info={"GL_MAX_TEXTURE_IMAGE_UNITS": 16, "GL_MAX_DRAW_BUFFERS": 8})
    transport.check_regiments(least, 12)
    with pytest.raises(InputError, match="moves 12 regiments at most, not 13"):
        transport.check_regiments(least, 13)


@pytest.mark.parametrize("regiments", [1, 2, 12])
def test_the_same_text_compiles_as_es(context, regiments):
    defines, sides = {"REGIMENTS": regiments}, (0,) * regiments
    parts = {"sides": transport.sides_text(sides), "velocities": transport.velocities_text(regiments)}
    variants = [("awake", {}), ("reached", {}), ("offers", {}), ("offers", {"TORUS": 1, "ULTRA_BEE": 1})]
    variants += [("stretches", {}), ("accepted", {}), ("moved", {}), ("moved", {"AGAIN": 1})]
    if regiments > 1:
        variants += [("courant", {}), ("crossing", {}), ("crossing", {"PRESSING": 1}), ("giving_way", {})]
    for name, more in variants:
        for vertex in ("field", "awake"):
            names = (f"compute/{vertex}.vert.glsl", f"compute/{name}.frag.glsl")
            texts = [assembled(path, defines | more, parts, ES) for path in names]
            context.program(vertex_shader=texts[0], fragment_shader=texts[1]).release()
