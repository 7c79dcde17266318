"""The examples do what they say, run as a reader would run them."""

import re
import subprocess
import sys
from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_descent_finds_the_gate(tmp_path):
    told = subprocess.run(
        [sys.executable, EXAMPLES / "through_the_gate.py", "--picture", tmp_path / "gate.png"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = re.findall(r"^(.+), (\w+): overlap ([0-9.]+), in the wall ([0-9.]+), mass (.+)$", told, re.MULTILINE)
    assert len(lines) == 6
    overlaps = {(way, scheme): float(overlap) for way, scheme, overlap, _, _ in lines}
    assert all(overlap < 0.05 for (way, _), overlap in overlaps.items() if way == "straight to the target")
    assert overlaps["found by descent", "van_leer"] >= 0.9 and overlaps["found by descent", "superbee"] >= 0.9
    assert all(float(inside) == 0 and mass == "exact" for _, _, _, inside, mass in lines)
    with Image.open(tmp_path / "gate.png") as picture:
        assert picture.size == (2400, 320)
        assert len(picture.getcolors(2400 * 320)) > 50
