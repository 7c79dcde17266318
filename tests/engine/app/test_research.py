"""The researcher's view and films in the real game: keys are posted as pygame's events, and pixels are looked at."""

from __future__ import annotations

import threading

import numpy as np
import pygame
import pytest
from PIL import Image
from session import Session

from engine.app.profiler import PARTS

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


@pytest.fixture
def session(campaign, shared_offscreen, tmp_path):
    session = Session(campaign, shared_offscreen, tmp_path)
    session.muster()
    session.press("2")
    session.play(0.5)
    return session


def test_fields_and_arrows_come_and_go_with_their_keys(session):
    session.press("space")
    bare = session.picture()
    for key, kind in (("f5", "density"), ("f6", "velocity"), ("f7", "plan"), ("f8", "target"), ("f9", "error")):
        session.press(key)
        assert kind in [overlay.kind for overlay in session.game.scene().overlays]
        assert np.abs(session.picture() - bare).max(axis=2)[:, 240:].max() > 60
        session.press(key)
        assert session.game.scene().overlays == ()
    assert (session.picture()[:, 240:] == bare[:, 240:]).all()


def test_the_profiler_tells_the_parts_of_a_frame(session):
    session.press("f3")
    session.play(0.3)
    rows = session.game.scene().profile
    assert tuple(name for name, _ in rows) == (*PARTS, "frame")
    assert all(float(value) >= 0 for _, value in rows)
    profiler = session.game.clock.profiler
    assert session.game.battle.measure == profiler.measure
    session.press("f3")
    assert session.game.scene().profile is None


def test_the_plot_goes_back_to_before_it_was_opened(session):
    session.press("f4")
    plot = session.game.scene().plot
    ticks = session.game.battle.state.tick
    assert plot.ticks[0] < 5 and ticks - plot.ticks[-1] < 3
    assert plot.names == ("army",)
    assert plot.overlap[-1, 0] == pytest.approx(session.game.battle.state.overlaps[0], abs=0.1)


def test_words_can_be_hidden_for_a_clean_picture(session):
    session.press("space")
    before = session.picture()
    session.press("f2")
    scene = session.game.scene()
    assert (scene.status, scene.minimap, scene.hint) == ((), None, None)
    assert np.abs(session.picture() - before)[:, :100].max() > 100
    session.press("f2")
    assert session.game.scene().status


def test_a_film_of_the_game_begins_and_ends_with_its_key(session, tmp_path):
    session.press("f10")
    session.play(1.1)
    assert session.game.scene().recording == "0:01"
    session.press("f10")
    session.until(lambda: "saved maniple-0001.gif" in session.game.notice)
    assert session.game.scene().recording is None
    with Image.open(tmp_path / "maniple-0001.gif") as film:
        assert film.size == session.view.size  # 640 pixels wide: nothing is scaled up
        assert film.n_frames >= 5
        first = np.asarray(film.convert("RGB")).astype(int)
        film.seek(film.n_frames - 1)
        assert np.abs(np.asarray(film.convert("RGB")).astype(int) - first).max() > 60


def test_leaving_in_the_middle_of_a_film_keeps_it(session, tmp_path):
    session.press("f10")
    session.play(0.5)
    session.game.actions.leave()
    session.game.play()
    with Image.open(tmp_path / "maniple-0001.gif") as film:
        assert film.n_frames >= 3


def test_a_film_never_makes_the_game_wait(session, monkeypatch):
    """The disk stands still for as long as the test likes, and frames go on."""
    gate = threading.Event()

    class Stuck:
        def add(self, pixels, lasts=1):
            gate.wait(30)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

    monkeypatch.setattr("engine.recording.film.open_film", lambda path: Stuck())
    session.press("f10")
    ticks = session.game.battle.state.tick
    session.play(4.0)
    assert session.game.battle.state.tick >= ticks + 110
    gate.set()


def test_a_system_without_full_screen_says_so(session):
    session.press("f11")  # SDL's offscreen driver has none
    assert "full screen" in session.game.notice
    assert session.game.actions.running


def test_the_window_may_take_any_size(session):
    """What is drawn fills the picture that there is, and panels stay inside."""
    for size in ((960, 540), (480, 640), (640, 360)):
        pygame.display.set_mode(size, pygame.OPENGL | pygame.DOUBLEBUF | pygame.RESIZABLE)
        session.press("f4")
        picture = session.picture()
        assert picture.shape[:2] == session.view.size[::-1]
