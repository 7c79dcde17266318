"""Cells are computed where the regiment is: of several regiments on a large field each fills a small part.

Elsewhere there is nothing for a velocity to move, so there cells obey to the letter and remember what they remember.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from nca_controller.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.channels import PRESENT
from nca_controller.model import State

MARGIN = 4  # cells around a regiment that are computed too
WINDOWS = ((64, 64), (32, 128), (128, 32))  # heights and widths in cells: for blocks and columns, lines either way

Signal = Float[Array, "H W 4"]
Rule = Callable[[State, Signal], State]


def focused(rule: Rule, state: State, signal: Signal, mass: Float[Array, "H W"]) -> State:
    """Return the state after the rule, worked out in the first window that holds the regiment, or else everywhere.

    The mass that a window holds is counted from PRESENT on, so that a straggler does not keep it from being small.
    """
    height, width = mass.shape
    sizes = [(min(rows, height), min(columns, width)) for rows, columns in WINDOWS]
    windows = [(rows, columns) for rows, columns in sizes if 2 * rows * columns <= height * width]
    if not windows:
        return rule(state, signal)
    held = mass > PRESENT
    top, tall = extent(held.any(axis=1))
    left, wide = extent(held.any(axis=0))
    fits = [(tall <= rows) & (wide <= columns) for rows, columns in windows]
    obedient = state.at[..., CHANNELS.VELOCITY].set(signal[..., 1:3])
    obedient = obedient.at[..., CHANNELS.TARGET_VELOCITY].set(signal[..., 1:3])

    def within(rows: int, columns: int) -> State:
        corner = (jnp.clip(top, 0, height - rows), jnp.clip(left, 0, width - columns), jnp.int32(0))
        part = jax.lax.dynamic_slice(state, corner, (rows, columns, state.shape[-1]))
        part = rule(part, jax.lax.dynamic_slice(signal, corner, (rows, columns, signal.shape[-1])))
        return jax.lax.dynamic_update_slice(obedient, part, corner)

    return jax.lax.switch(
        jnp.argmax(jnp.stack([*fits, jnp.array(True)])),
        [*(lambda size=size: within(*size) for size in windows), lambda: rule(state, signal)],
    )


def extent(held: Bool[Array, " n"]) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """Return where a window begins that holds all that is held, and how long it is, with a margin at both ends."""
    first, last = jnp.argmax(held), len(held) - 1 - jnp.argmax(held[::-1])
    first = (first - MARGIN).astype(jnp.int32)
    return first, (last + MARGIN + 1 - first).astype(jnp.int32)
