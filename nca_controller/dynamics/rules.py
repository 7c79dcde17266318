"""The rules of the dynamics for simulations that move mass by themselves: NumPy in and out."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from nca_controller.dynamics.rest import Rest, RestRule, awake_at_first, judged
from nca_controller.dynamics.standing import gives_way
from nca_controller.physics import has_friends


class Rules:
    """Implements `engine.plugin.Rules`."""

    def __init__(self, rest: RestRule = RestRule()) -> None:  # noqa: B008  frozen
        self._rule = rest
        self._judged = jax.jit(judged, static_argnames=("boundary", "sides"))
        self._gives_way = jax.jit(gives_way)

    def begin(self, mass: Float[np.ndarray, "R H W"]) -> Rest:
        """Return the memory of a battle that begins: all are awake."""
        return awake_at_first(jnp.array(mass, jnp.float32), self._rule)  # a copy: whoever asks may use the array again

    def judge(
        self,
        memory: Rest,
        mass: Float[np.ndarray, "R H W"],
        targets: Float[np.ndarray, "R H W"],
        awake: Bool[np.ndarray, " R"],
        boundary: str,
        sides: Sequence[int],
    ) -> tuple[Bool[np.ndarray, " R"], Float[np.ndarray, " R"], Rest]:
        """Return who sleeps from the next tick on, how far each gives way in this one, and the next memory."""
        sides = tuple(sides)
        rest: Rest = self._judged(memory, mass, targets, boundary, sides)
        if has_friends(sides):
            yielding = np.asarray(self._gives_way(mass, targets, np.asarray(awake)))
        else:
            yielding = np.zeros(len(sides), np.float32)
        return np.asarray(rest.asleep), yielding, rest
