"""docs/units.md: its examples are read by the game, its fields are complete, and its tables are what the files say.

As a program it writes the tables anew: python tests/test_docs_of_units.py
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine import formations, units
from engine.io import ASSETS
from engine.units import FACTORS, KINDS, PLAIN
from engine.units.files import REACH

PAGE = Path(__file__).resolve().parents[1] / "docs" / "units.md"
PART = re.compile(r"(<!-- (\w+): written by [^>]+ -->\n).*?(<!-- end -->)", re.DOTALL)


def shown(value):
    """Return a trait as the tables show it; nothing for a factor that changes nothing."""
    return " / ".join(f"{number:g}" for number in value) if isinstance(value, tuple) else f"{value:g}"


def table(heads, rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, ["---"] * len(heads), *rows))


def table_of_units():
    """Return a column for each kind, and a row for each of its fields."""
    shipped = units.load().values()
    rows = [["`reach`", *(shown(one.reach) for one in shipped)]]
    rows += [[f"`{name}`", *(shown(getattr(one.traits, name)) for one in shipped)] for name in KINDS]
    return table(["", *(one.title for one in shipped)], rows)


def table_of_formations():
    """Return a row for each formation, and a column for each factor that one of them has; empty: as the unit's."""
    shipped = formations.load().values()
    used = [name for name in FACTORS if any(getattr(one.combat, name) != getattr(PLAIN, name) for one in shipped)]
    rows = []
    for one in shipped:
        said = [(getattr(one.combat, name), getattr(PLAIN, name), name) for name in used]
        rows.append(
            [one.title, *("" if v == plain else f"{v:+g}" if n == "brace" else shown(v) for v, plain, n in said)]
        )
    return table(["", *(f"`{name}`" for name in used)], rows)


def written():
    """Return the page with its tables as they should be."""
    tables = {"units": table_of_units, "formations": table_of_formations}
    text = PAGE.read_text(encoding="utf-8")
    assert {part[2] for part in PART.finditer(text)} == set(tables)
    return PART.sub(lambda part: f"{part[1]}\n{tables[part[2]]()}\n{part[3]}", text)


def test_the_tables_are_what_the_files_say():
    assert PAGE.read_text(encoding="utf-8") == written(), "python tests/test_docs_of_units.py writes them anew"


def test_every_field_is_explained_with_its_limits():
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (.*?) ?\|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    limits = dict(rows[: len(KINDS) + 5])
    assert set(limits) == {"title", "description", "inherits", "sprite", "reach", *KINDS}
    for name, (least, most) in (*KINDS.items(), ("reach", REACH)):
        assert limits[name] == f"{least:g}, {most:g}", name
    assert all(f'`"{sprite}"`' in PAGE.read_text(encoding="utf-8") for sprite in units.SPRITES)


@pytest.mark.parametrize("kind", ["unit", "formation"])
def test_the_examples_are_read(tmp_path, kind):
    first, second = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    path = tmp_path / "mine.toml"
    if kind == "unit":
        path.write_text(first, encoding="utf-8")
        mine, pikes = units.read(path, units.list_files() | {"mine": path}), units.load()["pikes"]
        assert mine.reach == 6 and mine.traits == replace(pikes.traits, strike=(1.6, 0.2, 0.1), turn=0.2)
    else:
        path.write_text(second, encoding="utf-8")
        mine = formations.load(ASSETS / "formations", tmp_path)["mine"]
        assert mine.combat == replace(formations.load()["wedge"].combat, charge=4.0, losses=(1.2, 1.3, 1.0))


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
