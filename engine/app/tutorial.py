"""The tutorial: five lessons, in combat six, each of which ends once the player has done what it teaches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.orders import Attack, Command, GiveOrders, Order
from engine.view import Event, MouseWheel

Goal = Literal["select", "move", "line", "form", "attack", "zoom"]

FAREWELL = 8.0  # seconds that the last words stay
LEAST_MOVE = 1.0  # cells by which an order has to differ to be a move


@dataclass(frozen=True)
class Lesson:
    """A heading, how it is done, and the deed that ends the lesson. In texts {action} stands for that action's key."""

    goal: Goal
    heading: str
    text: str


LESSONS: tuple[Lesson, ...] = (
    Lesson("select", "Choose who listens", "Left-click your men, or drag a box around them."),
    Lesson("move", "Send them somewhere", "Right-click the ground: they march there, with the front they have."),
    Lesson("line", "Draw their front", "Hold the right button and drag from the left flank to the right."),
    Lesson("form", "Change the formation", "Press {form-wedge} for a wedge, {form-square} for a hollow square."),
    Lesson("zoom", "Look closely", "Turn the wheel: the camera comes closer to what the mouse points at."),
)
# In battles with combat, before the last one.
ATTACK = Lesson(
    "attack", "Send them to fight", "Right-click an enemy. {run} has them run, which tires, {walk} walk, {hold} hold."
)
LAST_WORDS = (
    "That is all it takes",
    "{help} shows all keys, {brush} takes a brush. Good luck.",
)
ENDING = "{tutorial} ends the lessons"


class Tutorial:
    """Watches the player and shows what to try next. A lesson whose deed is done already is left out.

    `keep` saves whether lessons are wanted from now on, whenever that changes.
    """

    def __init__(self, shown: bool, keep: Callable[[bool], object] = lambda wanted: None) -> None:
        self.shown = shown
        self._keep = keep
        self._done: set[Goal] = set()
        self._over: float | None = None  # the time when the last lesson ended, in seconds
        self._lessons = LESSONS
        self._orders: dict[int, Order] = {}  # the last order seen for each regiment

    def enter(self, combat: bool) -> None:
        """Teach what a battle is for, with combat or without."""
        self._lessons = (*LESSONS[:-1], ATTACK, LESSONS[-1]) if combat else LESSONS

    def switch(self) -> None:
        """Show the lessons, from the first one on if all are over, or hide them."""
        self.shown = not self.shown
        if self.shown and self.lesson is None:
            self._done, self._over = set(), None
        self._keep(self.shown)

    @property
    def lesson(self) -> Lesson | None:
        """The lesson that comes next, whether it is shown or not."""
        return next((lesson for lesson in self._lessons if lesson.goal not in self._done), None)

    def hear(self, command: Command) -> None:
        """Take note of a command of the player. Regiments that get orders were selected, or there is only one."""
        if isinstance(command, Attack):
            self._done |= {"select", "move", "attack"}
        if isinstance(command, GiveOrders):
            self._done.add("select")
            for regiment, order in command.orders:
                before = self._orders.get(regiment)
                self._done |= goals_reached(before, order)
                self._orders[regiment] = order

    def on(self, event: Event) -> None:
        """Take note of a zoom."""
        if isinstance(event, MouseWheel):
            self._done.add("zoom")

    def see(self, now: float, selected: bool, orders: Sequence[Order] = ()) -> None:
        """Take note of whether a regiment is selected, and of all regiments' orders; `now` is in seconds."""
        self._orders = dict(enumerate(orders))
        if selected:
            self._done.add("select")
        if self.lesson is None and self._over is None:
            self._over = now
        if self.shown and self._over is not None and now - self._over > FAREWELL:
            self.shown = False
            self._keep(False)

    def lines(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Return the lines to show now, heading first; `labels` are the keys of the actions by name."""
        if not self.shown:
            return ()
        lesson = self.lesson
        words = _Labels(labels)
        if lesson is None:
            return tuple(line.format_map(words) for line in LAST_WORDS)
        number = self._lessons.index(lesson) + 1
        heading = f"{number} of {len(self._lessons)}: {lesson.heading}"
        return heading, lesson.text.format_map(words), ENDING.format_map(words)


def goals_reached(before: Order | None, order: Order) -> set[Goal]:
    """Return the deeds of a player who gives that order to a regiment with the order `before`."""
    done: set[Goal] = set()
    if (order.frontage, order.path) not in ((None, ()), before and (before.frontage, before.path)):
        done |= {"move", "line"}  # drawing a front sends them there, too
    elif before and order.formation != before.formation:
        done.add("form")
    elif before and not order.area:
        right, down = order.centre[0] - before.centre[0], order.centre[1] - before.centre[1]
        if right * right + down * down >= LEAST_MOVE**2:
            done.add("move")
    return done


class _Labels(dict[str, str]):
    """Keys by action; an action without a key appears by its name."""

    def __missing__(self, action: str) -> str:
        return f"[{action}]"
