"""Rest: a regiment that stands still in its place, and whom nobody disturbs, is neither steered nor moved.

A rule of the dynamics, the same in every backend and replay. It is judged from the state in which a tick begins and
holds from the next tick on, so that nobody waits for a tick to know who moves in the one after. A new order wakes at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics import GREATEST_CAPACITY, QUANTUM

SHIFT = 10
UNIT = QUANTUM * 2**SHIFT  # mass; sums up to a mass of 2^22 in these units fit 32 bits


@dataclass(frozen=True)
class RestRule:
    """Who rests: the thresholds of the rule."""

    ticks: int = 24  # for which nothing has changed
    filled: float = 0.99  # share of the target that is filled, or of the regiment that is in its place if that is less
    moved: float = 1e-5  # share of the regiment that may stand elsewhere than when that began
    block: int = 8  # cells; a regiment that moves disturbs others from one block of this width to the next


class Rest(struct.PyTreeNode):
    """What the rule remembers of R regiments."""

    asleep: Bool[Array, " R"]  # who rests in the next tick, unless its order changes
    calm: Int[Array, " R"]  # ticks for which nothing has changed
    mass: Float[Array, "R H W"]  # where that began
    targets: Float[Array, "R H W"]  # of the last tick
    rule: RestRule = struct.field(pytree_node=False)


def awake_at_first(mass: Float[Array, "R H W"], rule: RestRule) -> Rest:
    """Return the memory of a battle that begins: all are awake, and have had no order."""
    return Rest(
        asleep=jnp.zeros(len(mass), bool),
        calm=jnp.zeros(len(mass), jnp.int32),
        mass=mass,
        targets=jnp.full(mass.shape, -1, jnp.float32),
        rule=rule,
    )


def resting(rest: Rest, targets: Float[Array, "R H W"]) -> Bool[Array, " R"]:
    """Return who rests in this tick: who slept, and has no other order."""
    return rest.asleep & ~changed(rest, targets)


def changed(rest: Rest, targets: Float[Array, "R H W"]) -> Bool[Array, " R"]:
    """Return whose target is another than in the last tick."""
    return (targets != rest.targets).any(axis=(1, 2))


def judged(
    rest: Rest,
    mass: Float[Array, "R H W"],
    targets: Float[Array, "R H W"],
    boundary: str = "wall",
    sides: tuple[int, ...] = (),
) -> Rest:
    """Return what the rule remembers after a tick that began with this mass, on ground with that border.

    Who moves, or has a new order, disturbs its neighbours and itself. Who neither does so nor is disturbed for the
    rule's ticks, and stands in its place, falls asleep. Mass that is lost, gained or thrown elsewhere has moved.
    Whoever a friend touches that is not in its place stays awake too, though that friend be at a stand: it may be
    waiting for way to be given, and who sleeps gives none. `sides` are the regiments', by default each one's own.
    """
    rule, mass = rest.rule, mass.astype(jnp.float32)
    own, wanted, filled, moved = (
        in_units(field).astype(jnp.float32)
        for field in (mass, targets, jnp.minimum(mass, targets), jnp.abs(mass - rest.mass))
    )
    moving = (moved > rule.moved * own) | changed(rest, targets)
    in_place = filled >= rule.filled * jnp.minimum(own, wanted)
    stirred = moving | disturbed(mass, moving, rule.block, boundary)
    waiting = ~moving & ~in_place
    touched = jax.lax.cond(
        waiting.any(), lambda: touched_by_friends(mass, waiting, boundary, sides), lambda: jnp.zeros_like(waiting)
    )
    stirred = stirred | touched
    calm = jnp.where(stirred, 0, rest.calm + 1)
    then = jnp.where(stirred[:, None, None], mass, rest.mass)
    return rest.replace(asleep=(calm >= rule.ticks) & in_place, calm=calm, mass=then, targets=targets)


def in_units(field: Float[Array, "R H W"]) -> Int[Array, " R"]:
    """Return the sum over each field, rounded down to UNIT: in whole numbers, whose order of adding changes no bit."""
    quanta = (jnp.minimum(field, GREATEST_CAPACITY) * (1 / QUANTUM)).astype(jnp.uint32)
    coarse, fine = (part.sum(axis=(1, 2), dtype=jnp.uint32) for part in (quanta >> SHIFT, quanta & ((1 << SHIFT) - 1)))
    return coarse + (fine >> SHIFT)


def disturbed(mass: Float[Array, "R H W"], moving: Bool[Array, " R"], block: int, boundary: str) -> Bool[Array, " R"]:
    """Return who has mass in a block, or beside one, in which another has that is moving."""
    regiments, height, width = mass.shape
    padded = jnp.pad(mass, ((0, 0), (0, -height % block), (0, -width % block)))
    blocks = padded.reshape(regiments, padded.shape[1] // block, block, padded.shape[2] // block, block)
    here = (blocks.max(axis=(2, 4)) > 0).astype(jnp.int32)
    stirring = here * moving[:, None, None]
    others = stirring.sum(axis=0, dtype=jnp.int32) - stirring
    for axis, size in ((1, height), (2, width)):
        others = nearby(others, axis, 2 if boundary == "torus" and size % block else 1, boundary)
    return ((others > 0) & (here > 0)).any(axis=(1, 2))


def touched_by_friends(
    mass: Float[Array, "R H W"], waiting: Bool[Array, " R"], boundary: str, sides: tuple[int, ...]
) -> Bool[Array, " R"]:
    """Return who has mass in a cell, or beside one, in which a friend has that is waiting."""
    touched = jnp.zeros_like(waiting)
    for side in dict.fromkeys(sides):
        members = np.flatnonzero(np.asarray(sides) == side)
        if len(members) > 1:
            touched = touched.at[members].set(disturbed(mass[members], waiting[members], 1, boundary))
    return touched


def nearby(counts: Int[Array, "R h w"], axis: int, reach: int, boundary: str) -> Int[Array, "R h w"]:
    """Return the sum over so many blocks to either side; across a torus's border, whose last block may be narrow."""
    size, around = counts.shape[axis], [(0, 0)] * 3
    around[axis] = (reach, reach)
    wide = jnp.pad(counts, around, mode="wrap" if boundary == "torus" else "constant")
    parts = (jax.lax.slice_in_dim(wide, start, start + size, axis=axis) for start in range(2 * reach + 1))
    return reduce(add, parts)
