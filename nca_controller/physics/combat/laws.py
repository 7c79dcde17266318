"""The constants of the laws of battle, as assets/laws.toml names and explains them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, get_type_hints

from engine.io import ASSETS, Table, read_table

TICKS_PER_SECOND = 30
TOP_SPEED = 15.0  # metres per second; speeds are shares of it

Divisor = Annotated[float, "above 0"]  # a constant that may not be 0


@dataclass(frozen=True)
class SurveyLaw:
    dust: float
    handful: float
    flank_guard: Divisor


@dataclass(frozen=True)
class ContactLaw:
    half: Divisor
    near: Divisor
    trace: float


@dataclass(frozen=True)
class PushLaw:
    link: Divisor
    apart: float
    linked: float
    loose: float
    close: float
    will: Divisor
    least: float
    few: Divisor
    speed: Divisor
    half: Divisor
    stiff: float
    yields: Divisor
    shock: float


@dataclass(frozen=True)
class LossLaw:
    rate: float
    scarce: Divisor
    engaged: Divisor
    lever: Divisor
    vague: float
    square_on: Divisor
    impetus: Divisor
    wavering: float
    weak_side: Divisor
    weak_rear: Divisor
    slow_ground: float


@dataclass(frozen=True)
class FacingLaw:
    turn: float
    turn_engaged: float
    block: Divisor
    sight: float
    march: float


@dataclass(frozen=True)
class FatigueLaw:
    run: Divisor
    fight: Divisor
    rest: Divisor
    slows: float
    weakens: float


@dataclass(frozen=True)
class MoraleLaw:
    lost: float
    forget: Divisor
    recent: float
    recent_rate: Divisor
    recent_time: Divisor
    grave: Divisor
    flank: float
    rear: float
    surrounded: float
    charged: float
    fatigue: float
    covered: float
    rout: float
    rout_metres: Divisor
    worst: float
    falls: Divisor
    recovers: Divisor
    rest: float
    wavers: float
    breaks: float
    rallies: float
    calm: float


@dataclass(frozen=True)
class FlightLaw:
    near: float
    fear: float
    breath: float
    renewed: Divisor
    rounds: Divisor


@dataclass(frozen=True)
class Laws:
    """All constants; `dataclasses.replace` makes others, to try."""

    survey: SurveyLaw
    contact: ContactLaw
    push: PushLaw
    losses: LossLaw
    facing: FacingLaw
    fatigue: FatigueLaw
    morale: MoraleLaw
    flight: FlightLaw


@cache
def laws() -> Laws:
    """Return the constants of assets/laws.toml. Raises FileError, one line, where any is missing, absurd or unknown."""
    table = read_table(ASSETS / "laws.toml")
    table.subtable("conduct")  # which the engine reads
    sections = {name: _section(table.subtable(name), kind) for name, kind in get_type_hints(Laws).items()}
    table.finish()
    return Laws(**sections)


def _section(table: Table, kind: type[Any]) -> Any:
    """Return one section of the constants."""
    hints = get_type_hints(kind, include_extras=True)
    numbers = {
        field.name: table.number(field.name, **({"above": 0.0} if hints[field.name] is Divisor else {"least": 0.0}))
        for field in fields(kind)
    }
    table.finish()
    return kind(**numbers)
