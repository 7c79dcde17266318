"""The game without a player: the same battle and the same scenes, for figures and pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from engine.app.installed import running_name
from engine.app.waiting import GivenUp, Waiting
from engine.battle import Battle, BattleSetup, BattleState, mass_of
from engine.io import PluginError, described, terminal
from engine.presentation import cards, compose, news, status, strengths
from engine.recording import save_png
from engine.view import Scene, View

TICKS = 400  # enough for any formation to form


def play(battle: Battle, ticks: int, asked: Callable[[], bool] = lambda: False) -> Iterator[int]:
    """Play so many ticks; yield 1, 2, ... after each. What the player should know of it is printed, a line each.

    Where it is `asked` to end while a tick is waited for, it ends before that tick.
    """

    def give_up_if_asked() -> None:
        if asked():
            raise GivenUp

    battle.run = Waiting(give_up_if_asked).run
    names = [regiment.name for regiment in battle.state.regiments]
    for tick in range(1, ticks + 1):
        before = battle.state.combat
        try:
            battle.tick()
        except GivenUp:
            return
        became = (one.text for one in news(before, battle.state.combat, names))
        for line in (*remarks(battle.state), *became):
            terminal.warn(f"tick {battle.state.tick}: {line}")
        yield tick


def remarks(state: BattleState) -> Iterator[str]:
    """Yield a line for each thing that the player should know of the last tick; tracebacks go to the log."""
    yield from getattr(state.simulation, "remarks", tuple)()
    for remark in state.remarks:
        yield described(remark) if isinstance(remark, PluginError) else remark


def report(setup: BattleSetup, battle: Battle) -> dict[str, object]:
    """Return the figures of the battle as it is; masses are exact."""
    return {
        "order": battle.state.orders[0].formation,
        "controller": setup.scenario.regiments[0].controller,
        "ticks": battle.state.tick,
        "overlap": sum(one.mass * battle.state.overlaps[r] for r, one in enumerate(battle.state.regiments))
        / battle.state.mass_start,
        "regiments": [
            {
                "name": regiment.name,
                "side": setup.scenario.sides[regiment.side],
                "order": battle.state.orders[number].formation,
                "controller": regiment.controller,
                "overlap": battle.state.overlaps[number],
                **losses(battle.state, number),
            }
            for number, regiment in enumerate(battle.state.regiments)
        ],
        "mass_start": battle.state.mass_start,
        "mass_end": battle.state.mass_now,
        "soldiers": sum(len(soldiers) for soldiers in battle.state.soldiers),
        "simulation": running_name(battle.state, setup.simulation_name),
        "backend": battle.state.moving.backend,
        "device": battle.state.moving.device,
    }


def losses(state: BattleState, regiment: int) -> dict[str, object]:
    """Return how a regiment has fared, its masses as numbers that read back to them exactly; nothing without combat."""
    combat = state.combat
    if combat is None:
        return {}
    return {
        "mustered": mass_of(combat.mustered[regiment]),
        "standing": mass_of(combat.standing[regiment]),
        "fallen": mass_of(combat.fallen[regiment]),
        "fled": mass_of(combat.fled[regiment]),
        "morale": float(combat.morale[regiment]),
        "state": combat.condition[regiment],
    }


def scene(setup: BattleSetup, battle: Battle, alpha: float = 1.0) -> Scene:
    """Return the scene that a player would see, between the last two ticks: `alpha` 0 to 1."""
    several = range(len(battle.state.regiments) if len(battle.state.regiments) > 1 else 0)
    composed = compose(battle.state, alpha, status(battle.state, setup.formations), materials=setup.scenario.materials)
    sides = setup.scenario.sides
    return replace(
        composed,
        cards=cards(battle.state, setup.formations, sides, several),
        strengths=strengths(battle.state, sides),
    )


def screenshot(setup: BattleSetup, battle: Battle, view: View, path: Path) -> None:
    """Save the picture that a player would see. Raises OSError where it cannot be written."""
    view.draw(scene(setup, battle))
    save_png(path, view.picture())
