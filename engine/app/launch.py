"""From the command line to what it asks for: a list, or play."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from engine import scenarios
from engine.app.flags import make_parser
from engine.app.listing import listing
from engine.app.signals import Interrupted, Signals
from engine.io import InputError, PluginError, described, terminal


def main(words: list[str] | None = None) -> int:
    """Do what the command line asks for and return the exit code."""
    terminal.prepare()
    parser = make_parser()
    try:
        args = parser.parse_args(words)
        args.played = scenarios.load_replay(args.replay) if args.replay else None
        lines = listing(args)
        if lines is not None:
            terminal.say(*lines)
        else:
            from engine.app.play import play  # here, since a list needs none of the battle that this loads

            with Signals().heard() as signals:
                play(args, signals)
    except PluginError as error:
        parser.error(described(error))
    except (InputError, OSError, FloatingPointError) as error:
        parser.error(str(error))
    except KeyboardInterrupt as end:
        return 128 + (end.number if isinstance(end, Interrupted) else signal.SIGINT)
    return 0


def play_and_leave(words: list[str] | None = None) -> NoReturn:
    """Do what the command line asks for, and end the process."""
    code = main(words)
    sys.stdout.flush()
    sys.stderr.flush()
    # A player who leaves while the battle is being built does not wait for a compiler that nobody needs any more.
    os._exit(code)
