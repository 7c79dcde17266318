"""What is installed as plugins, by entry points: each is named in the lines about its faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from engine.io import InputError, plugin_errors
from engine.plugin import discover


@dataclass(frozen=True)
class Plugin:
    """What is installed under one entry point. Its label names it in error lines."""

    kind: str
    entry: EntryPoint

    @property
    def label(self) -> str:
        return f"{self.kind} {self.entry.name!r} ({self.entry.value})"

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
