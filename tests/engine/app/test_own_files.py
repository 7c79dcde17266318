"""What is a player's own in a game that goes on: formation files, settings, lessons."""

import os

import numpy as np
import pygame
import pytest
from PIL import Image
from session import Session

from engine.app.settings import SettingsFile, read
from engine.formations import FormationLibrary
from engine.io.paths import ASSETS
from engine.view.palette import PALETTES

STAR = 'title = "Star"\ndescription = "."\nshape = "star.png"\n'


@pytest.fixture
def begin(campaign, shared_offscreen, tmp_path):
    (tmp_path / "formations").mkdir()

    def begin(settings=""):
        (tmp_path / "settings.toml").write_text(settings)
        seconds = [0.0]
        library = FormationLibrary(ASSETS / "formations", tmp_path / "formations", clock=lambda: seconds[0])
        settings_file = SettingsFile(tmp_path / "settings.toml")
        session = Session(campaign, shared_offscreen, tmp_path, settings_file=settings_file, library=library)
        session.muster()

        def write(name, text):
            path = tmp_path / "formations" / name
            path.write_text(text)
            seconds[0] += 1
            os.utime(path, (seconds[0], seconds[0]))
            session.play(0.1)

        session.write, session.settings = write, tmp_path / "settings.toml"
        return session

    return begin


def remarks(session):
    return " ".join(text for name, text in session.game.scene().status if not name)


def click(session, button, start, end=None):
    """Press a mouse button at one pixel and let go of it at another."""
    end = end or start
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=button, pos=start))
    for share in (0.5, 1.0):
        place = tuple(round(a + share * (b - a)) for a, b in zip(start, end, strict=True))
        pygame.event.post(pygame.event.Event(pygame.MOUSEMOTION, pos=place, rel=(1, 1), buttons=(0, 0, 0)))
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, button=button, pos=end))
    session.play(0.05)


@pytest.mark.filterwarnings("ignore:pygame.init")
def test_a_file_dropped_in_is_ordered_by_its_key_without_a_restart(begin, tmp_path):
    session = begin()
    held = np.zeros((60, 60), dtype=bool)
    held[20:40] = held[:, 20:40] = True
    Image.fromarray(np.where(held, 0, 255).astype(np.uint8)).save(tmp_path / "formations" / "star.png")
    session.write("star.toml", STAR)
    assert ("9", "form star") in session.game.formation_keys.keymap.help
    session.press("9")
    battle = session.game.battle
    assert battle.state.orders[0].formation == "star"
    assert dict(session.game.scene().status)["formation"] == "Star"
    target = battle.state.placements[0].target
    assert target.sum(dtype=np.float64) == battle.state.mass_now

    session.write("star.toml", 'title = "Star"\nshape = 3')
    assert "star.toml: field 'shape' must be one of" in remarks(session)
    session.press("1", "9")
    assert battle.state.orders[0].formation == "star", "the last good one stays"
    session.write("star.toml", STAR)
    assert "star.toml" not in remarks(session)
    (tmp_path / "formations" / "star.toml").unlink()
    (tmp_path / "formations" / "star.png").unlink()
    session.write("other.txt", "")
    session.press("e", "backspace")
    assert "unknown" not in remarks(session), "who stands in it may go on"


@pytest.mark.filterwarnings("ignore:pygame.init")
def test_the_next_formation_goes_through_all(begin):
    session = begin()
    names = list(session.game.setup.formations)
    seen = []
    for _ in names:
        session.press("f")
        seen.append(session.game.battle.state.orders[0].formation)
    assert seen == [*names[1:], names[0]]


def test_own_keys_and_colours_are_taken(begin):
    session = begin('palette = "amber-indigo"\n[keys]\nturn-left = "z"')
    assert session.game.scene().teams[0] == PALETTES["amber-indigo"][0]
    session.press("z", "q")
    assert session.game.battle.state.orders[0].angle == 345
    amber = session.picture()
    red, green, blue = np.moveaxis(amber, -1, 0)
    assert ((red > 150) & (green > 100) & (blue < 90)).sum() > 200, "men in amber"


@pytest.mark.parametrize("text", ["tutorial = 3", "[keys]\nturn-left = ["])
def test_broken_settings_are_told_and_not_touched(begin, text):
    session = begin(text)
    assert "settings.toml" in remarks(session) and "defaults stand in" in remarks(session)
    session.press("l")
    assert session.settings.read_text() == text
    assert "nothing was changed" in remarks(session)


def test_own_keys_of_no_use_are_told(begin):
    session = begin('[keys]\nturn-left = "qq"')
    assert "there is no key 'qq'" in remarks(session)
    session.press("e")
    assert session.game.battle.state.orders[0].angle == 15


def test_lessons_are_done_by_real_hands_and_stay_over(begin):
    session = begin()

    def lesson():
        return session.game.scene().tutorial[0]

    x, y = (float(one) for one in session.pixel(32, 24)[::-1])
    assert lesson().startswith("1 of 5")
    before = session.picture()
    click(session, 1, (x, y))
    assert lesson().startswith("2 of 5")
    click(session, 3, (x + 60, y))
    assert lesson().startswith("3 of 5")
    click(session, 3, (x - 80, y - 40), (x + 80, y - 20))
    assert lesson().startswith("4 of 5")
    session.press("4")
    assert lesson().startswith("5 of 5")
    pygame.event.post(pygame.event.Event(pygame.MOUSEWHEEL, x=0, y=1, precise_x=0.0, precise_y=1.0))
    session.play(0.05)
    assert "all it takes" in lesson()
    session.press("space")
    session.clock.now += 9
    session.play(0.05)
    assert not session.game.scene().tutorial and not read(session.settings).tutorial
    assert not np.array_equal(before, session.picture())


def test_lessons_are_switched_off_by_a_key_and_stay_off(begin):
    session = begin("soldiers = 900")
    session.press("l")
    assert not session.game.scene().tutorial
    assert not read(session.settings).tutorial and read(session.settings).soldiers == 900
    assert not begin(session.settings.read_text()).game.scene().tutorial
