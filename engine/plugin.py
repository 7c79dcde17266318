"""What the game asks of a simulation, and how simulations, controllers and other parts are found and named.

Plain NumPy crosses this border. Positions and lengths are in cells, x to the right and y downwards; times are in ticks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from jaxtyping import Bool, Float

from engine.io import InputError, nearest, plugin_errors, shown

OWN = "maniple"  # the distribution that installs this project
SIMULATIONS = "maniple.simulations"
CONTROLLERS = "maniple.controllers"
LOADERS = "maniple.loaders"  # make the controller of a trained model from its folder
RULES = "maniple.rules"  # who rests and who gives way, for simulations that move mass by themselves
# The project's own plugins, as pyproject.toml declares them: found in a checkout, and where metadata is lost or old.
OWN_ENTRY_POINTS = Path(__file__).with_name("entry_points.txt")
REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")  # package.module:name
LONGEST_NAME = 200  # letters of the name of a part
QUANTUM = 2.0**-20  # every mass and capacity that crosses the border is a multiple of this, so that totals are exact
TICK = 0.5  # units of time: velocities of orders and networks are in cells per unit, at most 1


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


class Planner(Protocol):
    """Plans for one regiment on the CPU. A memory is opaque and never changes in place.

    It gives the same answers to the same questions, and may be asked from any thread.
    """

    def begin(self, mass: Float[np.ndarray, "H W"], ground: Ground, seed: int) -> Any:
        """Return the memory of a regiment that has had no order yet."""
        ...

    def plan(self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]) -> Any:
        """Return the memory with what is planned in a tick that begins so. It may take long, and land a tick late."""
        ...

    def order(
        self, memory: Any, mass: Float[np.ndarray, "H W"], target: Float[np.ndarray, "H W"]
    ) -> Float[np.ndarray, "H W 3"]:
        """Return the order, float32, by what a memory has planned, for the mass as it is; to be quick.

        An order is the planned velocity (x, y) in cells per unit time, of which a tick lasts TICK, and how near the
        destination is, from 0 to 1.
        """
        ...


@dataclass(frozen=True, eq=False)
class Exported:
    """What a controller hands over by its `export()` to simulations that compute its cells by themselves.

    `network` is GLSL, of version 330 and 300 es alike, that defines

        void network(const vec4 here[6], const vec4 ahead[6], const vec4 aside[6], out vec2 correction,
                     out vec4 nearer, out vec4 farther)

    from what a cell perceives, and its gradients along the two axes of the architecture's frame, to the outputs of the
    last layer: two for the velocity, then those of the eight hidden channels. The six are: presence of its own
    regiment, of others, of a wall, and its own mass; velocity and planned velocity; hidden channels, four by four;
    target mass, order; and share that is closed, missing capacity, mass of friends, of enemies, where it perceives
    these apart.
    """

    architecture: Mapping[str, Any]  # as the checkpoint names it; empty where a commander steers alone
    weights: Mapping[str, np.ndarray]  # as `network()` of the controller gives them; empty where there are none
    network: str | None  # None where a commander steers alone: then the order is the velocity
    planner: Planner
    max_speed: float  # cells per tick, to which velocities are limited


class Rules(Protocol):
    """The dynamics' rules of who rests and who gives way to friends, for R regiments. A memory never changes in place.

    It gives the same answers to the same questions, and may be asked from any thread.
    """

    def begin(self, mass: Float[np.ndarray, "R H W"]) -> Any:
        """Return the memory of a battle that begins: all are awake."""
        ...

    def judge(
        self,
        memory: Any,
        mass: Float[np.ndarray, "R H W"],
        targets: Float[np.ndarray, "R H W"],
        awake: Bool[np.ndarray, " R"],
        boundary: str,
        sides: Sequence[int],
    ) -> tuple[Bool[np.ndarray, " R"], Float[np.ndarray, " R"], Any]:
        """Return, for a tick that begins with this mass, who sleeps and who gives way, and the memory for the next.

        Who sleeps rests in the tick after this one, unless its target changes. How far each gives way, from 0 to 1,
        holds in this tick, in which those `awake` move; without friends it is 0.
        """
        ...


def exported(controller: Any) -> Exported:
    """Return what a controller hands over to simulations that compute its cells by themselves.

    Raises InputError, one line, where it hands over nothing or has cells that they cannot hold.
    """
    label = f"controller {type(controller).__name__}"
    if not callable(getattr(controller, "export", None)):
        raise InputError(f"{label} hands nothing over to other simulations, for lack of export()")
    with plugin_errors(label):
        try:
            made = controller.export()
        except ValueError as error:
            raise InputError(str(error)) from None
        if not isinstance(made, Exported):
            raise TypeError(f"export() must return an Exported, not {type(made).__name__}")
        return made


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


@dataclass(frozen=True)
class Plugin:
    """What is installed under one entry point, or named by a reference. Its label names it in error lines."""

    kind: str
    entry: EntryPoint

    @property
    def label(self) -> str:
        name, value = self.entry.name, self.entry.value
        return f"{self.kind} {name!r}" + (f" ({value})" if value != name else "")

    def load(self) -> Callable[..., Any]:
        """Import and return what makes it. Raises PluginError, which names it."""
        with plugin_errors(self.label):
            maker = self.entry.load()
            if not callable(maker):
                raise TypeError(f"{type(maker).__name__} is not callable")
            return maker

    def __call__(self) -> Any:
        """Import, make and return it. Raises PluginError, which names it."""
        maker = self.load()
        with plugin_errors(self.label):
            return maker()


def plugins(group: str, kind: str) -> dict[str, Plugin]:
    """Return what is installed under an entry-point group, by name. Raises InputError where two have one name."""
    try:
        return {name: Plugin(kind, entry) for name, entry in discover(group).items()}
    except ValueError as error:
        raise InputError(str(error)) from None


@dataclass(frozen=True)
class PartKind:
    """A kind of part that users bring along, such as losses.

    A part has a name: one of the project's own, that of an entry point, or a reference `package.module:name`. A
    reference is code: a file may name what is known here, and no more (`is_known`).
    """

    word: str  # what lines call it
    group: str  # of entry points
    own: Mapping[str, Any]  # the project's, by name

    def installed(self) -> dict[str, Plugin]:
        """Return what others have installed, by name. Raises InputError where two have one name."""
        found = plugins(self.group, self.word)
        for name in found.keys() & self.own.keys():
            raise InputError(
                f"two plugins of {self.group} are named {name!r}, the project's own and {found[name].entry.value}: "
                "uninstall one"
            )
        return found

    def plugin(self, name: str) -> Plugin | None:
        """Return what is installed under that name, or as that reference."""
        found = self.installed()
        return found.get(name) or next((one for one in found.values() if one.entry.value == name), None)

    def is_known(self, name: str) -> bool:
        """Return whether a file may name this part: it is the project's own or installed."""
        return name in self.own or self.plugin(name) is not None

    def check(self, name: str, field: str) -> None:
        """Raise InputError, which says which `field` it is of, for the name of no part. Imports nothing."""
        if name in self.own or is_reference(name):
            return
        names = [*self.own, *self.installed()]
        if name not in names:
            close = nearest(name, names)
            choices = ", ".join([*names, "package.module:name"])
            raise InputError(
                f"{field} must be one of {choices}, not {shown(name)}{f': did you mean {close}?' if close else ''}"
            )

    def find(self, name: str) -> Any:
        """Return the part of a name. Raises InputError for an unknown one, PluginError where its import fails."""
        self.check(name, self.word)
        if name in self.own:
            return self.own[name]
        return (self.plugin(name) or Plugin(self.word, EntryPoint(name, name, self.group))).load()


def is_reference(name: str) -> bool:
    """Return whether a name is `package.module:name`."""
    return len(name) <= LONGEST_NAME and bool(REFERENCE.fullmatch(name))
