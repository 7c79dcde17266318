"""The installed command `maniple`: it finds its subcommands by their entry points, and knows none of them by name."""

from __future__ import annotations

import sys

from engine.io import InputError, Parser, __version__, terminal, unknown_name
from engine.plugin import plugins

GROUP = "maniple.commands"  # called with the words after the subcommand; they return an exit code or None


def main(words: list[str] | None = None) -> int:
    """Run the subcommand that the command line names and return its exit code."""
    terminal.prepare()
    words = sys.argv[1:] if words is None else words
    parser = Parser(
        prog=terminal.COMMAND,
        usage=f"{terminal.COMMAND} COMMAND ...",
        description="Give an order, and an army flows into formation.",
    )
    parser.add_argument("--version", action="version", version=f"{terminal.COMMAND} {__version__}")
    try:
        commands = plugins(GROUP, "command")
        names = ", ".join(sorted(commands))
        parser.epilog = f"COMMAND is one of {names}; {terminal.COMMAND} COMMAND --help tells its flags."
        if not words or words[0].startswith("-"):
            parser.parse_args(words)
            parser.print_help()
            return 0
        name, *rest = words
        if name not in commands:
            raise InputError(unknown_name("command", name, sorted(commands)))
        run = commands[name].load()
    except InputError as error:
        parser.error(str(error))
    sys.argv[0] = f"{terminal.COMMAND} {name}"  # what the subcommand calls itself
    return run(rest) or 0
