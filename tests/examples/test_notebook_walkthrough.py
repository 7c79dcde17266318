"""The walkthrough at its smallest says what it finds, leaves its pictures, and loses no mass.

Up to where training begins; what it learns is left to the long tests, since training takes long to compile.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib")
with pytest.MonkeyPatch.context() as patch:
    patch.syspath_prepend(Path(__file__).resolve().parents[2] / "examples" / "notebook")
    import walkthrough

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WORDS = (
    "--grid 32 --epochs 2 --steps 4 --pool 16 --batch 4 --accumulate 2 --animation-steps 8 --log-every 2 --show-every 2"
)


BEFORE = ("1_physics", "2_formations", "3_goal_signal", "4_pool")


def test_it_says_what_it_finds_before_it_trains(monkeypatch, capsys, tmp_path):
    def train(*_):
        raise RuntimeError("training begins")

    monkeypatch.setattr(walkthrough, "train", train)
    with pytest.raises(RuntimeError, match="training begins"):
        walkthrough.main([*WORDS.split(), "--out", str(tmp_path)])
    check_findings(capsys.readouterr().out)
    check_pictures(tmp_path, BEFORE)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("walkthrough")
    command = [sys.executable, EXAMPLES / "notebook" / "walkthrough.py", *WORDS.split(), "--out", folder]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout, folder


@pytest.mark.long
def test_it_says_what_it_finds(walked):
    check_findings(walked[0])


def check_findings(printed):
    assert "Channels: 16" in printed and "conserved: True, error 0.000000" in printed
    formations = re.findall(r"^(\w+): mass (\d+) in (\d+) cells", printed, re.MULTILINE)
    assert [name for name, *_ in formations] == ["LINE", "SQUARE", "WEDGE"]
    assert all(mass == "50" and 50 <= int(cells) <= 54 for _, mass, cells in formations)
    assert "Pool: 16 starts, mass 50 to 50" in printed


@pytest.mark.long
def test_it_logs_losses_and_keeps_all_mass(walked):
    told, _ = walked
    number = r"(\d+\.\d+)"
    log = re.findall(rf"Epoch +(\d+) \| Loss: {number} \| Mass: {number} \| Vel: {number} \| Conserv: (\S+)", told)
    assert [int(epoch) for epoch, *_ in log] == [1, 2]
    assert all(float(loss) > 0 and float(mass) > 0 and kept == "1.000" for _, loss, mass, _, kept in log)


@pytest.mark.long
def test_its_table_has_every_transition(walked):
    told, _ = walked
    table = re.findall(r"^(\w+) +-> (\w+) +\| MSE: (\d\.\d{4}) \| Conservation: (\S+)$", told, re.MULTILINE)
    names = ("LINE", "SQUARE", "WEDGE")
    assert [row[:2] for row in table] == [(source, goal) for source in names for goal in names if source != goal]
    assert all(0 < float(error) < 0.1 and kept == "1.000" for *_, error, kept in table)


@pytest.mark.long
def test_its_pictures_are_not_blank(walked):
    check_pictures(walked[1], (*BEFORE, "epoch_0002", "transition"))


def check_pictures(folder, pictures):
    assert sorted(path.stem for path in folder.glob("*.png")) == sorted(pictures)
    for path in folder.glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 150
            assert np.asarray(picture.convert("L")).std() > 20, path.name


@pytest.mark.long
@pytest.mark.parametrize(("name", "frames"), [("epoch_0002", 9), ("transition", 5)])
def test_its_animations_move(walked, name, frames):
    with Image.open(walked[1] / f"{name}.gif") as film:
        assert film.n_frames == frames
        first = np.asarray(film.convert("L"), int)
        film.seek(frames - 1)
        assert np.abs(np.asarray(film.convert("L"), int) - first).max() > 50


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--grid", "16"], "--grid must be at least 32"),
        (["--grid", "32", "--mass", "200"], "--mass must lie between 24 and 56"),
        (["--mass", "nan"], "--mass must lie between 24 and 248"),
        (["--pool", "4", "--batch", "8"], "--pool must be at least 8"),
        (["--show-every", "0"], "--show-every must be at least 1"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(capsys, words, why):
    with pytest.raises(SystemExit):
        walkthrough.main(words)
    assert why in capsys.readouterr().err
