"""The formations and scenarios that a game knows: its own, and then the player's."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from engine.formations import FormationLibrary
from engine.io import InputError, paths, terminal


def asset_folders(args: Namespace, kind: str) -> tuple[Path, ...]:
    """Return the folders of "formations" or "scenarios", the game's and then the player's own."""
    if args.assets and not args.assets.is_dir():
        raise InputError(f"--assets: there is no folder {args.assets}")
    return tuple(folder / kind for folder in paths.asset_folders(args.assets))


def library(args: Namespace) -> FormationLibrary:
    """Return the formations, and print one line about a file of the player's that cannot be used."""
    known = FormationLibrary(*asset_folders(args, "formations"))
    if known.complaint:
        terminal.warn(known.complaint)
    return known
