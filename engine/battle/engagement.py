"""What lasts of a command about another regiment: an attack, a relief, a way back from the front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.orders import Order


@dataclass(frozen=True)
class Engagement:
    """A regiment attacks an enemy, takes a friend's place at the front, or goes back behind the friend it made way for.

    It lasts until that is done, or another order comes.
    """

    kind: Literal["attack", "relieve", "withdraw"]
    other: int  # the enemy or the friend
    order: Order  # whose formation and frontage it keeps
    since: int  # tick of the command
    placed: int  # tick at which it was last placed
    charging: bool = False  # an attack that runs in, and goes through
