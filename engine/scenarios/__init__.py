"""What is to be played and what was played, as files: scenarios, ground images and replays, and their TOML."""

from engine.scenarios.budget import check_budget, check_cells
from engine.scenarios.carried import LARGEST_MODEL
from engine.scenarios.files import descriptions, list_files, load, resolve
from engine.scenarios.regiment import Regiment
from engine.scenarios.replay_file import SIMULATION, Replay, check_free, load_replay, write_replay
from engine.scenarios.scenario import Scenario, check_reach, check_units, with_controller
from engine.scenarios.scenario_table import read_scenario, scenario_table

__all__ = [
    "LARGEST_MODEL",
    "SIMULATION",
    "Regiment",
    "Replay",
    "Scenario",
    "check_budget",
    "check_cells",
    "check_free",
    "check_reach",
    "check_units",
    "descriptions",
    "list_files",
    "load",
    "load_replay",
    "read_scenario",
    "resolve",
    "scenario_table",
    "with_controller",
    "write_replay",
]
