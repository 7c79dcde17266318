"""Ground as the octile maps of pathfinding research have it: text, a letter for each cell.

The format is that of N. Sturtevant, "Benchmarks for Grid-Based Pathfinding", 2012: `type octile`, `height H`, `width W`
and `map`, each on a line of its own, and then H rows of W letters.
"""

from __future__ import annotations

import codecs

import numpy as np

from engine.formations import materials
from engine.io import FileError, limits, shown
from engine.plugin import Ground

OPEN, SWAMP, CLOSED = b".G", b"S", b"@OTW"  # passable; slow ground; out of bounds, trees and water
SWAMP_CAPACITY = 0.5  # of a swamp, in mass per cell: half of open ground's
DIGITS = 6  # of a height or width, at most: more are beyond all fields


def read_octile(content: bytes, name: str) -> tuple[Ground, materials.Materials]:
    """Return the ground of an octile map, a cell for each letter, and its materials.

    `.` and `G` are open, `S` holds half as many.

    A byte order mark and line ends of any system are welcome; what follows an empty line after the rows, as a citation
    does, counts for nothing. `name` is what error lines call the file. Raises FileError for whatever else it is.
    """
    lines = content.removeprefix(codecs.BOM_UTF8).rstrip().splitlines()
    if not lines or lines[0].split() != [b"type", b"octile"]:
        raise FileError(f"{name}: is no octile map: its first line must be 'type octile'")
    height, width = _side(lines, 1, "height", name), _side(lines, 2, "width", name)
    if len(lines) < 4 or lines[3].strip() != b"map":
        raise FileError(f"{name}: line 4 must be 'map'")
    if height * width > limits.MOST_GROUND_CELLS:
        raise FileError(f"{name}: {width}x{height} cells are too many, over {limits.MOST_GROUND_CELLS}")
    rows, beyond = [line.rstrip() for line in lines[4 : 4 + height]], lines[4 + height : 5 + height]
    if len(rows) < height or any(line.strip() for line in beyond):
        found = f"{len(rows)}" if len(rows) < height else f"over {height}"
        raise FileError(f"{name}: has {found} rows, and not the {height} of its height")
    for number, row in enumerate(rows, start=5):
        if len(row) != width:
            raise FileError(f"{name}: line {number} has {len(row)} letters, and not the {width} of its width")
    letters = np.frombuffer(b"".join(rows), np.uint8).reshape(height, width)
    unknown = ~np.isin(letters, np.frombuffer(OPEN + SWAMP + CLOSED, np.uint8))
    if unknown.any():
        row, column = np.argwhere(unknown)[0]
        letter = rows[row][column : column + 1].decode("ascii", "backslashreplace")
        raise FileError(
            f"{name}: line {row + 5} has the unknown letter {shown(letter)}: . G S are open, @ O T W are closed"
        )
    swamp = letters == ord(SWAMP)
    open_cells = swamp | np.isin(letters, np.frombuffer(OPEN, np.uint8))
    made_of = materials.of_letters(letters)
    if not swamp.any():
        return Ground(open_cells), made_of
    return Ground(open_cells, np.where(swamp, SWAMP_CAPACITY, 1.0).astype(np.float32)), made_of


def _side(lines: list[bytes], place: int, word: str, name: str) -> int:
    """Return the number that a line of the header gives after its word."""
    words = lines[place].split() if place < len(lines) else []
    if len(words) != 2 or words[0] != word.encode() or not words[1].isdigit() or len(words[1]) > DIGITS:
        raise FileError(f"{name}: line {place + 1} must be '{word}' and a number of cells")
    if int(words[1]) == 0:
        raise FileError(f"{name}: a {word} of 0 is no map")
    return int(words[1])
