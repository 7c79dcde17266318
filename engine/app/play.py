"""The ways to play what the command line asks for: in a window, for figures, or as a film."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from engine import scenarios
from engine.app import demo, headless
from engine.app.background import BackgroundTask
from engine.app.flags import GRID
from engine.app.game import Game
from engine.app.library import library
from engine.app.request import make_setup
from engine.app.settings import SettingsFile
from engine.battle import Battle, BattleSetup, replays
from engine.io import InputError, check_writable, name_unwritable, paths
from engine.plugin import Ground
from engine.recording import check_film
from engine.view import NoDisplay, View, open_view

WINDOW = (1280, 720)  # pixels of a picture without a window


def play(args: Namespace) -> None:
    """Play as the command line asks, and as the demo where there is no display."""
    if args.demo and args.screenshot:
        raise InputError("--demo makes a film and takes no --screenshot")
    if args.demo:
        film(args, args.demo)
    elif args.headless:
        figures(args)
    elif args.screenshot:
        raise InputError("--screenshot needs --headless; in the window, F12 takes one")
    else:
        try:
            window(args)
        except NoDisplay:
            film(args, Path("maniple-demo.gif"))


def window(args: Namespace) -> None:
    """Play in a window until the player leaves. Raises NoDisplay where there is no display."""
    settings_file = SettingsFile(args.settings or paths.settings_file())
    settings = settings_file.settings
    if not args.scenario:
        args.soldiers = args.soldiers or settings.soldiers
    known = library(args)
    setup = make_setup(args, formations=known.formations)
    with drawing(settings.window, visible=True) as view:
        game = Game(setup, view, settings_file=settings_file, library=known)
        if settings.full_screen:
            game.actions.full_screen()
        try:
            game.play(args.ticks)
        finally:  # whatever ended the game, its replay is worth keeping
            if game.battle:
                save_replay(args, setup, game.battle)


def figures(args: Namespace) -> None:
    """Play without a window and print the figures."""
    check_writable(args.screenshot, ".png")
    setup = make_setup(args)
    battle = BackgroundTask(setup.build).result()
    played = args.played
    until = played.ticks if played else setup.scenario.ticks or headless.TICKS
    try:
        for _ in headless.play(battle, until if args.ticks is None else args.ticks):
            pass
    finally:  # whatever ended the battle, its replay is worth keeping
        save_replay(args, setup, battle)
    if args.screenshot:
        with drawing(WINDOW, visible=False) as view, name_unwritable(args.screenshot):
            headless.screenshot(setup, battle, view, args.screenshot)
    verdict = {"replay": replays.check(played, battle)} if played else {}
    print(json.dumps({**headless.report(setup, battle), **verdict}))


def save_replay(args: Namespace, setup: BattleSetup, battle: Battle) -> None:
    """Save the replay, if --record asks for it, and print where."""
    if args.record:
        with name_unwritable(args.record):
            replay = replays.record(setup, battle, replays.build_id(version("maniple")))
            scenarios.write_replay(args.record, replay)
        print(f"run_game.py: the replay is in {args.record.resolve()}", file=sys.stderr)


def film(args: Namespace, path: Path) -> None:
    """Play the demo, or what the command line orders, and save it as a GIF or an MP4."""
    check_writable(path, ".gif", ".mp4")
    check_film(path)
    by_itself = not (args.order or args.orders or args.scenario or args.replay)
    setup = make_setup(args, demo.schedule(Ground.plain(*(args.grid or GRID))) if by_itself else ())
    battle = BackgroundTask(setup.build).result()
    try:
        with drawing(WINDOW, visible=False) as view, name_unwritable(path):
            demo.film(setup, battle, view, path, args.ticks or setup.scenario.ticks or demo.TICKS)
    finally:  # whatever ended the battle, its replay is worth keeping
        save_replay(args, setup, battle)
    print(f"the demo is in {path.resolve()}")


@contextmanager
def drawing(size: tuple[int, int], visible: bool) -> Iterator[View]:
    """Open a view, print one line where it cannot draw with OpenGL, and close it in the end."""
    view = open_view(size, visible=visible)
    try:
        if not view.description.startswith("OpenGL"):
            print(f"run_game.py: no OpenGL 3.3, drawing with {view.description}", file=sys.stderr)
        yield view
    finally:
        view.close()
