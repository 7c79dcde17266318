"""What cells make of what they perceive: two dense layers, in every cell or in the living cells alone.

Alive are the cells with mass in them or beside them (Mordvintsev et al., "Growing Neural Cellular Automata", 2020): an
army fills a small part of a field, and elsewhere there is hardly a trace of mass to move. CPUs list the living cells
and work through the list, in both passes, so that the cost follows the size of the army; other devices, on which all
cells at once are cheap, compute the dead cells, too, and mask them. Both give the same outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn
from jaxtyping import Array, Bool, Float, Int

from nca_controller.model.channels import PRESENT
from nca_controller.model.frames import in_order_frame
from nca_controller.model.linear_map import linear_map
from nca_controller.model.patches import CHUNK, add_patches, bordered, list_cells, take_patches
from nca_controller.model.sobel import COLUMNS, ROWS, smooth, sobel, sobel_of_patches
from nca_controller.physics import one_by_one, over_batch

Features = Float[Array, "*batch H W C"]
Outputs = Float[Array, "*batch H W out"]


class Weights(NamedTuple):
    """Kernels and biases of the hidden layer and of the one that gives the outputs."""

    hidden: Float[Array, "features hidden"]
    hidden_bias: Float[Array, " hidden"]
    outcome: Float[Array, "hidden out"]
    outcome_bias: Float[Array, " out"]


Given = tuple[Weights, Array, Array, Array, Array]  # what derivatives need: features, who is alive, and their list


def alive_mask(mass: Float[Array, "*batch H W"]) -> Bool[Array, "*batch H W"]:
    """Return where a cell or one of its eight neighbours holds mass."""
    occupied = (mass > PRESENT).astype(jnp.float32)[..., None]
    return smooth(smooth(occupied, ROWS), COLUMNS)[..., 0] > 0


def apply(
    weights: Weights, features: Features, alive: Bool[Array, "*batch H W"] | None = None, frame: str = "ground"
) -> Outputs:
    """Return the outputs of every cell from its own features and its neighbours'; 0 for dead cells.

    Where `alive` is None all cells are. `frame` is one of `frames.FRAMES`. On CPUs a batch is worked through field by
    field, each at the cost of its own living cells, also under `jax.vmap`.
    """
    if alive is None:
        return dense(weights, features, frame)
    fields = features.reshape(-1, *features.shape[-3:]), alive.reshape(-1, *alive.shape[-2:])

    def one(field: tuple[Array, Array]) -> Outputs:
        return sparse(weights, *field, frame)

    return over_batch(one)(fields).reshape(*features.shape[:-1], -1)


def dense(weights: Weights, features: Features, frame: str) -> Outputs:
    """Return the outputs of every cell."""
    perceived = jnp.concatenate(perceive(features, sobel(features), frame), axis=-1)
    return mlp(weights, perceived)


def mlp(weights: Weights, perceived: Float[Array, "*cells features"]) -> Float[Array, "*cells out"]:
    """Return the outputs of the two layers."""
    hidden = nn.relu(add_bias(perceived @ weights.hidden, weights.hidden_bias))
    return add_bias(hidden @ weights.outcome, weights.outcome_bias)


def add_bias(values: Float[Array, "*cells n"], bias: Float[Array, " n"]) -> Float[Array, "*cells n"]:
    """Return the sum in every cell."""
    return values + jnp.expand_dims(bias, range(values.ndim - 1))


def perceive(
    features: Features, gradients: tuple[Features, Features], frame: str
) -> tuple[Features, Features, Features]:
    """Return the features and their gradients, in a frame."""
    return in_order_frame(features, *gradients) if frame == "order" else (features, *gradients)


@partial(jax.custom_jvp, nondiff_argnums=(3,))
def sparse(
    weights: Weights, features: Float[Array, "H W C"], alive: Bool[Array, "H W"], frame: str
) -> Float[Array, "H W out"]:
    """Return the outputs of the living cells of a field, and 0 for dead ones."""
    return living_outputs(weights, features, alive, *list_cells(alive), frame)


@sparse.defjvp
def _derivative(
    frame: str, primals: tuple[Any, ...], tangents: tuple[Any, ...]
) -> tuple[Float[Array, "H W out"], Float[Array, "H W out"]]:
    weights, features, alive = primals
    cells, chunks = list_cells(alive)
    slopes = linear_map(
        partial(living_tangents, frame=frame),
        partial(living_cotangents, frame=frame),
        (weights, features, alive, cells, chunks),
        tangents[:2],
        loops=True,
    )
    return living_outputs(weights, features, alive, cells, chunks, frame), slopes


def living_outputs(
    weights: Weights,
    features: Float[Array, "H W C"],
    alive: Bool[Array, "H W"],
    cells: Int[Array, " n"],
    chunks: Int[Array, ""],
    frame: str,
) -> Float[Array, "H W out"]:
    """Return the outputs of the cells in a list, which are those alive."""

    @one_by_one
    def compute(weights: Weights, features: Array, alive: Array, cells: Array, chunks: Array) -> Array:
        def by_list() -> Float[Array, "H W out"]:
            padded = bordered(features)

            def of(chunk: Int[Array, " n"]) -> Float[Array, "n out"]:
                return patch_outputs(weights, take_patches(padded, chunk, features.shape), frame)

            return gathered(of, cells, chunks, alive, weights)

        return jax.lax.platform_dependent(cpu=by_list, default=lambda: masked(weights, features, alive, frame))

    return compute(weights, features, alive, cells, chunks)


def living_tangents(given: Given, tangents: tuple[Weights, Array], frame: str) -> Float[Array, "H W out"]:
    """Return the tangent of the living cells' outputs, of those of weights and features."""
    weights, features, alive, cells, chunks = given
    d_weights, d_features = tangents

    def by_list() -> Float[Array, "H W out"]:
        padded, d_padded = bordered(features), bordered(d_features)

        def of(chunk: Int[Array, " n"]) -> Float[Array, "n out"]:
            patches = (take_patches(field, chunk, features.shape) for field in (padded, d_padded))
            here, along = (weights, next(patches)), (d_weights, next(patches))
            return jax.jvp(partial(patch_outputs, frame=frame), here, along)[1]

        return gathered(of, cells, chunks, alive, weights)

    def by_mask() -> Float[Array, "H W out"]:
        return jax.jvp(lambda w, f: masked(w, f, alive, frame), (weights, features), tangents)[1]

    return jax.lax.platform_dependent(cpu=by_list, default=by_mask)


def gathered(
    of: Callable[[Int[Array, " n"]], Float[Array, "n out"]],
    cells: Int[Array, " n"],
    chunks: Int[Array, ""],
    alive: Bool[Array, "H W"],
    weights: Weights,
) -> Float[Array, "H W out"]:
    """Return a field of what a function says of the cells of a list, chunk by chunk, and 0 elsewhere."""

    def body(index: Int[Array, ""], outputs: Float[Array, "cells out"]) -> Float[Array, "cells out"]:
        chunk = jax.lax.dynamic_slice(cells, (index * CHUNK,), (CHUNK,))
        return outputs.at[chunk].set(of(chunk), mode="drop", unique_indices=True, indices_are_sorted=True)

    zeros = jnp.zeros((alive.size, weights.outcome.shape[1]), jnp.float32)
    return jax.lax.fori_loop(0, chunks, body, zeros).reshape(*alive.shape, -1)


def living_cotangents(given: Given, cotangent: Float[Array, "H W out"], frame: str) -> tuple[Weights, Array]:
    """Return the cotangents of weights and features, of that of the living cells' outputs."""
    weights, features, alive, cells, chunks = given

    def by_list() -> tuple[Weights, Float[Array, "H W C"]]:
        padded = bordered(features)
        cotangents = cotangent.reshape(alive.size, -1)

        def body(index: Int[Array, ""], sums: tuple[Weights, Array]) -> tuple[Weights, Array]:
            chunk = jax.lax.dynamic_slice(cells, (index * CHUNK,), (CHUNK,))
            of_chunk = cotangents.at[chunk].get(mode="fill", fill_value=0, unique_indices=True, indices_are_sorted=True)
            vjp = jax.vjp(partial(patch_outputs, frame=frame), weights, take_patches(padded, chunk, features.shape))[1]
            d_weights, d_patches = vjp(of_chunk)
            sum_weights, sum_padded = sums
            return jax.tree.map(jnp.add, sum_weights, d_weights), add_patches(
                sum_padded, d_patches, chunk, features.shape
            )

        zeros = jax.tree.map(jnp.zeros_like, (weights, padded))
        sum_weights, sum_padded = jax.lax.fori_loop(0, chunks, body, zeros)
        return sum_weights, jax.linear_transpose(bordered, features)(sum_padded)[0]

    def by_mask() -> tuple[Weights, Float[Array, "H W C"]]:
        return jax.vjp(lambda w, f: masked(w, f, alive, frame), weights, features)[1](cotangent)

    return jax.lax.platform_dependent(cpu=by_list, default=by_mask)


def masked(
    weights: Weights, features: Float[Array, "H W C"], alive: Bool[Array, "H W"], frame: str
) -> Float[Array, "H W out"]:
    """Return the same as `sparse`, computed everywhere and then masked."""
    return jnp.where(alive[..., None], dense(weights, features, frame), 0)


def patch_outputs(weights: Weights, patches: Float[Array, "n 3 3 C"], frame: str) -> Float[Array, "n out"]:
    """Return the outputs of the cells in the middle of these patches."""
    perceived = jnp.concatenate(perceive(patches[:, 1, 1], sobel_of_patches(patches), frame), axis=-1)
    return mlp(weights, perceived)
