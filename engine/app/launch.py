"""From the command line to what it asks for: the game in a window, its figures, a film, or a list."""

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
from engine.app.flags import GRID, make_parser
from engine.app.game import Game
from engine.app.installed import installed_controllers, trained_models
from engine.app.request import asset_folders, library, make_setup
from engine.app.settings import SettingsFile
from engine.battle import Battle, BattleSetup, replays
from engine.controls import keymap, listed
from engine.io import InputError, check_writable, name_unwritable, paths
from engine.plugin import Ground
from engine.recording import check_film
from engine.view import NoDisplay, View, open_view

WINDOW = (1280, 720)  # pixels of a picture without a window


def main(words: list[str] | None = None) -> int:
    """Do what the command line asks for and return the exit code."""
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        args.played = scenarios.load_replay(args.replay) if args.replay else None
        if args.list_formations:
            for one in library(args).formations.values():
                print(f"{one.name:<9} {one.key or '-'}  {one.description}")
        elif args.list_keys:
            list_keys(args)
        elif args.list_scenarios:
            files = scenarios.list_files(*asset_folders(args, "scenarios"))
            print("\n".join(scenarios.descriptions(files.values())))
        elif args.list_controllers:
            print("\n".join((*installed_controllers(), *trained_models())))
        elif args.demo and args.screenshot:
            raise InputError("--demo makes a film and takes no --screenshot")
        elif args.demo:
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
    except (InputError, OSError, FloatingPointError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def list_keys(args: Namespace) -> None:
    """Print the actions and their keys, the player's own among them."""
    settings_file = SettingsFile(args.settings or paths.settings_file())
    keys = keymap(library(args).formations.values(), settings_file.settings.keys, file=settings_file.file)
    if complaint := settings_file.complaint or keys.complaint:
        print(f"run_game.py: {complaint}", file=sys.stderr)
    print("\n".join(listed(keys.table)))


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
    for _ in headless.play(battle, until if args.ticks is None else args.ticks):
        pass
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
    with drawing(WINDOW, visible=False) as view, name_unwritable(path):
        demo.film(setup, battle, view, path, args.ticks or setup.scenario.ticks or demo.TICKS)
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
