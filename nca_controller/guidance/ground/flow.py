"""The flow on a ground: the least total way of all mass, with a price on queues, by primal-dual steps.

Beckmann's problem: least sum over cells of |F|, where div F = mass - target and nothing crosses closed faces; F points
where mass goes. Solved by the steps of Li, Ryu, Osher, Yin and Gangbo, "A parallel method for earth mover's distance"
(2018) on four neighbours, from the coarsest level to the finest: F and the potential double from one to the next.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Float

from nca_controller.guidance.clouds import pooled
from nca_controller.guidance.ground.levels import Level

STEP = 0.35  # of both primal and dual; the product must stay under 1/8
CONGESTION = 0.01  # cells of way that each cell of queue costs at first
LEFT = 0.02  # share of the army that is taken to be under way at least
QUEUE = 20.0  # cells of queue that are worth no detour
STEEPNESS = 0.1  # cells of way by cell of queue beyond that
SURCHARGE = 8.0  # cells of way that a queue costs at most by that
LEAST = 1e-9  # mass, so that no share is divided by 0
TINY = 1e-12  # squared flux below which it has no direction


@struct.dataclass
class Flow:
    """Mass that shall cross each face, and the potential, the way that mass has behind it, in cells."""

    x: Float[Array, "h w"]
    y: Float[Array, "h w"]
    potential: Float[Array, "h w"]


def no_flow(height: int, width: int) -> Flow:
    """Return the flow of a field on which nothing moves."""
    return Flow(*(jnp.zeros((height, width), jnp.float32) for _ in range(3)))


def congestion(mass: Float[Array, "H W"], target: Float[Array, "H W"]) -> Float[Array, ""]:
    """Return the price of a queue, in cells of way by cell: higher as less mass is left to wait for."""
    total = jnp.maximum(mass.sum(), 1e-6)
    return CONGESTION * total / jnp.maximum(jnp.maximum(mass - target, 0).sum(), LEFT * total)


def cascade(
    levels: tuple[Level, ...],
    excess: Float[Array, "H W"],
    price: Float[Array, ""],
    rounds: tuple[int, ...],
    kept: tuple[Flow, ...],
) -> tuple[Flow, tuple[Flow, ...]]:
    """Return a start for the finest level, and the flows of the others, from the second on, to be kept.

    From the coarsest on each level goes on from what was `kept` of it and what the coarser one has changed since, for
    so many rounds: ways that are long in coarse cells are found over several restarts. `rounds` are those of the second
    level and of the next ones; the last holds for all coarser ones.
    """
    flows: list[Flow] = []
    change = None
    for number in reversed(range(1, len(levels))):
        before = kept[number - 1]
        source = source_of(levels[number], number, excess)
        start = before if change is None else jax.tree.map(jnp.add, before, finer(change, levels[number]))
        count = rounds[min(number, len(rounds)) - 1]
        flow = improved(levels[number], number, start, source, price, count)
        flows, change = [flow, *flows], jax.tree.map(jnp.subtract, flow, before)
    return no_flow(*excess.shape) if not flows else finer(flows[0], levels[0]), tuple(flows)


def nothing_kept(levels: tuple[Level, ...]) -> tuple[Flow, ...]:
    """Return what is kept before the first restart."""
    return tuple(no_flow(*level.room_x.shape) for level in levels[1:])


def source_of(level: Level, number: int, excess: Float[Array, "H W"]) -> Float[Array, "h w"]:
    """Return mass less target, the mean over each block, balanced in every part of the field.

    Where there is more to go than is wanted, everybody goes with a share of its mass, and where there is less, every
    place waits for a share: so who has filled what can be filled rests.
    """
    main, labels = level.parts.main, level.parts.label
    source = pooled(jnp.where(main, excess, 0), 2**number) * 4.0**-number
    spare, wanting = jnp.maximum(source, 0), jnp.maximum(-source, 0)
    sums = [jnp.zeros(source.size, jnp.float32).at[labels.ravel()].add(field.ravel()) for field in (spare, wanting)]
    going = jnp.minimum(*sums)
    spare_share, wanting_share = ((going / jnp.maximum(total, LEAST))[labels] for total in sums)
    return spare * spare_share - wanting * wanting_share


def finer(flow: Flow, level: Level) -> Flow:
    """Return the flow of the level above as a start for this one."""
    height, width = level.room_x.shape
    x, y, potential = (
        2 * jnp.repeat(jnp.repeat(field, 2, 0), 2, 1)[:height, :width] for field in (flow.x, flow.y, flow.potential)
    )
    return Flow(jnp.where(level.room_x > 0, x, 0), jnp.where(level.room_y > 0, y, 0), potential)


def improved(
    level: Level, number: int, flow: Flow, source: Float[Array, "h w"], price: Float[Array, ""], rounds: int
) -> Flow:
    """Return the flow after so many rounds."""
    open_x, open_y = level.room_x > 0, level.room_y > 0
    queue_x, queue_y = (
        jnp.where(open_faces, 2.0**number / jnp.where(open_faces, room, 1), 0)
        for open_faces, room in ((open_x, level.room_x), (open_y, level.room_y))
    )

    def step(_: int, flow: Flow) -> Flow:
        x = jnp.where(open_x, flow.x + STEP * (jnp.roll(flow.potential, -1, 1) - flow.potential), 0)
        y = jnp.where(open_y, flow.y + STEP * (jnp.roll(flow.potential, -1, 0) - flow.potential), 0)
        squared = x * x + y * y + TINY
        length = jnp.sqrt(squared)
        along = jax.lax.stop_gradient(x * x / squared)  # a constant in derivatives, which it would let grow
        queue = STEP * (queue_x * along + queue_y * (1 - along))
        linear = 1 / (1 + price * queue)
        steep = (length + STEP * (STEEPNESS * QUEUE - 1)) / (1 + (price + STEEPNESS) * queue)
        least, most = (length - STEP) * linear, (length - STEP * (1 + SURCHARGE)) * linear
        kept = jnp.maximum(jnp.maximum(most, jnp.minimum(least, steep)), 0) / length
        x, y = kept * x, kept * y
        along_x, along_y = 2 * x - flow.x, 2 * y - flow.y
        spread = along_x - jnp.roll(along_x, 1, 1) + along_y - jnp.roll(along_y, 1, 0)
        return Flow(x, y, flow.potential + STEP * (spread - source))

    return jax.lax.fori_loop(0, rounds, step, flow)
