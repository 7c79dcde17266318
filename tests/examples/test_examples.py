"""The examples do what they say, run as a reader would run them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_descent_soon_finds_the_gate(monkeypatch, capsys, tmp_path):
    """The beginning of the course: what seeps through has found the gate."""
    import through_the_gate

    monkeypatch.setattr(through_the_gate, "COURSE", ((0.2, 20),))
    through_the_gate.main(["--picture", str(tmp_path / "gate.png")])
    check_gate(capsys.readouterr().out, 0.2, tmp_path / "gate.png")


@pytest.mark.long
def test_descent_finds_the_gate(tmp_path):
    check_gate(run("through_the_gate.py", "--picture", tmp_path / "gate.png"), 0.9, tmp_path / "gate.png")


def check_gate(printed, enough, picture_file):
    lines = re.findall(r"^(.+), (\w+): overlap ([0-9.]+), in the wall ([0-9.]+), mass (.+)$", printed, re.MULTILINE)
    assert len(lines) == 6
    overlaps = {(way, scheme): float(overlap) for way, scheme, overlap, _, _ in lines}
    assert all(overlap < 0.05 for (way, _), overlap in overlaps.items() if way == "straight to the target")
    assert overlaps["found by descent", "donor_cell"] >= enough and overlaps["found by descent", "superbee"] >= enough
    assert all(float(inside) == 0 and mass == "exact" for _, _, _, inside, mass in lines)
    with Image.open(picture_file) as picture:
        assert picture.size == (2400, 320)
        assert len(picture.getcolors(2400 * 320)) > 50


@pytest.mark.long
def test_descent_places_the_bridge(tmp_path):
    said = run("place_the_bridge.py", "--picture", tmp_path / "bridge.png")
    found = re.findall(
        r"the bridge at row ([0-9.]+), the army stands (?:after (\d+)|not within 240) ticks, mass (.+)$", said, re.M
    )
    (first, before, _), (last, after, _) = found
    assert float(first) == 8 and 20 < float(last) < 32
    assert int(after) < int(before or 240) - 20
    assert [kept for _, _, kept in found] == ["exact", "exact"]
    with Image.open(tmp_path / "bridge.png") as picture:
        assert picture.size == (5 * 56 * 8, 40 * 8)


@pytest.mark.long
def test_descent_plans_a_deployment(tmp_path):
    said = run("plan_deployment.py", "--picture", tmp_path / "deployment.png")
    found = re.findall(r"^(.+?): .*Red loses ([0-9.]+), Blue ([0-9.]+), ([0-9.]+) : 1, ledger (.+)$", said, re.M)
    (first, *_, even, before), (last, red, blue, better, after) = found
    assert (first, last, before, after) == ("at first", "found by descent", "exact", "exact")
    assert 0.9 < float(even) < 1.1 and float(better) >= 1.5 and float(blue) > float(red) > 0
    with Image.open(tmp_path / "deployment.png") as picture:
        assert picture.size == (1440, 480) and len(picture.convert("RGB").getcolors(2**20)) > 50


def test_a_simulation_of_one_s_own_plays():
    said = run("own_simulation.py")
    assert [float(overlap) > 0.9 for overlap in re.findall(r"overlap ([0-9.]+)", said)] == [True, True]
    assert said.count("drift 0\n") == 2


@pytest.mark.long
def test_a_rollout_is_exact_and_differentiable():
    said = run("rollout.py", "--controller", "plan", "--ticks", "60")
    assert "mass exact" in said and "finite True" in said
    assert float(re.findall(r"tick 60: overlap ([0-9.]+)", said)[0]) > 0.95


@pytest.mark.long
def test_a_controller_of_one_s_own_steers():
    late = [int(ticks) for ticks in re.findall(r"t95 (\d+)", run("own_controller.py"))]
    assert len(late) == 2 and late[0] < late[1], "who is cautious is later"


def run(name, *words):
    return subprocess.run([sys.executable, EXAMPLES / name, *words], capture_output=True, text=True, check=True).stdout
