"""The real program, started in a process of its own: what came of one command line, or of many."""

import json
import os
import subprocess
import sys
from pathlib import Path

import run_game

PROGRAM = Path(run_game.__file__)
SMALL = ["--grid", "64x48", "--mass", "300", "--soldiers", "900"]


def run(*words, folder, program=(str(PROGRAM),), timeout=240, **environment):
    """Run the program in a folder, without a display, and return what came of it."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    env = {name: value for name, value in os.environ.items() if name not in hidden} | environment
    env.setdefault("XDG_RUNTIME_DIR", str(folder))  # without one, a driver for Wayland complains by itself
    command = [sys.executable, *program, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, timeout=timeout)


def without(*modules):
    """Return a program that plays where these modules cannot be imported."""
    blocked = "; ".join(f"sys.modules[{name!r}] = None" for name in modules)
    return ("-c", f"import sys; {blocked}; import run_game; sys.exit(run_game.main(sys.argv[1:]))")


PLAY_ALL = """
import contextlib, io, itertools, json, os, re, shlex, sys, traceback
sys.modules |= dict.fromkeys(json.loads(sys.argv[2]))
import run_game

outcomes, above = [], os.getcwd()
for number, words in enumerate(json.loads(sys.argv[1])):
    words, out, error, code = shlex.split(words), io.StringIO(), io.StringIO(), 0
    given = dict(word.split("=", 1) for word in itertools.takewhile(re.compile("[A-Z_]+=").match, words))
    missing = given.pop("WITHOUT", None)
    os.environ |= given
    if missing:
        sys.modules[missing] = None
    if sys.argv[3:]:
        os.makedirs(f"{above}/{number}")
        os.chdir(f"{above}/{number}")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = run_game.main(words[len(given) + bool(missing):])
        except SystemExit as leaving:
            code = leaving.code
        except Exception:
            code = traceback.print_exc(file=error)
    outcomes.append([code, out.getvalue(), error.getvalue()])
    for name in given:
        del os.environ[name]
    if missing:
        del sys.modules[missing]
print(json.dumps(outcomes))
"""


def answers(commands, folder, *missing):
    """Return what came of each command line, in one process where JAX and what is `missing` cannot be imported."""
    return in_one_process(commands, folder, ["jax", "nca_controller", *missing])


def in_one_process(commands, folder, missing=(), apart=False):
    """Return what came of each command line, in one process: each in a folder of its own, if they play `apart`.

    Before its flags a command line may set variables of the environment, and, as WITHOUT, name a module that it has to
    do without and nobody before it has imported.
    """
    words = [json.dumps([*commands]), json.dumps(missing), *["apart"] * apart]
    done = run(*words, folder=folder, program=("-c", PLAY_ALL), PYTHONPATH=str(PROGRAM.parent))
    assert (done.returncode, done.stderr) == (0, "")
    return [subprocess.CompletedProcess("", *outcome) for outcome in json.loads(done.stdout)]


def refused(done, *parts):
    """Check that the program said one clear line, and nothing else."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("run_game.py: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr
