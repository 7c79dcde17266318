"""A barrier that the compiler does not fuse across."""

from __future__ import annotations

from typing import TypeVar

import jax
import jax.numpy as jnp

T = TypeVar("T")


def barrier(fields: T) -> T:
    """Return the arrays as they are, computed once and stored in memory before anything reads them.

    On CPUs, XLA (as of JAX 0.10) recomputes a shifted field for every neighbour that reads it, and merges a
    transposition with whatever feeds it; its own optimisation barrier does not prevent that. A branch does, if
    the compiler cannot know which way it goes. Elsewhere nothing is done.
    """
    return jax.lax.platform_dependent(fields, cpu=_branch, default=lambda same: same)


def _branch(fields: T) -> T:
    always = jax.lax.rng_uniform(0.0, 1.0, ()) > -1.0  # not drawn from data, so that it stays one branch under vmap
    return jax.lax.cond(always, lambda same: same, lambda other: jax.tree.map(jnp.zeros_like, other), fields)
