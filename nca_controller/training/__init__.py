"""Makes new controllers offline: `python -m nca_controller.training --preset quick --out trained_models/mine`."""
