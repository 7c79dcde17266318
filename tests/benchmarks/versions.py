"""Proves what pyproject.toml declares: installs the lowest and the newest versions, and runs the tests that matter.

python tests/benchmarks/versions.py --python 3.11 --python 3.13 prints a table of what passed, for docs/versions.md, and
leaves with code 1 where anything failed. Each row has an environment of its own in a temporary folder. It needs uv, and
an interpreter of each version; a Python that is not here is only resolved: its row says whether there are wheels.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = ["uv"] if shutil.which("uv") else [sys.executable, "-m", "uv"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SHOWN = ("numpy", "jax", "flax", "optax", "orbax-checkpoint", "scipy", "pillow", "moderngl", "pygame", "pygame-ce")
EXTRA = {"declared": [], "pygame-ce": ["pygame-ce"]}  # what is installed beside the project
TESTS = (  # gradients, checkpoints and snapshots, training, files, both renderers, real events, the program itself
    "tests/nca_controller/physics/test_gradients.py",
    "tests/nca_controller/test_checkpoints.py",
    "tests/nca_controller/test_simulation.py",
    "tests/nca_controller/test_plugin_imports.py",
    "tests/nca_controller/training/test_runs.py",
    "tests/engine/io",
    "tests/engine/formations/test_formation_files.py",
    "tests/engine/app/test_settings.py",
    "tests/engine/app/test_game.py",
    "tests/engine/app/test_mustering.py",
    "tests/engine/compute",
    "tests/engine/recording",
    "tests/engine/view/test_opening.py",
    "tests/engine/view/test_pictures.py",
    "tests/test_packaging.py",
    "tests/test_strangers_machine.py",
    "tests/test_lists.py",
    "tests/test_refusals.py",
    "tests/test_run_game.py",
)


@dataclass(frozen=True)
class Row:
    """One environment: a Python, which versions of the dependencies, and which of the two pygames."""

    python: str
    resolution: str  # as uv calls it: "lowest-direct" or "highest"
    pygame: str  # "declared", as pyproject.toml has it, or "pygame-ce"

    def flags(self, folder: Path) -> list[str]:
        """Return uv's flags: which versions, of wheels alone, as a player without a compiler gets them, and pygame-ce.

        The latter takes pygame's place, since both would write into one package.
        """
        flags = ["--resolution", self.resolution, "--only-binary", ":all:"]
        if self.pygame == "pygame-ce":
            overrides = folder / "overrides.txt"
            overrides.write_text("pygame ; python_version < '3'\npygame-ce ; python_version > '3'\n", encoding="utf-8")
            flags += ["--overrides", str(overrides)]
        return flags


def run(*words, **settings):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **settings)


def tried(row: Row, tests: list[str], folder: Path) -> tuple[str, str, bool]:
    """Return the versions that were installed, what became of the tests, and whether all is well."""
    home = folder / "environment"
    made = run(*UV, "venv", "--quiet", "--no-python-downloads", "--python", row.python, home)
    if made.returncode:
        return resolved(row, folder)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = (
        "--editable",
        ROOT,
        "--group",
        f"{ROOT / 'pyproject.toml'}:dev",
        *row.flags(folder),
        "--no-binary",
        "maniple",
    )
    done = run(*UV, "pip", "install", "--quiet", "--python", python, *wanted, *EXTRA[row.pygame])
    if done.returncode:
        return "-", f"cannot be installed: {' '.join(done.stderr.split())[:300]}", False
    versions = shown(run(*UV, "pip", "freeze", "--python", python).stdout)
    # The tests start programs of their own, which are to find this environment and not another checkout.
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    suite = run(python, "-m", "pytest", "-q", *tests, cwd=ROOT, env=environment)
    counts = re.findall(r"\d+ (?:passed|failed|skipped|errors?)", suite.stdout) or ["no test ran"]
    if suite.returncode:
        print(suite.stdout[-6000:], suite.stderr[-2000:], file=sys.stderr)
    return versions, ", ".join(counts), suite.returncode == 0


def resolved(row: Row, folder: Path) -> tuple[str, str, bool]:
    """Return the same for a Python that is not here: the versions that would be installed, each with a wheel."""
    more = folder / "more.txt"
    more.write_text("\n".join(EXTRA[row.pygame]), encoding="utf-8")
    wanted = (ROOT / "pyproject.toml", more, "--python-version", row.python, *row.flags(folder))
    done = run(*UV, "pip", "compile", "--quiet", "--no-header", *wanted)
    if done.returncode:
        return "-", f"no interpreter here, and no wheels: {' '.join(done.stderr.split())[:300]}", False
    return shown(done.stdout), "no interpreter here; wheels for all", True


def shown(frozen: str) -> str:
    """Return those versions in a list of requirements that the table shows."""
    listed = dict(re.findall(r"^(\S+)==([^\s;]+)", frozen, re.MULTILINE))
    return ", ".join(f"{name} {listed[name]}" for name in SHOWN if name in listed)


def rows(pythons: list[str]) -> Iterator[Row]:
    for python in pythons:
        yield Row(python, "lowest-direct", "declared")
        yield Row(python, "highest", "declared")
        yield Row(python, "highest", "pygame-ce")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", help=f"a version; may be given often ({', '.join(PYTHONS)})")
    parser.add_argument("--only", choices=("lowest-direct", "highest", "pygame-ce"), help="only such rows")
    parser.add_argument("tests", nargs="*", help="which tests (those that matter)")
    args = parser.parse_args()
    print("| Python | versions | pygame | installed | outcome |\n|---|---|---|---|---|", flush=True)
    well = True
    for row in rows(args.python or list(PYTHONS)):
        if args.only in (None, row.pygame) or (args.only == row.resolution and row.pygame == "declared"):
            with tempfile.TemporaryDirectory(prefix="maniple-versions-") as folder:
                versions, outcome, good = tried(row, args.tests or list(TESTS), Path(folder))
            well = well and good
            kind = {"lowest-direct": "lowest", "highest": "newest"}[row.resolution]
            print(f"| {row.python} | {kind} | {row.pygame} | {versions} | {outcome} |", flush=True)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
