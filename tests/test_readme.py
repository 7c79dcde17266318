"""The README says what the program does."""

import re
from pathlib import Path

import pytest

from engine.controls import gestures
from engine.controls.bindings import bindings, help_rows
from engine.formations import load, overlap

pytestmark = pytest.mark.usefixtures("somewhat_optimised")  # its program is that of nca_controller/test_controllers.py
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_key_table_is_the_table_of_bindings():
    assert rows("| key |") == help_rows(bindings(load().values()))


def test_its_table_of_gestures_is_the_one_of_the_help():
    assert rows("| mouse |") == gestures()


def rows(head):
    """Return the rows of the table with that head."""
    table = README.split(head)[1].split("\n\n")[0]
    return tuple(re.findall(r"^\| (.+?) \| (.+?) \|$", table, flags=re.MULTILINE))


def test_every_place_it_names_is_there():
    for path in re.findall(r"`((?:engine|nca_controller|assets|tests|docs|trained_models)/[\w/.]*)`", README):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)(.+?)\)", README):
        assert (ROOT / path).exists(), path


@pytest.mark.compiles
def test_its_library_example_runs():
    names = {}
    exec(README.split("```python\n")[1].split("```")[0], names)
    assert names["masses"].shape == (200, 128, 192) and names["fought"].shape == (20, 2, 128, 192)
    assert overlap(names["masses"][-1], names["target"]) >= 0.95
    assert names["moved"].mass.sum() == 1000
