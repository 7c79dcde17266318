"""What the command line lists without playing: formations, units, keys, scenarios and controllers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from engine import scenarios, units
from engine.app.installed import installed_controllers
from engine.app.library import asset_folders, library, unit_files
from engine.app.models import trained_models
from engine.app.settings import SettingsFile
from engine.io import paths, terminal


def listing(args: Namespace) -> Iterable[str] | None:
    """Return the lines of the list that the command line asks for, or None where it asks for none."""
    if args.list_formations:
        return (f"{one.name:<9} {one.key or '-'}  {one.description}" for one in library(args).formations.values())
    if args.list_units:
        return units.descriptions(unit_files(args))
    if args.list_keys:
        return list_keys(args)
    if args.list_scenarios:
        return scenarios.descriptions(scenarios.list_files(*asset_folders(args, "scenarios")).values())
    if args.list_controllers:
        return (*installed_controllers(), *trained_models())
    return None


def list_keys(args: Namespace) -> Iterable[str]:
    """Return the actions and their keys, the player's own among them; print one line about those of no use."""
    from engine.controls import keymap, listed  # here, since the other lists need no battle, which this loads

    settings_file = SettingsFile(args.settings or paths.settings_file())
    own = keymap(library(args).formations.values(), settings_file.settings.keys, file=settings_file.file)
    if complaint := settings_file.complaint or own.complaint:
        terminal.warn(complaint)
    return listed(own.table)
