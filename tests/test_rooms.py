"""Who may import whom: a table of rooms, and a look at every import, those inside functions and for types included.

A room is a first-level folder of a package, or a module loose in it. As a program this prints what the house is like:
python tests/test_rooms.py
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("engine", "nca_controller")

ENGINE = (
    "plugin io fields units orders formations scenarios soldiers battle"
    " gl compute view recording presentation controls app"
)
BATTLE_WING = "engine.plugin engine.io engine.orders engine.units engine.formations engine.scenarios engine.soldiers"
PHYSICS_UP = "nca_controller.physics nca_controller.guidance nca_controller.model nca_controller.checkpoints"
CONTROLLERS_UP = f"{PHYSICS_UP} nca_controller.controllers nca_controller.dynamics nca_controller.metrics"

# What each room may import. A new room is a new line.
MAY_IMPORT = {
    "run_game": "engine.app",
    # The battle wing: NumPy, and no window.
    "engine": "",
    "engine.plugin": "engine.io",
    "engine.io": "",
    "engine.fields": "",
    "engine.orders": "engine.fields",
    "engine.units": "engine.plugin engine.io",
    "engine.formations": "engine.plugin engine.io engine.fields engine.orders engine.units",
    "engine.scenarios": "engine.plugin engine.io engine.orders engine.units engine.formations",
    "engine.soldiers": "engine.fields engine.formations",
    "engine.battle": BATTLE_WING,
    # The picture wing: knows no battle.
    "engine.gl": "engine.io",
    "engine.view": "engine.gl engine.io engine.fields",
    "engine.recording": "engine.view engine.io",
    "engine.compute": "engine.plugin engine.io engine.gl engine.soldiers",
    # The hall, where they meet.
    "engine.presentation": "engine.fields engine.formations engine.soldiers engine.battle engine.view",
    "engine.controls": "engine.io engine.orders engine.formations engine.battle engine.view engine.presentation",
    "engine.app": "engine.plugin engine.io engine.units engine.orders engine.formations engine.scenarios"
    " engine.soldiers engine.battle engine.compute engine.view engine.recording engine.presentation engine.controls",
    # The plugin: it takes from the engine what needs no window and no battle.
    "nca_controller": "nca_controller.physics nca_controller.guidance nca_controller.model"
    " nca_controller.controllers nca_controller.dynamics nca_controller.simulation"
    " nca_controller.notebook nca_controller.jax_config nca_controller.training",
    "nca_controller.jax_config": "engine.io",
    "nca_controller.physics": "engine.io",
    "nca_controller.metrics": "",
    "nca_controller.plotting": "engine.io",
    "nca_controller.storage": "",
    "nca_controller.tasks": "engine.plugin engine.formations",
    "nca_controller.guidance": "engine.plugin engine.fields engine.io nca_controller.physics",
    "nca_controller.model": "nca_controller.physics nca_controller.guidance",
    "nca_controller.checkpoints": "engine.io nca_controller.model nca_controller.storage",
    "nca_controller.controllers": "engine.io engine.plugin nca_controller.jax_config " + PHYSICS_UP,
    "nca_controller.dynamics": "engine.formations engine.units nca_controller.jax_config nca_controller.physics"
    " nca_controller.guidance nca_controller.controllers",
    "nca_controller.simulation": "engine.plugin nca_controller.physics nca_controller.guidance"
    " nca_controller.controllers nca_controller.dynamics nca_controller.jax_config",
    "nca_controller.notebook": "engine.plugin engine.formations nca_controller.physics nca_controller.model"
    " nca_controller.tasks",
    "nca_controller.benchmark": "engine.io engine.plugin nca_controller.physics nca_controller.controllers"
    " nca_controller.dynamics nca_controller.jax_config nca_controller.training",
    "nca_controller.testing": "engine.plugin nca_controller.guidance nca_controller.physics",
    "nca_controller.export_web": "engine.io engine.formations nca_controller.controllers",
    "nca_controller.training": f"engine.io engine.plugin {CONTROLLERS_UP} nca_controller.tasks nca_controller.plotting"
    " nca_controller.jax_config nca_controller.storage",
    "nca_controller.evaluation": "engine.io engine.plugin engine.fields nca_controller.tasks"
    " nca_controller.plotting nca_controller.physics nca_controller.controllers nca_controller.dynamics"
    " nca_controller.metrics",
    "nca_controller.evaluate": "engine.io nca_controller.checkpoints nca_controller.controllers"
    " nca_controller.evaluation",
}
FORBIDDEN = {  # packages from outside that a package never imports, in no function either
    "engine": {"jax", "jaxlib", "flax", "optax", "orbax", "nca_controller"},
    "nca_controller": {"pygame", "moderngl"},
}
MOST_ROOMS, MOST_FLOORS, MOST_ARROWS = 38, 11, 144
MOST_LOOSE = {"engine": 1, "nca_controller": 11}


def module_of(path: Path) -> str:
    """Return a file's module: "engine.io.tables", and "engine.io" for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def files() -> dict[str, Path]:
    """Return the program's files by their modules."""
    found = [ROOT / "run_game.py", *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]
    return {module_of(path): path for path in found}


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def imports_in(module: str, source: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, statement and module of whatever a file imports, wherever in it that stands."""
    package = module if files()[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, f"import {name.name}", name.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package.split(".")[: len(package.split(".")) + 1 - node.level]] if node.level else [])
            origin = ".".join(part for part in (base, node.module) if part)
            for name in node.names:
                full = f"{origin}.{name.name}"
                inside = full in files() and (room_of(full) == room_of(module) or origin in PACKAGES)
                yield node.lineno, f"from {origin} import {name.name}", full if inside else origin


@cache
def imports(module: str) -> tuple[tuple[int, str, str], ...]:
    return tuple(imports_in(module, files()[module].read_text(encoding="utf-8")))


def broken_rules(module: str, found: tuple[tuple[int, str, str], ...]) -> list[str]:
    """Return, a line each, the imports of a file that break a rule: file, import and rule."""
    lines, room = [], room_of(module)
    if room not in MAY_IMPORT:
        return [f"{module}: the room {room} is not in the table: give it a line in tests/test_rooms.py"]
    may = {room, *MAY_IMPORT[room].split()}
    name = files()[module].relative_to(ROOT).as_posix()
    for number, statement, target in found:
        where = f"{name}:{number}: '{statement}'"
        top = target.split(".")[0]
        if top in FORBIDDEN.get(room.split(".")[0], ()):
            lines.append(f"{where}: {room.split('.')[0]} never imports {top}")
        elif target in files():
            other = room_of(target)
            if other not in may and not (other in PACKAGES and target == other):
                lines.append(f"{where}: {room} may import {MAY_IMPORT[room] or 'no room'}, and not {other}")
            elif other != room and target != other and files()[target].name != "__init__.py":
                lines.append(f"{where}: another room is entered by its face: from {other} import ...")
            elif other == room and target == room and files()[module].name != "__init__.py" and "." in room:
                lines.append(f"{where}: within a room modules are imported by their own names, not by its face")
    return lines


def floors(arrows: set[tuple[str, str]]) -> dict[str, int]:
    """Return how high each lies above what it imports. Raises ValueError, which names it, for a circle."""
    below: dict[str, set[str]] = {}
    for one, other in arrows:
        below.setdefault(one, set()).add(other)
    height: dict[str, int] = {}

    def climb(one: str, way: tuple[str, ...]) -> int:
        if one in way:
            raise ValueError(f"a circle of imports: {' -> '.join((*way[way.index(one) :], one))}")
        if one not in height:
            height[one] = 1 + max((climb(other, (*way, one)) for other in sorted(below.get(one, ()))), default=0)
        return height[one]

    for one in sorted(below):
        climb(one, ())
    return height


def arrows_between_files() -> set[tuple[str, str]]:
    return {(module, target) for module in files() for _, _, target in imports(module) if target in files()} - {
        (module, module) for module in files()
    }


def arrows_between_rooms() -> set[tuple[str, str]]:
    rooms = {(room_of(one), room_of(other)) for one, other in arrows_between_files()}
    return {(one, other) for one, other in rooms if one != other}


def test_every_import_keeps_to_the_table():
    lines = [line for module in sorted(files()) for line in broken_rules(module, imports(module))]
    assert not lines, "\n".join(lines)


def test_no_line_of_the_table_is_left_over():
    rooms = {room_of(module) for module in files()}
    assert set(MAY_IMPORT) == rooms
    unknown = {room for allowed in MAY_IMPORT.values() for room in allowed.split()} - rooms
    assert not unknown
    arrows = arrows_between_rooms()
    allowed = {(room, other) for room, may in MAY_IMPORT.items() for other in may.split()}
    assert not allowed - arrows, "allowed, and never used"


def test_there_is_no_circle_between_rooms_or_files():
    floors(arrows_between_rooms())
    floors(arrows_between_files())


def test_the_house_stays_small():
    rooms, arrows = {room_of(module) for module in files()}, arrows_between_rooms()
    assert len(rooms) <= MOST_ROOMS
    assert max(floors(arrows).values()) <= MOST_FLOORS
    assert len(arrows) <= MOST_ARROWS
    for package, most in MOST_LOOSE.items():
        loose = [path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__"]
        assert len(loose) <= most, loose
    assert len((ROOT / "run_game.py").read_text(encoding="utf-8").splitlines()) < 60


def test_every_room_says_what_it_is_for():
    for package in PACKAGES:
        for face in (ROOT / package).glob("*/__init__.py"):
            assert ast.get_docstring(ast.parse(face.read_text(encoding="utf-8"))), face


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("engine.battle.battle", "from engine.view import Scene", "engine/battle/battle.py:1: 'from engine.view"),
        ("engine.view.scene", "def f():\n    from engine.battle import Battle", "engine/view/scene.py:2:"),
        ("engine.app.game", "if T:\n    import nca_controller.physics", "engine never imports nca_controller"),
        ("nca_controller.model.network", "import pygame.font", "nca_controller never imports pygame"),
        ("nca_controller.training.runs", "import nca_controller.evaluation", "and not nca_controller.evaluation"),
        ("engine.app.game", "from engine.battle.battle import Battle", "by its face: from engine.battle import"),
        ("engine.formations.mass", "from engine.formations import FormationError", "by their own names"),
    ],
)  # fmt: skip
def test_a_wrong_import_is_named_with_file_and_rule(module, line, complaint):
    (found,) = broken_rules(module, tuple(imports_in(module, line)))
    assert complaint in found


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has loaded after a statement."""
    program = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == ""
    return set(done.stdout.split())


JAX = {"jax", "jaxlib", "flax", "optax", "orbax", "nca_controller"}


def test_the_program_imports_neither_jax_nor_a_window_before_it_plays():
    rooms = [f"engine.{room}" for room in ENGINE.split() if room not in ("gl", "compute")]
    assert not loaded_by(f"import run_game, {', '.join(rooms)}") & (JAX | {"pygame", "moderngl"})


@pytest.mark.parametrize("view", ["engine.view.opengl.view", "engine.view.software.view", "engine.compute"])
def test_what_draws_and_computes_knows_no_jax(view):
    assert not loaded_by(f"import os; os.environ['PYGAME_HIDE_SUPPORT_PROMPT'] = '1'; import {view}") & JAX


def test_the_plugin_needs_no_optimiser_and_no_files_to_play():
    loaded = loaded_by("import nca_controller.simulation")
    assert "jax" in loaded and not loaded & {"optax", "orbax", "pygame", "moderngl"}


def main() -> None:
    """Print rooms, floors, arrows."""
    rooms, arrows = {room_of(module) for module in files()}, arrows_between_rooms()
    height = floors(arrows)
    floors(arrows_between_files())
    for floor in range(max(height.values()), 0, -1):
        print(f"{floor:>3}  {'  '.join(sorted(room for room in rooms if height.get(room, 1) == floor))}")
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files().values())
    print(f"{len(rooms)} rooms on {max(height.values())} floors with {len(arrows)} arrows")
    print(f"{len(files())} files, {lines} lines")


if __name__ == "__main__":
    main()
