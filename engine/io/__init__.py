"""What comes from outside and what goes out: arguments, TOML, names, paths and writes, each checked in one place."""

from engine.io import arguments, paths
from engine.io.arguments import Parser
from engine.io.errors import FileError, InputError, PluginError, plugin_errors, reason
from engine.io.fault_log import described
from engine.io.limits import LARGEST_SIDE, MOST_SOLDIERS, SMALLEST_SIDE
from engine.io.names import nearest, suggestion, unknown_name
from engine.io.paths import ASSETS, ROOT, TRAINED_MODELS
from engine.io.tables import Table, read_entries, read_table
from engine.io.writing import check_writable, name_unwritable, write_whole

__all__ = [
    "ASSETS",
    "LARGEST_SIDE",
    "MOST_SOLDIERS",
    "ROOT",
    "SMALLEST_SIDE",
    "TRAINED_MODELS",
    "FileError",
    "InputError",
    "Parser",
    "PluginError",
    "Table",
    "arguments",
    "check_writable",
    "described",
    "name_unwritable",
    "nearest",
    "paths",
    "plugin_errors",
    "read_entries",
    "read_table",
    "reason",
    "suggestion",
    "unknown_name",
    "write_whole",
]
