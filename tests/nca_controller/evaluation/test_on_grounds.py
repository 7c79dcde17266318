"""The evaluation on grounds: rows, their summary, pictures, and a ground from a file."""

import json

import numpy as np
import pytest
from PIL import Image

from engine.plugin import Ground
from nca_controller import load_controller
from nca_controller.evaluate import main as evaluate
from nca_controller.evaluation import TRIALS, ground_comparison, ground_orders
from nca_controller.evaluation.battles import battle
from nca_controller.evaluation.bound import digest, known_bounds
from nca_controller.evaluation.films import CLOSED, OPEN, SLOW, TARGET, overview, painted

pytestmark = pytest.mark.usefixtures("somewhat_optimised")


@pytest.fixture
def valley(tmp_path):
    """A picture of a field with a wall, and a gate of 8 in it."""
    picture = np.full((32, 48), 255, np.uint8)
    picture[:, 23:25] = 0
    picture[12:20, 23:25] = 255
    Image.fromarray(picture).save(tmp_path / "valley.png")
    return tmp_path / "valley.png"


@pytest.mark.long
def test_orders_on_a_ground_from_a_file_have_rows_a_summary_and_films(valley, tmp_path, monkeypatch, capsys):
    for module in ("battles", "trials"):  # as long as between two frames, so that one program serves both
        monkeypatch.setattr(f"nca_controller.evaluation.{module}.CHUNK_TICKS", 8)
    words = ["poisson", "--terrain", str(valley), "--cells", "48", "--first", "1", "--rivals", ""]
    evaluate([*words, "--figures", str(tmp_path / "figures"), "--json", str(tmp_path / "a.json")])
    printed = capsys.readouterr().out
    ((trial, (row,)),) = json.loads((tmp_path / "a.json").read_text())["poisson"].items()
    assert trial == "terrain" and row["grid"] == "48x32" and row["mass"] == round(0.2 * (48 * 32 - 2 * 24))
    assert row["kept"] == 1 and row["closed cells"] == "empty" and row["bound"] > 0 and row["overlap"] > 0.3
    assert "1 orders on grounds" in printed and "| order 1 | 48x32 |" in printed
    with Image.open(tmp_path / "figures" / "ground-order-1.gif") as film:
        assert film.n_frames > 5 and film.size == (3 * 48, 3 * 32 + 16)
    assert (tmp_path / "figures" / "grounds.png").stat().st_size > 300
    assert not (tmp_path / "figures" / "orders.gif").exists()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--cells", "64"], "--cells needs --terrain"),
        (["--terrain", "nowhere.png"], "nowhere.png"),
        (["--terrain", "nowhere.png", "--card"], "leave --terrain out"),
        (["--terrain", __file__], "test_on_grounds.py"),
    ],
)
def test_a_ground_that_is_none_ends_in_one_line_and_code_2(words, complaint, capsys):
    with pytest.raises(SystemExit) as exit_:
        evaluate(["default", "--rivals", "", *words])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and error.count("\n") == 1 and complaint in error


def row(bound, t95, overlap=0.995, **changed):
    return {
        "ground": "x", "bound": bound, "t95": t95, "overlap": overlap, "speed": 0.01, "kept": 1.0,
        "closed cells": "empty", "stuck": 0.0, **changed,
    }  # fmt: skip


def test_the_summary_holds_a_controller_beside_its_commander_and_the_bars():
    good, bad = [row(100.0, 120), row(200.0, 220)], [row(100.0, 150), row(200.0, 321, kept=0.999, stuck=3.0)]
    lines = ground_comparison({"mine": good, "its commander": bad}).splitlines()
    head, mine, other = ([cell.strip() for cell in line.split("|")[1:-1]] for line in (lines[0], *lines[2:]))
    mine, other = dict(zip(head, mine, strict=True)), dict(zip(head, other, strict=True))
    assert mine["excess"] == "20.0" and other["excess"] == "85.5" and other["first's excess over it"] == "0.234"
    assert (mine["at most 1.3 x bound + 10"], other["at most 1.3 x bound + 10"]) == ("yes", "NO")
    assert (mine["over 1.5 x bound + 20"], other["over 1.5 x bound + 20"]) == ("0", "1")
    assert other["mass kept"] == "NO" and other["stuck, most"] == "3.000" and mine["mass kept"] == "exact"
    never = ground_comparison({"mine": [row(100.0, None)]})
    assert "| inf |" in never and "| NO | inf | inf | 1 | 1 |" in never


def test_a_picture_shows_walls_slow_cells_army_and_target():
    open_cells, capacity = np.ones((8, 10), dtype=bool), np.ones((8, 10))
    open_cells[:, 5], capacity[0, :5] = False, 0.5
    mass, target = np.zeros((2, 8, 10), np.float32)
    mass[4, 2], target[2:6, 7:10] = 1, 1
    colours = painted(Ground(open_cells, capacity), mass, target, 3)
    assert colours.shape == (24, 30, 3)
    assert [tuple(colours[y, x]) for y, x in ((13, 16), (1, 1), (22, 1), (6, 22))] == [CLOSED, SLOW, OPEN, TARGET]
    assert tuple(colours[10, 25]) == OPEN and colours[13, 7, 0] > 2 * colours[13, 7, 1]


def test_every_ground_is_in_the_overview_and_its_bound_is_kept():
    orders = ground_orders()
    assert overview(orders).width >= 6 * 2 * 144 and "grounds" in TRIALS
    kept = [known_bounds().get(digest(one.mass, one.wanted, 0.95, one.ground)) for one in orders]
    found = [bound for bound in kept if bound is not None]  # rounding elsewhere may turn a few
    assert len(found) >= 20 and all(20 < bound < 800 for bound in found)


@pytest.mark.long
def test_a_battle_in_chunks_is_the_same_to_the_bit(monkeypatch):
    open_cells = np.ones((24, 32), dtype=bool)
    open_cells[:18, 15:17] = False
    mass, target = np.zeros((2, 24, 32), np.float32)
    mass[4:12, 2:8], target[4:12, 22:28] = 1, 1

    def fought():
        return battle(load_controller("plan"), mass, [target], 90, ground=Ground(open_cells))

    whole = fought()
    monkeypatch.setattr("nca_controller.evaluation.battles.CHUNK_TICKS", 45)
    parts = fought()
    assert (whole.mass == parts.mass).all() and (whole.filled == parts.filled).all()
    assert not whole.mass[~open_cells].any()
