from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from engine.io import InputError, arguments, check_writable, name_unwritable
from engine.io.arguments import Parser
from engine.io.names import unknown_name


@pytest.fixture
def parser():
    parser = Parser(prog="program")
    parser.add_argument("--grid", type=arguments.grid)
    parser.add_argument("--ticks", type=arguments.count)
    return parser


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--gird", "192x128"], "unknown flag '--gird': did you mean --grid?"),
        (["--tick", "3"], "unknown flag '--tick': did you mean --ticks?"),
        (["--zzzz=3"], "unknown flag '--zzzz'; one of"),
        (["wedge"], "unexpected argument 'wedge'"),
        (["--grid", "192"], "argument --grid: '192' is not a width and height"),
        (["--ticks"], "argument --ticks: expected one argument"),
        (["--ticks", "-3"], "argument --ticks: "),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(parser, capsys, words, says):
    with pytest.raises(SystemExit) as leaving:
        parser.parse_args(words)
    output = capsys.readouterr()
    assert leaving.value.code == 2
    assert output.out == ""
    assert output.err.startswith(f"program: {says}")
    assert output.err.count("\n") == 1


def test_an_error_of_many_lines_becomes_one(parser, capsys):
    with pytest.raises(SystemExit):
        parser.error("shapes differ:\n  expected 3\n  found 4")
    assert capsys.readouterr().err == "program: shapes differ: expected 3 found 4\n"


def test_a_grid_is_width_by_height():
    assert arguments.grid("192x128") == (128, 192)


@pytest.mark.parametrize(
    "text", ["", "x", "192", "192x", "-3x4", "8x128", "192x1e3", "9999x128", "1.5x20", "192x128x2"]
)
def test_other_grids_are_refused(text):
    with pytest.raises(ArgumentTypeError):
        arguments.grid(text)


def test_orders_are_sorted_by_tick():
    assert arguments.orders("square@200, wedge@0") == ((0, "wedge"), (200, "square"))


@pytest.mark.parametrize("text", ["", "wedge", "wedge@", "@3", "wedge@x", "wedge@-3", "wedge@0,", "wedge@1.5"])
def test_other_orders_are_refused(text):
    with pytest.raises(ArgumentTypeError):
        arguments.orders(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "many", ""])
def test_numbers_have_to_be_positive(text):
    for kind in (arguments.positive, arguments.count):
        with pytest.raises(ArgumentTypeError):
            kind(text)


def test_seeds_fit_32_bits():
    assert arguments.seed("0") == 0
    for text in ("-1", str(2**32), "x"):
        with pytest.raises(ArgumentTypeError):
            arguments.seed(text)


def test_an_unknown_name_is_told_the_nearest():
    assert unknown_name("hero", "achiles", ["hector", "achilles"]) == (
        "unknown hero 'achiles': did you mean achilles? one of hector, achilles"
    )
    assert unknown_name("hero", "zzz", ["hector"]) == "unknown hero 'zzz'; one of hector"


def test_paths_that_cannot_be_written_are_refused(tmp_path):
    check_writable(None)
    check_writable(tmp_path / "new.png")
    for path in (tmp_path, tmp_path / "nowhere" / "new.png"):
        with pytest.raises(ValueError, match="cannot write"):
            check_writable(path)
    check_writable(tmp_path / "new.PNG", ".png")
    with pytest.raises(ValueError, match=r"the name must end in \.gif or \.mp4"):
        check_writable(tmp_path / "new.txt", ".gif", ".mp4")


def test_a_disk_that_is_full_is_told_with_the_files_name():
    with (
        pytest.raises(InputError, match=r"cannot write out\.png: No space left on device"),
        name_unwritable(Path("out.png")),
    ):
        raise OSError(28, "No space left on device")
