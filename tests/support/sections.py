"""Sections of a benchmark: each a table, printed row by row and written into a page where that is asked for."""

import sys

from engine.io import write_table


def printed(sections, page, place="{}"):
    """Print the sections that the command line names, or all, by the generators of their rows.

    With --docs each takes the place of that name in the page, as `place` has it.
    """
    for name in [word for word in sys.argv[1:] if word != "--docs"] or sections:
        lines = []
        for row in sections[name]():
            lines.append(f"| {' | '.join(map(str, row))} |")
            print(lines[-1], flush=True)
            if len(lines) == 1:
                lines.append("|---" * len(row) + "|")
        if "--docs" in sys.argv:
            write_table(page, place.format(name), lines)
