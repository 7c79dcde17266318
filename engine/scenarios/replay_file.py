"""Replays: a small TOML file from which a session is played again, bit for bit on the same machine and version.

It holds the scenario, written out whole, and `[[commands]]` as a scenario writes its `[[orders]]`; what of the player's
own it needs, as `[[formations]]`, `[[units]]` and `[[models]]`; besides, to check that the result is the same, the
version, the ticks, and digests of the orders' targets and of the last field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import tomli_w

from engine.formations import Formation
from engine.io import Existing, FileError, read_table, write_whole
from engine.orders import Schedule
from engine.scenarios.carried import Models, carried_tables, read_formations, read_models, read_units
from engine.scenarios.command_table import command_tables, read_command
from engine.scenarios.scenario import Scenario
from engine.scenarios.scenario_table import read_scenario, scenario_table
from engine.units import Unit

SIMULATION = "jax"  # the name of the project's own simulation: what a game and a replay that name none have


@dataclass(frozen=True)
class Replay:
    """The contents of a replay file."""

    scenario: Scenario
    log: Schedule  # the executed commands with their ticks
    ticks: int  # the length of the session
    version: str  # build id of the program that recorded it
    targets: str  # a digest of the target of every order
    ending: str  # a digest of the mass at the last tick
    formations: Mapping[str, Formation] = field(default_factory=dict)  # those that it carries along, by name
    models: Models = field(default_factory=dict)  # likewise, by the names of their controllers
    simulation: str = SIMULATION  # what moved the mass, as it was installed
    units: Mapping[str, Unit] = field(default_factory=dict)  # those that it carries along, by name


def write_replay(path: Path, replay: Replay, *, existing: Existing = "keep") -> Path:
    """Write a replay and return where it lies: with "number" as the file's name and a number.

    Raises FileError where the file exists already, and OSError where none can be written.
    """
    names = [regiment.name for regiment in replay.scenario.regiments]
    about = {"version": replay.version, "ticks": replay.ticks, "targets": replay.targets, "ending": replay.ending}
    if replay.simulation != SIMULATION:
        about["simulation"] = replay.simulation
    commands = [row for tick, command in replay.log for row in command_tables(tick, command, names)]
    carried = carried_tables(replay.formations, replay.models, replay.units)
    text = tomli_w.dumps({"replay": about, **scenario_table(replay.scenario), "commands": commands, **carried})
    try:
        return write_whole(path, text, existing=existing)
    except FileExistsError:
        check_free(path)
        raise


def check_free(path: Path) -> None:
    """Raise FileError for a file that exists: a replay is never overwritten."""
    if path.exists():
        raise FileError(f"{path}: is there already, and is not written over; choose another name")


def load_replay(path: Path) -> Replay:
    """Return the replay in a file. Raises FileError, which names the file and the field, for one that is invalid."""
    table = read_table(path)
    about = table.table("replay")
    if about is None:
        raise table.error("replay", "is missing: this is no replay")
    scenario = read_scenario(table, path.parent)
    log = tuple(read_command(one, scenario.regiments, scenario.combat) for one in table.tables("commands"))
    formations, units, models = read_formations(table), read_units(table), read_models(table)
    table.finish()
    for number, ((before, _), (after, _)) in enumerate(pairwise(log), start=2):
        if after < before:
            raise table.error(f"commands[{number}].tick", f"is {after}, before the {before} of the one above it")
    replay = Replay(
        scenario=scenario,
        log=log,
        ticks=about.integer("ticks"),
        version=about.text("version"),
        targets=about.text("targets"),
        ending=about.text("ending"),
        formations=formations,
        models=models,
        simulation=about.text("simulation", SIMULATION),
        units=units,
    )
    about.finish()
    return replay
