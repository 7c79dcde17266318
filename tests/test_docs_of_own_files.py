"""docs/formations.md and docs/settings.md: their examples are read by the game, their tables are complete."""

import re
from dataclasses import fields
from pathlib import Path

import numpy as np

from engine.app.settings import Settings, read
from engine.controls import keymap
from engine.formations import FormationLibrary, form_up, load
from engine.formations.files import CHECKS
from engine.io import ASSETS, paths
from engine.plugin import Ground
from engine.view import PALETTES, RENDERERS

DOCS = Path(__file__).resolve().parents[1] / "docs"
FORMATIONS, SETTINGS = ((DOCS / name).read_text(encoding="utf-8") for name in ("formations.md", "settings.md"))


def example(text):
    return text.split("```toml\n")[1].split("```")[0]


def told(text):
    """Return the fields that the tables of a page explain."""
    cells = re.findall(r"^\| (`.+?) \|", text, flags=re.MULTILINE)
    return [name for cell in cells for name in re.findall("`(.+?)`", cell)]


def test_the_formation_of_the_example_can_be_ordered(tmp_path):
    name = FORMATIONS.split("```toml")[0].rsplit("`", 2)[1]
    (tmp_path / name).write_text(example(FORMATIONS), encoding="utf-8")
    library = FormationLibrary(ASSETS / "formations", tmp_path)
    chevron = library.formations["chevron"]
    assert not library.complaint and chevron.hollow == 6 and chevron.stagger
    at = form_up(chevron, 600.0, Ground(np.ones((128, 192), dtype=bool)), centre=(96, 64))
    assert at.target.sum(dtype=np.float64) == 600 and len(at.slots(2400)) == 2400
    assert not keymap(library.formations.values()).complaint


def test_every_field_of_a_formation_is_explained():
    assert set(told(FORMATIONS)) == {*CHECKS, "combat"}


def test_the_settings_of_the_example_are_read(tmp_path):
    (tmp_path / "settings.toml").write_text(example(SETTINGS), encoding="utf-8")
    settings = read(tmp_path / "settings.toml")
    default = Settings()
    same = [one.name for one in fields(Settings) if getattr(settings, one.name) == getattr(default, one.name)]
    assert same == ["full_screen"]
    keys = keymap(load().values(), settings.keys)
    assert not keys.complaint and keys.labels["turn-left"] == "Z"


def test_every_setting_is_explained():
    explained = told(SETTINGS)
    window, colours = ("window.width", "window.height", "window.full_screen"), ("colours.first", "colours.second")
    assert [*explained] == ["tutorial", "soldiers", "palette", "film", "renderer", *window, *colours, "keys.ACTION"]
    row = next(line for line in SETTINGS.splitlines() if line.startswith("| `palette`"))
    assert re.findall("`([a-z-]+)`", row.split("|")[2]) == list(PALETTES)
    row = next(line for line in SETTINGS.splitlines() if line.startswith("| `renderer`"))
    assert set(re.findall("`([a-z-]+)`", row.split("|")[2])) == set(RENDERERS)


def test_the_folders_are_those_of_this_platform(monkeypatch):
    """Linux's are written down as they are without the variables that move them."""
    for kind in ("CONFIG", "DATA"):
        monkeypatch.delenv(f"XDG_{kind}_HOME")
    home = Path.home()
    if paths.settings_file().is_relative_to(home / ".config"):
        assert paths.settings_file() == home / ".config" / "maniple" / "settings.toml"
        assert paths.asset_folders()[1] == home / ".local" / "share" / "maniple"
        assert "`~/.config/maniple`" in SETTINGS and "`~/.local/share/maniple`" in FORMATIONS
