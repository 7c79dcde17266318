"""The page that walks one order through the house names functions that are there, in no more than nine rooms."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| \d+ \| (\w+) \| `([^`]+)`: `([^`]+)` \|", re.MULTILINE)


def defined(path: str) -> set[str]:
    """Return the functions of a file: "apply", "Mouse.on"."""
    names = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return names


def test_every_step_of_the_walk_is_a_function_that_is_there():
    rows = ROW.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert len(rows) >= 12
    for room, path, function in rows:
        assert room in path.split("/")[:2], (room, path)
        assert function in defined(path), (path, function)
    rooms = [room for room, *_ in rows]
    assert (rooms[0], rooms[-1]) == ("view", "view")
    walk = [room for room, before in zip(rooms, [None, *rooms], strict=False) if room != before]
    assert len(walk) <= 9 and len(set(walk)) == len(walk) - 1, "no room comes twice, but for the view at both ends"


def test_files_that_the_papers_name_are_there():
    for page in (
        "README.md",
        "CONTRIBUTING.md",
        *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")),
    ):
        text = (ROOT / page).read_text(encoding="utf-8")
        for name in re.findall(r"`((?:engine|nca_controller|tests|assets|docs|examples)/[\w/.*-]+)`", text):
            found = list(ROOT.glob(name.rstrip("/"))) if "*" in name else [ROOT / name]
            assert found and all(path.exists() for path in found), f"{page} names {name}"
        for target in re.findall(r"\]\(([\w./-]+)\)", text):
            assert (ROOT / page).parent.joinpath(target).exists(), f"{page} links {target}"


def test_the_glossary_is_short():
    rows = [
        line for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    words = [row.split("|")[1].strip() for row in rows[1:]]
    assert len(words) <= 40
    assert len(words) == len(set(words))
