"""What is installed: simulations and controllers by their entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.app.fastest import first_is_faster
from engine.app.models import load_carried, load_trained, trained_models
from engine.app.standby import Standby
from engine.io import InputError, keep_compiled, plugin_errors, unknown_name
from engine.plugin import CONTROLLERS, SIMULATIONS, Plugin, missing_parts, plugins
from engine.scenarios import SIMULATION

if TYPE_CHECKING:
    from engine.battle import BattleState  # lists need no battle, which this loads

AUTO = "auto"  # in the place of a simulation's name: whichever of two is the faster one here
AND = " and "  # between the names of simulations that played one after the other
ON_GPU = "gl"  # the project's other simulation, which needs OpenGL


def simulation_named(name: str) -> Plugin:
    """Return the installed simulation of a name; nothing is imported. Raises InputError for an unknown one."""
    simulations = plugins(SIMULATIONS, "simulation")
    if not simulations:
        raise InputError("no simulation is installed; install the project: pip install .")
    if name not in simulations:
        raise InputError(unknown_name("simulation", name, (*simulations, AUTO)))
    return simulations[name]


def check_simulation_name(name: str) -> None:
    """Raise InputError for a name that no simulation has; nothing is imported."""
    if name != AUTO:
        simulation_named(name)


def make_simulation(name: str = SIMULATION) -> Any:
    """Import and return the simulation of a name.

    Where the one that needs OpenGL cannot play, or is not the faster one under `auto`, the other one does. Raises
    PluginError where a simulation fails, InputError for an unknown one.
    """
    if name not in (AUTO, ON_GPU):
        return make_installed(name)
    return Standby(
        ON_GPU,
        partial(make_installed, ON_GPU),
        SIMULATION,
        partial(make_installed, SIMULATION),
        first_is_faster if name == AUTO else None,
    )


def running_name(state: BattleState, asked: str) -> str:
    """Return the name of the simulation that plays where `asked` was asked for; it may be the one that stands by."""
    return state.moving_name if isinstance(state.simulation, Standby) else asked


def recorded_name(state: BattleState, asked: str) -> str:
    """Return the name that a replay keeps: that of all simulations which moved the mass, where there were two."""
    mixed = isinstance(state.simulation, Standby) and len(state.moved_by) > 1
    return AND.join(sorted(state.moved_by)) if mixed else running_name(state, asked)


def make_installed(name: str) -> Any:
    """Import and return the simulation that is installed under a name. Raises as `make_simulation`."""
    plugin = simulation_named(name)
    keep_compiled()
    made = plugin()
    with plugin_errors(plugin.label):
        if missing := missing_parts(made):
            raise TypeError(f"{type(made).__name__} is no simulation, for lack of {', '.join(missing)}")
    return made


def makers(
    names: Iterable[str], carried: Mapping[str, Mapping[str, bytes]] | None = None
) -> dict[str, Callable[[], Any]]:
    """Return what makes each controller that Tab goes through: those in `names` first, and then all installed ones.

    `carried` are the files of models that came along in a replay, by name; they go before others. Raises InputError
    for a name that is neither installed, nor in trained_models/, nor a folder.
    """
    known, models = installed_controllers(), trained_models()
    found: dict[str, Callable[[], Any]] = {}
    for name in names:
        folder = models.get(name, Path(name))
        if carried and name in carried:
            found[name] = partial(load_carried, dict(carried[name]))
        elif name in known:
            found[name] = known[name]
        elif name and folder.is_dir():
            found[name] = partial(load_trained, folder)
        else:
            raise InputError(unknown_name("controller", name, (*known, *models)) + ", or a folder")
    return found | known


def installed_controllers() -> dict[str, Callable[[], Any]]:
    """Return what makes each installed controller, by name."""
    return dict(plugins(CONTROLLERS, "controller"))
