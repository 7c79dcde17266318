"""What comes from outside and what goes out: arguments, files, TOML, pictures, names, lines; a door for each kind."""

from engine.io import arguments, choices, limits, paths, terminal
from engine.io.arguments import Parser
from engine.io.borrowed import borrowed_folder, clear_borrowed
from engine.io.compile_cache import keep_compiled, note_compiled
from engine.io.errors import FileError, InputError, PluginError, is_users_own, plugin_errors, reason, users_own
from engine.io.fault_log import described
from engine.io.inheritance import lineage
from engine.io.limits import LARGEST_SIDE, MOST_SOLDIERS, SMALLEST_SIDE
from engine.io.materials import CLOSED_MATERIALS, MATERIALS, SLOW_MATERIALS
from engine.io.names import nearest, suggestion, unknown_name
from engine.io.pages import write_table
from engine.io.paths import ASSETS, ROOT, TRAINED_MODELS
from engine.io.pictures import read_png
from engine.io.reading import read_file
from engine.io.shaders import shader_text
from engine.io.tables import Table, read_entries, read_table, text_of_one_line
from engine.io.text import as_text, one_line, shown
from engine.io.toml import parse_toml
from engine.io.version import __version__
from engine.io.writing import (
    Draft,
    Existing,
    append_line,
    check_writable,
    clear_forsaken,
    drafted,
    locked,
    name_unwritable,
    write_whole,
)

__all__ = [
    "ASSETS",
    "CLOSED_MATERIALS",
    "LARGEST_SIDE",
    "MATERIALS",
    "MOST_SOLDIERS",
    "ROOT",
    "SLOW_MATERIALS",
    "SMALLEST_SIDE",
    "TRAINED_MODELS",
    "Draft",
    "Existing",
    "FileError",
    "InputError",
    "Parser",
    "PluginError",
    "Table",
    "__version__",
    "append_line",
    "arguments",
    "as_text",
    "borrowed_folder",
    "check_writable",
    "choices",
    "clear_borrowed",
    "clear_forsaken",
    "described",
    "drafted",
    "is_users_own",
    "keep_compiled",
    "limits",
    "lineage",
    "locked",
    "name_unwritable",
    "nearest",
    "note_compiled",
    "one_line",
    "parse_toml",
    "paths",
    "plugin_errors",
    "read_entries",
    "read_file",
    "read_png",
    "read_table",
    "reason",
    "shader_text",
    "shown",
    "suggestion",
    "terminal",
    "text_of_one_line",
    "unknown_name",
    "users_own",
    "write_table",
    "write_whole",
]
