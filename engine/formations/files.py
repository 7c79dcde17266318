"""Formation files: one TOML file each, which may inherit from another; or just a picture."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.formations.formation import WIDEST, Formation, FormationError
from engine.formations.masks import mask_shape, read_mask
from engine.formations.shapes import SHAPES
from engine.io import (
    ASSETS,
    FileError,
    as_text,
    limits,
    lineage,
    parse_toml,
    paths,
    read_file,
    read_table,
    shown,
    text_of_one_line,
)
from engine.units import FACTORS, Traits, read_traits

PROPORTIONS: tuple[str, ...] = ("ratio", "ranks")  # either says how deep a formation is
OWN: tuple[str, ...] = ("title", "key")  # fields that are not inherited
LOOSEST_SPACING = 4.0  # interval over that of closed ranks, at most
MOST_SKEWED = 1.7  # the longer interval over the shorter: beyond it soldiers no longer stand in rank and file
DEEPEST = 1000.0  # cells
SHALLOWEST = 0.01  # cells: thinner faces round an empty middle hold nobody, and would be searched for without end
QUOTED = re.compile(r"""["']([^"'\n]+\.png)["']""")
SPARE_KEYS = "90"  # for formations whose files name no key


def load(*folders: Path) -> dict[str, Formation]:
    """Return the formations of the folders by name, in the order of their keys; without a folder, the game's own.

    A later folder's formation takes the place of one of the same name. Raises FormationError, which names the file and
    the field, for a file that cannot be used.
    """
    files = list_files(folders or (ASSETS / "formations",))
    return arranged([read(path, files) for path in files.values()])


def list_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the formation files of the folders by name. A picture counts unless a TOML file of its folder names it.

    Hidden files are passed over: editors and systems leave them, as `.#wedge.toml` and `._wedge.toml`.
    """
    files: dict[str, Path] = {}
    for folder in folders:
        seen = paths.files_in(folder)
        tomls = [path for path in seen if path.suffix == ".toml"]
        named = {name for path in tomls for name in _pictures_in(path)}
        pictures = [path for path in seen if path.suffix == ".png" and path.name not in named]
        files |= {as_text(path.stem): path for path in (*pictures, *tomls)}
    return files


def arranged(formations: Iterable[Formation]) -> dict[str, Formation]:
    """Return formations by name, in the order of their keys; one without a key gets a spare one, if any is left.

    Raises FormationError where two have one key.
    """
    taken: dict[str, str] = {}
    for one in formations:
        if one.key in taken:
            raise FormationError(
                f"{one.name}.toml: field 'key': {shown(one.key)} orders {shown(taken[one.key])} already"
            )
        if one.key:
            taken[one.key] = one.name
    spare = iter([key for key in SPARE_KEYS if key not in taken])
    keyed = [one if one.key else replace(one, key=next(spare, "")) for one in formations]
    return {one.name: one for one in sorted(keyed, key=lambda one: (not one.key, one.key == "0", one.key))}


def read(path: Path, files: Mapping[str, Path] | None = None) -> Formation:
    """Return the formation in one file; its name is the file's. It may inherit from any of `files`, by name.

    Raises FormationError, one line that names the file and the field.
    """
    fields = resolve_inheritance(path, files if files is not None else list_files([path.parent]))
    missing = [name for name in ("title", "description", "shape") if name not in fields]
    if not missing and not any(name in fields for name in PROPORTIONS):
        missing = [] if isinstance(fields["shape"], Path) else ["ratio"]
    if missing:
        raise FormationError(f"{path.name}: field '{missing[0]}' is missing")
    shape = fields.pop("shape")
    if isinstance(shape, str):
        fields["shape"] = SHAPES[shape]
    else:
        mask = read_mask(shape, f"{path.name}: field 'shape': {shape.name}" if path.suffix == ".toml" else shape.name)
        fields["shape"] = mask_shape(mask)
        fields.setdefault("ratio", min(max(mask.shape[1] / mask.shape[0], 1 / WIDEST), WIDEST))
    return Formation(name=as_text(path.stem), **{"key": "", "ratio": 1.0, **fields})


def resolve_inheritance(path: Path, files: Mapping[str, Path]) -> dict[str, Any]:
    """Return the checked fields of a file and of those that it inherits from. Raises FormationError."""
    name = as_text(path.stem)
    if path.suffix == ".png":
        return {"title": name.capitalize(), "description": f"As {as_text(path.name)} shows it.", "shape": path}
    try:
        steps = lineage(path, files, entries, "formation")
    except FileError as error:
        raise FormationError(str(error)) from None
    fields: dict[str, Any] = {}
    combat: dict[str, Any] = {}
    for number, step in enumerate(steps):
        combat = step.pop("combat", {}) | combat
        said = any(name in fields for name in PROPORTIONS)
        passed_over = (OWN if number else ()) + (PROPORTIONS if said else ())
        fields = {name: value for name, value in step.items() if name not in passed_over} | fields
    return fields | ({"combat": Traits(**combat)} if combat else {})


def entries(path: Path) -> dict[str, Any]:
    """Return the fields of one file, each checked by itself; a picture is a shape. Raises FormationError."""
    if path.suffix == ".png":
        return {"shape": path}
    try:
        table = read_table(path, limits.LARGEST_SMALL_TOML)
        fields = {name: table.checked(name, check, None) for name, check in CHECKS.items() if name in table}
        combat = table.subtable("combat")
        fields["combat"] = read_traits(combat, FACTORS)
        combat.finish()
        table.finish()
        if all(name in fields for name in PROPORTIONS):
            raise table.error("ranks", "says how deep it is, and so does 'ratio': give one of them")
    except FileError as error:
        raise FormationError(str(error)) from None
    if isinstance(shape := fields.get("shape"), str) and shape not in SHAPES:
        fields["shape"] = path.parent / shape
    return fields


def _pictures_in(path: Path) -> set[str]:
    """Return the names of pictures that a file may mean as its shape; of one that is no TOML, any that it quotes."""
    try:
        content = read_file(path, limits.LARGEST_SMALL_TOML)
    except FileError:
        return set()
    try:
        return {str(parse_toml(content, path.name).get("shape"))}
    except FileError:
        return set(QUOTED.findall(content.decode("utf-8", errors="replace")))


def _key(value: Any) -> str:
    if not isinstance(value, str) or not value or value != value.strip().lower():
        raise ValueError('a key in lower case, as "5" or "shift+f"')
    return value


def _shape(value: Any) -> str:
    if isinstance(value, str) and (value in SHAPES or (value.endswith(".png") and Path(value).name == value)):
        return value
    raise ValueError(f"one of {', '.join(SHAPES)}, or a PNG beside the file")


def _number(least: float, most: float, words: str) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        raise ValueError(words)

    return check


def _spacing(value: Any) -> tuple[float, float]:
    pair = value if isinstance(value, list) else [value, value]
    try:
        across, behind = (_number(1 / LOOSEST_SPACING, LOOSEST_SPACING, "")(one) for one in pair)
    except ValueError:
        raise ValueError(f"a number up to {LOOSEST_SPACING:g}, or two: between files, and between ranks") from None
    if across * behind < 1:
        raise ValueError(
            "1 or more (two numbers: 1 or more as a product), for that is how soldiers stand in closed ranks"
        )
    if math.sqrt(across * behind) > LOOSEST_SPACING or max(across, behind) > MOST_SKEWED * min(across, behind):
        raise ValueError(f"two numbers of which neither is more than {MOST_SKEWED:g} times the other")
    return across, behind


def _hollow(value: Any) -> float:
    words = f"0, or a number from {SHALLOWEST:g} to {DEEPEST:g}"
    depth = _number(0, DEEPEST, words)(value)
    if 0 < depth < SHALLOWEST:
        raise ValueError(words)
    return depth


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


CHECKS: dict[str, Callable[[Any], Any]] = {
    "inherits": text_of_one_line,
    "title": text_of_one_line,
    "key": _key,
    "description": text_of_one_line,
    "shape": _shape,
    "ratio": _number(1 / WIDEST, WIDEST, f"a number above 0, from 1/{WIDEST:g} to {WIDEST:g}"),
    "ranks": _number(0.5, DEEPEST, f"a number above 0, from 0.5 to {DEEPEST:g}"),
    "hollow": _hollow,
    "spacing": _spacing,
    "stagger": _switch,
}
