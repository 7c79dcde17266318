"""Play Maniple: python run_game.py. Reads the command line, wires the game to its simulation, and runs it."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

# Before NumPy: the fields are small, and where cores are busy a second BLAS thread costs fifty times its work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from engine import command_line, demo, formations, headless
from engine.battlefield import Timed
from engine.campaign import Campaign, middle
from engine.command_line import InputError
from engine.commands import Form
from engine.formations import FormationError, check_mass
from engine.game import Game
from engine.muster import Muster, MusterError
from engine.orders import Order
from engine.plugin import CONTROLLERS, SIMULATIONS, found
from engine.regiments import Regiment
from engine.view import NoDisplay, open_view
from engine.view.scene import View

WINDOW = (1280, 720)  # pixels
TRAINED_MODELS = Path(__file__).resolve().parent / "trained_models"


def main(words: list[str] | None = None) -> int:
    """Play as the command line says and return the exit code."""
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        if args.list_formations:
            for one in formations.load().values():
                print(f"{one.name:<9} {one.key}  {one.description}")
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
    except (InputError, FormationError, MusterError, OSError, FloatingPointError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def window(args: Namespace) -> None:
    """Play in a window until the player leaves. Raises NoDisplay where there is none."""
    campaign = make_campaign(args)
    with drawing(WINDOW, visible=True) as view:
        Game(campaign, view).play(args.ticks)


def figures(args: Namespace) -> None:
    """Play without a window and say how it ended."""
    command_line.check_writable(args.screenshot)
    campaign = make_campaign(args)
    battlefield = Muster(campaign.muster).result()
    for _ in headless.play(battlefield, args.ticks or headless.TICKS):
        pass
    if args.screenshot:
        with drawing(WINDOW, visible=False) as view:
            headless.screenshot(campaign, battlefield, view, args.screenshot)
    print(json.dumps(headless.report(campaign, battlefield)))


def film(args: Namespace, path: Path) -> None:
    """Play the demo, or what was ordered, and save it as a GIF."""
    command_line.check_writable(path)
    campaign = make_campaign(args, () if args.order or args.orders else demo.script(args.grid))
    battlefield = Muster(campaign.muster).result()
    with drawing(WINDOW, visible=False) as view:
        demo.film(campaign, battlefield, view, path, args.ticks or demo.TICKS)
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


def make_campaign(args: Namespace, script: Timed = ()) -> Campaign:
    """Return the game that was asked for, once its names and sizes are known to be good; imports no simulation."""
    centre = middle(args.grid)
    if args.order is not None and any(tick == 0 for tick, _ in args.orders):
        raise InputError("--order and --orders both give an order at tick 0")
    script = script or tuple((tick, Form(((0, Order(name, centre)),))) for tick, name in args.orders)
    campaign = Campaign(
        simulation=make_simulation,
        controllers=leaders(args.controller),
        formations=formations.load(),
        ground=args.grid,
        regiments=(Regiment("army", 0, check_mass(args.mass, args.grid), args.soldiers, args.controller),),
        orders=(Order("line" if args.order is None else args.order, centre),),
        heaped=True,
        script=script,
        seed=args.seed,
    )
    campaign.check()
    return campaign


def make_simulation() -> Any:
    """Import and return the simulation: JAX's, the only one so far."""
    simulations = found(SIMULATIONS)
    if "jax" not in simulations:
        raise InputError("no simulation is installed; install the project: pip install .")
    return simulations["jax"].load()()


def leaders(first: str) -> dict[str, Callable[[], Any]]:
    """Return how each controller that Tab goes through is made, the first among them."""
    known = installed()
    if first in known:
        return known
    folder = trained().get(first, Path(first))
    if not folder.is_dir():
        raise InputError(command_line.unknown_name("controller", first, (*known, *trained())) + ", or a folder")
    return {first: partial(load_trained, folder), **known}


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


def make_parser() -> command_line.Parser:
    """Return the command line."""
    parser = command_line.Parser(prog="run_game.py", description="Give an order, and an army flows into formation.")
    add = parser.add_argument
    add("--order", metavar="NAME", help="the first formation (line)")
    add(
        "--orders",
        metavar="SCRIPT",
        type=command_line.orders,
        default=(),
        help="formations and their ticks, as wedge@0,square@200",
    )
    add(
        "--controller",
        metavar="NAME",
        default="nca",
        help="who leads: a name, one in trained_models/, or a checkpoint's folder (nca)",
    )
    add("--headless", action="store_true", help="play without a window and print the outcome as a line of JSON")
    add("--ticks", metavar="N", type=command_line.count, help="leave after N ticks (headless 400, demo 600)")
    add("--screenshot", metavar="FILE", type=Path, help="with --headless: save the last picture")
    add("--demo", metavar="FILE", type=Path, help="play by itself and save a GIF; so it does where there is no display")
    add("--grid", metavar="WxH", type=command_line.grid, default="192x128", help="the field's size in cells (192x128)")
    add(
        "--mass", metavar="M", type=command_line.positive, default=1000.0, help="the army's mass; a cell holds 1 (1000)"
    )
    add("--soldiers", metavar="N", type=command_line.count, default=4000, help="how many men are drawn for it (4000)")
    add("--seed", metavar="S", type=command_line.seed, default=0, help="of all that is drawn by lot (0)")
    add("--list-formations", action="store_true", help="name the formations and leave")
    add("--list-controllers", action="store_true", help="name the controllers and leave")
    add("--version", action="version", version=f"maniple {version('maniple')}")
    return parser


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A player who leaves while the army musters does not wait for a compiler that nobody needs any more.
    os._exit(code)
