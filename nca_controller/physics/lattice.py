"""The lattice on which mass lives, and why totals are exact.

Masses and fluxes are multiples of QUANTUM. A float32 holds every such multiple below 16 exactly, so adding and
subtracting them never rounds: what leaves one cell arrives in the next to the last bit, for any number of ticks. It
also keeps denormal numbers away, which slow processors down.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

QUANTUM = 2.0**-20


def check_quantum(quantum: float | None) -> None:
    """Raise ValueError for a lattice on which float32 would round: neither None nor a power of two from 2^-20 to 1."""
    if quantum is not None and not (QUANTUM <= quantum <= 1 and math.frexp(quantum)[0] == 0.5):
        raise ValueError(f"quantum must be None or a power of two from 2^-20 to 1, not {quantum}")


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def to_lattice(value: Float[Array, "*shape"], quantum: float | None = QUANTUM) -> Float[Array, "*shape"]:
    """Round towards zero to a multiple of `quantum`, a power of two; None leaves the value as it is.

    The gradient passes straight through, as if nothing had been rounded.
    """
    if quantum is None:
        return value
    return jnp.trunc(value * (1 / quantum)) * quantum


@to_lattice.defjvp
def _straight_through(quantum: float | None, primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    return to_lattice(primals[0], quantum), tangents[0]
