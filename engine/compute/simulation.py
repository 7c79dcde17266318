"""The simulation on any GPU with OpenGL 3.3: cells and transport as shaders, plans on the CPU, one tick late.

A tick is computed on a thread of its own, so that the game goes on meanwhile. What commanders plan and who sleeps is
reckoned aside, by what controllers hand over, from the mass that a tick begins with, and holds in the tick after: one
tick late, however fast either side is. Before the first tick there is nothing to go by, so that one waits. The order
follows from the plan and from the mass as it is, in the tick: mass that settled by what it was would slosh about.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import moderngl
import numpy as np
from jaxtyping import Bool, Float

from engine.compute.laws import Laws
from engine.compute.packing import read
from engine.compute.state import Fields, GlState, Held, Judged, Targets
from engine.compute.steering import kind_of
from engine.gl import OffscreenThread, Passes, TexturePool
from engine.io import InputError
from engine.plugin import QUANTUM, RULES, TICK, Exported, Ground, exported, plugins

MOST_LAWS = 8  # kinds of battles whose passes are kept, those last played
Made = TypeVar("Made")


class GlSimulation:
    """Implements `engine.plugin.Simulation` in an OpenGL context of its own.

    Raises InputError, one line, where there is no OpenGL that it can use.
    """

    backend = "gl"
    name = "gl"

    def __init__(self) -> None:
        self._opengl = OffscreenThread()
        self.device: str = self._opengl.device
        self._planners = ThreadPoolExecutor(1, "planners")
        self._pool = TexturePool(self._opengl.context)
        self._passes = Passes(self._opengl.context)
        self._laws: dict[Hashable, Laws] = {}
        rules = plugins(RULES, "rules")
        self._rules = rules["nca"]() if "nca" in rules else None

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Any],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> GlState:
        """Return the state in which regiment r holds mass[r], rounded down to the lattice, and obeys controllers[r].

        Raises InputError for more regiments than it can hold and for controllers that hand over nothing that it can
        run, and ValueError for masses that do not fit the ground and for controllers or sides that are not one for each
        regiment.
        """
        settled = settle(mass, ground)
        regiments = len(settled)
        sides = (0,) * regiments if sides is None else tuple(map(int, sides))
        handed = tuple(exported(controller) for controller in controllers)
        if not len(handed) == len(sides) == regiments:
            raise ValueError(f"controllers and sides must be one for each of {regiments} regiments")
        memories = [one.planner.begin(settled[r], ground, seed + r) for r, one in enumerate(handed)]
        judged = Judged(
            self._rules.begin(settled) if self._rules else None, np.zeros(regiments, bool), np.zeros(regiments)
        )

        def begin() -> tuple[Laws, Fields]:
            laws = self._laws_of(ground, sides, handed)
            masses = Held(self._pool, laws.uploaded(settled))
            cells = tuple(Held(self._pool, memory) for memory in laws.first_cells(settled))
            plans = tuple(map(done, memories))
            return laws, Fields(masses, settled, cells, np.zeros(regiments, bool), None, plans, done(judged))

        laws, fields = self._opengl.run(begin)
        return GlState(done(fields), ground, sides, handed, laws)

    def tick(self, state: GlState, targets: Targets) -> GlState:
        """Return the state one tick later; it may still be being computed.

        Raises ValueError for targets that are not one for each regiment, of the ground's shape, finite and at least 0.
        """
        shape = (len(state.sides), *state.ground.grid)
        wanted = np.array(targets, np.float32)  # a copy: it is looked at later
        if wanted.shape != shape or not (np.isfinite(wanted).all() and (wanted >= 0).all()):
            raise ValueError(f"targets must be {shape}, finite and at least 0")
        fields = self._opengl.begin(partial(self._moved, state, wanted))
        return GlState(fields, state.ground, state.sides, state.exported, state.laws)

    def read(self, state: GlState, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields, waiting for them; velocities in cells per tick. Raises KeyError for another name."""
        for name in fields:
            if name not in state.read:
                state.read[name] = self._read_one(state, name)
        return {name: state.read[name] for name in fields}

    def _laws_of(self, ground: Ground, sides: tuple[int, ...], handed: tuple[Exported, ...]) -> Laws:
        """Return the passes of a kind of battle, which are compiled once."""
        open_cells, capacity = np.asarray(ground.open_cells, bool), np.float32(ground.capacity)
        content = (open_cells.shape, open_cells.tobytes(), capacity.tobytes(), ground.boundary)
        key = (content, sides, tuple(kind_of(one) for one in handed))
        laws = self._laws.pop(key, None) or Laws(self._passes, self._pool, ground, sides, handed)
        self._laws[key] = laws
        if len(self._laws) > MOST_LAWS:
            self._laws.pop(next(iter(self._laws)))
        return laws

    def _moved(self, state: GlState, targets: Targets) -> Fields:
        """Return the fields one tick later; a job of OpenGL's thread."""
        before, laws = state.fields.result(), state.laws
        asleep = before.judged.result().asleep
        same = np.zeros(len(targets), bool)
        if before.targets is not None:
            same = (targets == before.targets).all(axis=(1, 2))
        awake = ~(asleep & same)
        judged = self._planners.submit(self._judge, state, before, targets, awake)
        plans = tuple(
            self._planners.submit(plan, state.exported[r].planner, before.plans[r], before.mass_read[r], targets[r])
            if awake[r]
            else before.plans[r]
            for r in range(len(targets))
        )
        places = before.places
        if laws.has_friends and (places is None or not same.all()):
            places = Held(self._pool, laws.uploaded(targets))
        known = plans if before.targets is None else before.plans
        orders = {
            r: state.exported[r].planner.order(known[r].result(), before.mass_read[r], targets[r])
            for r in map(int, np.flatnonzero(awake))
        }
        cells = list(before.cells)
        held = {regiment: cells[regiment].textures for regiment in orders}
        for regiment, after in laws.steered(held, before.mass.textures, targets, orders).items():
            cells[regiment] = Held(self._pool, after)
        mass, flux, mass_read = before.mass, None, before.mass_read
        if awake.any():
            velocities = [one.textures[0] if moves else None for one, moves in zip(cells, awake, strict=True)]
            yielding = judged.result().yielding.tolist() if laws.has_friends else None
            moved, crossed = laws.moved(mass.textures, velocities, yielding, places.textures if places else None)
            mass, flux = Held(self._pool, moved), Held(self._pool, crossed)
            mass_read = read(moved, len(targets))
            check_totals(mass_read, before.mass_read)
        return Fields(mass, mass_read, tuple(cells), awake, flux, plans, judged, targets, places)

    def _judge(self, state: GlState, before: Fields, targets: Targets, awake: Bool[np.ndarray, " R"]) -> Judged:
        memory = before.judged.result().memory
        if self._rules is None:
            return Judged(None, np.zeros(len(targets), bool), np.zeros(len(targets), np.float32))
        asleep, yielding, memory = self._rules.judge(
            memory, before.mass_read, targets, awake, state.ground.boundary, state.sides
        )
        return Judged(memory, asleep, yielding)

    def _read_one(self, state: GlState, name: str) -> np.ndarray:
        fields, regiments = state.fields.result(), len(state.sides)
        if name == "mass":
            return fields.mass_read
        if name in ("velocity", "planned"):
            texels = self._opengl.run(lambda: np.stack([texels_of(one.textures[0]) for one in fields.cells]))
            moving = np.where(fields.awake[:, None, None, None], texels[..., :2], 0)
            alone = np.array([one.network is None for one in state.exported])[:, None, None, None]
            found = moving if name == "velocity" else np.where(alone, moving, texels[..., 2:])
            return (found * TICK).astype(np.float32)
        if name in ("flux_x", "flux_y"):
            axis, half = (2, 0) if name == "flux_x" else (1, 1)
            crossed = np.zeros((regiments, *state.ground.grid), np.float32)
            if (flux := fields.flux) is not None:
                groups = len(flux.textures) // 2
                mine = flux.textures[half * groups : (half + 1) * groups]
                crossed = self._opengl.run(lambda: read(mine, regiments))
            return with_first_face(crossed, axis, state.ground.boundary)
        raise KeyError(name)


def plan(planner: Any, before: Future[Any], mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> Any:
    """Return what a planner remembers once it has planned a tick; `before` is what it remembered."""
    return planner.plan(before.result(), mass, target)


def settle(mass: Float[np.ndarray, "R H W"], ground: Ground) -> Float[np.ndarray, "R H W"]:
    """Return the masses rounded down to the lattice. Raises ValueError for those that do not fit the ground."""
    given = np.asarray(mass, np.float32)
    if given.ndim != 3 or given.shape[1:] != ground.grid:
        raise ValueError(f"mass must be (R, {ground.grid[0]}, {ground.grid[1]}), not {given.shape}")
    settled = np.trunc(given / np.float32(QUANTUM)) * np.float32(QUANTUM)
    room = np.where(ground.open_cells, ground.capacity, 0)
    if not (np.isfinite(given).all() and (given >= 0).all() and (settled.sum(axis=0, dtype=np.float64) <= room).all()):
        raise ValueError("mass must be finite, at least 0, and within the capacity of open cells")
    return settled


def check_totals(mass: Float[np.ndarray, "R H W"], before: Float[np.ndarray, "R H W"]) -> None:
    """Raise InputError where a regiment has not the mass of the tick before, as where a context is lost."""
    now, then = (field.sum(axis=(1, 2), dtype=np.float64) for field in (mass, before))
    if not (now == then).all():
        raise InputError("simulation 'gl': the graphics driver lost its context, or mass")


def with_first_face(flux: Float[np.ndarray, "R H W"], axis: int, boundary: str) -> np.ndarray:
    """Return the flux across all faces along an axis, of those behind each cell: on a torus the first is the last."""
    last = np.take(flux, [-1], axis)
    return np.concatenate([last if boundary == "torus" else np.zeros_like(last), flux], axis)


def texels_of(texture: moderngl.Texture) -> Float[np.ndarray, "H W C"]:
    """Return what a texture of floats holds. Only for the context's thread."""
    return np.frombuffer(texture.read(), np.float32).reshape(texture.height, texture.width, texture.components)


def done(value: Made) -> Future[Made]:
    """Return a future that has come."""
    future: Future[Made] = Future()
    future.set_result(value)
    return future
