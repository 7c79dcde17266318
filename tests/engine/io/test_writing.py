"""Files are written whole or not at all, and keep what they are: their mode, a link, a device."""

import os
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.io import InputError, append_line, check_writable, drafted, write_whole

NULL = Path("/dev/null")


@contextmanager
def disk_of(most):
    """Have the system refuse whatever makes a file longer than so many bytes, as a full disk does."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_its_own(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new.txt", "one")
        numbered = write_whole(tmp_path / "new.toml", "one", existing="number")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == stat.S_IMODE(numbered.stat().st_mode) == 0o640
    numbered.unlink()
    (tmp_path / "new.txt").chmod(0o600)
    write_whole(tmp_path / "new.txt", b"two")
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o600
    assert (tmp_path / "new.txt").read_text() == "two"
    assert os.listdir(tmp_path) == ["new.txt"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "file").write_text("one")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "file")
    write_whole(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "far" / "file").read_text() == "two"


def test_after_a_failure_the_old_file_is_whole_and_no_draft_is_left(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("old")

    def refuse(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(KeyboardInterrupt):
            write_whole(tmp_path / "file", "new")
    for existing in ("replace", "keep", "number"):
        with disk_of(1000), pytest.raises(OSError, match="File too large"):
            write_whole(tmp_path / ("file" if existing == "replace" else "new"), bytes(2000), existing=existing)
    assert (tmp_path / "file").read_text() == "old" and os.listdir(tmp_path) == ["file"]
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "nowhere" / "file", "new")


def test_it_is_on_the_disk_before_it_takes_the_place(tmp_path, monkeypatch):
    calls = []
    for name in ("fsync", "replace", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (calls.append(name), real(*given)))
    write_whole(tmp_path / "file", "one")
    write_whole(tmp_path / "other", "one", existing="keep")
    assert calls == ["fsync", "replace", "fsync", "link"]


def test_what_is_there_is_kept_or_the_next_number_taken(tmp_path, monkeypatch):
    assert write_whole(tmp_path / "a.png", "one", existing="keep") == tmp_path / "a.png"
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a.png", "two", existing="keep")
    names = [write_whole(tmp_path / "b.png", "x", existing="number").name for _ in range(2)]
    assert names == ["b-0001.png", "b-0002.png"] and (tmp_path / "a.png").read_text() == "one"

    # Another program takes the number, or the name, at the last moment; and there may be no links, as on a USB stick.
    for linkless in (False, True):
        with monkeypatch.context() as patch:
            if linkless:
                patch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links")))
            with drafted(tmp_path / "b.png", existing="number") as draft:
                write_whole(tmp_path / "b.png", "other", existing="number")
                draft.path.write_text("mine")
            assert draft.target.read_text() == "mine"
            with pytest.raises(FileExistsError), drafted(tmp_path / f"late{linkless}", existing="keep"):
                (tmp_path / f"late{linkless}").write_text("other")
            assert (tmp_path / f"late{linkless}").read_text() == "other"
    assert len(list(tmp_path.glob("b-*.png"))) == 6 and not list(tmp_path.glob(".*"))


def test_a_file_that_is_not_to_be_written_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("old")
    may = os.access  # root may write everything
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "file" and may(path, mode))
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "file", "new")
    with pytest.raises(InputError, match="file: Permission denied"):
        check_writable(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "old"


KILLED = """
import itertools, os, sys
from pathlib import Path
from engine.io import drafted, write_whole
path = Path(sys.argv[1])
with drafted(path.with_name("film")) as film:  # it takes long, and nothing is written to it for a while
    film.path.write_text("live")
    for number in itertools.count():
        write_whole(path, bytes([number % 256]) * 3_000_000)
        if not number:
            print(film.path, flush=True)
"""


def test_a_kill_leaves_the_old_file_or_the_new_one_and_no_draft_for_long(tmp_path):
    path = tmp_path / "file"
    program = subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE, text=True)
    film = Path(program.stdout.readline().strip())
    write_whole(tmp_path / "other", "while the film is being made")
    check_writable(tmp_path / "other")
    assert film.read_text() == "live"
    program.kill()
    program.communicate()
    assert len(path.read_bytes()) == 3_000_000 and len(set(path.read_bytes())) == 1
    assert film.exists()
    write_whole(tmp_path / "other", "after the kill")
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]


def test_only_what_is_known_to_be_left_behind_is_removed(tmp_path, monkeypatch):
    beside = [".0123456789ab.draft.txt", "0123456789ab.draft", ".0123456789AB.draft", ".short.draft"]
    for name in beside:
        (tmp_path / name).write_text("somebody's own")
    (tmp_path / ".0123456789aa.draft").mkdir()
    getattr(os, "mkfifo", os.mkdir)(tmp_path / ".0123456789ab.draft")
    (tmp_path / ".0123456789ac.draft").symlink_to(tmp_path / beside[0])
    kept = sorted(os.listdir(tmp_path))
    (tmp_path / ".0123456789ad.draft").write_text("left behind")
    with drafted(tmp_path / "film") as film:  # by another thread, say
        write_whole(tmp_path / "file", "one")
        assert film.path.exists()
        monkeypatch.setattr(os, "scandir", lambda _: (_ for _ in ()).throw(PermissionError(13, "not to be listed")))
        write_whole(tmp_path / "file", "two")
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, "film", "file"])


def test_without_locks_what_is_old_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.io.writing.fcntl", None)
    old, young = tmp_path / ".0123456789ab.draft", tmp_path / ".0123456789ac.draft"
    for path in (old, young):
        path.write_text("left behind, or not")
    os.utime(old, (0, time.time() - 120))
    write_whole(tmp_path / "file", "one")
    assert sorted(os.listdir(tmp_path)) == [young.name, "file"]


def test_a_draft_that_is_taken_for_forsaken_before_it_is_locked_is_made_anew(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    lock, taken = fcntl.flock, []

    def lock_late(handle, how):
        if not taken:
            taken.extend(tmp_path.glob(".*.draft"))
            taken[0].unlink()
        lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    write_whole(tmp_path / "file", "one")
    assert len(taken) == 1 and os.listdir(tmp_path) == ["file"]


def test_a_line_is_appended_whole_or_not_at_all(tmp_path):
    append_line(tmp_path / "log", "one")
    with disk_of(8), pytest.raises(OSError, match="File too large"):
        append_line(tmp_path / "log", "three")
    append_line(tmp_path / "log", "two")
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\n"
    for torn in (b"three", b"3" * 10_000):  # a kill in the middle of a line
        for whole in (b"one\ntwo\n", b""):
            (tmp_path / "log").write_bytes(whole + torn)
            append_line(tmp_path / "log", "four")
            assert (tmp_path / "log").read_bytes() == whole + b"four\n"


def test_what_can_be_known_before_is_refused_before(tmp_path):
    for path, reason in (
        (tmp_path / "nowhere" / "x", "there is no folder"),
        (tmp_path, "it is a folder"),
        (tmp_path / ("n" * 256), "File name too long"),
        (tmp_path / "a\0b", "null"),
        (Path("/proc/x.png"), ""),
    ):
        with pytest.raises(InputError, match=f"cannot write .*{reason}"):
            check_writable(path)
    with disk_of(1000), pytest.raises(InputError, match="File too large"):
        check_writable(tmp_path / "x")
    check_writable(tmp_path / ("n" * 255))
    write_whole(tmp_path / ("n" * 255), "x")
    assert os.listdir(tmp_path) == ["n" * 255]


def test_a_device_is_written_to_as_it_is():
    check_writable(NULL)
    write_whole(NULL, "gone")
    assert stat.S_ISCHR(NULL.stat().st_mode)


def test_a_folder_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        check_writable(tmp_path)
