"""The ways to play what the command line asks for: in a window, for figures, or as a film."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from engine import scenarios
from engine.app import demo, headless
from engine.app.background import BackgroundTask
from engine.app.game import Game
from engine.app.installed import recorded_name
from engine.app.library import library
from engine.app.request import build_id, make_setup, terrain_without_file
from engine.app.settings import SettingsFile
from engine.app.signals import Signals
from engine.battle import Battle, BattleSetup, replays
from engine.io import InputError, check_writable, clear_borrowed, name_unwritable, note_compiled, paths, terminal
from engine.recording import check_film
from engine.view import NoDisplay, Renderer, View, open_view, outliving_display

WINDOW = (1280, 720)  # pixels of a picture without a window


def play(args: Namespace, signals: Signals) -> None:
    """Play as the command line asks, and as the demo where there is no display.

    A signal ends it in good order, with what is recorded saved; Interrupted is then raised.
    """
    clear_borrowed()
    try:
        if args.demo and args.screenshot:
            raise InputError("--demo makes a film and takes no --screenshot")
        if args.demo:
            film(args, args.demo, signals)
        elif args.headless:
            figures(args, signals)
        elif args.screenshot:
            raise InputError("--screenshot needs --headless; in the window, F12 takes one")
        else:
            try:
                window(args, signals)
            except NoDisplay as error:
                terminal.warn(f"{error}; a demo is filmed instead")
                film(args, Path("maniple-demo.gif"), signals)
    finally:
        note_compiled()  # here, since play_and_leave runs nothing at exit


def window(args: Namespace, signals: Signals) -> None:
    """Play in a window until the player leaves. Raises NoDisplay where there is no display."""
    settings_file = SettingsFile(args.settings or paths.settings_file())
    settings = settings_file.settings
    if not args.scenario:
        args.soldiers = args.soldiers or settings.soldiers
    known = library(args)
    setup = make_setup(args, formations=known.formations)
    with drawing(settings.window, visible=True, prefer=settings.renderer) as view:
        game = Game(setup, view, settings_file=settings_file, library=known)
        if settings.full_screen:
            game.actions.full_screen()

        def save() -> None:
            with signals.noted():
                game.capture.close()
                path = save_replay(args, setup, game.battle)
                terminal.warn(f"the display is gone; the replay is in {path}" if path else "the display is gone")

        with outliving_display(save), recorded(args, setup, lambda: game.battle, signals):
            game.play(args.ticks, signals.asked)
    signals.obey()


def figures(args: Namespace, signals: Signals) -> None:
    """Play without a window and print the figures."""
    check_writable(args.screenshot, ".png")
    setup = make_setup(args)
    battle = BackgroundTask(setup.build).result()
    played = args.played
    until = played.ticks if played else setup.scenario.ticks or headless.TICKS
    with recorded(args, setup, lambda: battle, signals):
        for _ in headless.play(battle, until if args.ticks is None else args.ticks, signals.asked):
            if signals.asked():
                break
    signals.obey()
    if args.screenshot:
        with drawing(WINDOW, visible=False) as view, name_unwritable(args.screenshot):
            headless.screenshot(setup, battle, view, args.screenshot)
    verdict = {"replay": replays.check(played, battle)} if played else {}
    terminal.write(json.dumps({**headless.report(setup, battle), **verdict}) + "\n")


@contextmanager
def recorded(
    args: Namespace, setup: BattleSetup, battle: Callable[[], Battle | None], signals: Signals
) -> Iterator[None]:
    """Save the replay however the block ends, if --record asks for it and there is a battle, and print where."""
    try:
        with signals.noted(1):
            yield
    finally:
        with signals.noted():
            path = save_replay(args, setup, battle())
            with suppress(OSError):  # the terminal may be gone, the replay is not
                if path:
                    terminal.warn(f"the replay is in {path}")


def save_replay(args: Namespace, setup: BattleSetup, battle: Battle | None) -> Path | None:
    """Save the replay, if --record asks for it and there is a battle, and return where. Raises InputError."""
    if not args.record or not battle:
        return None
    with name_unwritable(args.record):
        ran = recorded_name(battle.state, setup.simulation_name)
        played = replace(setup, log=battle.executed_log, simulation_name=ran)
        replay = replays.record(played, battle, build_id(played))
        return scenarios.write_replay(args.record, replay, existing="number" if args.numbered else "keep").resolve()


def film(args: Namespace, path: Path, signals: Signals) -> None:
    """Play the demo, or what the command line orders, and save it as a GIF or an MP4.

    A film that a signal cuts short is finished with what it has.
    """
    check_writable(path, ".gif", ".mp4")
    check_film(path)
    by_itself = not (args.order or args.orders or args.scenario or args.replay)
    setup = make_setup(args, demo.schedule(terrain_without_file(args)[0]) if by_itself else ())
    battle = BackgroundTask(setup.build).result()
    with recorded(args, setup, lambda: battle, signals), drawing(WINDOW, visible=False) as view, name_unwritable(path):
        demo.film(setup, battle, view, path, args.ticks or setup.scenario.ticks or demo.TICKS, signals.asked)
    with suppress(OSError):  # as above
        terminal.say(f"the demo is in {path.resolve()}")
    signals.obey()


@contextmanager
def drawing(size: tuple[int, int], visible: bool, prefer: Renderer = "opengl") -> Iterator[View]:
    """Open a view, print one line where it cannot draw with the OpenGL that was asked for, and close it in the end."""
    view = open_view(size, visible=visible, prefer=prefer)
    try:
        if not (view.description.startswith("OpenGL") or prefer == "surfaces" or "cheaper here" in view.description):
            terminal.warn(f"no OpenGL 3.3, drawing with {view.description}")
        yield view
    finally:
        view.close()
