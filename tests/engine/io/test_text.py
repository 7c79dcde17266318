"""Lines for players: nothing in them steers a terminal, none is long, any stream takes them."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.io import FileError, InputError, as_text, one_line, shown, terminal, unknown_name
from engine.io.limits import LONGEST_LINE


@given(st.text(st.characters(), max_size=40) | st.text(st.characters(), min_size=400, max_size=700))
def test_a_line_is_one_short_and_printable(text):
    line = one_line(text)
    assert line.isprintable() and len(line) <= 300
    assert str(FileError(text)) == str(InputError(text)) == line
    assert one_line(line) == line


def test_what_is_cut_keeps_its_end_and_what_is_not_stays():
    assert one_line("x" * 11_000 + ": no such file").endswith("xx: no such file")
    assert one_line("wedge   a point") == "wedge   a point"
    assert one_line("one\r\n two\x1b[31m\u202e") == r"one two\x1b[31m\u202e"
    assert len(shown("x" * 11_000)) < 100 and len(unknown_name("formation", "x" * 11_000, ["line"])) < 150
    assert as_text("caf\udce9") == r"caf\xe9" and as_text("caf\udcc3\udca9") == as_text("café") == "café"


def test_a_line_is_short_whatever_the_encoding_makes_of_it(monkeypatch):
    out = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(out, "ascii", errors="strict"))
    terminal.prepare()
    terminal.say("隊" * 5000)
    terminal.warn("隊" * 5000)
    lines = out.getvalue().decode("ascii").splitlines()
    assert [len(line) for line in lines] == [LONGEST_LINE] * 2 and all("..." in line for line in lines)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_takes_any_name(encoding, monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding, errors="strict"))
    terminal.prepare()
    terminal.say("é 隊 \udce9\x1b", "two")
    lines = out.getvalue().decode(encoding).splitlines()
    assert lines[1] == "two" and r"\xe9\x1b" in lines[0]
    monkeypatch.setattr(sys, "stdout", None)
    terminal.prepare()
    terminal.say("nobody reads this")
