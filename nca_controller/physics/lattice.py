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

from nca_controller.physics.arrays import as_floats, as_number

QUANTUM = 2.0**-20
FINEST = {"float32": QUANTUM, "float64": 2.0**-48}  # on which each kind of number adds up without rounding


def checked_quantum(quantum: float | None, kind: Any = jnp.float32) -> float | None:
    """Return the quantum as a number of Python's.

    Raises ValueError for a lattice on which that kind of number would round: neither None nor a power of two from 2^-20
    to 1, or from 2^-48 for float64.
    """
    if quantum is None:
        return None
    quantum, finest = as_number("quantum", quantum), FINEST[jnp.dtype(kind).name]
    if not (finest <= quantum <= 1 and math.frexp(quantum)[0] == 0.5):
        raise ValueError(f"quantum must be None or a power of two from {power(finest)} to 1, not {quantum}")
    return quantum


def power(number: float) -> str:
    """Return a power of two in words: "2^-20"."""
    return f"2^{math.frexp(number)[1] - 1}"


def to_lattice(value: Float[Array, "*shape"], quantum: float | None = QUANTUM) -> Float[Array, "*shape"]:
    """Round towards zero to a multiple of `quantum`, a power of two; None leaves the value as it is.

    Real numbers of any kind become float32, which holds the lattice. The gradient passes straight through, as if
    nothing had been rounded.
    """
    return rounded(as_floats("value", value), quantum)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def rounded(value: Float[Array, "*shape"], quantum: float | None) -> Float[Array, "*shape"]:
    """Return the value on the lattice; the derivative is that of the value itself."""
    if quantum is None:
        return value
    return jnp.trunc(value * (1 / quantum)) * quantum


@rounded.defjvp
def _straight_through(quantum: float | None, primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    return rounded(primals[0], quantum), tangents[0]
