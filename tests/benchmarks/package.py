"""Builds wheel and sdist, checks them, installs them into environments of their own, and plays from there.

python tests/benchmarks/package.py prints a line for each check and leaves with code 1 where one failed. What the game
depends on is borrowed from the environment that runs this; tools to build and check come from the package index.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = "Scripts" if os.name == "nt" else "bin"
TOOLS = ("build", "twine", "check-wheel-contents", "hatchling", "editables")
PACKAGES = {"engine", "maniple", "nca_controller"}
STRANGER = 12345  # a user id without a home
DROP, OVERRIDES = 24, (1, 2)  # of Linux: PR_CAPBSET_DROP, and the capabilities by which root enters every folder
SMALL = ("--grid", "64x48", "--mass", "300", "--soldiers", "900", "--ticks", "3")


def run(*words, **settings):
    """Run a program and return what it printed. Raises AssertionError with its last words where it fails."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **settings)
    assert done.returncode == 0, f"{Path(words[0]).name} {words[1]}: {(done.stdout + done.stderr)[-1500:]}"
    return done.stdout


def sources(folder: Path) -> Path:
    """Return a copy of the sources, without what git ignores, as a release would be built from."""
    names = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


class Environment:
    """A virtual environment with one installation of the game, and a folder of its own to start it from."""

    def __init__(self, home: Path, tools: Path, *what: str | Path) -> None:
        run(sys.executable, "-m", "venv", "--without-pip", home)
        self.home, self.python = home, home / BIN / "python"
        self.site = Path(run(self.python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip())
        (self.site / "borrowed.pth").write_text(f"{sysconfig.get_paths()['purelib']}\n", encoding="utf-8")
        before = set(os.listdir(self.site))
        pip = (tools / BIN / "python", "-m", "pip", "--python", self.python, "install", "--quiet")
        run(*pip, "--no-deps", "--ignore-installed", *what)
        self.installed = set(os.listdir(self.site)) - before
        self.elsewhere = home / "elsewhere"  # where other packages have the game's names
        for name in ("engine", "nca_controller"):
            (self.elsewhere / name).mkdir(parents=True)
            (self.elsewhere / name / "__init__.py").write_text("raise SystemExit('not the game')\n", encoding="utf-8")

    def maniple(self, *words, **settings):
        """Run the command and return what it printed."""
        return run(self.home / BIN / "maniple", *words, **{"cwd": self.elsewhere, **settings})

    def metadata(self) -> Path:
        [found] = self.site.glob("maniple-*.dist-info")
        return found


def like_anybody(python: Path) -> dict[str, object]:
    """Return how root starts a program that may write only where anybody may.

    As a user without a name, or, where that one does not reach the interpreter, as root without what opens every door.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    try:
        run(python, "-c", "", user=STRANGER)
    except (OSError, AssertionError):
        return {"preexec_fn": lambda: [ctypes.CDLL(None).prctl(DROP, capability) for capability in OVERRIDES]}
    return {"user": STRANGER}


def plays(environment: Environment, **settings) -> None:
    """Play, train and evaluate, as far as a few seconds go. Raises AssertionError."""
    maniple = environment.maniple
    assert maniple("--version", **settings).startswith("maniple ")
    assert "play" in maniple("--help", **settings)
    assert maniple("play", "--list-formations", **settings).startswith("line ")
    assert "default" in maniple("play", "--list-controllers", **settings).split()
    outcome = json.loads(maniple("play", "--headless", *SMALL, **settings).splitlines()[-1])
    assert outcome["mass_start"] == outcome["mass_end"] == 300.0 and outcome["controller"] == "nca"
    assert maniple("train", "--help", **settings).startswith("usage: maniple train ")
    assert maniple("evaluate", "--help", **settings).startswith("usage: maniple evaluate ")


def checks(work: Path) -> Iterator[str]:
    """Yield the name of each check before it is made."""
    yield "the tools are there"
    tools = work / "tools"
    run(sys.executable, "-m", "venv", tools)
    run(tools / BIN / "python", "-m", "pip", "install", "--quiet", *TOOLS)
    tool = tools / BIN / "python"

    yield "sdist and wheel are built, the wheel from the sdist"
    checkout = sources(work / "checkout")
    run(tool, "-m", "build", "--no-isolation", "--outdir", work / "dist", checkout)
    [wheel], [sdist] = (work / "dist").glob("*.whl"), (work / "dist").glob("*.tar.gz")

    yield "twine finds no fault"
    run(tool, "-m", "twine", "check", "--strict", wheel, sdist)

    yield "check-wheel-contents finds no fault"
    run(tools / BIN / "check-wheel-contents", "--config", ROOT / "pyproject.toml", wheel)

    yield "the wheel holds two packages, assets and models, and nothing else"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} - {wheel.name.split("-py3")[0] + ".dist-info"} == PACKAGES
    for needed in ("assets/formations/line.toml", "assets/shaders/view", "trained_models/default/model.json"):
        assert any(name.startswith(f"maniple/{needed}") for name in names), needed
    assert {"engine/py.typed", "nca_controller/py.typed"} <= set(names), "others check their types against it"

    yield "the wheel is installed and plays"
    installed = Environment(work / "installed", tools, wheel)
    assert installed.installed == PACKAGES | {installed.metadata().name}, installed.installed
    plays(installed)

    yield "a battle that is recorded there is one of this version"
    ask = "from engine.battle import replays; print(replays.build_id('same'))"
    assert run(installed.python, "-P", "-c", ask, cwd=checkout) == run(sys.executable, "-c", ask, cwd=checkout)

    yield "an editable installation shows the same and plays"
    editable = Environment(work / "editable", tools, "editables", "--editable", checkout)
    assert not {"assets", "trained_models", "run_game.py", "tests", "docs"} & editable.installed
    run(editable.python, "-P", "-c", "import engine, nca_controller", cwd=editable.elsewhere)
    run(editable.python, "-P", "-c", HIDDEN, cwd=editable.elsewhere)
    plays(editable)

    yield "it plays read-only, without a home and for an unknown user"
    for folder, _, files in os.walk(installed.home):
        os.chmod(folder, 0o555)
        for name in files:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), os.stat(os.path.join(folder, name)).st_mode & 0o555)
    bare = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")}
    as_stranger = like_anybody(installed.python)
    plays(installed, env=bare, **as_stranger)

    yield "it plays without metadata"
    for path in (installed.site, installed.metadata()):
        os.chmod(path, 0o755)
    shutil.rmtree(installed.metadata())
    plays(installed, env=bare, **as_stranger)


HIDDEN = """
import importlib.util
assert not [name for name in ("run_game", "assets", "tests", "examples") if importlib.util.find_spec(name)]
"""


def main() -> int:
    os.environ.pop("PYTHONPATH", None)  # else every program here finds the checkout
    with tempfile.TemporaryDirectory(prefix="maniple-package-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        steps = checks(Path(folder))
        name = next(steps)
        while name:
            try:
                following = next(steps, "")
            except AssertionError as error:
                print(f"failed  {name}: {error}", flush=True)
                return 1
            print(f"passed  {name}", flush=True)
            name = following
    return 0


if __name__ == "__main__":
    sys.exit(main())
