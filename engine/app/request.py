"""From the command line to the setup of a battle, with names and sizes checked."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine import scenarios
from engine.app.flags import ANYWHERE, GRID, MASS, SOLDIERS
from engine.app.installed import (
    AND,
    AUTO,
    check_simulation_name,
    installed_controllers,
    make_simulation,
    makers,
    simulation_named,
)
from engine.app.library import asset_folders, library, units_of
from engine.app.models import installed_models, model_files, trained_models
from engine.battle import BattleSetup, replays, without_combat
from engine.formations import Formation, Materials, check_mass, largest_room, muster_place, read_terrain, with_words
from engine.io import InputError, __version__, check_writable, name_unwritable, paths, terminal
from engine.orders import GiveOrders, Order, Schedule, SetController
from engine.plugin import Ground, has_combat
from engine.scenarios import SIMULATION, Regiment, Scenario, check_cells

SHARE_OF_A_PART = 0.25  # of what the largest part of a ground holds, that the army takes at most by default


def make_setup(
    args: Namespace, schedule: Schedule = (), formations: Mapping[str, Formation] | None = None
) -> BattleSetup:
    """Return the setup of the game that the command line asks for. Raises InputError; imports no simulation."""
    prepare_record(args)
    named = args.scenario is not None
    path = scenarios.resolve(args.scenario, *asset_folders(args, "scenarios")) if named else args.replay
    scenario = from_file(args, path) if path else without_file(args, schedule)
    played = args.played
    log = played.log if played else ()
    carried = dict(played.models) if played else {}
    names = dict.fromkeys(("nca" if args.controller is None else args.controller, *controllers_in(scenario, log)))
    asked = played.simulation if played else args.simulation or scenario.simulation
    try:
        controllers = makers(names, carried)
        simulation = known_simulation(SIMULATION if asked is None else asked)
        if scenario.combat:
            simulation = fighting_simulation(simulation)
        setup = BattleSetup(
            simulation=partial(make_simulation, simulation),
            simulation_name=simulation,
            controllers=controllers,
            formations={**(formations or library(args).formations), **(played.formations if played else {})},
            scenario=scenario,
            log=log,
            models=travelling(names, carried) if args.record else carried,
            units=units_of(args, scenario, played.units if played else {}),
        )
        setup.check()
        if played:
            for warning in replays.warnings(played, setup, build_id(setup)):
                terminal.warn(f"{args.replay.name} {warning}")
    except InputError as error:
        raise InputError(f"{path.name}: {error}" if path else str(error)) from None
    return setup


def known_simulation(name: str) -> str:
    """Return the name of a simulation, or that of the project's own, with a line, where none has it or two played."""
    if AND in name:
        terminal.warn(f"{name} played one after the other: {SIMULATION} plays all, and fields may differ by a hair")
        return SIMULATION
    try:
        check_simulation_name(name)
    except InputError as error:
        if name == SIMULATION:  # nothing is installed at all
            raise
        terminal.warn(f"{error}: {SIMULATION} moves the mass instead, and fields may differ by a hair")
        return SIMULATION
    return name


def fighting_simulation(name: str) -> str:
    """Return the name of a simulation that can play a battle with combat: for `auto` the project's own.

    Raises InputError for one that has no combat, and PluginError where its import fails.
    """
    if name in (AUTO, SIMULATION):  # the project's own takes seconds to import, and has it
        return SIMULATION
    made = simulation_named(name).load()
    if isinstance(made, type) and not has_combat(made):  # of what a function makes, the battle's setup will know
        raise InputError(without_combat(name))
    return name


def prepare_record(args: Namespace) -> None:
    """Settle where --record goes, and raise InputError where nothing can be written there."""
    args.numbered = args.record is ANYWHERE
    if args.numbered:
        args.record = paths.replays() / ANYWHERE
        with name_unwritable(args.record):
            args.record.parent.mkdir(parents=True, exist_ok=True)
        check_writable(args.record)
    elif args.record:
        if os.path.abspath(args.record) in [os.path.abspath(one) for one in (args.screenshot, args.demo) if one]:
            raise InputError(f"--record and the picture would both be {args.record}; choose another name")
        check_writable(args.record)
        scenarios.check_free(args.record)


def travelling(names: Iterable[str], carried: Mapping[str, Mapping[str, bytes]]) -> dict[str, Mapping[str, bytes]]:
    """Return the files of the models that a replay needs, by controller; say so where one cannot travel along."""
    folders = trained_models()
    found = dict(carried)
    for name in names:
        if name not in found and name not in installed_controllers():
            try:
                found[name] = model_files(folders.get(name, Path(name)))
            except (InputError, OSError) as error:
                terminal.warn(f"the replay will need this model to be there: {error}")
    return found


def build_id(setup: BattleSetup) -> str:
    """Return the version that replays of this setup carry: of the program, and of the models that it brings along."""
    used = [name for name in setup.controller_names() if name not in setup.models]
    return replays.build_id(__version__, installed_models(used))


def from_file(args: Namespace, path: Path) -> Scenario:
    """Return the scenario of a file, with what the command line changes in it."""
    given = "replay" if args.replay else "scenario"
    settled = ("scenario", "controller", "seed", "simulation") if args.replay else ()
    for flag in ("order", "orders", "grid", "terrain", "cells", "mass", "soldiers", *settled):
        if getattr(args, flag) not in (None, ()):
            raise InputError(f"--{flag} is the {given}'s to say; leave it out, or --{given}")
    if args.played:
        return args.played.scenario
    scenario = scenarios.load(path, anywhere=path == Path(args.scenario))
    if args.controller is not None:
        scenario = scenarios.with_controller(scenario, args.controller)
    return scenario if args.seed is None else replace(scenario, seed=args.seed)


def without_file(args: Namespace, schedule: Schedule = ()) -> Scenario:
    """Return the game without a scenario: one army, which starts as a crowd in the middle of a field.

    On a ground with closed cells it starts where it has room, and is as large as fits well into the largest part.
    """
    ground, materials = terrain_without_file(args)
    mass = check_mass(args.mass or default_mass(ground), ground)
    place = muster_place(mass, ground)
    controller = "nca" if args.controller is None else args.controller
    if args.order is not None and any(tick == 0 for tick, _ in args.orders):
        raise InputError("--order and --orders both give an order at tick 0")
    given = tuple((tick, GiveOrders(((0, Order(name, place)),))) for tick, name in args.orders)
    return Scenario(
        title="an army in the field",
        ground=ground,
        regiments=(Regiment("army", 0, mass, args.soldiers or SOLDIERS, controller),),
        orders=(Order("line" if args.order is None else args.order, place),),
        heaped=True,
        schedule=schedule or given,
        seed=args.seed or 0,
        materials=with_words(materials, ground, None, None),
    )


def terrain_without_file(args: Namespace) -> tuple[Ground, Materials | None]:
    """Return the ground of the game without a scenario, that of --terrain or open, and its materials.

    Raises FileError, and InputError for one of more cells than an army can be on.
    """
    if args.terrain is None:
        if args.cells is not None:
            raise InputError("--cells says how --terrain is scaled, and there is none")
        return Ground.plain(*(args.grid or GRID)), None
    ground, materials = read_terrain(args.terrain, args.cells, size=args.grid and args.grid[::-1])
    check_cells(ground.grid)  # before its ways are looked for
    return ground, materials


def default_mass(ground: Ground) -> float:
    """Return the army's mass where none is asked for: less on a ground whose largest part holds little."""
    if ground.open_cells.all():
        return MASS
    return min(MASS, SHARE_OF_A_PART * largest_room(ground))


def controllers_in(scenario: Scenario, log: Schedule = ()) -> list[str]:
    """Return the names of the controllers that a scenario or its log uses, in order."""
    commands = (command for _, command in (*scenario.schedule, *log))
    later = [command.controller for command in commands if isinstance(command, SetController)]
    return [*(regiment.controller for regiment in scenario.regiments), *later]
