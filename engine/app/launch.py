"""From the command line to what it asks for: a list, or play."""

from __future__ import annotations

from engine import scenarios
from engine.app.flags import make_parser
from engine.app.listing import listing
from engine.io import InputError, PluginError, described


def main(words: list[str] | None = None) -> int:
    """Do what the command line asks for and return the exit code."""
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        args.played = scenarios.load_replay(args.replay) if args.replay else None
        lines = listing(args)
        if lines is not None:
            print("\n".join(lines))
        else:
            from engine.app.play import play  # here, since a list needs none of the battle that this loads

            play(args)
    except PluginError as error:
        parser.error(described(error))
    except (InputError, OSError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0
