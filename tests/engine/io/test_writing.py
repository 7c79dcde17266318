"""Files are written whole or not at all, and keep what they are: their mode, a link, a device."""

import os
import stat
from pathlib import Path

import pytest

from engine.io import InputError, check_writable, write_whole

NULL = Path("/dev/null")


def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_its_own(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new.txt", "one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o640
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


def test_after_a_failure_the_old_file_is_whole_and_no_draft_is_left(tmp_path):
    (tmp_path / "file").write_text("old")

    def refuse():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "file", "new", before_replace=refuse)
    assert (tmp_path / "file").read_text() == "old" and os.listdir(tmp_path) == ["file"]
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "nowhere" / "file", "new")


def test_a_device_is_written_to_as_it_is():
    check_writable(NULL)
    write_whole(NULL, "gone")
    assert stat.S_ISCHR(NULL.stat().st_mode)


def test_a_folder_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        check_writable(tmp_path)
