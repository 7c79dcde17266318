"""The product of a dense layer, whose way back keeps all cores busy.

What a weight's gradient sums over are cells. As one product, a few weights wide and thousands of cells long, XLA gives
it to a single core; summed up within each battle first, and then over battles, it takes all of them.
"""

from __future__ import annotations

from typing import Any

import jax
from jaxtyping import Array, Float


def product(values: Float[Array, "*cells a"], kernel: Float[Array, "a b"], *_: Any, **__: Any) -> Float[Array, ...]:
    """Return the values times the kernel, for the `dot_general` of a `flax.linen.Dense`. Derivative in reverse only."""
    return _multiply(values, kernel)


@jax.custom_vjp
def _multiply(values: Float[Array, "*cells a"], kernel: Float[Array, "a b"]) -> Float[Array, "*cells b"]:
    return values @ kernel


def _forward(values: Array, kernel: Array) -> tuple[Array, tuple[Array, Array]]:
    return values @ kernel, (values, kernel)


def _backward(kept: tuple[Array, Array], slope: Float[Array, "*cells b"]) -> tuple[Array, Array]:
    values, kernel = kept
    flat = slope.reshape(-1, slope.shape[-1])
    return slope @ kernel.T, values.reshape(-1, values.shape[-1]).T @ flat


_multiply.defvjp(_forward, _backward)
