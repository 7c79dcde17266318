"""The formations, units and scenarios that a game knows: its own, and then the player's."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from engine import units
from engine.formations import FormationLibrary
from engine.io import InputError, paths, terminal
from engine.scenarios import Scenario, check_units
from engine.units import Unit


def asset_folders(args: Namespace, kind: str) -> tuple[Path, ...]:
    """Return the folders of "formations", "units" or "scenarios", the game's and then the player's own."""
    if args.assets and not args.assets.is_dir():
        raise InputError(f"--assets: there is no folder {args.assets}")
    return tuple(folder / kind for folder in paths.asset_folders(args.assets))


def library(args: Namespace) -> FormationLibrary:
    """Return the formations, and print one line about a file of the player's that cannot be used."""
    known = FormationLibrary(*asset_folders(args, "formations"))
    if known.complaint:
        terminal.warn(known.complaint)
    return known


def unit_files(args: Namespace) -> dict[str, Path]:
    """Return the unit files by name."""
    return units.list_files(*asset_folders(args, "units"))


def units_of(args: Namespace, scenario: Scenario, carried: Mapping[str, Unit]) -> dict[str, Unit]:
    """Return the units of a scenario's regiments by name, those `carried` by a replay first; none without combat.

    Raises InputError for one that is unknown, and FileError for a file of one of them that cannot be used.
    """
    if not scenario.combat:
        return {}
    files = unit_files(args)
    check_units(scenario, [*files, *(name for name in carried if name not in files)])
    names = dict.fromkeys(regiment.unit for regiment in scenario.regiments)
    return {name: carried[name] if name in carried else units.read(files[name], files) for name in names}
