"""The player: the selection, and the orders that it gets. No pygame, no mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from engine.battle import Battle
from engine.controls.selection import Regiments, Selection
from engine.formations import FormationError
from engine.orders import Chosen, Command, Given, GiveOrders, Halt, deployment


class Player:
    """Holds the selection and gives it orders. What is asked before the battle is built waits for it.

    `command` executes a command, `notify` shows the player a line. `side` is the one that the player commands; None:
    all of them.
    """

    def __init__(
        self, command: Callable[[Command], object], notify: Callable[[str], object], side: int | None = None
    ) -> None:
        self.command, self.notify = command, notify
        self.selection = Selection()
        self.battle: Battle | None = None
        self.queueing = False  # whether new orders wait for those before them
        self._side = side
        self._early: list[tuple[bool, Callable[[], object]]] = []  # from before the battle was built, with queueing

    def enter(self, battle: Battle) -> None:
        """Enter a battle, and do what waited for it, in order."""
        self.battle = battle
        early, self._early = self._early, []
        queueing = self.queueing
        for self.queueing, act in early:
            act()
        self.queueing = queueing

    def later(self, act: Callable[[], object]) -> None:
        """Have something wait for the battle, and be done as if Shift were then as it is now."""
        self._early.append((self.queueing, act))

    @property
    def own(self) -> Regiments:
        """The regiments that the player may command."""
        regiments = self.battle.state.regiments if self.battle else ()
        return tuple(r for r, one in enumerate(regiments) if self._side is None or one.side == self._side)

    def actors(self) -> Regiments:
        """Return the regiments that orders go to: the selected ones, or the player's only one."""
        own = self.own
        chosen = tuple(regiment for regiment in self.selection.regiments if regiment in own)
        return chosen or (own if len(own) == 1 else ())

    def asked(self) -> Regiments:
        """Return the regiments that orders go to, and notify the player where there is none."""
        actors = self.actors()
        if not actors:
            self.notify("nobody is selected: left-click a regiment, or drag a box")
        return actors

    def chosen(self, regiments: Regiments) -> list[Chosen]:
        """Return these regiments with the orders that new ones start from: with queueing, the last that waits."""
        assert self.battle is not None
        state, queueing = self.battle.state, self.queueing
        return [Chosen(r, state.regiments[r].mass, *state.last_order(r, queueing)) for r in regiments]

    def order(self, make: Callable[[list[Chosen]], Given]) -> None:
        """Give the orders that `make` returns for the selected regiments."""
        if self.battle is None:
            self.later(partial(self.order, make))
            return
        if actors := self.asked():
            try:
                given = make(self.chosen(actors))
            except FormationError as error:
                self.notify(str(error))
                return
            if given:
                self.command(GiveOrders(given, self.queueing))

    def form(self, formation: str) -> None:
        """Order another formation."""
        self.order(partial(deployment.reformed, formation=formation))

    def next_formation(self, names: Sequence[str]) -> None:
        """Order the formation that comes after the first selected regiment's among these names."""
        self.order(partial(_next_formed, names=names))

    def turn(self, degrees: float) -> None:
        """Wheel clockwise."""
        self.order(partial(deployment.wheeled, degrees=degrees))

    def move(self, right: float, down: float) -> None:
        """Move, in cells."""
        self.order(partial(deployment.shifted, right=right, down=down))

    def halt(self) -> None:
        """Halt: they stand where they are."""
        if self.battle is None:
            self.later(self.halt)
        elif actors := self.asked():
            self.command(Halt(actors))

    def select_all(self) -> None:
        """Select all that the player may command."""
        if self.battle is None:
            self.later(self.select_all)
        else:
            self.selection = self.selection.choose(self.own)

    def store_group(self, number: int) -> None:
        """Keep the selected as a group."""
        if self.battle is None:
            self.later(partial(self.store_group, number))
        else:
            self.selection = self.selection.store(number)
            names = ", ".join(self.battle.state.regiments[regiment].name for regiment in self.selection.regiments)
            self.notify(f"group {number}: {names or 'nobody'}")

    def recall_group(self, number: int) -> bool:
        """Select a group; return whether there is one by now."""
        if self.battle is None:
            self.later(partial(self.recall_group, number))
            return False
        if not self.selection.groups.get(number):
            self.notify(f"group {number} is empty: Ctrl+{number} stores the selected")
            return False
        self.selection = self.selection.recall(number)
        return True


def _next_formed(chosen: list[Chosen], names: Sequence[str]) -> Given:
    now = chosen[0].order.formation
    return deployment.reformed(chosen, names[(names.index(now) + 1) % len(names) if now in names else 0])
