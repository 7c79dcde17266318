"""Batches: at once where that is cheap, one after the other on CPUs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import jax
import jax.custom_batching


def over_batch(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function of one element, whose argument may be a pytree, as one of a batch along the first axis.

    On a CPU loops and branches whose course depends on data then cost what each element needs; all at once, each would
    cost the most that any needs.
    """
    return partial(jax.lax.map, function) if jax.default_backend() == "cpu" else jax.vmap(function)


def one_by_one(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, whose batches under `jax.vmap` are worked through as in `over_batch`.

    It has no derivative: call it with what is constant in derivatives, or within a `jax.custom_jvp`.
    """

    @wraps(function)
    def called(*arguments: Any) -> Any:
        if jax.default_backend() != "cpu":
            return function(*arguments)
        return jax.custom_batching.sequential_vmap(function)(*arguments)

    return called
