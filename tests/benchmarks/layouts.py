"""Where things lie in each layout of this program, so that one command can compare two checkouts.

LAYOUTS says for each role "module:name", or a lambda as text in which `at` is the layout itself and `replace` that of
dataclasses. A checkout has the first layout whose "known by" is a file in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

LAYOUTS: dict[str, dict[str, str]] = {
    "loose": {
        "known by": "engine/battlefield.py",
        # What a battle is made of.
        "Simulation": "nca_controller.simulation:JaxSimulation",
        "load_controller": "nca_controller.controllers:load_controller",
        "Ground": "engine.plugin:Ground",
        "load_formations": "engine.formations:load",
        "load_scenario": "engine.scenarios:load",
        "Scenario": "engine.scenarios:Scenario",
        "Regiment": "engine.regiments:Regiment",
        "BattleSetup": "engine.campaign:Campaign",
        "army_alone": "lambda ground, mass, men, order: at.Scenario(title='alone', ground=ground, heaped=True,"
        " regiments=(at.Regiment('army', 0, mass, men, 'nca'),), orders=(order,))",
        "scripted": "lambda scenario, timed: replace(scenario,"
        " script=tuple(sorted((*scenario.script, *timed), key=lambda one: one[0])))",
        "leads": "lambda scenario: [regiment.controller for regiment in scenario.regiments]",
        "set_up": "lambda simulation, controllers, scenario: at.BattleSetup(simulation=simulation,"
        " controllers=controllers, formations=at.load_formations(), scenario=scenario)",
        "build": "lambda setup: setup.muster()",
        # What is commanded.
        "Order": "engine.orders:Order",
        "path_order": "lambda centre, points: at.Order('line', centre, line=points)",
        "area_order": "lambda centre, discs: at.Order('line', centre, painted=discs)",
        "turned": "engine.orders:turned",
        "moved": "engine.orders:moved",
        "GiveOrders": "engine.commands:Form",
        "Halt": "engine.commands:Halt",
        "Scatter": "engine.commands:Charge",
        "SetController": "engine.commands:Obey",
        # What a battle does, and what it is at one tick.
        "execute": "lambda battle, command: battle.carry_out(command)",
        "tick": "lambda battle: battle.tick()",
        "step_back": "lambda battle, ticks: battle.step_back(ticks)",
        "now": "lambda battle: battle.ticks",
        "orders": "lambda battle: battle.orders",
        "mass": "lambda battle: battle.mass",
        "fluxes": "lambda battle: at.simulation.read(battle._state, ('flux_x', 'flux_y'))",
        "velocity": "lambda battle: battle.velocity",
        "soldiers": "lambda battle: battle.troops",
        # How it is drawn.
        "open_view": "engine.view:open_view",
        "compose": "engine.headless:scene",
        "finished": "engine.view.layers.program:finished",
    },
}

LAYOUTS["packages"] = LAYOUTS["loose"] | {  # every role that is not here is where it was
    "known by": "engine/battle/battle.py",
    "Regiment": "engine.scenarios:Regiment",
    "BattleSetup": "engine.battle:BattleSetup",
    "scripted": "lambda scenario, timed: replace(scenario,"
    " schedule=tuple(sorted((*scenario.schedule, *timed), key=lambda one: one[0])))",
    "build": "lambda setup: setup.build()",
    "path_order": "lambda centre, points: at.Order('line', centre, path=points)",
    "area_order": "lambda centre, discs: at.Order('line', centre, area=discs)",
    "GiveOrders": "engine.orders:GiveOrders",
    "Halt": "engine.orders:Halt",
    "Scatter": "engine.orders:Scatter",
    "SetController": "engine.orders:SetController",
    "execute": "lambda battle, command: battle.execute(command)",
    "now": "lambda battle: battle.state.tick",
    "orders": "lambda battle: battle.state.orders",
    "mass": "lambda battle: battle.state.mass",
    "fluxes": "lambda battle: at.simulation.read(battle.state.simulation_state, ('flux_x', 'flux_y'))",
    "velocity": "lambda battle: battle.state.velocity",
    "soldiers": "lambda battle: battle.state.soldiers",
    "compose": "engine.app.headless:scene",
    "finished": "engine.gl:finished",
}


class Layout:
    """What a checkout has for each role, as an attribute. Whatever it imports comes from that checkout alone."""

    def __init__(self, root: Path) -> None:
        known = [name for name, roles in LAYOUTS.items() if (root / roles["known by"]).is_file()]
        if not known:
            raise SystemExit(f"{root} has none of the layouts {', '.join(LAYOUTS)}: add its own to {__file__}")
        self.name = known[0]
        self._root = root
        sys.path.insert(0, str(root))

    def __getattr__(self, role: str) -> Any:
        if role.startswith("_") or role not in LAYOUTS[self.name]:
            raise AttributeError(role)
        text = LAYOUTS[self.name][role]
        module, _, name = text.partition(":")
        lambdas = {"at": self, "replace": replace}
        found = eval(text, lambdas) if text.startswith("lambda") else getattr(import_module(module), name)
        setattr(self, role, found)
        return found

    @cached_property
    def simulation(self) -> Any:
        """The simulation of all battles that are played here, so that each function is compiled once."""
        return self.Simulation()

    def battle(self, scenario: Any) -> tuple[Any, Any]:
        """Set a battle up and build it, with the controllers that lead in these benchmarks; return both."""
        controllers = {"nca": lambda: self.load_controller("default"), "plan": lambda: self.load_controller("plan")}
        setup = self.set_up(lambda: self.simulation, controllers, scenario)
        return setup, self.build(setup)

    def check_imports(self) -> None:
        """Raise SystemExit if a module of the program came from another checkout."""
        for name, module in sorted(sys.modules.items()):
            file = getattr(module, "__file__", None)
            ours = name.partition(".")[0] in ("engine", "nca_controller", "run_game")
            if ours and file and not Path(file).is_relative_to(self._root):
                raise SystemExit(f"{name} was imported from {file}, not from {self._root}")


def checkout(word: str) -> Path:
    """Return a checkout's folder in full; for argparse."""
    return Path(word).resolve(strict=True)


def environment() -> dict[str, str]:
    """Return the environment in which checkouts are run: one compilation serves all, and nothing is left in them."""
    kept = Path(tempfile.gettempdir()) / "maniple-benchmarks"
    compiled = os.environ.get("JAX_COMPILATION_CACHE_DIR", str(kept / "compiled"))
    Path(compiled).mkdir(parents=True, exist_ok=True)
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
        "OPENBLAS_NUM_THREADS": "1",
        "SDL_VIDEODRIVER": "offscreen",
        "PYTHONPYCACHEPREFIX": str(kept / "bytecode"),
        "JAX_COMPILATION_CACHE_DIR": compiled,
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def run(root: Path, *words: str) -> list[str]:
    """Run Python in a checkout, in a process of its own, and return the lines it printed. SystemExit where it fails."""
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed in {root} with exit code {done.returncode}")
    return done.stdout.splitlines()
