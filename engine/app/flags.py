"""The flags of run_game.py, and the defaults of the game without a scenario."""

from __future__ import annotations

import os
from pathlib import Path

from engine.io import __version__, arguments, terminal
from engine.scenarios import SIMULATION

GRID, MASS = (128, 192), 1000.0  # height and width in cells, and mass
SOLDIERS = 10_000 if (os.cpu_count() or 1) > 1 else 4_000  # two cores draw and move 10,000 beside the simulation

ANYWHERE = Path("replay.toml")  # the object itself stands for --record without a name


def make_parser() -> arguments.Parser:
    """Return the command line."""
    parser = arguments.Parser(prog=terminal.program(), description="Give an order, and an army flows into formation.")
    add, alone = parser.add_argument, parser.add_mutually_exclusive_group().add_argument
    add("--scenario", metavar="NAME", help="what is played: one of --list-scenarios, or a file")
    add(
        "--record",
        metavar="FILE",
        type=Path,
        nargs="?",
        const=ANYWHERE,
        help="save what is played as a replay, a small TOML file (numbered, in the platform's data folder)",
    )
    add("--replay", metavar="FILE", type=Path, help="play a replay again, in the window, --headless or as a --demo")
    add("--order", metavar="NAME", type=arguments.name, help="without a scenario: the first formation (line)")
    add(
        "--orders",
        metavar="SCRIPT",
        type=arguments.orders,
        default=(),
        help="without a scenario: formations and their ticks, as wedge@0,square@200",
    )
    add(
        "--controller",
        metavar="NAME",
        help="who leads everyone: a name, one in trained_models/, or a checkpoint's folder (the scenario's, or nca)",
    )
    add("--simulation", metavar="NAME", help=f"what moves the mass: auto, jax, gl or an installed one ({SIMULATION})")
    alone("--headless", action="store_true", help="play without a window and print the outcome as a line of JSON")
    add("--ticks", metavar="N", type=arguments.count, help="leave after N ticks (headless 400, demo 600)")
    add("--screenshot", metavar="FILE", type=Path, help="with --headless: save the last picture")
    alone(
        "--demo", metavar="FILE", type=Path, help="play by itself and save a GIF or an MP4; the same without a display"
    )
    add("--grid", metavar="WxH", type=arguments.grid, help=f"the field's size in cells ({GRID[1]}x{GRID[0]})")
    add("--terrain", metavar="FILE", type=Path, help="without a scenario: the ground, a PNG or an octile .map")
    add("--cells", metavar="N", type=arguments.side, help="with --terrain: cells along its longer side (its own size)")
    add("--mass", metavar="M", type=arguments.positive, help=f"the army's mass; a cell holds 1 ({MASS:.0f})")
    add("--soldiers", metavar="N", type=arguments.soldiers, help=f"how many soldiers are drawn for it ({SOLDIERS})")
    add("--seed", metavar="S", type=arguments.seed, help="of all that is drawn by lot (0)")
    add("--assets", metavar="DIR", type=Path, help="your own formations/, units/ and scenarios/ (the data folder)")
    add("--settings", metavar="FILE", type=Path, help="your settings (settings.toml in the platform's config folder)")
    alone("--list-scenarios", action="store_true", help="name the scenarios and leave")
    alone("--list-formations", action="store_true", help="name the formations and leave")
    alone("--list-units", action="store_true", help="name the kinds of soldiers and leave")
    alone("--list-keys", action="store_true", help="name what keys can do, and the keys that do it, and leave")
    alone("--list-controllers", action="store_true", help="name the controllers and leave")
    add("--version", action="version", version=f"maniple {__version__}")
    return parser
