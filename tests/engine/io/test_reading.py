"""Files that are read: plain ones of a size that is looked at; TOML as other programs leave it, and hostile TOML."""

import os
import time
import tracemalloc
from pathlib import Path

import pytest

from engine.io import FileError, limits, parse_toml, read_file


def test_only_plain_files_are_read_and_none_is_waited_for(tmp_path):
    (tmp_path / "plain").write_bytes(b"12345")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    os.mkfifo(tmp_path / "pipe")
    assert read_file(tmp_path / "plain", 5) == read_file(tmp_path / "link", 5) == b"12345"
    complaints = {
        tmp_path / "dangling": "No such file",
        tmp_path / "round": "symbolic links",
        tmp_path / "pipe": "is no plain file",
        tmp_path / "plain" / "x": "Not a directory",
        tmp_path: "Is a directory",
        tmp_path / "a\0b": "no file can have this name",
        tmp_path / ("x" * 300): "name too long",
        Path("/dev/zero"): "is no plain file",
    }
    for path, complaint in complaints.items():
        with pytest.raises(FileError, match=complaint):
            read_file(path, 5)
    with pytest.raises(FileError, match="is too large, over 4 bytes"):
        read_file(tmp_path / "plain", 4)
    with pytest.raises(FileError, match="is too large, over 4 bytes"):
        read_file(type(tmp_path)("/proc/self/status"), 4)  # its size is said to be 0


def test_a_file_that_has_nothing_yet_is_not_waited_for(tmp_path, monkeypatch):
    """Some of the kernel's call themselves plain, as /proc/kmsg does: a pipe stands in, for those are root's."""
    os.mkfifo(tmp_path / "kmsg")
    writer = os.open(tmp_path / "kmsg", os.O_RDWR)
    monkeypatch.setattr("engine.io.reading._check", lambda *_: None)
    with pytest.raises(FileError, match="is no plain file"):
        read_file(tmp_path / "kmsg", 5)
    os.close(writer)


def test_a_mark_and_line_ends_of_other_systems_are_welcome():
    assert parse_toml(b'\xef\xbb\xbftitle = "T"\r\n[a]\r\nb = """x\r\ny"""\r\n', "f") == {
        "title": "T",
        "a": {"b": "x\ny"},
    }


def test_what_strings_and_comments_hold_counts_for_nothing():
    dots, brackets = ".".join("abcdefghijklm"), "[" * 50
    text = f'''a = "{dots} {brackets} \\" {brackets}" # {dots} {brackets}
b = \'{dots} {brackets}\'
c = """
"{dots}" {brackets} \\""" """""
d = \'\'\'{brackets} '{"9" * 200}\'\'\'
e = [0.1, {", ".join(["[1.5, 2.5]"] * 99)}]
'''
    assert len(parse_toml(text.encode(), "f")["e"]) == 100


HOSTILE = {
    "a key of many names": (".".join(["a"] * 49_000) + " = 1", "by a key of over 8 names"),
    "a key of quoted names": ("[" + " . ".join(['"a"'] * 49_000) + "]", "by a key of over 8 names"),
    "brackets": ("x = " + "[" * 100_000, "in over 8 brackets"),
    "inline tables": ("x = " + "{x=" * 100_000, "in over 8 brackets"),
    "a long number": ("x = 1" + "0" * 400, "over 100 digits"),
    "a long number with strokes": ("x = 1" + "_0" * 1_000_000, "over 100 digits"),
    "a hexadecimal number": ("x = [1, 0x" + "f" * 90_000 + "]", r"field 'x\[2\]' is a whole number of over 63 bits"),
    "one bit too many": (f"x.y = {2**63}", "field 'x.y' is a whole number of over 63 bits"),
    "tables": ("".join(f"[a{number}]\n" for number in range(100_001)), "over 100000 keys"),
    "keys": ("".join(f"a{number}=1\n" for number in range(100_001)), "over 100000 keys"),
    "values": ("x = [" + "1," * 2_000_001 + "]", "over 2000000 values"),
    "escapes": ('x = """' + r'\"""' * 150_000, "over 100000 backslashes"),
    "an open string": ('x = """' + '"x' * 100_000, "f: Unterminated string"),
    "two bytes a letter": ("x".encode("utf-16"), "no text in UTF-8"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_take_gigabytes_or_minutes_is_refused_first(name):
    text, complaint = HOSTILE[name]
    content = text if isinstance(text, bytes) else text.encode()
    assert len(content) <= limits.LARGEST_TOML
    begun = time.process_time()
    with pytest.raises(FileError, match=complaint):
        parse_toml(content, "f")
    assert time.process_time() - begun < 5  # seconds


def test_a_key_of_many_names_takes_no_memory():
    tracemalloc.start()
    try:
        with pytest.raises(FileError):
            parse_toml(HOSTILE["a key of many names"][0].encode(), "f")
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()
