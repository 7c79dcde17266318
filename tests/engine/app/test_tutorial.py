"""The lessons: each ends when its goal is reached, in whatever order; they can be switched off, and that is kept."""

import pytest

from engine.app.tutorial import FAREWELL, LESSONS, Tutorial, goals_reached
from engine.controls.keymap import keymap
from engine.formations import load
from engine.orders.commands import Attack, GiveOrders, Halt, Scatter
from engine.orders.order import Order
from engine.view.events import MouseMove, MouseWheel

LABELS = keymap(load().values()).labels
STANDING = Order("line", (40.0, 30.0))
WHEEL = MouseWheel((10.0, 10.0), 1.0)


class Watched:
    """A tutorial, and what it asked to be kept."""

    def __init__(self, shown=True):
        self.kept = []
        self.tutorial = Tutorial(shown, self.kept.append)
        self.orders = [STANDING]
        self.see()

    def see(self, now=0.0, selected=False):
        self.tutorial.see(now, selected, self.orders)

    def give(self, order):
        self.tutorial.hear(GiveOrders(((0, order),)))
        self.orders = [order]
        self.see()

    @property
    def goal(self):
        return self.tutorial.lesson.goal if self.tutorial.lesson else None

    @property
    def lines(self):
        return self.tutorial.lines(LABELS)


def test_the_first_minute():
    watched = Watched()
    assert watched.goal == "select" and watched.lines[0].startswith("1 of 5: ")
    watched.see(selected=True)
    assert watched.goal == "move"
    watched.give(Order("line", (60.0, 30.0)))
    assert watched.goal == "line"
    watched.give(Order("line", (60.0, 30.0), 20.0, frontage=35.0))
    assert watched.goal == "form" and "4" in watched.lines[1], "it tells the wedge's key"
    watched.give(Order("wedge", (60.0, 30.0), 20.0))
    assert watched.goal == "zoom"
    watched.tutorial.on(MouseMove((3.0, 3.0)))
    assert watched.goal == "zoom"
    watched.tutorial.on(WHEEL)
    assert watched.goal is None and watched.lines
    watched.see(now=100.0)
    watched.see(now=100.0 + FAREWELL - 0.1)
    assert watched.lines and not watched.kept
    watched.see(now=100.0 + FAREWELL + 0.1)
    assert not watched.lines and watched.kept == [False]


def test_what_was_done_before_its_lesson_is_not_taught():
    watched = Watched()
    watched.give(Order("wedge", (40.0, 30.0)))
    watched.tutorial.on(WHEEL)
    watched.see(selected=True)
    watched.give(Order("wedge", (60.0, 30.0)))
    assert watched.goal == "line"
    watched.give(Order("wedge", (60.0, 30.0), path=((1.0, 1.0), (9.0, 9.0))))
    assert watched.goal is None


@pytest.mark.parametrize(
    ("before", "order", "done"),
    [
        (None, STANDING, set()),
        (STANDING, STANDING, set()),
        (STANDING, Order("line", (40.0, 30.0), 45.0), set()),
        (STANDING, Order("line", (43.0, 30.0)), {"move"}),
        (STANDING, Order("line", (43.0, 30.0), frontage=9.0), {"move", "line"}),
        (Order("line", (40.0, 30.0), frontage=9.0), Order("line", (43.0, 30.0), frontage=9.0), {"move"}),
        (Order("line", (40.0, 30.0), frontage=9.0), Order("wedge", (40.0, 30.0)), {"form"}),
        (STANDING, Order("line", (90.0, 30.0), area=((9.0, 9.0, 3.0),)), set()),
    ],
)
def test_what_an_order_teaches(before, order, done):
    assert goals_reached(before, order) == done


def test_whoever_gives_a_lone_regiment_an_order_needs_no_lesson_in_choosing_it():
    watched = Watched()
    watched.give(Order("line", (60.0, 30.0), 20.0, frontage=35.0))
    assert watched.goal == "form", "a front that is drawn elsewhere is a march, too"


def test_other_commands_teach_nothing():
    watched = Watched()
    for command in (Halt((0,)), Scatter((3.0, 3.0), 4.0)):
        watched.tutorial.hear(command)
    assert watched.goal == "select"


def test_they_are_switched_off_and_on_again_and_that_is_kept():
    watched = Watched()
    watched.see(selected=True)
    watched.tutorial.switch()
    assert not watched.lines and watched.kept == [False]
    watched.tutorial.switch()
    assert watched.lines[0].startswith("2 of 5: ") and watched.kept == [False, True]


def test_once_over_they_begin_anew():
    watched = Watched(shown=False)
    assert not watched.lines
    watched.tutorial._done = {lesson.goal for lesson in LESSONS}
    watched.tutorial.switch()
    assert watched.goal == "select" and watched.lines


def test_every_lesson_names_keys_that_there_are():
    tutorial = Tutorial(True)
    for lesson in LESSONS:
        assert "[" not in " ".join(tutorial.lines(LABELS)), lesson
        tutorial._done.add(lesson.goal)
    assert "[" not in " ".join(tutorial.lines(LABELS))


def test_where_soldiers_fight_there_is_a_lesson_of_attack():
    watched = Watched()
    watched.tutorial.enter(combat=True)
    watched.give(Order("wedge", (60.0, 30.0), frontage=20.0))
    watched.give(Order("line", (60.0, 30.0), frontage=20.0))
    assert watched.goal == "attack" and watched.lines[0].startswith("5 of 6: ")
    assert all(f"{key} " in watched.lines[1] for key in "RGH")
    watched.tutorial.hear(Attack((0,), 1))
    assert watched.goal == "zoom"
    watched.tutorial.enter(combat=False)
    assert watched.lines[0].startswith("5 of 5: ")
