"""The command of the trials: what it says of rows, what it writes and what it refuses. Nothing is fought here."""

import json

import numpy as np
import pytest

from engine.battle import attack
from engine.battle import battle as game
from engine.plugin import QUANTUM
from engine.soldiers import owed
from nca_controller.evaluation.combat import __main__ as command
from nca_controller.evaluation.combat import comparisons, course, duels, random_battles
from nca_controller.physics.combat import TICKS_PER_SECOND, TOP_SPEED
from nca_controller.tasks import duel


def row(one, other, loser):
    return {"encounter": f"{one} against {other}", "breaks": loser, "after, s": 40.0, "lost, %": "20.0 / 10.0"}


def test_who_wins_everything_is_named():
    circle = [row("a", "b", "b"), row("b", "c", "c"), row("a", "c", "a")]
    assert duels.unbeaten(circle) == []
    assert duels.unbeaten([*circle[:2], row("a", "c", "c")]) == ["a"]
    assert duels.unbeaten([*circle[:2], row("a", "c", "neither")]) == []
    assert duels.unbeaten([row("a", "a", "a"), row("a", "b", "a and b")]) == []


def test_every_encounter_of_the_tables_is_drawn_up():
    assert len(duels.kinds()) == 7 and len(duels.attacks()) == 10
    assert {name for name, _ in duels.durations()} == set(duels.DURATIONS)
    assert len(duels.formations()) == 28


def spread(mass, metres):
    """Return how far a regiment's soldiers are from its middle across and along, in metres, as a standard deviation."""
    places = np.argwhere(mass > 0)
    return metres * np.sqrt(np.cov(places, rowvar=False, aweights=mass[mass > 0], bias=True).diagonal())


def test_the_duels_in_cells_of_several_sizes_are_the_same_in_metres():
    pairs = comparisons.unequal_duels()
    assert len(pairs) == 10
    for one, other in pairs:
        drawn = [duel(one, other, comparisons.FIELD, metres) for metres in comparisons.CELLS]
        for encounter, metres in zip(drawn, comparisons.CELLS, strict=True):
            assert encounter.mass.sum(axis=(1, 2)) * metres**2 == pytest.approx([one.size, other.size])
            for own, usual in zip(encounter.mass, drawn[1].mass, strict=True):
                assert spread(own, metres) == pytest.approx(spread(usual, 1.0), rel=0.15)


def of_random(beaten, **others):
    usual = {"walls": "no", "contact, s": 3.0, "beaten": beaten, "exact": "yes", "finite": "yes", "fullest": 1.0}
    return usual | others


def test_random_battles_are_judged_by_those_with_contact():
    rows = [of_random("0"), of_random("nobody", walls="yes"), of_random("nobody", **{"contact, s": None})]
    found = random_battles.summary(rows)
    assert (found["battles"], found["with walls"], found["with contact"], found["of those decided"]) == (3, 1, 2, 1)
    assert (found["ledgers exact"], found["finite"], found["over capacity"]) == ("all", "all", 0)
    wrong = random_battles.summary(
        [of_random("1", exact="NO"), of_random("1", finite="NO"), of_random("1", fullest=1.1)]
    )
    assert (wrong["ledgers exact"], wrong["finite"], wrong["over capacity"]) == ("NOT ALL", "NOT ALL", 1)


def test_the_command_prints_and_writes_what_was_fought(monkeypatch, capsys, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- trial: short -->\nold\n<!-- end -->\nafter\n")
    fought = command.Trial(
        lambda: 3,
        lambda number, seed: {"number": number, "seed": seed},
        lambda rows: {"rows": len(rows)},
        "Of nothing.",
    )
    monkeypatch.setattr(command, "TRIALS", {"short": fought})
    monkeypatch.setattr(command, "PAGE", page)
    command.main(["short", "--first", "2", "--seed", "9", "--json", str(tmp_path / "found.json"), "--docs"])
    lines = "| number | seed |\n|---|---|\n| 0 | 9 |\n| 1 | 9 |\n\n| rows |\n|---|\n| 2 |\n"
    assert f"### short\n\nOf nothing.\n\n{lines}" in capsys.readouterr().out
    assert page.read_text() == f"before\n<!-- trial: short -->\n{lines}<!-- end -->\nafter\n"
    assert json.loads((tmp_path / "found.json").read_text()) == {"short": [{"number": n, "seed": 9} for n in (0, 1)]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["duel"], "unknown trial 'duel'"),
        (["kinds", "--first", "0"], "'0' is not a whole number above 0"),
        (["kinds", "--seed", "-1"], "seed"),
        (["kinds", "--json", "/no/such/folder/found.json"], "found.json"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(words, said, capsys):
    with pytest.raises(SystemExit) as left:
        command.main(words)
    assert left.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_battles_of_trials_and_of_the_game_charge_alike():
    """Neither may import the other."""
    assert (course.RUN_UP, course.PRESS, TOP_SPEED) == (attack.RUN_UP, attack.PRESS, attack.TOP_SPEED)
    assert TICKS_PER_SECOND == game.TICKS_PER_SECOND and owed.QUANTUM == QUANTUM
