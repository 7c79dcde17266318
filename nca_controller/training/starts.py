"""Starts and orders of a user's own, held to their contract: whatever they draw is a battle that can be fought."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from engine.io import users_own
from nca_controller.physics import Terrain
from nca_controller.tasks import Orders


class CheckedOrders:
    """What another source draws, rounded down to the lattice.

    Raises ValueError, which names it, where that is no battle for the ground.
    """

    def __init__(self, orders: Orders, label: str, terrain: Terrain) -> None:
        for method in ("starts", "order", "wound"):
            if not callable(getattr(orders, method, None)):
                raise ValueError(f"{label}: {type(orders).__name__} has no {method}; derive it from tasks.Orders")
        self.orders, self.label, self.terrain = orders, label, terrain

    def starts(self, count: int) -> Float[np.ndarray, "count H W"]:
        """Return the masses at the start of `count` battles."""
        with users_own(self.label):
            drawn = self.orders.starts(count)
        if np.ndim(drawn) != 3 or len(drawn) != count:
            raise ValueError(f"{self.label}: {count} starts must be ({count}, H, W), not {np.shape(drawn)}")
        return np.stack([self._settled(mass) for mass in drawn])

    def order(self, mass: float) -> Float[np.ndarray, "H W"]:
        """Return a target of that total."""
        with users_own(self.label):
            target = self.orders.order(mass)
        return self._settled(target)

    def wound(self, mass: Float[np.ndarray, "H W"]) -> Float[np.ndarray, "H W"]:
        """Return the mass with a part of it thrown about."""
        with users_own(self.label):
            wounded = self.orders.wound(mass)
        return self._settled(wounded)

    def _settled(self, mass: object) -> Float[np.ndarray, "H W"]:
        try:
            settled = np.array(self.terrain.settle(np.asarray(mass)[None])[0])
        except ValueError as error:
            raise ValueError(f"{self.label}: {error}") from None
        if not settled.any():
            raise ValueError(f"{self.label}: a battle must have mass")
        return settled
