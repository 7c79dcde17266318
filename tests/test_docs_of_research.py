"""docs/researcher.md names the keys as they are."""

import re
from pathlib import Path

from engine.controls.bindings import RESEARCH, bindings, label
from engine.formations import load

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "researcher.md").read_text(encoding="utf-8")


def test_its_table_has_every_key_of_the_researcher_s_view():
    rows = re.findall(r"^\| (\S+) \| `(\S+)` \|", TEXT, flags=re.MULTILINE)
    assert rows == [(label(key), f"show-{what}") for key, what, _ in RESEARCH]


def test_the_other_keys_it_names_do_what_it_says():
    keys = {binding.action: label(binding.keys[0]) for binding in bindings(load().values())}
    for action, sentence in (
        ("screenshot", "**{}** saves `maniple-0001.png`"),
        ("film", "**{}** begins a film"),
        ("full-screen", "**{}** fills the screen"),
        ("next-controller", "{}\nswitches the controller"),
    ):
        assert sentence.format(keys[action]) in TEXT
