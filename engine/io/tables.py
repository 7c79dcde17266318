"""TOML files read field by field: any mistake raises an error of one line that names the file and the field."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from engine.io.errors import FileError
from engine.io.limits import LARGEST_TOML, LONGEST_VALUE
from engine.io.names import suggestion
from engine.io.reading import read_file
from engine.io.text import one_line, shown
from engine.io.toml import parse_toml

Default = TypeVar("Default")
Checked = TypeVar("Checked")
Word = TypeVar("Word", bound=str)


class Table:
    """One table of a file. Each field is read once; `finish` raises for those that were not read.

    Every reader raises FileError for a field that is missing, unless it is given a default, and for one of a wrong
    kind.
    """

    def __init__(self, entries: Mapping[str, Any], file: str, path: str = "") -> None:
        self._entries = entries
        self._file = file
        self._path = path
        self._asked: list[str] = []

    def __contains__(self, name: str) -> bool:
        if name not in self._asked:
            self._asked.append(name)
        return name in self._entries

    def field(self, name: str) -> str:
        """Return a field's name as errors show it: with the file and the path to it."""
        return f"{self._file}: field '{self._path}{one_line(name, LONGEST_VALUE)}'"

    def error(self, name: str, what: str) -> FileError:
        """Return the error that a field is wrong."""
        return FileError(f"{self.field(name)} {what}")

    def text(self, name: str, default: Default | type[str] = str) -> str | Default:
        """Return a text that is not empty."""
        value = self._get(name, default is str)
        if value is None:
            return default  # type: ignore[return-value]
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, f"must be a text, not {shown(value)}")
        return value

    def number(
        self,
        name: str,
        default: Default | type[float] = float,
        *,
        above: float = -math.inf,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float | Default:
        """Return a finite number above `above`, at least `least` and at most `most`."""
        value = self._get(name, default is float)
        if value is None:
            return default  # type: ignore[return-value]
        if not _is_number(value) or not (above < value and least <= value <= most):
            low = f" above {above:g}" if above > -math.inf else f" from {least:g}" if least > -math.inf else ""
            high = f" up to {most:g}" if most < math.inf else ""
            raise self.error(name, f"must be a number{low}{high}, not {shown(value)}")
        return float(value)

    def integer(
        self, name: str, default: Default | type[int] = int, *, least: int = 0, most: int = 2**32 - 1
    ) -> int | Default:
        """Return a whole number from `least` to `most`."""
        value = self._get(name, default is int)
        if value is None:
            return default  # type: ignore[return-value]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(name, f"must be a whole number from {least} to {most}, not {shown(value)}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Return whether a field is true."""
        value = self._get(name, False)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(name, f"must be true or false, not {shown(value)}")
        return value

    def one_of(self, name: str, names: Iterable[Word], default: Word) -> Word:
        """Return a text that is one of some names."""
        known = list(names)
        value = self._get(name, False)
        if value is None:
            return default
        if not isinstance(value, str) or value not in known:
            raise self.error(name, f"must be one of {', '.join(known)}, not {shown(value)}")
        return known[known.index(value)]

    def checked(self, name: str, check: Callable[[Any], Checked], default: Default) -> Checked | Default:
        """Return what `check` makes of a value; its ValueError says what the field must be: "a colour as ..."."""
        value = self._get(name, False)
        if value is None:
            return default
        try:
            return check(value)
        except ValueError as error:
            raise self.error(name, f"must be {error}, not {shown(value)}") from None

    def names(self) -> list[str]:
        """Return the names of all fields, whatever they are."""
        return list(self._entries)

    def numbers(
        self,
        name: str,
        meaning: str,
        default: Default | type[float] = float,
        *,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> tuple[float, ...] | Default:
        """Return as many finite numbers as the meaning has words, "x y" or "x y radius", from `least` to `most`."""
        value = self._get(name, default is float)
        if value is None:
            return default  # type: ignore[return-value]
        row = self._row(name, value, meaning)
        if not all(least <= number <= most for number in row):
            raise self.error(name, f"must be numbers from {least:g} to {most:g}, not {shown(value)}")
        return row

    def rows(self, name: str, meaning: str) -> tuple[tuple[float, ...], ...]:
        """Return a list of such rows of numbers; empty where there is none."""
        value = self._get(name, False)
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            raise self.error(name, f"must be a list of [{', '.join(meaning.split())}], not {shown(value)}")
        return tuple(self._row(f"{name}[{number}]", row, meaning) for number, row in enumerate(value, start=1))

    def texts(self, name: str, default: Default | type[str] = str) -> tuple[str, ...] | Default:
        """Return a list of texts, none of them twice."""
        value = self._get(name, default is str)
        if value is None:
            return default  # type: ignore[return-value]
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.error(name, f"must be a list of texts, not {shown(value)}")
        if len(set(value)) < len(value):
            raise self.error(name, "names one twice")
        return tuple(value)

    def subtable(self, name: str) -> Table:
        """Return a table within this one; an empty one where there is none."""
        return self.table(name) or Table({}, self._file, f"{self._path}{name}.")

    def table(self, name: str) -> Table | None:
        """Return a table within this one, or None."""
        value = self._get(name, False)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(name, f"must be a table, not {shown(value)}")
        return Table(value, self._file, f"{self._path}{name}.")

    def tables(self, name: str) -> list[Table]:
        """Return the tables of a list, counted from 1; none where there is no such list."""
        value = self._get(name, False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.error(name, f"must be a list of tables, [[{name}]]")
        return [Table(one, self._file, f"{self._path}{name}[{number}].") for number, one in enumerate(value, start=1)]

    def choice(self, name: str, value: str, among: Iterable[str]) -> int:
        """Return which of some names a field's value is. Raises FileError with the nearest name for another."""
        names = list(among)
        if value not in names:
            raise self.error(name, f"names {shown(value)}{suggestion(value, names)}")
        return names.index(value)

    def finish(self) -> None:
        """Raise FileError if there is a field that was not read."""
        for name in self._entries:
            if name not in self._asked:
                raise self.error(name, f"is unknown{suggestion(name, self._asked)}")

    def _get(self, name: str, required: bool) -> Any:
        if name not in self:
            if required:
                raise self.error(name, "is missing")
            return None
        return self._entries[name]

    def _row(self, name: str, value: Any, meaning: str) -> tuple[float, ...]:
        words = meaning.split()
        if not isinstance(value, list) or len(value) != len(words) or not all(map(_is_number, value)):
            raise self.error(name, f"must be [{', '.join(words)}] in numbers, not {shown(value)}")
        return tuple(map(float, value))


def read_table(path: Path, largest: int = LARGEST_TOML) -> Table:
    """Return the table in a TOML file of at most `largest` bytes. Raises FileError where it cannot be read."""
    return Table(read_entries(path, largest), path.name)


def read_entries(path: Path, largest: int = LARGEST_TOML) -> dict[str, Any]:
    """Return the entries of a TOML file of at most `largest` bytes, unchecked. Raises FileError where that fails."""
    return parse_toml(read_file(path, largest, path.name), path.name)


def text_of_one_line(value: Any) -> str:
    """Return a value that is a text of one line; a check, as `Table.checked` takes them."""
    if not isinstance(value, str) or not value.strip() or len(value.splitlines()) > 1:
        raise ValueError("a text of one line")
    return value


def _is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number, finite, and one that a float can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max
