"""The mouse tools, one a file: every subclass of Tool in this folder is part of the game (engine/controls/tool.py)."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from engine.controls.tool import Tool


def _found() -> tuple[type[Tool], ...]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    own = {
        kind
        for kind in kinds
        if issubclass(kind, Tool) and kind.__module__.startswith(__name__) and kind.__dict__.get("name")
    }
    return tuple(sorted(own, key=lambda kind: (kind.order, kind.name)))


TOOLS = _found()  # in the order of the help

__all__ = ["TOOLS"]
