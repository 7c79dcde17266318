"""Making and checking replays: what was played, and whether playing it again gives the same bits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from engine import formations, units
from engine.battle.battle import Battle
from engine.battle.digests import digest
from engine.battle.ledger import LOST
from engine.battle.setup import BattleSetup
from engine.battle.state import BattleState
from engine.formations import Formation
from engine.io import ASSETS, ROOT
from engine.orders import GiveOrders, Schedule
from engine.scenarios import Replay
from engine.units import Unit

# The code that decides a battle: globs from the root; a test changes one file of each.
HASHED = ("engine/**/*.py", "nca_controller/**/*.py")
# Likewise, from the folder of assets, which an installation has elsewhere: shaders, and the numbers of combat.
HASHED_ASSETS = ("shaders/compute/*.glsl", "laws.toml", "units/*.toml", "formations/*.toml")


def record(setup: BattleSetup, battle: Battle, version: str) -> Replay:
    """Return the replay of what was played until now, with what it needs that does not come with the game."""
    log, state = battle.executed_log, battle.state
    own = own_formations(setup, log, battle.formations)
    return Replay(
        setup.scenario,
        log,
        state.tick,
        version,
        state.ordered.text,
        ending(state),
        own,
        dict(setup.models),
        setup.simulation_name,
        own_units(setup),
    )


def own_formations(setup: BattleSetup, log: Schedule, known: Mapping[str, Formation]) -> dict[str, Formation]:
    """Return the formations that are ordered anywhere in a battle and are not the game's own, by name."""
    shipped = formations.load()
    later = [command for _, command in (*setup.scenario.schedule, *log) if isinstance(command, GiveOrders)]
    orders = (*setup.scenario.orders, *(order for command in later for _, order in command.orders))
    used = dict.fromkeys(order.formation for order in orders)
    return {name: known[name] for name in used if name in known and not _same(known[name], shipped.get(name))}


def own_units(setup: BattleSetup) -> dict[str, Unit]:
    """Return the units of a battle's regiments that are not the game's own, by name."""
    shipped = units.load()
    return {name: unit for name, unit in setup.units.items() if unit != shipped.get(name)}


def build_id(version: str, models: Mapping[str, Mapping[str, bytes]] | None = None) -> str:
    """Return the version of this program, with a digest of its code, its numbers and the models that were used."""
    total = hashlib.sha256()
    for path in sorted(path for part in HASHED for path in ROOT.glob(part) if path.is_file()):
        if "__pycache__" not in path.parts:
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    for path in sorted(path for part in HASHED_ASSETS for path in ASSETS.glob(part)):
        total.update(path.relative_to(ASSETS).as_posix().encode() + b"\0" + path.read_bytes())
    for name, files in sorted((models or {}).items()):
        for file, content in sorted(files.items()):
            total.update(f"{name}/{file}".encode() + b"\0" + content)
    return f"{version}+{total.hexdigest()[:12]}"


def warnings(replay: Replay, setup: BattleSetup, version: str) -> list[str]:
    """Return, a line each, the reasons why a replay may end otherwise here."""
    lines = []
    if replay.version != version:
        lines.append(f"was recorded by version {replay.version}, and this is {version}: it may end otherwise")
    if replay.targets != setup.targets[1].text:
        lines.append("was recorded with other formations of the same names: it may end otherwise")
    return lines


def check(replay: Replay, battle: Battle) -> dict[str, object]:
    """Return, for the report, whether a replay that was played to its end gave the same bits."""
    state = battle.state
    same = ending(state) == replay.ending if state.tick == replay.ticks else None
    return {"version": replay.version, "ticks": replay.ticks, "same_to_the_bit": same}


def ending(state: BattleState) -> str:
    """Return a digest of the mass at a tick, and in a battle with combat of who has fallen and fled by then."""
    return digest(state.mass, *(state.lost[name] for name in LOST if name in state.lost))


def _same(one: Formation, other: Formation | None) -> bool:
    """Whether two formations are equal but for their keys. Pictures count as different."""
    return other is not None and replace(one, key="") == replace(other, key="")
