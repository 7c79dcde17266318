"""Folders that are lent while a program works with them: a killed one's go, a living one's stay."""

import os
import signal
import subprocess
import sys
import time

import pytest

from engine.io import borrowed_folder, clear_borrowed

HOLDING = """
import time
from engine.io import borrowed_folder
with borrowed_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_the_players_own_and_gone_afterwards_also_after_an_error(temporary):
    with pytest.raises(ZeroDivisionError), borrowed_folder() as folder:
        (folder / "in").mkdir()
        (folder / "in" / "file").write_text("x")
        assert folder.parent == temporary
        assert os.name == "nt" or folder.stat().st_mode & 0o777 == 0o700
        raise ZeroDivisionError
    assert not list(temporary.iterdir())


def test_what_a_killed_program_had_goes_and_what_a_living_one_has_stays(temporary):
    if os.name == "nt":
        pytest.skip("a lock tells the living")
    words = [sys.executable, "-c", HOLDING]
    program = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(temporary)})
    folder = program.stdout.readline().strip()
    clear_borrowed()
    assert os.path.isdir(folder)
    os.kill(program.pid, signal.SIGKILL)
    program.communicate()
    clear_borrowed()
    assert not os.path.exists(folder)


def test_only_folders_of_such_a_name_are_cleared(temporary, monkeypatch):
    names = ["maniple-0123456789ab", "maniple-0123456789abc", "maniple", "other-0123456789ab"]
    for name in names:
        (temporary / name).mkdir()
    (temporary / "maniple-aaaaaaaaaaaa").write_text("no folder")
    (temporary / "maniple-bbbbbbbbbbbb").symlink_to(temporary / "other-0123456789ab")
    clear_borrowed()
    left = {path.name for path in temporary.iterdir()}
    assert left == {*names[1:], "maniple-aaaaaaaaaaaa", "maniple-bbbbbbbbbbbb"}
    monkeypatch.setattr("engine.io.writing.fcntl", None)
    for name, age in (("maniple-cccccccccccc", 0), ("maniple-dddddddddddd", 3600)):
        (temporary / name).mkdir()
        os.utime(temporary / name, (time.time() - age,) * 2)
    with borrowed_folder() as folder:
        assert folder.is_dir()
        assert {path.name for path in temporary.iterdir()} - left == {"maniple-cccccccccccc", folder.name}


def test_a_folder_that_is_taken_for_forsaken_before_it_is_locked_is_made_anew(temporary, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    lock, taken = fcntl.flock, []

    def lock_late(handle, how):
        if not taken:
            taken.extend(temporary.iterdir())
            taken[0].rmdir()
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    with borrowed_folder() as folder:
        assert folder.is_dir() and folder != taken[0]
