"""The benchmark of simulations: through the border alone, in turns, and into the README."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from engine.io import InputError, write_table
from engine.plugin import QUANTUM
from nca_controller.benchmark import __main__ as command
from nca_controller.benchmark import simulations
from nca_controller.benchmark.simulations import TICKS, TURNS, Contender, drawn_up, measured

PAGE = "# Title\n\n<!-- simulations -->\nold\n<!-- end -->\n\nAfter.\n"


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Counting:
    """A simulation whose states are whole numbers of ticks, each of which takes so long; the log is all's together."""

    backend, device = "fake", "none"

    def __init__(self, name, clock, seconds, log, fails_at=None):
        self.name, self.clock, self.seconds, self.log, self.fails_at = name, clock, seconds, log, fails_at
        self.ticks = 0

    def reset(self, mass, ground, controllers, seed, sides=None):
        assert mass.shape[1:] == ground.grid and len(controllers) == len(mass) == len(sides)
        return 0

    def tick(self, state, targets):
        self.ticks += 1
        if self.ticks == self.fails_at:
            raise RuntimeError("the device is gone")
        # The machine does something else now and then, in one turn or two.
        self.clock.now += self.seconds * (50 if self.ticks in (70, 300) else 1)
        return state + 1

    def read(self, state, fields):
        assert fields == ("mass",)
        self.log.append((self.name, state))
        return {"mass": None}


def test_they_take_turns_from_the_same_state_and_the_median_counts():
    clock, log, told = Clock(), [], []
    found = [Contender(name, Counting(name, clock, each, log)) for name, each in (("slow", 0.25), ("fast", 0.001))]
    rates = measured(found, 32, 2, told.append, clock)
    assert rates == pytest.approx({"slow": 4, "fast": 1000}) and not told
    turns = log[-2 * TURNS :]
    assert [name for name, _ in turns] == ["slow", "fast"] * TURNS
    assert {state for name, state in turns if name == "slow"} == {2 * TICKS}
    assert len({state for name, state in turns if name == "fast"}) == 1 and turns[1][1] > 2 * TICKS


def test_one_that_fails_has_no_figure_and_harms_no_other():
    for fails_at in (1, TICKS + 1, 4 * TICKS):
        clock, log, told = Clock(), [], []
        bad = Contender("bad", Counting("bad", clock, 0.25, log, fails_at))
        good = Contender("good", Counting("good", clock, 0.5, log))
        lines = list(simulations.rows([bad, good], [32], [1], lambda: False, told.append, clock))
        assert lines[2:] == ["| 32 x 32 | 1 | bad | none (fake) | - |", "| 32 x 32 | 1 | good | none (fake) | 2 |"]
        assert told == ["simulation 'bad': the device is gone"]


def test_what_it_is_too_late_for_is_left_out():
    clock = Clock()
    found, late = [Contender("one", Counting("one", clock, 0.5, []))], iter([False, True])
    lines = list(simulations.rows(found, [32], [1, 2], lambda: next(late), pytest.fail, clock))
    assert [line.split(" | ")[-1] for line in lines[2:]] == ["2 |", "- |"]


@pytest.mark.parametrize("regiments", [1, 4, 12])
def test_regiments_stand_apart_on_the_lattice_and_march_far(regiments):
    mass, targets = drawn_up(64, regiments)
    assert mass.sum(axis=0).max() == targets.sum(axis=0).max() == 0.75 and (mass % QUANTUM == 0).all()
    np.testing.assert_array_equal(mass.sum(axis=(1, 2)), targets.sum(axis=(1, 2)))
    assert mass.sum(axis=(1, 2)).min() > 0 and not (mass * targets).any()


@pytest.fixture
def installed(monkeypatch):
    """Have two simulations installed, one of which cannot be made here."""
    clock = Clock()

    def missing():
        raise InputError("no float targets here")

    makers = {"one": lambda: Counting("one", clock, 0.5, []), "none": missing, "thing": lambda: SimpleNamespace(tick=1)}
    for name, maker in makers.items():
        maker.label = f"simulation {name!r}"
    monkeypatch.setattr(simulations, "plugins", lambda group, kind: makers)


def test_the_table_is_written_into_the_readme(installed, monkeypatch, tmp_path, capsys):
    page = tmp_path / "README.md"
    page.write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(command, "PAGE", page)
    words = ["--only", "simulations", "--sizes", "32", "--regiments", "1,2", "--out", str(tmp_path / "out.md")]
    command.main([*words, "--docs"])
    before, table, after = re.split("(?<=-->\n)|(?=<!-- end)", page.read_text(encoding="utf-8"), maxsplit=2)
    assert before + "old\n" + after == PAGE and table in (tmp_path / "out.md").read_text(encoding="utf-8")
    *head, first, second = table.splitlines()
    assert tuple(head) == simulations.HEAD
    assert first.startswith("| 32 x 32 | 1 | one | none (fake) | ") and second.startswith("| 32 x 32 | 2 | one |")
    out, err = capsys.readouterr()
    assert table in out
    assert err.splitlines() == [
        f"{command.PROGRAM}: no float targets here",
        f"{command.PROGRAM}: simulation 'thing': it is no simulation, for lack of backend, device, reset, tick, read",
    ]


def test_the_readme_has_the_place_for_it():
    assert command.PAGE.read_text(encoding="utf-8").count("<!-- simulations -->\n" + "\n".join(simulations.HEAD)) == 1


@pytest.mark.parametrize("text", [None, "no place\n", "<!-- simulations -->\n"])
def test_a_page_without_a_place_is_refused_and_stays(text, tmp_path):
    page = tmp_path / "page.md"
    if text is not None:
        page.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"page\.md (has no place for the table|cannot be read)"):
        write_table(page, "simulations", ["| new |"])
    assert text is None or page.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--only machine --docs", "--docs needs the simulations"),
        ("--sizes 12,x", "'x' is not a whole number above 0"),
        ("--only shaders", "invalid choice"),
    ],
)
def test_flags_that_fit_nothing_are_refused_in_one_line(words, complaint, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        command.main([*words.split(), "--out", str(tmp_path / "out.md")])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1
