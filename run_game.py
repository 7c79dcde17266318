"""Play Maniple: python run_game.py. Reads the command line, wires the game to its simulation, and runs it."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Before NumPy: the fields are small, and where cores are busy a second BLAS thread costs fifty times its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine import command_line, demo, folders, headless, replay, scenarios
from engine.battlefield import Battlefield, Timed
from engine.campaign import Campaign, middle
from engine.command_line import InputError
from engine.commands import Form, Obey
from engine.controls.keyboard import keyboard, listed
from engine.flags import GRID, MASS, MEN, make_parser
from engine.formations import Formation, FormationError, Roster, check_mass
from engine.game import Game
from engine.muster import Muster, MusterError
from engine.orders import Order
from engine.plugin import CONTROLLERS, SIMULATIONS, found
from engine.regiments import Regiment
from engine.scenarios import Scenario
from engine.settings import Preferences
from engine.tables import FileError
from engine.view import NoDisplay, open_view
from engine.view.scene import View
from engine.view.video import check_film

WINDOW = (1280, 720)  # pixels of a picture without a window
TRAINED_MODELS = Path(__file__).resolve().parent / "trained_models"


def main(words: list[str] | None = None) -> int:
    """Play as the command line says and return the exit code."""
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        args.played = replay.load(args.replay) if args.replay else None
        if args.list_formations:
            for one in roster(args).formations.values():
                print(f"{one.name:<9} {one.key or '-'}  {one.description}")
        elif args.list_keys:
            keys(args)
        elif args.list_scenarios:
            print("\n".join(scenarios.described(scenarios.known(*own_folders(args, "scenarios")).values())))
        elif args.list_controllers:
            print("\n".join((*installed(), *trained())))
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
    except (InputError, FileError, FormationError, MusterError, OSError, FloatingPointError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def keys(args: Namespace) -> None:
    """Name the actions and their keys, the player's own among them."""
    preferences = Preferences(args.settings or folders.settings())
    board = keyboard(roster(args).formations.values(), preferences.settings.keys, file=preferences.file)
    if complaint := preferences.complaint or board.complaint:
        print(f"run_game.py: {complaint}", file=sys.stderr)
    print("\n".join(listed(board.table)))


def window(args: Namespace) -> None:
    """Play in a window until the player leaves. Raises NoDisplay where there is none."""
    preferences = Preferences(args.settings or folders.settings())
    settings = preferences.settings
    if not args.scenario:
        args.soldiers = args.soldiers or settings.soldiers
    known = roster(args)
    campaign = make_campaign(args, formations=known.formations)
    with drawing(settings.window, visible=True) as view:
        game = Game(campaign, view, preferences=preferences, roster=known)
        if settings.full_screen:
            game.full_screen()
        try:
            game.play(args.ticks)
        finally:  # whatever ended it, what was played until then is worth keeping
            if game.battlefield:
                keep(args, campaign, game.battlefield)


def figures(args: Namespace) -> None:
    """Play without a window and say how it ended."""
    command_line.check_writable(args.screenshot, ".png")
    campaign = make_campaign(args)
    battlefield = Muster(campaign.muster).result()
    played = args.played
    until = played.ticks if played else campaign.scenario.ticks or headless.TICKS
    for _ in headless.play(battlefield, until if args.ticks is None else args.ticks):
        pass
    keep(args, campaign, battlefield)
    if args.screenshot:
        with drawing(WINDOW, visible=False) as view, command_line.writing(args.screenshot):
            headless.screenshot(campaign, battlefield, view, args.screenshot)
    verdict = {"replay": replay.verdict(played, battlefield)} if played else {}
    print(json.dumps({**headless.report(campaign, battlefield), **verdict}))


def keep(args: Namespace, campaign: Campaign, battlefield: Battlefield) -> None:
    """Save what was played, if that was asked for, and say where."""
    if args.record:
        with command_line.writing(args.record):
            replay.write(args.record, replay.record(campaign, battlefield, replay.edition(version("maniple"))))
        print(f"run_game.py: the replay is in {args.record.resolve()}", file=sys.stderr)


def film(args: Namespace, path: Path) -> None:
    """Play the demo, or what was ordered, and save it as a GIF or an MP4."""
    command_line.check_writable(path, ".gif", ".mp4")
    check_film(path)
    by_itself = not (args.order or args.orders or args.scenario or args.replay)
    campaign = make_campaign(args, demo.script(args.grid or command_line.grid(GRID)) if by_itself else ())
    battlefield = Muster(campaign.muster).result()
    with drawing(WINDOW, visible=False) as view, command_line.writing(path):
        demo.film(campaign, battlefield, view, path, args.ticks or campaign.scenario.ticks or demo.TICKS)
    keep(args, campaign, battlefield)
    print(f"the demo is in {path.resolve()}")


@contextmanager
def drawing(size: tuple[int, int], visible: bool) -> Iterator[View]:
    """Open a view, say so in one line where it cannot draw with OpenGL, and close it in the end."""
    view = open_view(size, visible=visible)
    try:
        if not view.description.startswith("OpenGL"):
            print(f"run_game.py: no OpenGL 3.3, drawing with {view.description}", file=sys.stderr)
        yield view
    finally:
        view.close()


def own_folders(args: Namespace, kind: str) -> tuple[Path, ...]:
    """Return the folders of "formations" or "scenarios", the game's and then the player's own."""
    if args.assets and not args.assets.is_dir():
        raise InputError(f"--assets: there is no folder {args.assets}")
    return tuple(folder / kind for folder in folders.assets(args.assets))


def roster(args: Namespace) -> Roster:
    """Return the formations, and say in one line which file of the player's cannot be used."""
    known = Roster(*own_folders(args, "formations"))
    if known.complaint:
        print(f"run_game.py: {known.complaint}", file=sys.stderr)
    return known


def make_campaign(args: Namespace, script: Timed = (), formations: Mapping[str, Formation] | None = None) -> Campaign:
    """Return the game that was asked for, once its names and sizes are known to be good; imports no simulation."""
    if args.record:
        if args.record in (args.screenshot, args.demo):
            raise InputError(f"--record and the picture would both be {args.record}; choose another name")
        command_line.check_writable(args.record)
        replay.check_free(args.record)
    path = args.replay if args.scenario is None else scenarios.find(args.scenario, *own_folders(args, "scenarios"))
    scenario = opened(args, path) if path else arranged(args, script)
    played = args.played
    log = played.log if played else ()
    names = dict.fromkeys(("nca" if args.controller is None else args.controller, *leading(scenario, log)))
    try:
        campaign = Campaign(
            simulation=make_simulation,
            controllers=leaders(names),
            formations=formations or roster(args).formations,
            scenario=scenario,
            log=log,
        )
        campaign.check()
        if played:
            for doubt in replay.doubts(played, campaign, replay.edition(version("maniple"))):
                print(f"run_game.py: {args.replay.name} {doubt}", file=sys.stderr)
    except (InputError, FormationError) as error:
        raise InputError(f"{path.name}: {error}" if path else str(error)) from None
    return campaign


def opened(args: Namespace, path: Path) -> Scenario:
    """Return the scenario of a file, with what the command line says of it."""
    given = "replay" if args.replay else "scenario"
    settled = ("scenario", "controller", "seed") if args.replay else ()
    for flag in ("order", "orders", "grid", "mass", "soldiers", *settled):
        if getattr(args, flag) not in (None, ()):
            raise InputError(f"--{flag} is the {given}'s to say; leave it out, or --{given}")
    if args.played:
        return args.played.scenario
    scenario = scenarios.load(path)
    if args.controller is not None:
        scenario = scenarios.led_by(scenario, args.controller)
    return scenario if args.seed is None else replace(scenario, seed=args.seed)


def arranged(args: Namespace, script: Timed = ()) -> Scenario:
    """Return the game without a scenario: one army, which musters as a crowd in the middle of an open field."""
    ground = args.grid or command_line.grid(GRID)
    centre, mass = middle(ground), check_mass(args.mass or MASS, ground)
    controller = "nca" if args.controller is None else args.controller
    if args.order is not None and any(tick == 0 for tick, _ in args.orders):
        raise InputError("--order and --orders both give an order at tick 0")
    return Scenario(
        title="an army in the field",
        ground=ground,
        regiments=(Regiment("army", 0, mass, args.soldiers or MEN, controller),),
        orders=(Order("line" if args.order is None else args.order, centre),),
        heaped=True,
        script=script or tuple((tick, Form(((0, Order(name, centre)),))) for tick, name in args.orders),
        seed=args.seed or 0,
    )


def make_simulation() -> Any:
    """Import and return the simulation: JAX's, the only one so far."""
    simulations = found(SIMULATIONS)
    if "jax" not in simulations:
        raise InputError("no simulation is installed; install the project: pip install .")
    keep_compiled()
    return simulations["jax"].load()()


def keep_compiled() -> None:
    """Have JAX keep what it compiles from one start to the next, unless it was told where or there is no place."""
    with suppress(OSError):
        folders.compiled().mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(folders.compiled()))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


def leading(scenario: Scenario, log: Timed = ()) -> list[str]:
    """Return the names of the controllers that lead in a scenario, in order."""
    later = [command.controller for _, command in (*scenario.script, *log) if isinstance(command, Obey)]
    return [*(regiment.controller for regiment in scenario.regiments), *later]


def leaders(names: Iterable[str]) -> dict[str, Callable[[], Any]]:
    """Return how each controller that Tab goes through is made: those that are named first, and all installed ones."""
    known, more = installed(), {}
    for name in names:
        folder = trained().get(name, Path(name))
        if name in known:
            more[name] = known[name]
        elif name and folder.is_dir():
            more[name] = partial(load_trained, folder)
        else:
            raise InputError(command_line.unknown_name("controller", name, (*known, *trained())) + ", or a folder")
    return more | known


def installed() -> dict[str, Callable[[], Any]]:
    """Return how each installed controller is made, by name."""
    return {name: lambda entry=entry: entry.load()() for name, entry in found(CONTROLLERS).items()}  # type: ignore[misc]


def trained() -> dict[str, Path]:
    """Return the checkpoints that lie in trained_models/, by name."""
    return {folder.name: folder for folder in sorted(TRAINED_MODELS.glob("*/"))}


def load_trained(folder: Path) -> Any:
    """Import the plugin and load a checkpoint. Raises ValueError, in one line, where it cannot be used."""
    from nca_controller.controllers import load_controller

    return load_controller(folder)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A player who leaves while the army musters does not wait for a compiler that nobody needs any more.
    os._exit(code)
