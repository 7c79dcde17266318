"""The web page's exporter: one whole file, and one line for whatever is wrong."""

import json
import re
from pathlib import Path

import jax
import pytest

from engine.io import ASSETS
from nca_controller import checkpoints, export_web
from nca_controller.checkpoints import Architecture


@pytest.fixture(scope="module")
def page() -> str:
    return export_web.page_of("default")


def world_of(page: str):
    return json.loads(re.search(r'<script type="application/json" id="world">(.*?)</script>', page, re.DOTALL)[1])


def test_everything_is_inside_and_nothing_is_loaded(page):
    assert len(page.encode()) < 2 * 2**20
    assert not re.search(r"\b(src|href)=", page)
    assert not re.search(r"\bfetch\(|XMLHttpRequest|\bimport\b|type=\"module\"|https?://", page)
    assert page.count("<script") == page.count("</script>") == 4


def test_the_shaders_are_the_files_of_the_game_with_their_parts(page):
    shaders = world_of(page)["shaders"]
    assert shaders["compute/offers.frag.glsl"].startswith(
        (ASSETS / "shaders" / "compute" / "offers.frag.glsl").read_text(encoding="utf-8")[:200]
    )
    for name, text in shaders.items():
        assert not re.search(r"^#include", text, re.MULTILINE) and "#version" not in text, name
    assert "void network(" in shaders["compute/steer.frag.glsl"]


def test_every_formation_of_the_game_is_there(page):
    files = {path.stem for path in (ASSETS / "formations").glob("*.toml")}
    assert {one["name"] for one in world_of(page)["formations"]} == files


def test_every_source_file_is_used_and_short():
    html = (ASSETS / "web" / "index.html").read_text(encoding="utf-8")
    for path in (ASSETS / "web").rglob("*"):
        if path.is_file():
            name = path.relative_to(ASSETS / "web").as_posix()
            assert name == "index.html" or name.removesuffix(".glsl") in html, name
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, name


def test_it_says_where_the_page_is_and_how_large(tmp_path, capsys):
    export_web.main(["default", "--out", str(tmp_path / "new" / "folder")])
    path = tmp_path / "new" / "folder" / "index.html"
    assert re.fullmatch(rf"{re.escape(str(path))}: \d+ kB\n", capsys.readouterr().out)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def saved(folder: Path, **changes) -> str:
    architecture = Architecture(**{"percept": "apart", **changes})
    checkpoints.save(folder, architecture.init_params(jax.random.key(0)), architecture)
    return str(folder)


def refusal(capsys, *words: str) -> str:
    """What is said on stderr, in one line, with exit code 2."""
    with pytest.raises(SystemExit) as end:
        export_web.main(list(words))
    said = capsys.readouterr().err
    assert end.value.code == 2 and said.count("\n") == 1 and "Traceback" not in said
    return said


@pytest.mark.parametrize(
    ("changes", "line"),
    [({"hidden_dim": 160}, "at most 128 cells"), ({"guidance": "poisson"}, "commander plan or ground, not poisson")],
)
def test_a_model_that_the_page_cannot_play_is_one_line(tmp_path, capsys, changes, line):
    model = saved(tmp_path / "model", **changes)
    assert line in refusal(capsys, model, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize(
    ("model", "line"),
    [("no-such-model", "no-such-model"), ("plan", "this is none"), ("empty", "model.json")],
)
def test_what_is_no_model_is_one_line(tmp_path, capsys, monkeypatch, model, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert line in refusal(capsys, model, "--out", "out")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot write" in refusal(capsys, "default", "--out", str(tmp_path / "file"))
    (tmp_path / "taken" / "index.html").mkdir(parents=True)
    assert "it is a folder" in refusal(capsys, "default", "--out", str(tmp_path / "taken"))
    assert "--out" in refusal(capsys, "default")


def test_a_damaged_page_source_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(export_web, "WEB", tmp_path)
    assert "cannot read" in refusal(capsys, "default", "--out", str(tmp_path / "out"))
    (tmp_path / "index.html").write_text('<script src="a.js"></script>', encoding="utf-8")
    (tmp_path / "a.js").write_text('"</script>"', encoding="utf-8")
    assert "end of its element" in refusal(capsys, "default", "--out", str(tmp_path / "out"))
