"""Checks for those who write plugins: each raises AssertionError, one line, for the first promise that is broken.

`check_controller` and `check_simulation` are for the tests of a plugin. What the plugin raises by itself is left alone.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from engine.plugin import QUANTUM, Ground, missing_parts
from nca_controller.guidance import Poisson
from nca_controller.physics import Terrain

__all__ = ["check_controller", "check_simulation"]

GRID = (20, 28)  # cells, high and wide
TICKS = 6
ROUNDING = 1e-4  # how much longer than 1 a velocity may be
BLOCKS = ((4, 10, 3, 11), (5, 11, 15, 23))  # rows and columns of the armies at first


def check_controller(controller: Any, *, ticks: int = TICKS) -> None:
    """Raise AssertionError where an object is no `Controller` that a battle can rely on.

    It steers two fields, one open and one with walls, for some ticks: its velocities have the field's shape, are
    numbers wherever there is mass and at most 1 long; its memory keeps its form; it changes nothing that it is given,
    itself included; and it does the same again, to the bit, when it is asked again.
    """
    for name in ("init", "steer", "planned", "network"):
        assert callable(getattr(controller, name, None)), f"{_name(controller)} has no {name}()"
    speed = getattr(controller, "max_speed", None)
    assert isinstance(speed, int | float) and 0 < speed < np.inf, f"max_speed must be a number above 0, not {speed!r}"
    weights = controller.network()
    assert weights is None or all(isinstance(one, np.ndarray) for one in weights.values()), (
        "network() must return arrays of NumPy by name, or None"
    )
    assert not jax.tree_util.all_leaves([controller]), f"{_name(controller)} is no pytree, so jit refuses it"
    for terrain in (Terrain.plain(*GRID), _walled()):
        first, second = (_steered(controller, terrain, ticks) for _ in range(2))
        for one, other in zip(first, second, strict=True):
            assert _same(one, other), "steer() is not deterministic: asked twice, it returns other numbers"


def _steered(controller: Any, terrain: Terrain, ticks: int) -> list[Any]:
    """Return what a controller says over some ticks, each of which is held to its promises."""
    mass, enemy = (jnp.asarray(_block(*block) * np.asarray(terrain.open_cells), jnp.float32) for block in BLOCKS)
    target = jnp.roll(mass, 6, axis=1)
    before = _kept(controller)
    memory = controller.init(mass, terrain, 0)
    # A function of its own for each call: what a controller draws while it is traced would be kept otherwise.
    steer = jax.jit(lambda controller, *rest: controller.steer(*rest))
    said: list[Any] = []
    for _ in range(ticks):
        given = _kept(memory)
        velocity, after = steer(controller, memory, mass, mass + enemy, target, terrain)
        controller.steer(memory, mass, mass + enemy, target, terrain) if not said else None  # not traced, for once
        assert _same(given, memory), "steer() changes the memory that it is given: return another one"
        assert velocity.shape == (*GRID, 2), f"steer() must return velocities {(*GRID, 2)}, not {velocity.shape}"
        assert jnp.issubdtype(velocity.dtype, jnp.floating), f"velocities must be floats, not {velocity.dtype}"
        there = np.asarray(velocity, np.float64)[np.asarray(mass) > 0]
        assert np.isfinite(there).all(), "a velocity is not finite where there is mass"
        longest = np.hypot(there[:, 0], there[:, 1]).max()
        assert longest <= 1 + ROUNDING, f"a velocity is {longest:.4g} long: at most 1, which is max_speed"
        form = [_form(memory), _form(after)]
        assert form[0] == form[1], f"the memory changes its form from {form[0]} to {form[1]}: scan refuses that"
        planned = controller.planned(after, velocity)
        assert np.shape(planned) == (*GRID, 2), f"planned() must return {(*GRID, 2)}, not {np.shape(planned)}"
        said.append((velocity, after))
        memory = after
    assert _same(before, controller), "steer() changes the controller: keep in the memory what is to be remembered"
    return said


def check_simulation(
    simulation: Any,
    *,
    controllers: Sequence[Any] | None = None,
    grounds: Sequence[Ground] | None = None,
    ticks: int = TICKS,
) -> None:
    """Raise AssertionError where an object is no `Simulation` that a game can rely on.

    It moves two regiments, friends and then enemies, on each of the grounds: open, with walls and fords, and one that
    wraps. Every total stays to the bit, no cell holds less than nothing or more than it can, nobody is faster than the
    controllers' `max_speed`, fluxes account for all that moved, what it is given and its earlier states stay as they
    are, and it does the same again from the start and from any state. `controllers` are by default `Poisson()` each.
    """
    assert not (missing := missing_parts(simulation)), f"{_name(simulation)} lacks {', '.join(missing)}"
    led = tuple(controllers or (Poisson(), Poisson()))
    assert len(led) == len(BLOCKS), f"{len(BLOCKS)} controllers are needed, not {len(led)}"
    for ground in grounds if grounds is not None else (Ground.plain(*GRID), _ford(), _torus()):
        for sides in ((0, 0), (0, 1)):
            first, second = (_played(simulation, ground, led, sides, ticks) for _ in range(2))
            for one, other in zip(first, second, strict=True):
                assert _same(one, other), "it is not deterministic: played twice, the fields differ"


def _played(
    simulation: Any, ground: Ground, controllers: tuple[Any, ...], sides: tuple[int, ...], ticks: int
) -> list[dict[str, np.ndarray]]:
    """Return the fields of some ticks, each of which is held to its promises."""
    room = np.where(ground.open_cells, ground.capacity, 0.0)
    half = np.floor(room / 2 / QUANTUM) * QUANTUM
    mass = np.stack([_block(*block) * half for block in BLOCKS]).astype(np.float32)
    targets = np.stack([_shifted(one, 5, half) for one in mass])
    given = (mass, targets, np.asarray(ground.open_cells), np.asarray(ground.capacity))
    kept = copy.deepcopy(given)
    fastest = max(controller.max_speed for controller in controllers)
    state = simulation.reset(mass, ground, controllers, 0, sides)
    fields = _read(simulation, state, mass.shape)
    assert np.array_equal(fields["mass"], mass), "reset() changes the mass, which was on the lattice"
    states, seen = [state], [fields]
    for tick in range(1, ticks + 1):
        state = simulation.tick(state, targets)
        fields, before = _read(simulation, state, mass.shape), seen[-1]["mass"]
        where = f"at tick {tick}"
        _check_mass(fields["mass"], mass, room, where)
        _check_motion(fields, before, fastest * room.max(), where)
        longest = np.hypot(*np.moveaxis(fields["velocity"].astype(np.float64), -1, 0))[fields["mass"] > 0].max()
        assert longest <= fastest * (1 + ROUNDING), (
            f"{where} a velocity is {longest:.4g} cells per tick, and the controllers' max_speed is {fastest:g}"
        )
        states.append(state)
        seen.append(fields)
    for name, now, then in zip(("mass", "targets", "ground", "capacity"), given, kept, strict=True):
        assert np.array_equal(now, then), f"it changes the {name} that it is given"
    for tick, (state, fields) in enumerate(zip(states, seen, strict=True)):
        assert _same(_read(simulation, state, mass.shape), fields), f"the state of tick {tick} changed afterwards"
    again = _read(simulation, simulation.tick(states[1], targets), mass.shape)
    assert _same(again, seen[2]), "it is not deterministic: gone back to an earlier state, the next one is another"
    return seen


def _check_mass(mass: np.ndarray, first: np.ndarray, room: np.ndarray, where: str) -> None:
    totals, wanted = (one.sum(axis=(1, 2), dtype=np.float64) for one in (mass, first))
    assert np.isfinite(mass).all(), f"{where} the mass is not finite"
    assert (totals == wanted).all(), f"{where} regiments hold {totals.tolist()}, and held {wanted.tolist()} at first"
    assert mass.min() >= 0, f"{where} a cell holds {mass.min():.4g}, less than nothing"
    over = (mass.sum(axis=0, dtype=np.float64) - room).max()
    assert over <= 0, f"{where} a cell holds {over:.4g} more than its capacity"


def _check_motion(fields: dict[str, np.ndarray], before: np.ndarray, most: float, where: str) -> None:
    flux_x, flux_y = (fields[name].astype(np.float64) for name in ("flux_x", "flux_y"))
    moved = before.astype(np.float64) - np.diff(flux_x, axis=2) - np.diff(flux_y, axis=1)
    assert np.array_equal(moved, fields["mass"]), f"{where} the fluxes do not account for what moved"
    largest = max(np.abs(flux_x).max(), np.abs(flux_y).max())
    assert largest <= most * (1 + ROUNDING), f"{where} {largest:.4g} crossed a face: faster than max_speed"


def _read(simulation: Any, state: Any, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Return copies of the fields of a state, of the shapes that the border asks for."""
    regiments, height, width = shape
    shapes = {
        "mass": shape,
        "velocity": (*shape, 2),
        "flux_x": (regiments, height, width + 1),
        "flux_y": (regiments, height + 1, width),
    }
    fields = simulation.read(state, tuple(shapes))
    for name, wanted in shapes.items():
        found = np.shape(fields[name])
        assert found == wanted, f"read() must return {name} {wanted}, not {found}"
    return {name: np.array(fields[name]) for name in shapes}


def _block(top: int, bottom: int, left: int, right: int) -> Float[np.ndarray, "H W"]:
    field = np.zeros(GRID)
    field[top:bottom, left:right] = 1
    return field


def _shifted(mass: np.ndarray, columns: int, room: np.ndarray) -> np.ndarray:
    """Return a target of exactly the same total: the mass moved to the right, and what finds no room stays."""
    there = np.minimum(np.roll(mass, columns, axis=1), room)
    left = mass.sum(dtype=np.float64) - there.sum(dtype=np.float64)
    gaps = room - there
    before = np.cumsum(gaps, axis=None).reshape(gaps.shape) - gaps
    return (there + np.clip(left - before, 0, gaps)).astype(np.float32)


def _walled() -> Terrain:
    ground = _ford()
    return Terrain(ground.open_cells, ground.capacity)


def _ford() -> Ground:
    open_cells, capacity = np.ones(GRID, bool), np.ones(GRID)
    open_cells[:6, 13] = open_cells[14:, 13] = False
    capacity[6:14, 13] = 0.5
    return Ground(open_cells, capacity)


def _torus() -> Ground:
    return Ground(np.ones(GRID, bool), 1.0, "torus")


def _kept(tree: Any) -> Any:
    return copy.deepcopy(tree)


def _same(one: Any, other: Any) -> bool:
    """Return whether two trees of arrays are the same to the bit; NaN is NaN."""
    (leaves, form), (others, another) = (jax.tree_util.tree_flatten(tree) for tree in (one, other))
    return str(form) == str(another) and all(_bits(a) == _bits(b) for a, b in zip(leaves, others, strict=True))


def _bits(leaf: Any) -> Any:
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    array = np.asarray(leaf)
    return (array.shape, array.dtype, array.tobytes()) if array.dtype != object else leaf


def _form(tree: Any) -> str:
    return str(jax.tree.map(lambda leaf: f"{jnp.asarray(leaf).dtype}{np.shape(leaf)}", tree))


def _name(thing: Any) -> str:
    return type(thing).__name__
