"""What a machine does with the physics and the training of JAX, and whether the promises hold on it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller.controllers import Controller, load_controller
from nca_controller.dynamics import State, advance, init_state, steer, trajectory, transport
from nca_controller.jax_config import first_device
from nca_controller.physics import Terrain

EACH = 3.0  # seconds that a figure takes, at least one call
REGIMENTS = (1, 8)
FILLED = 0.05  # share of a field on which an army stands
CHECKED = (1, 20, 100)  # ticks after which fields are compared
SCANNED = 8  # ticks of a scanned call
COPIED = 2**26  # numbers that are copied to find the bandwidth
PACKAGES = ("jax", "jaxlib", "flax", "numpy")
BATCH, LENGTH, GRID = 4, 32, 64  # battles, ticks, cells of a step of training

Clock = Callable[[], float]


def head() -> Iterator[str]:
    """Yield the lines that say what is measured."""
    device = first_device()
    yield f"# {device.device_kind} ({device.platform}, {len(jax.devices())} of them)\n"
    yield ", ".join(f"{package} {version(package)}" for package in PACKAGES) + f", Python {platform.python_version()}\n"
    yield "Made by `python -m nca_controller.benchmark`.\n"


def table(sizes: Sequence[int], late: Callable[[], bool]) -> Iterator[str]:
    """Yield the lines of the table, as they are measured; a row that it is too late for when it is due is "-"."""
    controller = load_controller("default")
    yield from promises(controller, first_device())
    yield f"Training, {BATCH} battles of {LENGTH} ticks on {GRID} x {GRID}: {trained():.3g} cell-steps a second.\n"
    width = bandwidth()
    yield f"A copy moves {width / 1e9:.1f} GB a second. A tick touches what its operations read and write by the"
    yield "compiler's account, of which caches serve a part.\n"
    yield "| cells | regiments | ticks a second, scanned | one by one | GB touched a second | times a copy's |"
    yield "|---|---|---|---|---|---|"
    for size in sizes:
        for regiments in REGIMENTS:
            if late():
                yield f"| {size} x {size} | {regiments} | - | - | - | - |"
                continue
            state, targets = armies(controller, size, regiments)
            scanned, moved = scans(state, targets)
            single = one_by_one(state, targets)
            rate = scanned * moved
            figures = f"{scanned:.4g} | {single:.4g} | {rate / 1e9:.3g} | {rate / width:.2f}"
            yield f"| {size} x {size} | {regiments} | {figures} |"


def promises(controller: Controller, device: Any) -> Iterator[str]:
    """Yield whether totals, capacity and closed cells hold on the device, and how far its fields are from the CPU's."""
    state, targets = armies(controller, 128, 4, sides=(0, 0, 1, 1))
    ends = {}
    for place in dict.fromkeys([device, jax.local_devices(backend="cpu")[0]]):
        with jax.default_device(place):
            here = jax.device_put((state, targets), place)
            ends[place] = [here[0]]
            for before, ticks in zip((0, *CHECKED), CHECKED, strict=False):
                ends[place].append(trajectory(ends[place][-1], here[1], ticks=ticks - before)[0])
    last, first = (np.asarray(ends[device][number].mass, np.float64) for number in (-1, 0))
    total = (last.sum(axis=(1, 2)) == first.sum(axis=(1, 2))).all()
    cap = (last.sum(axis=0) <= np.asarray(state.terrain.capacity)).all()
    closed = not last[:, ~np.asarray(state.terrain.open_cells)].any()
    for what, held in (("totals to the bit", total), ("capacity", cap), ("closed cells empty", closed)):
        yield f"- {what} after {CHECKED[-1]} ticks of four regiments: {'held' if held else 'BROKEN'}"
    for number, ticks in enumerate(CHECKED, 1):
        one, other = (ends[place][number] for place in (next(iter(ends)), list(ends)[-1]))
        gaps = [
            float(np.abs(np.asarray(getattr(one, name)) - np.asarray(getattr(other, name))).max())
            for name in ("mass", "velocity")
        ]
        yield f"- largest difference from the CPU after {ticks} ticks: mass {gaps[0]:.2g}, velocity {gaps[1]:.2g}"
    yield ""


def armies(controller: Controller, size: int, regiments: int, sides: tuple[int, ...] | None = None) -> Any:
    """Return the state of square regiments on a field with walls and a ford, and targets on its other side."""
    rng = np.random.default_rng(size)
    open_cells = rng.random((size, size)) < 0.98
    capacity = np.ones((size, size), np.float32)
    capacity[:, size // 2 : size // 2 + size // 16] = 0.5
    terrain = Terrain(open_cells, capacity)
    side = int(size * np.sqrt(FILLED / regiments))
    mass = np.zeros((regiments, size, size), np.float32)
    targets = np.zeros_like(mass)
    step = size // max(regiments, 2)
    for regiment in range(regiments):
        top = min(regiment * step, size - side)
        mass[regiment, top : top + side, 2 : 2 + side] = 0.75
        targets[regiment, top : top + side, size - 2 - side : size - 2] = 0.75
    share = np.float32(open_cells / regiments)
    start = init_state(jnp.asarray(mass * share), terrain, [controller] * regiments, 0, sides=sides)
    return start, jnp.asarray(targets * share)


def scans(state: State, targets: Any) -> tuple[float, float]:
    """Return ticks a second in a scan, and the bytes that a tick moves by the compiler's account."""
    program = jax.jit(lambda state, targets: trajectory(state, targets, ticks=SCANNED)[0])
    compiled = program.lower(state, targets).compile()
    costs = compiled.cost_analysis() or {}
    seconds = least_seconds(lambda: compiled(state, targets))
    # A loop's body is counted once, however often it runs.
    return SCANNED / seconds, float(costs.get("bytes accessed", np.nan))


def one_by_one(state: State, targets: Any) -> float:
    """Return ticks a second where each is asked for and read, as a game does."""
    steering, moving = jax.jit(steer), jax.jit(transport, static_argnames=("sides", "scheme", "quantum"))

    def tick() -> Any:
        nonlocal state
        state = advance(state, targets, steering, moving)
        return np.asarray(state.mass)

    return 1 / least_seconds(tick)


def bandwidth() -> float:
    """Return the bytes a second that a plain copy of a large array moves, read and written."""
    numbers = jnp.zeros(COPIED, jnp.float32)
    copy = jax.jit(lambda numbers: numbers + 1)
    return 2 * numbers.nbytes / least_seconds(lambda: copy(numbers))


def trained() -> float:
    """Return the cell-steps a second of a step of training."""
    from nca_controller.training import Config, create_state, draw_battles, find_parts, train_step

    config = Config(batch=BATCH, ticks=LENGTH, grid=GRID)
    parts = find_parts(config)
    state, battles, key = create_state(config, parts), draw_battles(config, BATCH, parts), jax.random.key(0)
    step = jax.jit(partial(train_step, config=config, parts=parts))
    return float(BATCH * LENGTH * GRID**2 / least_seconds(lambda: step(state, battles, key)))


def least_seconds(call: Callable[[], Any], clock: Clock = time.perf_counter) -> float:
    """Return the seconds of the fastest call, of as many as fit EACH; the first, which may compile, does not count."""
    jax.block_until_ready(call())
    end, least = clock() + EACH, np.inf
    while clock() < end or least == np.inf:
        begun = clock()
        jax.block_until_ready(call())
        least = min(least, clock() - begun)
    return float(least)
