"""Rest: a regiment that stands in its place, and whose place nobody disturbs, is neither steered nor moved.

A rule of the dynamics, the same in every backend and replay. It is judged from the state in which a tick begins and
holds from the next tick on, so that nobody waits for a tick to know who moves in the one after. A new order wakes at
once.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, Bool, Float, Int

from nca_controller.physics import QUANTUM

SHIFT = 10
UNIT = QUANTUM * 2**SHIFT  # mass; sums over the largest field in these units fit 32 bits


@dataclass(frozen=True)
class RestRule:
    """Who rests: the thresholds of the rule."""

    ticks: int = 24  # for which nothing has changed
    overlap: float = 0.99  # share of the target that is filled
    gain: float = 1e-5  # share of the target by which that may differ within those ticks
    block: int = 8  # cells; a regiment that is not at rest disturbs others from one block of this width to the next


class Rest(struct.PyTreeNode):
    """What the rule remembers of R regiments."""

    asleep: Bool[Array, " R"]  # who rests in the next tick, unless its order changes
    calm: Int[Array, " R"]  # ticks for which nothing has changed
    filled: Int[Array, " R"]  # mass in its place where that began, in units of UNIT
    targets: Float[Array, "R H W"]  # of the last tick
    rule: RestRule = struct.field(pytree_node=False)


def awake_at_first(mass: Float[Array, "R H W"], rule: RestRule) -> Rest:
    """Return the memory of a battle that begins: all are awake, and have had no order."""
    regiments = len(mass)
    return Rest(
        asleep=jnp.zeros(regiments, bool),
        calm=jnp.zeros(regiments, jnp.int32),
        filled=jnp.zeros(regiments, jnp.int32),
        targets=jnp.full(mass.shape, -1, jnp.float32),
        rule=rule,
    )


def resting(rest: Rest, targets: Float[Array, "R H W"]) -> Bool[Array, " R"]:
    """Return who rests in this tick: who slept, and has no other order."""
    return rest.asleep & ~changed(rest, targets)


def changed(rest: Rest, targets: Float[Array, "R H W"]) -> Bool[Array, " R"]:
    """Return whose target is another than in the last tick."""
    return (targets != rest.targets).any(axis=(1, 2))


def judged(rest: Rest, mass: Float[Array, "R H W"], targets: Float[Array, "R H W"]) -> Rest:
    """Return what the rule remembers after a tick that began with this mass."""
    rule = rest.rule
    filled, wanted = in_units(jnp.minimum(mass, targets)), in_units(targets).astype(jnp.float32)
    gained = jnp.abs(filled - rest.filled).astype(jnp.float32)
    unfilled = (filled.astype(jnp.float32) < rule.overlap * wanted) | (gained > rule.gain * wanted)
    restless = unfilled | changed(rest, targets)
    calm = jnp.where(restless | disturbed(mass, restless, rule.block), 0, rest.calm + 1)
    return rest.replace(
        asleep=calm >= rule.ticks, calm=calm, filled=jnp.where(calm == 0, filled, rest.filled), targets=targets
    )


def in_units(field: Float[Array, "R H W"]) -> Int[Array, " R"]:
    """Return the sum over each field, rounded down to UNIT: in whole numbers, whose order of adding changes no bit."""
    quanta = (field * (1 / QUANTUM)).astype(jnp.int32)
    coarse, fine = (part.sum(axis=(1, 2), dtype=jnp.int32) for part in (quanta >> SHIFT, quanta & ((1 << SHIFT) - 1)))
    return coarse + (fine >> SHIFT)


def disturbed(mass: Float[Array, "R H W"], restless: Bool[Array, " R"], block: int) -> Bool[Array, " R"]:
    """Return who has mass in a block, or beside one, in which another has that is restless."""
    regiments, height, width = mass.shape
    padded = jnp.pad(mass, ((0, 0), (0, -height % block), (0, -width % block)))
    blocks = padded.reshape(regiments, padded.shape[1] // block, block, padded.shape[2] // block, block)
    here = (blocks.max(axis=(2, 4)) > 0).astype(jnp.int32)
    moving = here * restless[:, None, None]
    others = moving.sum(axis=0, dtype=jnp.int32) - moving
    rows = jnp.pad(others, ((0, 0), (1, 1), (0, 0)))
    near = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    columns = jnp.pad(near, ((0, 0), (0, 0), (1, 1)))
    near = columns[..., :-2] + columns[..., 1:-1] + columns[..., 2:]
    return ((near > 0) & (here > 0)).any(axis=(1, 2))
