"""Programs that are compiled beside the game: until one is there, another gives the same bits."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import jax
import numpy as np


class Programs:
    """Compiles functions in the background, one after the other, each for the shapes of its arguments."""

    def __init__(self) -> None:
        self._compiler: ThreadPoolExecutor | None = None
        self._programs: dict[Hashable, Future[Callable[..., Any]]] = {}

    def find(self, function: Any, *arguments: Any, **static: Hashable) -> Callable[..., Any] | None:
        """Return a jitted function compiled for arguments of these shapes, or None while that is being done.

        What is returned takes the arguments alone. One that cannot be compiled is never there.
        """
        key = (function, shapes_of(arguments), tuple(sorted(static.items(), key=str)))
        if key not in self._programs:
            if not all(program.done() for program in self._programs.values()):
                return None  # one at a time: a program that ends waits for no more than that
            self._programs[key] = self._begin(function, arguments, static)
        program = self._programs[key]
        return program.result() if program.done() and not program.exception() else None

    def _begin(self, function: Any, arguments: Any, static: dict[str, Hashable]) -> Future[Callable[..., Any]]:
        self._compiler = self._compiler or ThreadPoolExecutor(1, "compile")
        given = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), arguments)
        return self._compiler.submit(lambda: function.lower(*given, **static).compile())


def shapes_of(arguments: Any) -> Hashable:
    """Return what a program is compiled for: the structure of its arguments, their shapes and kinds of number."""
    leaves, structure = jax.tree.flatten(arguments)
    return structure, tuple((np.shape(leaf), getattr(leaf, "dtype", type(leaf))) for leaf in leaves)
