"""What pyproject.toml declares, and what an installation consists of."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from engine import plugin
from engine.app.command import GROUP, main
from engine.io import __version__, paths

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("engine", "nca_controller")
SOURCES = {  # by their paths
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}


def test_its_entry_points_are_those_of_the_file_beside_the_packages():
    table = ConfigParser(delimiters="=", interpolation=None)
    table.read(plugin.OWN_ENTRY_POINTS, encoding="utf-8")
    declared = {"console_scripts": PROJECT["scripts"], **PROJECT["entry-points"]}
    assert {group: dict(table[group]) for group in table.sections()} == declared


def test_every_entry_point_leads_somewhere():
    for group in PROJECT["entry-points"]:
        assert {entry.name for entry in plugin.own_entry_points(group)} == set(PROJECT["entry-points"][group])
        for entry in plugin.own_entry_points(group):
            assert callable(entry.load()), entry


def test_simulation_and_controllers_are_found_without_metadata(monkeypatch):
    monkeypatch.setattr(plugin.parts, "entry_points", lambda group: ())  # as where no metadata is left
    assert list(plugin.discover(plugin.SIMULATIONS)) == ["gl", "jax"]
    assert list(plugin.discover(plugin.CONTROLLERS)) == ["nca", "plan", "poisson", "ground"]
    assert list(plugin.discover(GROUP)) == ["evaluate", "export-web", "play", "train"]


WATCHING = """
import os, sys

class Watch:
    def find_spec(self, name, *rest):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))

sys.meta_path.insert(0, Watch())
import {module}
"""


@pytest.mark.parametrize("module", ["engine.app.command", "run_game"])
def test_numpy_is_told_its_threads_before_it_is_imported(module):
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    program = WATCHING.format(module=module)
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "1\n"


def test_the_command_names_its_subcommands_and_the_nearest(capsys):
    assert main([]) == 0
    assert "one of evaluate, export-web, play, train" in " ".join(capsys.readouterr().out.split())
    for words, code, text in (
        (["--version"], 0, f"maniple {__version__}\n"),
        (["trian"], 2, "maniple: unknown command 'trian': did you mean train?"),
        (["--verison"], 2, "maniple: unknown flag '--verison': did you mean --version?"),
    ):
        with pytest.raises(SystemExit) as leaving:
            main(words)
        printed = capsys.readouterr()
        assert leaving.value.code == code and (printed.out + printed.err).startswith(text)


def test_a_subcommand_calls_itself_as_it_was_called(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["maniple"])
    for name, needed in (("play", []), ("train", ["--out", "x"]), ("evaluate", ["plan"])):
        with pytest.raises(SystemExit) as leaving:
            main([name, *needed, "--helpp"])
        assert leaving.value.code == 2 and capsys.readouterr().err.startswith(f"maniple {name}: unknown flag '--helpp'")


def test_assets_and_models_are_found_in_a_checkout_and_in_an_installation(tmp_path):
    (tmp_path / "assets").mkdir()
    assert paths.shipped("assets", tmp_path) == tmp_path / "assets"
    (tmp_path / "maniple" / "assets").mkdir(parents=True)
    assert paths.shipped("assets", tmp_path) == tmp_path / "maniple" / "assets"
    assert paths.ASSETS == ROOT / "assets" and paths.TRAINED_MODELS == ROOT / "trained_models"


def test_every_dependency_has_a_lower_bound_and_a_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for wanted in PROJECT["dependencies"]:
        line = next(line for line in text.splitlines() if f'"{wanted}"' in line)
        assert ">=" in wanted and len(line.split("#", 1)[-1]) > 10, line


def test_whatever_is_imported_is_declared():
    names = {"orbax": "orbax-checkpoint", "PIL": "pillow", "tomli_w": "tomli-w", "imageio_ffmpeg": "imageio-ffmpeg"}
    extras = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    declared = {re.split(r"[\[<>=; ]", one)[0] for one in (*PROJECT["dependencies"], *extras)}
    imported = set()
    for source in SOURCES.values():
        for node in ast.walk(ast.parse(source)):
            modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            imported |= {module.split(".")[0] for module in modules}
    others = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    assert {names.get(module, module) for module in others} <= declared


POSIX = {  # names that Windows lacks: they are asked for by getattr or hasattr, so that the rest runs there
    "os": "fork forkpty getuid geteuid getgid getegid setuid setgid chown lchown fchown fchmod fchdir mkfifo mknod kill"
    " killpg getpgid getpgrp setsid setpgid nice sched_getaffinity sched_setaffinity uname getloadavg sysconf statvfs"
    " O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_SYNC WNOHANG wait wait3 wait4 pread pwrite sync",
    "signal": "SIGHUP SIGQUIT SIGKILL SIGPIPE SIGALRM SIGUSR1 SIGUSR2 SIGCHLD SIGTSTP SIGSTOP SIGCONT alarm setitimer"
    " pthread_kill pthread_sigmask sigwait pause",
}
POSIX_MODULES = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "posix", "syslog", "readline"}


def posix_only(source):
    """Return, with their lines, the names in a file that Windows lacks, where they are used without asking."""
    tree, found, asked, guarded = ast.parse(source), [], set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "hasattr" and len(node.args) == 2:
            asked.add(getattr(node.args[1], "value", ""))
        if isinstance(node, ast.Try) or (
            isinstance(node, ast.If) and re.search("platform|os.name", ast.unparse(node.test))
        ):
            guarded |= {id(inner) for part in node.body for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in POSIX.get(node.value.id, "").split() and node.attr not in asked and id(node) not in guarded:
                found.append((node.lineno, f"{node.value.id}.{node.attr}"))
        elif isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in guarded:
            modules = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module]
            found += [(node.lineno, module) for module in modules if module in POSIX_MODULES]
    return found


def test_nothing_is_used_that_windows_lacks():
    used = {path: posix_only(source) for path, source in SOURCES.items()}
    assert {path: names for path, names in used.items() if names} == {}


@pytest.mark.parametrize("line", ["os.fork()", "import fcntl", "def f():\n    signal.signal(signal.SIGHUP, None)"])
def test_such_a_use_is_seen(line):
    assert posix_only(line)
    assert not posix_only("try:\n    import fcntl\nexcept ImportError:\n    pass\nhasattr(os, 'fork') and os.fork()")


def test_texts_are_read_and_written_in_a_named_encoding():
    """Windows' own is another one."""
    bare = []
    for path, source in SOURCES.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                words = {word.arg for word in node.keywords}
                own = getattr(node.func.value, "id", "") == "ground_image"  # a function of that name, of no file
                if node.func.attr in ("read_text", "write_text") and "encoding" not in words and not own:
                    bare.append(f"{path}:{node.lineno}")
    assert bare == []


def test_file_names_are_portable():
    """No letter that a system forbids, no name that Windows keeps to itself, none that differ by case alone."""
    kept = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
    shipped = [
        path for part in (*PACKAGES, "assets", "trained_models", "docs", "tests") for path in (ROOT / part).rglob("*")
    ]
    names = [path.relative_to(ROOT).as_posix() for path in shipped if "__pycache__" not in path.parts]
    for name in names:
        for part in name.split("/"):
            assert re.fullmatch(r"[A-Za-z0-9._@-]+", part) and not part.endswith(".") and not kept.match(part), name
        assert len(name) < 120, name
    assert len({name.lower() for name in names}) == len(names)


@pytest.mark.long
def test_wheel_and_sdist_are_built_checked_and_played():
    """Needs the package index, for the tools that build and check."""
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "benchmarks" / "package.py"], capture_output=True, text=True, timeout=1200
    )
    assert done.returncode == 0 and "failed" not in done.stdout, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 10
