"""Replays: a small TOML file from which a session is played again, bit for bit on the same machine and version.

It is the scenario that was played, written out whole, and `[[commands]]` as a scenario writes its `[[orders]]`; beside
them what tells whether the same came of it: version, ticks, and prints of the orders' targets and of the last field.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import tomli_w

from engine import scenarios
from engine.assets import ASSETS
from engine.battlefield import Battlefield, Timed
from engine.campaign import Campaign
from engine.dispatches import read_command, write_command
from engine.scenarios import Scenario
from engine.tables import FileError, read

PARTS = ("engine/**/*.py", "nca_controller/**/*.py", "trained_models/**/*")  # what a battle is made of, beside its file


@dataclass(frozen=True)
class Replay:
    """What a replay file says."""

    scenario: Scenario
    log: Timed  # what was commanded, and when
    ticks: int  # how long it was played
    version: str  # of the program that recorded it
    targets: str  # a print of where every order put its regiment
    ending: str  # a print of the mass at the last tick


def record(campaign: Campaign, battlefield: Battlefield, version: str) -> Replay:
    """Return the replay of what was played until now."""
    log = battlefield.told
    targets = print_of_targets(replace(campaign, log=log))
    return Replay(campaign.scenario, log, battlefield.ticks, version, targets, print_of(battlefield.mass))


def write(path: Path, replay: Replay) -> None:
    """Save a replay. Raises FileError where there is such a file already, and OSError where none can be written."""
    names = [regiment.name for regiment in replay.scenario.regiments]
    about = {"version": replay.version, "ticks": replay.ticks, "targets": replay.targets, "ending": replay.ending}
    commands = [row for tick, command in replay.log for row in write_command(tick, command, names)]
    text = tomli_w.dumps({"replay": about, **scenarios.write(replay.scenario), "commands": commands})
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        check_free(path)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def check_free(path: Path) -> None:
    """Raise FileError for a file that is there: sessions are not written over."""
    if path.exists():
        raise FileError(f"{path}: is there already, and is not written over; choose another name")


def load(path: Path) -> Replay:
    """Return the replay in a file. Raises FileError, which names the file and the field, for one of no use."""
    table = read(path)
    about = table.table("replay")
    if about is None:
        raise table.wrong("replay", "is missing: this is no replay")
    scenario = scenarios.read_scenario(table, path.parent)
    names = [regiment.name for regiment in scenario.regiments]
    log = tuple(read_command(one, names) for one in table.tables("commands"))
    table.done()
    for number, ((before, _), (after, _)) in enumerate(pairwise(log), start=2):
        if after < before:
            raise table.wrong(f"commands[{number}].tick", f"is {after}, before the {before} of the one above it")
    replay = Replay(
        scenario=scenario,
        log=log,
        ticks=about.whole("ticks"),
        version=about.text("version"),
        targets=about.text("targets"),
        ending=about.text("ending"),
    )
    about.done()
    return replay


def edition(version: str) -> str:
    """Return the version of this program, with a print of its code and its models."""
    root, printed = ASSETS.parent, hashlib.sha256()
    for path in sorted(path for part in PARTS for path in root.glob(part) if path.is_file()):
        if "__pycache__" not in path.parts:
            printed.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version}+{printed.hexdigest()[:12]}"


def doubts(replay: Replay, campaign: Campaign, version: str) -> list[str]:
    """Return, a line each, why what was recorded may not be played the same way here."""
    lines = []
    if replay.version != version:
        lines.append(f"was recorded by version {replay.version}, and this is {version}: it may end otherwise")
    if replay.targets != print_of_targets(campaign):
        lines.append("was recorded with other formations of the same names: it may end otherwise")
    return lines


def verdict(replay: Replay, battlefield: Battlefield) -> dict[str, object]:
    """Return for the report whether a replay that was played to its end came to the same bits."""
    ended = battlefield.ticks == replay.ticks
    same = print_of(battlefield.mass) == replay.ending if ended else None
    return {"version": replay.version, "ticks": replay.ticks, "same_to_the_bit": same}


def print_of_targets(campaign: Campaign) -> str:
    """Return a print of where every order of a campaign puts its regiment."""
    return print_of(*(stand.target for stand in campaign.stands()))


def print_of(*fields: np.ndarray) -> str:
    """Return a print of some fields: the same for the same bits alone."""
    printed = hashlib.sha256()
    for field in fields:
        printed.update(np.ascontiguousarray(field, np.float32).tobytes())
    return printed.hexdigest()[:16]
