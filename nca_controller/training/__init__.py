"""Makes new controllers offline: `python -m nca_controller.training --preset quick --out trained_models/mine`.

As a library it is `train` for a whole run, or `create_state`, `draw_battles` and `train_step` for a loop of one's own;
docs/training.md has the parts that a run can be given.
"""

from nca_controller.training.battles import Battles, BattlesOnGrounds, Outcome
from nca_controller.training.config import PRESETS, Config
from nca_controller.training.library import TrainState, create_state, draw_battles, train, train_step
from nca_controller.training.losses import Rollout
from nca_controller.training.optimizer import create_optimizer
from nca_controller.training.parts import FoundParts, Parts, find_parts

__all__ = [
    "PRESETS",
    "Battles",
    "BattlesOnGrounds",
    "Config",
    "FoundParts",
    "Outcome",
    "Parts",
    "Rollout",
    "TrainState",
    "create_optimizer",
    "create_state",
    "draw_battles",
    "find_parts",
    "train",
    "train_step",
]
