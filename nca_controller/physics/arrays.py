"""The border for arrays: what NumPy, JAX or plain Python hands in becomes float32 here, once, or is refused.

JAX would let each kind of number through until two of them meet: a float16 has no room for the lattice, an integer no
halves, and with 64 bits switched on every constant without a kind is a float64.
"""

from __future__ import annotations

from operator import index
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

LONGEST = 60  # characters of a value that an error line shows
REAL = (jnp.bool_, jnp.integer, jnp.floating)  # kinds of numbers that become floats; True is 1


def as_floats(name: str, value: Any, axes: str | None = None, kind: Any = None) -> Float[Array, "*shape"]:
    """Return an array of real numbers, whatever their kind, as one of JAX: float32, unless `kind` says otherwise.

    By default an array that JAX holds in float64, as it can where 64 bits are switched on, stays float64: that is for
    finite differences. `axes` names the axes that there must be, a number those of that length: "R H W 2".
    Raises ValueError, with `name` in it, for other shapes and for what are no real numbers.
    """
    return jnp.asarray(converted(name, value, axes, kind))


def converted(name: str, value: Any, axes: str | None = None, kind: Any = None) -> Any:
    """Return the same, left where it is: an array of JAX if it was one, and one of NumPy otherwise."""
    if not isinstance(value, jax.Array):
        value = as_numpy(name, value)
    if not is_real(value.dtype):
        raise ValueError(f"{name} must hold real numbers, not {value.dtype}")
    check_axes(name, value.shape, axes)
    if kind is None:
        kind = jnp.float64 if jax.dtypes.canonicalize_dtype(value.dtype) == jnp.float64 else jnp.float32
    if value.dtype != kind:
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            value = value.astype(kind)
    return value


def as_numpy(name: str, value: Any) -> np.ndarray:
    """Return a value from outside JAX as an array of NumPy. Raises ValueError where it is none: rows of two lengths."""
    try:
        return np.asarray(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, and is a {type(value).__name__} that is none") from None


def is_real(kind: Any) -> bool:
    """Return whether numbers of that kind are real ones: no complex numbers, times, texts, objects or keys."""
    return any(jnp.issubdtype(kind, real) for real in REAL) and not jnp.issubdtype(kind, np.timedelta64)


def check_axes(name: str, shape: tuple[int, ...], axes: str | None) -> None:
    """Raise ValueError where a shape has other axes than those named."""
    if axes is None:
        return
    wanted = axes.split()
    if len(shape) != len(wanted) or any(
        axis.isdigit() and size != int(axis) for axis, size in zip(wanted, shape, strict=True)
    ):
        raise ValueError(f"{name} must be ({', '.join(wanted)}), not {shape}")


def as_number(name: str, value: Any, kind: Any = None) -> Any:
    """Return a number, or an array of JAX that holds one; numbers of Python and NumPy become Python's.

    Raises ValueError for what is no number, or not finite.
    """
    if isinstance(value, jax.Array):
        return as_floats(name, value, "", kind)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be a number, not a {type(value).__name__}") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, not {number}")
    return number


def as_whole(name: str, value: Any) -> int:
    """Return a whole number of any kind as Python's. Raises ValueError for any other."""
    try:
        return index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {described(value)}") from None


def described(value: Any) -> str:
    """Return a value as an error line shows it: itself where it is short, otherwise its kind."""
    words = repr(value)
    return words if len(words) <= LONGEST and words.isprintable() else f"a {type(value).__name__}"


def are_known(*arrays: Any) -> bool:
    """Return whether one can look at values: not inside transformations."""
    return not any(isinstance(array, jax.core.Tracer) for array in arrays)


def are_amounts(values: Any) -> bool:
    """Return whether all of an array is finite and at least 0."""
    values = np.asarray(values)
    return bool(((values >= 0) & (values < np.inf)).all())
