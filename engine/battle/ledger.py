"""The ledger of a battle with combat: who stands, who fell and who fled, each regiment's to the bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.plugin import CONDITIONS, QUANTUM

Quanta = tuple[int, ...]  # of each regiment, whole numbers of `plugin.QUANTUM` of mass

OBEDIENT = ("steady", "wavering")
GONE = "dissolved"
LOST = ("fallen", "fled")  # fields of a simulation's state, in the cells where it happened
FEELINGS = ("morale", "fatigue", "engaged", "condition", "facing")
COMBAT_FIELDS = (*LOST, *FEELINGS)  # what the game reads in every tick with combat, beside the mass


@dataclass(frozen=True, eq=False)
class CombatReport:
    """How R regiments fare at a tick. Of each, standing + fallen + fled = mustered."""

    mustered: Quanta
    standing: Quanta
    fallen: Quanta
    fled: Quanta
    morale: Float[np.ndarray, " R"]  # 0 to 1
    fatigue: Float[np.ndarray, " R"]  # 0 to 1
    engaged: Float[np.ndarray, " R"]  # 0 to 1
    condition: tuple[str, ...]  # steady, wavering, broken or dissolved
    facing: Float[np.ndarray, "R 2"]  # unit vectors, x right, y down

    def takes_orders(self, regiment: int) -> bool:
        """Whether a regiment obeys: it is neither broken nor dissolved."""
        return self.condition[regiment] in OBEDIENT

    def is_gone(self, regiment: int) -> bool:
        """Whether nobody of a regiment is left on the field."""
        return self.condition[regiment] == GONE or self.standing[regiment] == 0


def mass_of(quanta: int) -> float:
    """Return the mass of so many quanta, exactly."""
    return quanta * QUANTUM


def quanta_of(mass: float) -> int:
    """Return a mass on the lattice in quanta. Raises ValueError for one that is not on it."""
    quanta = mass / QUANTUM
    if quanta != int(quanta):
        raise ValueError(f"a mass of {mass!r} is no whole number of 2^-20")
    return int(quanta)


def report(fields: Mapping[str, np.ndarray], mustered: Sequence[float]) -> CombatReport:
    """Return the report of a simulation's fields: the mass, and COMBAT_FIELDS.

    Raises ValueError where a field is not what it must be, or where standing, fallen and fled of a regiment are not
    together what was mustered, to the bit.
    """
    mass = fields["mass"]
    count = len(mass)
    _check(fields, mass.shape)
    standing = tuple(map(quanta_of, mass.sum(axis=(1, 2), dtype=np.float64).tolist()))
    fallen, fled = (tuple(fields[name].sum(axis=(1, 2), dtype=np.int64).tolist()) for name in LOST)
    start = tuple(map(quanta_of, mustered))
    for regiment in range(count):
        parts = standing[regiment], fallen[regiment], fled[regiment]
        if sum(parts) != start[regiment]:
            raise ValueError(
                f"regiment {regiment}: standing {parts[0]}, fallen {parts[1]} and fled {parts[2]} quanta are "
                f"{sum(parts)} together, and {start[regiment]} mustered"
            )
    condition = tuple(CONDITIONS[number] for number in fields["condition"].tolist())
    return CombatReport(
        start,
        standing,
        fallen,
        fled,
        morale=fields["morale"],
        fatigue=fields["fatigue"],
        engaged=fields["engaged"],
        condition=condition,
        facing=fields["facing"],
    )


def _check(fields: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> None:
    """Raise ValueError for a field of combat that is of a wrong shape or kind, or beyond what it may be."""
    count = shape[0]
    shapes = {**dict.fromkeys(LOST, shape), **dict.fromkeys(FEELINGS, (count,)), "facing": (count, 2)}
    for name, wanted in shapes.items():
        field, whole = fields[name], name in (*LOST, "condition")
        if field.shape != wanted or field.dtype.kind not in ("iu" if whole else "f"):
            kind = "whole numbers" if whole else "floats"
            raise ValueError(f"{name} is {field.dtype} of shape {field.shape}, and not {kind} of {wanted}")
        if not whole and not np.isfinite(field).all():
            raise ValueError(f"{name} is not finite")
        if whole and field.min() < 0:
            raise ValueError(f"{name} is below 0")
    if fields["condition"].max() >= len(CONDITIONS):
        raise ValueError(f"condition is {fields['condition'].tolist()}, and not below {len(CONDITIONS)}")
