"""What lasts of a command about another regiment: an attack, a relief, a way back from the front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Phase = Literal["form", "march", "charge", "change"]


@dataclass(frozen=True)
class Engagement:
    """A regiment attacks an enemy, takes a friend's place at the front, or goes back behind the friend it made way for.

    It lasts until that is done, or another order comes.
    """

    kind: Literal["attack", "relieve", "withdraw"]
    other: int  # the enemy or the friend
    since: int  # tick of the command
    placed: int  # tick at which it was last placed
    phase: Phase = "form"  # it forms up, marches, and at the end charges, or changes places with a friend
    pursuit: bool = False  # an attack on an enemy that runs: it does not end because of that
    next: int | None = None  # the enemy that whoever relieves goes for in the friend's place

    @property
    def charging(self) -> bool:
        """Whether it runs in, to go through."""
        return self.phase == "charge"
