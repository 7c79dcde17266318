"""The program where a user has no home, folders are shut, and the installation has lost its metadata."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.io import paths

ROOT = Path(__file__).resolve().parents[1]
STRANGER = 12345  # a user id without a home
DROP, OVERRIDES = 24, (1, 2)  # of Linux: PR_CAPBSET_DROP, and the capabilities by which root enters every folder
pytestmark = pytest.mark.compiles

ANSWER_ALL = """
import contextlib, importlib.metadata, io, json, os, pwd, sys

def nobody(number):
    raise KeyError(number)

pwd.getpwuid = nobody

found = importlib.metadata.MetadataPathFinder.find_distributions
importlib.metadata.MetadataPathFinder.find_distributions = lambda *words: (
    one for one in found(*words) if one.metadata["Name"] != "maniple"
)
import run_game

outcomes = []
for words, environment in json.loads(sys.argv[1]):
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    out, error, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = run_game.main(words.split())
        except SystemExit as leaving:
            code = leaving.code
    outcomes.append([words, code, out.getvalue(), error.getvalue()])
print(json.dumps(outcomes))
"""
LISTS = (
    "--help",
    "--version",
    "--list-formations",
    "--list-units",
    "--list-keys",
    "--list-scenarios",
    "--list-controllers",
)
PLAYED = "--headless --ticks 2 --controller poisson --grid 64x48 --mass 300 --soldiers 900"


def like_anybody():
    """Have the program that is started next enter no folder that is not its own."""
    for capability in OVERRIDES:
        ctypes.CDLL(None).prctl(DROP, capability)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of each command line, by how the user's folders are: (words, code, stdout, stderr) each."""
    if not hasattr(os, "geteuid"):
        pytest.skip("Windows has neither such users nor such folders")
    shut, root = tmp_path_factory.mktemp("shut"), os.geteuid() == 0
    for kind in ("config", "data", "cache"):
        folder = shut / kind / "maniple"
        folder.mkdir(parents=True)
        (folder / "settings.toml").write_text("tutorial = false", encoding="utf-8")
        (folder / "formations").mkdir()
        folder.chmod(0)
        if root:
            os.chown(folder, STRANGER, STRANGER)
    environments = {
        "no home": {},
        "a home that is no path": {"HOME": "home"},
        "a home that is not there": {"HOME": "/nowhere"},
        "folders that are shut": {f"XDG_{kind.upper()}_HOME": str(shut / kind) for kind in ("config", "data", "cache")},
    }
    work = [(words, name) for name in environments for words in LISTS] + [(PLAYED, "no home")]
    work.append((PLAYED, "folders that are shut"))
    place = tmp_path_factory.mktemp("place")
    asked = json.dumps([(words, environments[name]) for words, name in work])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "JAX_"))}
    done = subprocess.run(
        [sys.executable, "-c", ANSWER_ALL, asked],
        capture_output=True,
        text=True,
        cwd=place,
        env=environment | {"PYTHONPATH": str(ROOT)},
        preexec_fn=like_anybody if root else None,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not list(place.iterdir()), "something was written into the current folder"
    found = {name: [] for name in environments}
    for (_, name), outcome in zip(work, json.loads(done.stdout), strict=True):
        found[name].append(outcome)
    return found


@pytest.mark.parametrize("folders", ["no home", "a home that is no path", "a home that is not there"])
def test_without_a_home_the_defaults_hold_and_nothing_is_said(outcomes, folders):
    for words, code, out, error in outcomes[folders]:
        assert (code, error) == (0, ""), words
        assert out, words


def test_folders_that_are_shut_are_said_in_one_line_and_end_nothing(outcomes):
    for words, code, out, error in outcomes["folders that are shut"]:
        assert code == 0 and out, words
        wanted = "settings.toml cannot be read: Permission denied" if words == "--list-keys" else ""
        assert wanted in error and error.count("\n") == (1 if wanted else 0), words


def test_the_battle_is_the_same_there(outcomes):
    played = [json.loads(out) for one in outcomes.values() for words, _, out, _ in one if words == PLAYED]
    assert len(played) == 2 and played[0] == played[1]
    assert played[0]["mass_start"] == played[0]["mass_end"] == 300.0


def test_what_needs_a_folder_says_what_to_set(monkeypatch):
    def without_home(*_, **__):
        raise RuntimeError("no home")

    for kind in ("data", "config", "cache", "log"):
        monkeypatch.setattr(paths.platformdirs, f"user_{kind}_path", without_home)
        with pytest.raises(OSError, match=f"no {kind} folder for a user without a home: set HOME"):
            paths.platform_folder(kind)
    monkeypatch.setattr(paths.platformdirs, "user_data_path", lambda *_, **__: Path("~/.local/share/maniple"))
    assert paths.asset_folders() == (paths.ASSETS,), "an old platformdirs leaves the ~ in"
    assert paths.settings_file() is None
