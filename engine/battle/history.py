"""The last ten seconds of a battle, to step back into.

Keeping each state would take gigabytes where controllers have much memory, so of older states only every
KEYFRAME_EVERY-th is kept; the ones between are played again from there, which gives the same bits.
"""

from __future__ import annotations

from dataclasses import replace

from engine.battle.state import BattleState

REWIND_TICKS = 300  # ticks that can be stepped back: ten seconds at speed 1
KEYFRAME_EVERY = 12  # ticks between older states that are kept


class History:
    """States of the past, sparse where they are older."""

    def __init__(self) -> None:
        self._states: dict[int, BattleState] = {}

    def __len__(self) -> int:
        return len(self._states)

    def keep(self, state: BattleState) -> None:
        """Keep a state, and drop those that cannot be stepped back to from it."""
        self._states[state.tick] = replace(state)  # without what was computed of it, which would be gigabytes
        for tick in [tick for tick in self._states if not _is_wanted(tick, state.tick)]:
            del self._states[tick]

    def latest(self, tick: int) -> BattleState:
        """Return the last state kept that is not after a tick, or else the first of all. Raises ValueError if empty."""
        past = [kept for kept in self._states if kept <= tick]
        return self._states[max(past) if past else min(self._states)]


def _is_wanted(tick: int, now: int) -> bool:
    """Whether a state is still to be kept: any recent one, and every keyframe as far as one can step back."""
    return now - KEYFRAME_EVERY < tick <= now or (
        tick % KEYFRAME_EVERY == 0 and now - REWIND_TICKS - KEYFRAME_EVERY < tick <= now
    )
