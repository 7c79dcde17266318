"""What those read who build on it and cite it: guarantees, the reference with its examples, CITATION.cff."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from engine.io import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "docs" / "reference"
IMPORTED_WHEN_ASKED_FOR = {"create_optimizer"}  # from nca_controller.training, on whose page it is
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_guarantee_names_tests_that_there_are():
    rows = re.findall(r"^\| (?!-|guarantee )(.+?) \| (.+?) \|$", GUARANTEES, flags=re.MULTILINE)
    assert len(rows) > 20
    for guarantee, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert named, f"no test is behind: {guarantee}"
        for path, test in named:
            assert test in functions(path), f"{path} has no {test}"


def functions(path):
    """Return the names of the functions of a file, those of classes among them."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_citation_is_that_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["cff-version"] == "1.2.0" and cited["message"] and cited["type"] == "software"
    assert cited["title"].lower() == PROJECT["name"] and cited["abstract"] == PROJECT["description"]
    assert cited["version"] == __version__ and cited["license"] == PROJECT["license"]
    assert all(author["name"] for author in cited["authors"])
    assert set(cited) == {
        "cff-version",
        "message",
        "type",
        "title",
        "abstract",
        "authors",
        "version",
        "license",
        "keywords",
    }


def test_both_packages_say_that_they_are_typed():
    assert all((ROOT / package / "py.typed").is_file() for package in ("engine", "nca_controller"))


@pytest.mark.long
@pytest.mark.parametrize("page", sorted(path.name for path in REFERENCE.glob("*.md")))
def test_the_examples_of_the_reference_run(page):
    """Those of a page one after the other, as they are read."""
    blocks = BLOCK.findall((REFERENCE / page).read_text(encoding="utf-8"))
    assert blocks, "a page without an example"
    names = {"__name__": f"docs.{page}"}
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{page}, example {number}", "exec", dont_inherit=True), names)


class Anchors(HTMLParser):
    """Collects the anchors of a page, and whatever a browser would get from elsewhere to show it."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.fetched = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.anchors.add(known.get("id"))
        source = known.get("href" if tag == "link" else "src", "")
        if tag in ("link", "script", "img") and re.match("(https?:)?//", source or ""):
            self.fetched.append(source)


@pytest.mark.long
def test_the_pages_are_built_without_a_fault_and_have_every_public_name(tmp_path):
    if not importlib.util.find_spec("mkdocs") and not os.environ.get("CI"):
        pytest.skip("mkdocs is not installed: pip install --group docs")
    words = ("build", "--strict", "--quiet", "--config-file", REFERENCE / "mkdocs.yml", "--site-dir", tmp_path)
    built = subprocess.run([sys.executable, "-m", "mkdocs", *words], capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr
    for page, module in (
        ("nca_controller", "nca_controller"),
        ("physics", "nca_controller.physics"),
        ("training", "nca_controller.training"),
        ("plugin", "engine.plugin"),
        ("testing", "nca_controller.testing"),
    ):
        found = Anchors((tmp_path / "reference" / f"{page}.html").read_text(encoding="utf-8"))
        missing = {name for name in public(module) if f"{module}.{name}" not in found.anchors} - IMPORTED_WHEN_ASKED_FOR
        assert not missing and not found.fetched, f"{page}: {missing} {found.fetched}"


def public(module):
    """Return the names that a module offers: those of its `__all__`, or its own functions and classes."""
    place = ROOT / module.replace(".", "/")
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    body = ast.parse(source.read_text(encoding="utf-8")).body
    for node in body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return ast.literal_eval(node.value)
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
