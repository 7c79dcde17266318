"""Limits on what comes from outside: what is larger is a mistake or a trap, and would take gigabytes or minutes."""

from __future__ import annotations

SMALLEST_SIDE, LARGEST_SIDE = 16, 4096  # cells along a side of the field
MOST_SOLDIERS = 1_000_000  # drawn in one battle

LARGEST_TOML = 16 * 2**20  # bytes of a scenario or a replay
LARGEST_SMALL_TOML = 100_000  # bytes of settings or a formation, which are written by hand
DEEPEST_TOML = 8  # brackets in brackets, and names in a dotted key; the files of this game need 3
MOST_TOML_KEYS = 100_000  # keys and tables: each takes about a kilobyte to read
MOST_TOML_VALUES = 2_000_000  # values of lists
MOST_TOML_ESCAPES = 100_000  # backslashes in texts, which are read letter by letter
MOST_DIGITS = 100  # of a number: a float has 17
WIDEST_INTEGER = 63  # bits of a whole number, as TOML has it

LARGEST_PICTURE = 64 * 2**20  # bytes of a picture's file
MOST_PIXELS = LARGEST_SIDE**2  # of a picture: one for every cell of the largest field
LONGEST_PICTURE = 16_384  # pixels along a side
LARGEST_MAP = 16 * 2**20  # bytes of an octile map
MOST_GROUND_CELLS = 4_000_000  # of a ground from a file

LONGEST_LINE = 300  # characters of a line on the terminal
LONGEST_VALUE = 80  # characters of a value that such a line quotes

# What a battle may cost in all; the joint budget is checked before anything of it is built.
MOST_REGIMENT_CELLS = 2**21  # cells times regiments: each takes about a kilobyte once ten seconds can be stepped back
MOST_SOLDIERS_PER_MASS = 4096  # drawn for a mass of 1, which fills a cell
MOST_REACH = 60  # cells that a unit's blows reach: the laws of battle are compiled cell by cell of it
MOST_CONTROLLERS = 32  # that a scenario or a replay names: each is loaded and compiled
MOST_PATH_POINTS = 256  # of a line that are used: more would be finer than the cells
MOST_ORDER_WORK = 50_000_000  # cells that the discs of a painted order are laid over: about a second
MOST_WORK = 2_000_000_000  # cells looked at for each point of all orders together: well over half a minute
WORK_OF_AN_ORDER = 8  # points that the cheapest order counts as
WORK_BY_WAY = 24  # further points where closed cells may be in an order's way
RIM_OF_A_DISC = 10.0  # cells around a painted disc that are looked at
