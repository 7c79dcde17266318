"""What cells make of what they perceive: two dense layers, in every cell or in the living ones alone.

Living are the cells with mass in them or beside them (Mordvintsev et al., "Growing Neural Cellular Automata", 2020):
an army fills a small part of a field, and elsewhere there is hardly a trace of mass to move. CPUs list the living and
work through the list, there and back, so that the layers cost what the army is large; other devices, to which all cells
at once are cheap, compute the dead too and silence them. Both say the same.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Bool, Float, Int

from nca_controller.model.batches import over_batch
from nca_controller.model.channels import PRESENT
from nca_controller.model.frames import turned
from nca_controller.model.patches import CHUNK, add_patches, bordered, list_cells, take_patches
from nca_controller.model.sobel import COLUMNS, ROWS, slopes_amid, smooth, sobel

Features = Float[Array, "*batch H W C"]
Outputs = Float[Array, "*batch H W out"]


class Weights(NamedTuple):
    """Kernels and biases of the layer that hides and of the one that tells."""

    hidden: Float[Array, "features hidden"]
    hidden_bias: Float[Array, " hidden"]
    outcome: Float[Array, "hidden out"]
    outcome_bias: Float[Array, " out"]


Kept = tuple[Weights, Array, Array, Array, Array]  # what the way back needs


def alive_mask(mass: Float[Array, "*batch H W"]) -> Bool[Array, "*batch H W"]:
    """Return where a cell or one of its eight neighbours holds mass."""
    held = (mass > PRESENT).astype(jnp.float32)[..., None]
    return smooth(smooth(held, ROWS), COLUMNS)[..., 0] > 0


def apply(
    weights: Weights, known: Features, alive: Bool[Array, "*batch H W"] | None = None, frame: str = "ground"
) -> Outputs:
    """Return what every cell makes of the channels that it and its neighbours know; the dead make 0 of them.

    All live where `alive` is None. `frame` is one of `frame.FRAMES`. Has a derivative in reverse only. On CPUs a batch
    is worked through field by field, each at the cost of its own living; `jax.vmap` over this makes all cost the most
    of any, so there prefer a batch axis, or `jax.lax.map`.
    """
    if alive is None:
        return dense(weights, known, frame)
    fields = known.reshape(-1, *known.shape[-3:]), alive.reshape(-1, *alive.shape[-2:])

    def answer(field: tuple[Array, Array]) -> Outputs:
        return sparse(weights, *field, frame)

    return over_batch(answer)(fields).reshape(*known.shape[:-1], -1)


def dense(weights: Weights, known: Features, frame: str) -> Outputs:
    """Return the outcome of every cell."""
    perceived = jnp.concatenate(perceive(known, sobel(known), frame), axis=-1)
    return mlp(weights, perceived)


def mlp(weights: Weights, perceived: Float[Array, "*cells features"]) -> Float[Array, "*cells out"]:
    """Return what the two layers make of what was perceived."""
    return nn.relu(perceived @ weights.hidden + weights.hidden_bias) @ weights.outcome + weights.outcome_bias


def perceive(known: Features, slopes: tuple[Features, Features], frame: str) -> tuple[Features, Features, Features]:
    """Return what cells know and its slopes, in a frame."""
    return turned(known, *slopes) if frame == "order" else (known, *slopes)


@partial(jax.custom_vjp, nondiff_argnums=(3,))
def sparse(
    weights: Weights, known: Float[Array, "H W C"], alive: Bool[Array, "H W"], frame: str
) -> Float[Array, "H W out"]:
    """Return the outcome of the living cells of a field, and 0 for the dead."""
    return _forward(weights, known, alive, frame)[0]


def _forward(
    weights: Weights, known: Float[Array, "H W C"], alive: Bool[Array, "H W"], frame: str
) -> tuple[Float[Array, "H W out"], Kept]:
    cells, chunks = list_cells(alive)

    def by_list() -> Float[Array, "H W out"]:
        around = bordered(known)

        def work(number: Int[Array, ""], outcome: Float[Array, "cells out"]) -> Float[Array, "cells out"]:
            those = jax.lax.dynamic_slice(cells, (number * CHUNK,), (CHUNK,))
            told = think(weights, take_patches(around, those, known.shape), frame)
            return outcome.at[those].set(told, mode="drop", unique_indices=True, indices_are_sorted=True)

        silent = jnp.zeros((alive.size, weights.outcome.shape[1]))
        return jax.lax.fori_loop(0, chunks, work, silent).reshape(*alive.shape, -1)

    outcome = jax.lax.platform_dependent(cpu=by_list, default=lambda: masked(weights, known, alive, frame))
    return outcome, (weights, known, alive, cells, chunks)


def _backward(frame: str, kept: Kept, slope: Float[Array, "H W out"]) -> tuple[Weights, Float[Array, "H W C"], None]:
    weights, known, alive, cells, chunks = kept

    def by_list() -> tuple[Weights, Float[Array, "H W C"]]:
        around = bordered(known)
        slopes = slope.reshape(alive.size, -1)

        def work(number: Int[Array, ""], so_far: tuple[Weights, Array]) -> tuple[Weights, Array]:
            those = jax.lax.dynamic_slice(cells, (number * CHUNK,), (CHUNK,))
            asked = slopes.at[those].get(mode="fill", fill_value=0, unique_indices=True, indices_are_sorted=True)
            back = jax.vjp(partial(think, frame=frame), weights, take_patches(around, those, known.shape))[1]
            of_weights, of_patches = back(asked)
            total, of_known = so_far
            return jax.tree.map(jnp.add, total, of_weights), add_patches(of_known, of_patches, those, known.shape)

        nothing = jax.tree.map(jnp.zeros_like, (weights, around))
        total, of_known = jax.lax.fori_loop(0, chunks, work, nothing)
        return total, jax.linear_transpose(bordered, known)(of_known)[0]

    def at_once() -> tuple[Weights, Float[Array, "H W C"]]:
        return jax.vjp(lambda weights, known: masked(weights, known, alive, frame), weights, known)[1](slope)

    return *jax.lax.platform_dependent(cpu=by_list, default=at_once), None


sparse.defvjp(_forward, _backward)


def masked(
    weights: Weights, known: Float[Array, "H W C"], alive: Bool[Array, "H W"], frame: str
) -> Float[Array, "H W out"]:
    """Return the outcome of every cell, computed everywhere, and 0 for the dead."""
    return jnp.where(alive[..., None], dense(weights, known, frame), 0)


def think(weights: Weights, around: Float[Array, "n 3 3 C"], frame: str) -> Float[Array, "n out"]:
    """Return the outcome of the cells in the middle of these patches."""
    perceived = jnp.concatenate(perceive(around[:, 1, 1], slopes_amid(around), frame), axis=-1)
    return mlp(weights, perceived)
