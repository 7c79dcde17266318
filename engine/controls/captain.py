"""The captain: whom the player has selected, and the orders they get. No pygame, no mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from engine.battlefield import Battlefield
from engine.commands import Command, Form, Halt
from engine.controls import deployment
from engine.controls.deployment import Chosen, Given
from engine.controls.selection import Regiments, Selection
from engine.formations import FormationError


class Captain:
    """The selection, and what it is told. Orders that come before there is an army wait for it.

    `command` has a command carried out, `say` tells the player something. `side` is the one that the player commands;
    None: all of them.
    """

    def __init__(
        self, command: Callable[[Command], object], say: Callable[[str], object], side: int | None = None
    ) -> None:
        self.command, self.say = command, say
        self.selection = Selection()
        self.battlefield: Battlefield | None = None
        self.queueing = False  # whether orders wait for those before them
        self._side = side
        self._early: list[Callable[[], object]] = []

    def enter(self, battlefield: Battlefield) -> None:
        """Take command of an army."""
        self.battlefield = battlefield
        early, self._early = self._early, []
        for order in early:
            order()

    @property
    def own(self) -> Regiments:
        """The regiments that the player may command."""
        regiments = self.battlefield.regiments if self.battlefield else ()
        return tuple(r for r, one in enumerate(regiments) if self._side is None or one.side == self._side)

    def actors(self) -> Regiments:
        """Return whom orders go to: the selected, or a player's only regiment."""
        own = self.own
        chosen = tuple(regiment for regiment in self.selection.chosen if regiment in own)
        return chosen or (own if len(own) == 1 else ())

    def asked(self) -> Regiments:
        """Return whom orders go to, and tell the player where that is nobody."""
        actors = self.actors()
        if not actors:
            self.say("nobody is selected: left-click a regiment, or drag a box")
        return actors

    def chosen(self, regiments: Regiments) -> list[Chosen]:
        """Return these regiments with the orders that new ones depart from: with queueing, the last that waits."""
        assert self.battlefield is not None
        field, queueing = self.battlefield, self.queueing
        return [
            Chosen(r, field.regiments[r].mass, field.queued[r][-1] if queueing and field.queued[r] else field.orders[r])
            for r in regiments
        ]

    def order(self, make: Callable[[list[Chosen]], Given]) -> None:
        """Give the orders that are made for whoever is selected."""
        if self.battlefield is None:
            self._early.append(partial(self.order, make))
            return
        if actors := self.asked():
            try:
                given = make(self.chosen(actors))
            except FormationError as error:
                self.say(str(error))
                return
            if given:
                self.command(Form(given, self.queueing))

    def form(self, formation: str) -> None:
        """Order another formation."""
        self.order(partial(deployment.formed, formation=formation))

    def next_formation(self, names: Sequence[str]) -> None:
        """Order the formation that comes after the first selected regiment's among these names."""
        self.order(partial(_next_formed, names=names))

    def turn(self, degrees: float) -> None:
        """Wheel clockwise."""
        self.order(partial(deployment.turned, degrees=degrees))

    def move(self, right: float, down: float) -> None:
        """Move, in cells."""
        self.order(partial(deployment.moved, right=right, down=down))

    def halt(self) -> None:
        """Let them stand where they are."""
        if self.battlefield and (actors := self.asked()):
            self.command(Halt(actors))

    def select_all(self) -> None:
        """Select all that the player may command."""
        self.selection = self.selection.choose(self.own)

    def store_group(self, number: int) -> None:
        """Keep the selected as a group."""
        if self.battlefield:
            self.selection = self.selection.store(number)
            names = ", ".join(self.battlefield.regiments[regiment].name for regiment in self.selection.chosen)
            self.say(f"group {number}: {names or 'nobody'}")

    def recall_group(self, number: int) -> bool:
        """Select a group; return whether there is one."""
        if not self.selection.groups.get(number):
            self.say(f"group {number} is empty: Ctrl+{number} stores the selected")
            return False
        self.selection = self.selection.recall(number)
        return True


def _next_formed(chosen: list[Chosen], names: Sequence[str]) -> Given:
    now = chosen[0].order.formation
    return deployment.formed(chosen, names[(names.index(now) + 1) % len(names) if now in names else 0])
