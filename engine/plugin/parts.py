"""How simulations, controllers and other parts are found and named: by entry points, or by a reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from engine.io import InputError, nearest, plugin_errors, shown

OWN = "maniple"  # the distribution that installs this project
SIMULATIONS = "maniple.simulations"
CONTROLLERS = "maniple.controllers"
LOADERS = "maniple.loaders"  # make the controller of a trained model from its folder
RULES = "maniple.rules"  # who rests and who gives way, for simulations that move mass by themselves
# The project's own plugins, as pyproject.toml declares them: found in a checkout, and where metadata is lost or old.
OWN_ENTRY_POINTS = Path(__file__).parents[1] / "entry_points.txt"
REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")  # package.module:name
LONGEST_NAME = 200  # letters of the name of a part


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
