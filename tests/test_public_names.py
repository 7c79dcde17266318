"""What others build on keeps its names: the plugin, the physics, the border, entry points and files."""

from importlib import import_module
from importlib.metadata import entry_points

import pytest

PUBLIC = {
    "nca_controller": "ADVECTION_CHANNELS NCA AdvectionNCA CheckpointError Controller FormationTypes JaxSimulation Plan"
    " Poisson Terrain advect_mass check_mass_conservation create_advection_seed create_formation_from_alpha"
    " create_formation_target create_goal_signal create_optimizer load_controller rollout rotate_formation",
    "nca_controller.physics": "LIMITERS QUANTUM Limiter Moved Terrain advect diffuse donor_cell jostle superbee"
    " to_lattice ultra_bee van_leer",
    "nca_controller.controllers": "NCA Controller Plan Poisson load_controller default_nca model_folder",
    "nca_controller.simulation": "JaxSimulation",
    "nca_controller.training": "PRESETS Config FoundParts Parts Rollout TrainState create_optimizer create_state"
    " draw_battles find_parts train train_step",
    "nca_controller.testing": "check_controller check_simulation",
    "engine.plugin": "CONTROLLERS Ground QUANTUM SIMULATIONS Simulation found",
}
ENTRY_POINTS = {
    "maniple.simulations": {"jax": "nca_controller.simulation:JaxSimulation"},
    "maniple.controllers": {
        "nca": "nca_controller.controllers:default_nca",
        "plan": "nca_controller.controllers:Plan",
        "poisson": "nca_controller.controllers:Poisson",
    },
}


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_stay(module):
    found = import_module(module)
    assert [name for name in PUBLIC[module].split() if not hasattr(found, name)] == []


def test_entry_points_stay():
    for group, wanted in ENTRY_POINTS.items():
        found = {entry.name: entry.value for entry in entry_points(group=group)}
        assert wanted.items() <= found.items()


def test_a_model_s_file_format_stays():
    """Names in files: the cells' weights, the architecture, and the trials of a card."""
    import jax

    from nca_controller.checkpoints import Architecture
    from nca_controller.evaluation import TRIALS

    params = Architecture().init_params(jax.random.key(0))
    assert set(params) == {"hidden", "outcome"} and set(params["hidden"]) == {"kernel", "bias"}
    assert set(TRIALS) == {"orders", "vigil", "wounds", "haste", "sizes", "unseen", "grounds"}
