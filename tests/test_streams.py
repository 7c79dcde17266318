"""The real program where its words cannot go, and where its graphics or its device are not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import run_game

PROGRAM = [sys.executable, run_game.__file__]
LIST = [*PROGRAM, "--list-formations"]
SMALL = ["--ticks", "2", "--controller", "poisson", "--grid", "64x48", "--mass", "300", "--soldiers", "900"]
pytestmark = pytest.mark.compiles


def run(*words, **settings):
    return subprocess.run(words, stderr=subprocess.PIPE, text=True, timeout=120, **settings)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_standard_output_that_is_full_is_one_line():
    with open("/dev/full", "w") as full:
        done = run(*LIST, stdout=full)
    assert done.returncode == 2
    assert done.stderr == "run_game.py: cannot write to the standard output: No space left on device\n"


def test_a_reader_who_has_left_ends_it_in_silence():
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run(*LIST, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes the streams")
def test_streams_that_are_closed_swallow_all():
    done = run("sh", "-c", '"$@" >&- 2>&-', "sh", *LIST)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.long
def test_a_driver_that_sdl_lacks_is_named_before_the_film(tmp_path):
    done = run(*PROGRAM, *SMALL, cwd=tmp_path, env={**os.environ, "SDL_VIDEODRIVER": "bogus"}, stdout=subprocess.PIPE)
    assert done.returncode == 0 and (tmp_path / "maniple-demo.gif").exists()
    assert done.stderr.startswith("run_game.py: no display: bogus not available; a demo is filmed instead\n")


@pytest.mark.long
def test_a_device_that_jax_does_not_find_is_one_line():
    done = run(*PROGRAM, *SMALL, "--headless", env={**os.environ, "JAX_PLATFORMS": "cuda"}, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cuda" in done.stderr and done.stderr.count("\n") == 1
