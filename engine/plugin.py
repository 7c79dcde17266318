"""What the game asks of a simulation, and how simulations and controllers are found.

Plain NumPy crosses this border. Positions and lengths are in cells, x to the right and y downwards; times are in ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from jaxtyping import Bool, Float

OWN = "maniple"  # the distribution that installs this project
SIMULATIONS = "maniple.simulations"
CONTROLLERS = "maniple.controllers"
LOADERS = "maniple.loaders"  # make the controller of a trained model from its folder
# The project's own plugins, as pyproject.toml declares them: found in a checkout, and where metadata is lost or old.
OWN_ENTRY_POINTS = Path(__file__).with_name("entry_points.txt")
QUANTUM = 2.0**-20  # every mass and capacity that crosses the border is a multiple of this, so that totals are exact


@dataclass(frozen=True)
class Ground:
    """Where soldiers can stand: which cells are open, how much mass each may hold, and what the border is."""

    open_cells: Bool[np.ndarray, "H W"]
    capacity: float | Float[np.ndarray, "H W"] = 1.0
    boundary: Literal["wall", "torus"] = "wall"

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells."""
        height, width = self.open_cells.shape
        return height, width

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the field, x and y in cells."""
        height, width = self.grid
        return width / 2, height / 2

    @classmethod
    def plain(cls, height: int, width: int) -> Ground:
        """Return open ground of that size in cells, with a capacity of 1."""
        return cls(np.ones((height, width), dtype=bool))


class Simulation(Protocol):
    """Moves the mass of R regiments on one ground, all at once. One implementation per backend.

    A state is opaque and never changes in place, so the game may keep, compare and rewind states.
    """

    backend: str  # "cpu", "gpu", ...
    device: str  # the device's name, as its maker gives it

    def reset(
        self,
        mass: Float[np.ndarray, "R H W"],
        ground: Ground,
        controllers: Sequence[Any],
        seed: int,
        sides: Sequence[int] | None = None,
    ) -> Any:
        """Return the state in which regiment r holds mass[r] and obeys controllers[r].

        `sides[r]` is the side of regiment r, one for all by default: friends pass through each other, enemies do not.
        """
        ...

    def tick(self, state: Any, targets: Float[np.ndarray, "R H W"]) -> Any:
        """Return the state one tick later. Each target has its regiment's total, and may change at any tick."""
        ...

    def read(self, state: Any, fields: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the named fields of a state.

        "mass" (R, H, W); "velocity" (R, H, W, 2), commanded, in cells per tick; "flux_x" (R, H, W + 1) and
        "flux_y" (R, H + 1, W), the mass that crossed each face in the last tick, positive to the right and downwards.
        "planned" (R, H, W, 2), the velocity that commanders planned before their cells corrected it, in cells per tick;
        a backend without it raises KeyError or AttributeError.
        """
        ...


def missing_parts(simulation: Any) -> list[str]:
    """Return the names that an object lacks to be a Simulation, or that are of a wrong kind; none where it is one."""
    texts = [name for name in ("backend", "device") if not isinstance(getattr(simulation, name, None), str)]
    return [*texts, *(name for name in ("reset", "tick", "read") if not callable(getattr(simulation, name, None)))]


def discover(group: str) -> dict[str, EntryPoint]:
    """Return the plugins of an entry-point group, by name; nothing is imported until `load()`.

    They are the project's own and whatever else is installed. Raises ValueError, one line, where two have one name:
    neither may take the other's place in silence.
    """
    named = {entry.name: entry for entry in own_entry_points(group)}
    for entry in entry_points(group=group):
        if entry.dist is not None and entry.dist.name == OWN:  # perhaps of another version than this one
            continue
        other = named.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise ValueError(
                f"two plugins of {group} are named {entry.name!r}, {other.value} and {entry.value}: uninstall one"
            )
    return named


def own_entry_points(group: str) -> list[EntryPoint]:
    """Return the project's own entry points of a group."""
    table = ConfigParser(delimiters="=", interpolation=None)
    table.read(OWN_ENTRY_POINTS, encoding="utf-8")
    return [EntryPoint(name, value, group) for name, value in (table[group].items() if group in table else ())]


found = discover  # its name in 0.1.0, for plugins from that time
