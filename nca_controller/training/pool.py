"""The battles that go on from iteration to iteration: in the host's memory, or where they are fought.

A CPU fights in the host's memory, and processes each hold all battles, so these keep them as arrays of NumPy. Where one
process trains on another device, they stay there: a batch is picked, fought and put back without crossing the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import NamedSharding
from jaxtyping import Array, Float, Int

from nca_controller.model import create_formation_from_alpha
from nca_controller.training import processes
from nca_controller.training.battles import Battles, BattlesOnGrounds, Outcome

Chosen = Int[np.ndarray, " n"]
Field = Float[np.ndarray, "H W"]


class HostPool:
    """Battles as arrays of NumPy."""

    def __init__(self, battles: Battles | BattlesOnGrounds, spread: NamedSharding, everywhere: NamedSharding) -> None:
        """Hold the battles. Batches are `spread` over devices; what each of them has whole lies `everywhere`."""
        self.battles, self.spread, self.everywhere = battles, spread, everywhere

    def batch(self, chosen: Chosen) -> Any:
        """Return the chosen battles, spread over the devices."""
        return processes.put(jax.tree.map(lambda field: field[chosen], self.battles), self.spread)

    def masses(self, chosen: Chosen) -> Float[np.ndarray, "n H W"]:
        """Return the masses of the chosen battles."""
        masses: Float[np.ndarray, "n H W"] = self.battles.mass[chosen]
        return masses

    def replace(self, index: int, **fields: Field) -> None:
        """Give a battle other fields: mass, target or capacity."""
        for name, field in fields.items():
            getattr(self.battles, name)[index] = field

    def begin(self, index: int, **fields: Field) -> None:
        """Put a new battle into the place of another; its cells wake."""
        self.replace(index, **fields)
        self.battles.cells[index] = np.asarray(create_formation_from_alpha(fields["mass"]))

    def gathered(self, outcome: Outcome) -> Outcome:
        """Return an outcome that every process has whole; its figures are arrays of NumPy."""
        whole: Outcome = processes.gathered(outcome)
        return whole

    def put_back(self, chosen: Chosen, fought: Battles | BattlesOnGrounds) -> None:
        """Put battles back after a rollout."""
        for field, result in zip(self.battles, fought, strict=True):
            field[chosen] = np.asarray(result)

    def load(self, fields: Sequence[Any]) -> None:
        """Hold other battles, of the same shapes."""
        for field, saved in zip(self.battles, fields, strict=True):
            field[:] = saved


class DevicePool(HostPool):
    """Battles as arrays on the devices, each of which has them all. Only what is drawn by lot goes up."""

    def __init__(self, battles: Battles | BattlesOnGrounds, spread: NamedSharding, everywhere: NamedSharding) -> None:
        super().__init__(jax.device_put(battles, everywhere), spread, everywhere)
        self._pick = jax.jit(picked, out_shardings=spread)
        self._put = jax.jit(replaced, out_shardings=everywhere, donate_argnums=0)
        self._wake = jax.jit(create_formation_from_alpha, out_shardings=everywhere)

    def batch(self, chosen: Chosen) -> Any:
        return self._pick(self.battles, self._up(chosen, np.int32))

    def masses(self, chosen: Chosen) -> Float[np.ndarray, "n H W"]:
        masses: Float[np.ndarray, "n H W"] = jax.device_get(self._pick(self.battles.mass, self._up(chosen, np.int32)))
        return masses

    def replace(self, index: int, **fields: Field) -> None:
        self._exchange(index, {name: self._up(field, np.float32) for name, field in fields.items()})

    def begin(self, index: int, **fields: Field) -> None:
        new = {name: self._up(field, np.float32) for name, field in fields.items()}
        self._exchange(index, new | {"cells": self._wake(new["mass"])})

    def gathered(self, outcome: Outcome) -> Outcome:
        losses, overlaps, metrics = jax.device_get((outcome.losses, outcome.overlaps, outcome.metrics))
        return outcome._replace(losses=losses, overlaps=overlaps, metrics=metrics)

    def put_back(self, chosen: Chosen, fought: Battles | BattlesOnGrounds) -> None:
        self._exchange(chosen, fought._asdict())

    def load(self, fields: Sequence[Any]) -> None:
        self.battles = jax.device_put(type(self.battles)(*fields), self.everywhere)

    def _exchange(self, chosen: Chosen | int, fields: dict[str, Any]) -> None:
        place = self._up(chosen, np.int32)
        put = {name: self._put(getattr(self.battles, name), place, field) for name, field in fields.items()}
        self.battles = self.battles._replace(**put)

    def _up(self, array: Any, kind: Any) -> Array:
        return jax.device_put(np.asarray(array, kind), self.everywhere)


def picked(fields: Any, chosen: Int[Array, " n"]) -> Any:
    """Return the chosen battles of some fields."""
    return jax.tree.map(lambda field: field[chosen], fields)


def replaced(field: Array, chosen: Int[Array, "*n"], values: Array) -> Array:
    """Return a field of all battles with other values in the chosen ones."""
    return field.at[chosen].set(values)


def pool_of(
    battles: Battles | BattlesOnGrounds, spread: NamedSharding, everywhere: NamedSharding
) -> HostPool | DevicePool:
    """Return a pool that holds the battles where that costs least."""
    on_cpu = spread.mesh.devices.flat[0].platform == "cpu"
    return (HostPool if on_cpu or processes.count() > 1 else DevicePool)(battles, spread, everywhere)
