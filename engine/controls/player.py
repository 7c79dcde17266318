"""The player: the selection, and the orders that it gets. No pygame, no mouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from engine.battle import Battle, CombatReport
from engine.controls.selection import Regiments, Selection, standing_at, whereabouts
from engine.formations import FormationError
from engine.orders import Attack, Chosen, Command, Given, GiveOrders, Halt, Pace, Place, Relieve, SetPace, deployment

When = Literal["always", "combat", "drill"]  # which battles have a key or a tool: see `Player.offers`
FIGHTS = 0.02  # how far a regiment has to be engaged, of 1, to be relieved
NO_COMBAT = "that is an order of battles with combat, which this scenario has not"
NO_DRILL = "nobody can be scattered by hand in a battle with combat"


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
    def combat(self) -> CombatReport | None:
        """How the regiments fare; None in a battle without combat, and before there is one."""
        return self.battle.state.combat if self.battle else None

    def offers(self, when: When) -> bool:
        """Whether the player has what is there in such battles.

        "combat": only where soldiers fight. "drill": only where nobody does, or for who commands all sides.
        """
        match when:
            case "combat":
                return self.combat is not None
            case "drill":
                return self.combat is None or self._side is None
        return True

    def refuse(self, when: When) -> None:
        """Notify the player that this battle has no such thing."""
        self.notify(NO_COMBAT if when == "combat" else NO_DRILL)

    @property
    def own(self) -> Regiments:
        """The regiments that the player may command, without those that are dissolved."""
        regiments = self.battle.state.regiments if self.battle else ()
        own = tuple(r for r, one in enumerate(regiments) if self._side is None or one.side == self._side)
        return self.present(own)

    @property
    def selected(self) -> Regiments:
        """The selected regiments, without those that are dissolved."""
        return self.present(self.selection.regiments)

    def present(self, regiments: Regiments) -> Regiments:
        """Return those of these regiments that are not dissolved."""
        combat = self.combat
        return tuple(r for r in regiments if combat is None or not combat.is_gone(r))

    def actors(self) -> Regiments:
        """Return the regiments that orders go to: the selected ones, or the player's only one; no broken ones."""
        return tuple(regiment for regiment in self._meant() if self._obeys(regiment))

    def _meant(self) -> Regiments:
        own = self.own
        chosen = tuple(regiment for regiment in self.selection.regiments if regiment in own)
        return chosen or (own if len(own) == 1 else ())

    def _obeys(self, regiment: int) -> bool:
        return self.combat is None or self.combat.takes_orders(regiment)

    def asked(self) -> Regiments:
        """Return the regiments that orders go to, and notify the player where there is none, or some are broken."""
        meant, actors = self._meant(), self.actors()
        if not meant:
            self.notify("nobody is selected: left-click a regiment, or drag a box")
        elif len(actors) < len(meant):
            self.notify(self._refusal([regiment for regiment in meant if regiment not in actors]))
        return actors

    def _refusal(self, broken: Sequence[int]) -> str:
        """Return a line on regiments that obey nobody."""
        assert self.battle is not None
        names = [self.battle.state.regiments[regiment].name for regiment in broken]
        if len(names) == 1:
            return f"{names[0]} is broken and takes no orders"
        return f"{', '.join(names[:-1])} and {names[-1]} are broken and take no orders"

    def chosen(self, regiments: Regiments) -> list[Chosen]:
        """Return these regiments with the orders that new ones start from: with queueing, the last that waits."""
        assert self.battle is not None
        state, queueing = self.battle.state, self.queueing
        masses = {r: state.standing(r) if state.combat else state.regiments[r].mass for r in regiments}
        return [Chosen(r, masses[r], *state.last_order(r, queueing)) for r in regiments]

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

    # Combat.

    def set_pace(self, pace: Pace) -> None:
        """Have them hold, walk or run from now on."""
        if self.battle is None:
            self.later(partial(self.set_pace, pace))
        elif self.combat is None:
            self.refuse("combat")
        elif actors := self.asked():
            self.command(SetPace(actors, pace))

    def attack_on(self, place: Place, reach: float) -> Attack | None:
        """Return the attack on whom the selected regiments have for an enemy within `reach` cells, if anybody is."""
        if self.battle is None or self.combat is None or not (actors := self.actors()):
            return None
        regiments = self.battle.state.regiments
        enemy = standing_at(self.battle.state.mass, place, reach, tuple(range(len(regiments))))
        if enemy is None:
            return None
        attackers = tuple(actor for actor in actors if regiments[actor].side != regiments[enemy].side)
        return Attack(attackers, enemy) if attackers else None

    def relief_of(self, place: Place, reach: float) -> Relieve | None:
        """Return the relief of a friend who fights within `reach` cells, by the nearest of the selected, if any."""
        friend = self.friend_at(place, reach)
        if self.battle is None or friend is None or self.combat is None or self.combat.engaged[friend] < FIGHTS:
            return None
        state = self.battle.state
        side, (there, _) = state.regiments[friend].side, whereabouts(state.mass, (friend,))
        able = [actor for actor in self.actors() if actor != friend and state.regiments[actor].side == side]
        nearest = min(able, key=lambda actor: math.dist(there, whereabouts(state.mass, (actor,))[0]))
        return Relieve((nearest,), friend)

    def friend_at(self, place: Place, reach: float) -> int | None:
        """Return the regiment within `reach` cells that others of its side are selected for, or None."""
        if self.battle is None or self.combat is None:
            return None
        regiments, actors = self.battle.state.regiments, self.actors()
        friends = tuple(
            number
            for number, one in enumerate(regiments)
            if self._obeys(number) and any(a != number and regiments[a].side == one.side for a in actors)
        )
        return standing_at(self.battle.state.mass, place, reach, friends)

    def fight(self, command: Attack | Relieve) -> None:
        """Give an order about another regiment. It waits for no other."""
        if self.queueing:
            self.notify("an attack or a relief waits for no other order: let go of Shift")
        else:
            self.asked()  # says who does not obey
            self.command(command)

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
