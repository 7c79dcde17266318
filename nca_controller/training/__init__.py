"""Makes new controllers offline: `python -m nca_controller.training --preset quick --out trained_models/mine`."""

from nca_controller.training.config import PRESETS, Config

__all__ = ["PRESETS", "Config"]
