"""The constants of the laws of battle, as assets/laws.toml names and explains them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints

from engine.io import ASSETS, Table, read_table

TICKS_PER_SECOND = 30
TOP_SPEED = 15.0  # metres per second; speeds are shares of it


@dataclass(frozen=True)
class SurveyLaw:
    dust: float
    handful: float
    flank_guard: float


@dataclass(frozen=True)
class ContactLaw:
    half: float
    near: float
    trace: float


@dataclass(frozen=True)
class PushLaw:
    link: float
    apart: float
    linked: float
    loose: float
    close: float
    will: float
    least: float
    few: float
    speed: float
    half: float
    stiff: float
    yields: float
    shock: float


@dataclass(frozen=True)
class LossLaw:
    rate: float
    scarce: float
    engaged: float
    lever: float
    vague: float
    square_on: float
    impetus: float
    wavering: float
    weak_side: float
    weak_rear: float
    slow_ground: float


@dataclass(frozen=True)
class FacingLaw:
    turn: float
    turn_engaged: float
    block: float
    sight: float
    march: float


@dataclass(frozen=True)
class FatigueLaw:
    run: float
    fight: float
    rest: float
    slows: float
    weakens: float


@dataclass(frozen=True)
class MoraleLaw:
    lost: float
    forget: float
    recent: float
    recent_rate: float
    recent_time: float
    grave: float
    flank: float
    rear: float
    surrounded: float
    charged: float
    fatigue: float
    covered: float
    rout: float
    rout_metres: float
    worst: float
    falls: float
    recovers: float
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
    renewed: float
    rounds: float


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
    """Return the constants of assets/laws.toml. Raises FileError, one line, where the file has others or lacks some."""
    table = read_table(ASSETS / "laws.toml")
    table.subtable("conduct")  # which the engine reads
    sections = {name: _section(table.subtable(name), kind) for name, kind in get_type_hints(Laws).items()}
    table.finish()
    return Laws(**sections)


def _section(table: Table, kind: type[Any]) -> Any:
    """Return one section of the constants."""
    section = kind(**{field.name: table.number(field.name) for field in fields(kind)})
    table.finish()
    return section
