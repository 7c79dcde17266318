"""What has become of regiments between two ticks, as lines for the player."""

from __future__ import annotations

from collections.abc import Sequence

from engine.battle import CombatReport
from engine.view import News

GONE = ("broken", "dissolved")  # those who obey nobody
WORDS = {"wavering": "wavering", "broken": "broken, and running", "dissolved": "no more"}


def news(before: CombatReport | None, after: CombatReport | None, names: Sequence[str]) -> tuple[News, ...]:
    """Return a line for each regiment that wavers, breaks, rallies or dissolves; `names` are the regiments'."""
    if before is None or after is None:
        return ()
    changes = enumerate(zip(names, before.condition, after.condition, strict=True))
    lines = ((regiment, name, _became(was, now)) for regiment, (name, was, now) in changes)
    return tuple(News(regiment, f"{name}: {line}") for regiment, name, line in lines if line)


def _became(was: str, now: str) -> str:
    """Return what is said of a regiment that was in one condition and is in another; "" where nothing is."""
    if was == now or (was == "wavering" and now == "steady"):
        return ""
    if was == "broken" and now not in GONE:
        return "rallied"
    return WORDS.get(now, "")
