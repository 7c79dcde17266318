from dataclasses import replace

import pygame
import pytest

from engine import formations
from engine.controls.bindings import MOVE, TURN, bindings, by_key, help_rows

TABLE = bindings(formations.load().values())
EXPECTED = {
    **{str(key): ("form", name) for key, name in enumerate(formations.load(), start=1)},
    **{f"[{key}]": ("form", name) for key, name in enumerate(formations.load(), start=1)},
    "q": ("turn", -TURN),
    "e": ("turn", TURN),
    "left": ("move", -MOVE, 0),
    "right": ("move", MOVE, 0),
    "up": ("move", 0, -MOVE),
    "down": ("move", 0, MOVE),
    "space": ("pause",),
    ".": ("step",),
    "[.]": ("step",),
    "+": ("faster",),
    "=": ("faster",),
    "[+]": ("faster",),
    "-": ("slower",),
    "[-]": ("slower",),
    "tab": ("next_controller",),
    "f1": ("help",),
    "f12": ("screenshot",),
    "escape": ("leave",),
}


class Recorder:
    """Writes down what it is asked to do."""

    def __getattr__(self, name):
        def did(*words):
            self.last = (name, *words)

        return did


def test_the_table_holds_these_keys_and_no_others():
    assert set(by_key(TABLE)) == set(EXPECTED)


@pytest.mark.parametrize("key", EXPECTED)
def test_a_key_asks_for_its_action(key):
    player = Recorder()
    by_key(TABLE)[key].act(player)
    assert player.last == EXPECTED[key]


@pytest.mark.filterwarnings("ignore:pygame.init")
@pytest.mark.parametrize("key", EXPECTED)
def test_keys_have_the_names_that_pygame_gives_them(key):
    assert pygame.key.name(pygame.key.key_code(key)) == key


def test_the_help_has_a_row_for_every_binding():
    assert help_rows(TABLE) == tuple((binding.label, binding.does) for binding in TABLE)
    assert all(label and does for label, does in help_rows(TABLE))


def test_a_key_that_is_bound_twice_is_refused():
    twice = (*TABLE, replace(TABLE[0], does="something else"))
    with pytest.raises(ValueError, match="'1' is bound twice"):
        by_key(twice)
