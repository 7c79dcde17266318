"""Linear maps with a transpose of their own, in derivatives of either mode and under vmap.

`jax.custom_vjp` gives a backward pass of one's own and takes the forward mode away. Here a `jax.custom_jvp` states the
derivative as a linear map that knows its transpose, as in `jax.custom_derivatives.linear_call`, which has no vmap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from nca_controller.physics import over_batch

Flat = Callable[..., Sequence[Any]]


def linear_map(
    forward: Callable[[Any, Any], Any],
    backward: Callable[[Any, Any], Any],
    given: Any,
    tangents: Any,
    *,
    loops: bool = False,
) -> Any:
    """Return `forward(given, tangents)`, linear in the tangents, whose transpose is `backward(given, cotangents)`.

    All four are pytrees of arrays; `backward` returns cotangents of the tangents' structure. A batch of maps that loop
    for as long as their data says is worked through as in `over_batch`, others at once.
    """
    given_leaves, given_tree = jax.tree.flatten(given)
    leaves, tree = jax.tree.flatten(tangents)
    out_tree = jax.tree.structure(jax.eval_shape(forward, given, tangents))
    count = len(given_leaves)

    def flat(function: Callable[[Any, Any], Any], argument_tree: Any) -> Flat:
        def call(*arrays: Any) -> Sequence[Any]:
            arguments = jax.tree.unflatten(argument_tree, arrays[count:])
            return jax.tree.leaves(function(jax.tree.unflatten(given_tree, arrays[:count]), arguments))

        return call

    outs = linear_p.bind(
        *given_leaves, *leaves, forward=flat(forward, tree), backward=flat(backward, out_tree), count=count, loops=loops
    )
    return jax.tree.unflatten(out_tree, outs)


def _call(*arrays: Any, forward: Flat, backward: Flat, count: int, loops: bool) -> Sequence[Any]:
    return forward(*arrays)


def _shapes(*shapes: Any, forward: Flat, backward: Flat, count: int, loops: bool) -> Sequence[Any]:
    outs = jax.eval_shape(forward, *(jax.ShapeDtypeStruct(one.shape, one.dtype) for one in shapes))
    return [jax.core.ShapedArray(out.shape, out.dtype) for out in outs]


def _jvp(
    primals: Sequence[Any], tangents: Sequence[Any], *, forward: Flat, backward: Flat, count: int, loops: bool
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Derive by the tangents through the map itself, and by what is given through its code."""
    given, linear = primals[:count], primals[count:]
    moved = [ad.instantiate_zeros(tangent) for tangent in tangents[count:]]
    outs = linear_p.bind(*primals, forward=forward, backward=backward, count=count, loops=loops)
    slopes = linear_p.bind(*given, *moved, forward=forward, backward=backward, count=count, loops=loops)
    if not all(isinstance(tangent, ad.Zero) for tangent in tangents[:count]):
        of_given = [ad.instantiate_zeros(tangent) for tangent in tangents[:count]]
        more = jax.jvp(lambda *arrays: tuple(forward(*arrays, *linear)), tuple(given), tuple(of_given))[1]
        slopes = [ad.add_tangents(one, other) for one, other in zip(slopes, more, strict=True)]
    return outs, slopes


def _transpose(
    cotangents: Sequence[Any], *arrays: Any, forward: Flat, backward: Flat, count: int, loops: bool
) -> Sequence[Any]:
    cotangents = [ad.instantiate_zeros(cotangent) for cotangent in cotangents]
    outs = linear_p.bind(*arrays[:count], *cotangents, forward=backward, backward=forward, count=count, loops=loops)
    return [None] * count + list(outs)


def _batch(
    arrays: Sequence[Any], axes: Sequence[Any], *, forward: Flat, backward: Flat, count: int, loops: bool
) -> tuple[Sequence[Any], Sequence[int]]:
    """Bring every batch to the front; a tangent that has none is repeated, so that the transpose adds up over it."""
    size = next(array.shape[axis] for array, axis in zip(arrays, axes, strict=True) if axis is not None)
    fronted = [
        jnp.moveaxis(array, axis, 0) if axis is not None else array for array, axis in zip(arrays, axes, strict=True)
    ]
    alone = [axis is None for axis in axes[:count]]
    linear = [
        jnp.broadcast_to(array, (size, *array.shape)) if axis is None else array
        for array, axis in zip(fronted[count:], axes[count:], strict=True)
    ]

    def each(function: Flat) -> Flat:
        def call(*arrays: Any) -> Sequence[Any]:
            given, others = arrays[:count], arrays[count:]
            batched = [array for array, single in zip(given, alone, strict=True) if not single]

            def one(element: tuple[list[Any], tuple[Any, ...]]) -> Sequence[Any]:
                of_batch = iter(element[0])
                whole = [array if single else next(of_batch) for array, single in zip(given, alone, strict=True)]
                return function(*whole, *element[1])

            return (over_batch(one) if loops else jax.vmap(one))((batched, others))

        return call

    outs = linear_p.bind(
        *fronted[:count], *linear, forward=each(forward), backward=each(backward), count=count, loops=loops
    )
    return outs, [0] * len(outs)


linear_p = Primitive("linear_map")
linear_p.multiple_results = True
linear_p.def_impl(_call)
linear_p.def_abstract_eval(_shapes)
ad.primitive_jvps[linear_p] = _jvp
ad.primitive_transposes[linear_p] = _transpose
batching.primitive_batchers[linear_p] = _batch
mlir.register_lowering(linear_p, mlir.lower_fun(_call, multiple_results=True))
