"""Makes new controllers offline: `python -m nca_controller.training --preset quick --out trained_models/mine`."""

from nca_controller.training.config import PRESETS, Config
from nca_controller.training.optimizer import create_optimizer

__all__ = ["PRESETS", "Config", "create_optimizer"]
