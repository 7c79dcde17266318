"""Making and checking replays: what was played, and whether playing it again gives the same bits."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from engine.battle.battle import Battle
from engine.battle.setup import BattleSetup
from engine.io import ROOT
from engine.scenarios import Replay

# The files that decide a battle, besides its own: globs from the root; a test changes one file of each.
HASHED = ("engine/**/*.py", "nca_controller/**/*.py", "trained_models/**/*")


def record(setup: BattleSetup, battle: Battle, version: str) -> Replay:
    """Return the replay of what was played until now."""
    log, state = battle.executed_log, battle.state
    targets = target_digest(replace(setup, log=log))
    return Replay(setup.scenario, log, state.tick, version, targets, digest(state.mass))


def build_id(version: str) -> str:
    """Return the version of this program, with a digest of its code and its models."""
    total = hashlib.sha256()
    for path in sorted(path for part in HASHED for path in ROOT.glob(part) if path.is_file()):
        if "__pycache__" not in path.parts:
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version}+{total.hexdigest()[:12]}"


def warnings(replay: Replay, setup: BattleSetup, version: str) -> list[str]:
    """Return, a line each, the reasons why a replay may end otherwise here."""
    lines = []
    if replay.version != version:
        lines.append(f"was recorded by version {replay.version}, and this is {version}: it may end otherwise")
    if replay.targets != target_digest(setup):
        lines.append("was recorded with other formations of the same names: it may end otherwise")
    return lines


def check(replay: Replay, battle: Battle) -> dict[str, object]:
    """Return, for the report, whether a replay that was played to its end gave the same bits."""
    state = battle.state
    same = digest(state.mass) == replay.ending if state.tick == replay.ticks else None
    return {"version": replay.version, "ticks": replay.ticks, "same_to_the_bit": same}


def target_digest(setup: BattleSetup) -> str:
    """Return a digest of the targets of every order of a setup."""
    return digest(*(placement.target for placement in setup.placements()))


def digest(*fields: np.ndarray) -> str:
    """Return a digest of some fields: equal only for equal bits."""
    total = hashlib.sha256()
    for field in fields:
        total.update(np.ascontiguousarray(field, np.float32).tobytes())
    return total.hexdigest()[:16]
