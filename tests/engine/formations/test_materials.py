"""What ground is made of: by a picture's colours, a map's letters, a scenario's words; and it travels in replays."""

from __future__ import annotations

import numpy as np
import pytest
import tomli_w
from PIL import Image

from engine.formations import ground_image, read_ground, read_terrain, with_words
from engine.io import MATERIALS, FileError, read_table
from engine.scenarios import load, read_scenario, scenario_table

LEGEND = {  # colours, and what they say
    (0, 0, 0): "",
    (20, 20, 20): "",
    (0, 0, 120): "water",
    (0, 40, 0): "trees",
    (70, 10, 0): "walls",
    (99, 133, 179): "ford",
    (119, 142, 79): "swamp",
    (160, 120, 80): "slope",
    (128, 128, 128): "",
    (255, 255, 255): "",
}


def picture(path, colours):
    """Write stripes of 16 rows and 4 columns each."""
    pixels = np.repeat(np.array(colours, np.uint8)[None], 16, axis=0).repeat(4, axis=1)
    Image.fromarray(pixels).save(path)
    return path


def named(materials, step=4):
    return [MATERIALS[index] for index in materials[3, 1::step]]


def test_colours_say_it_and_the_ground_is_that_of_their_grey(tmp_path):
    ground, materials = read_terrain(picture(tmp_path / "colours.png", list(LEGEND)))
    assert named(materials) == list(LEGEND.values())
    with Image.open(tmp_path / "colours.png") as coloured:
        coloured.convert("L").save(tmp_path / "grey.png")
    grey, nothing = read_terrain(tmp_path / "grey.png")
    assert not nothing.any()
    assert ground_image.same_ground(ground, grey)
    assert ground_image.same_ground(read_ground(tmp_path / "colours.png"), grey)


@pytest.mark.parametrize(("cells", "size"), [(50, None), (None, (80, 32)), (80, None)])
def test_what_is_scaled_is_made_of_the_same(tmp_path, cells, size):
    path = picture(tmp_path / "colours.png", list(LEGEND))
    ground, materials = read_terrain(path, cells, size=size)
    assert materials.shape == ground.grid
    assert named(materials, materials.shape[1] // 10)[2:8] == list(LEGEND.values())[2:8]


def test_letters_say_it(tmp_path):
    row = ".GSTW@O." + "." * 12
    (tmp_path / "a.map").write_text("type octile\nheight 16\nwidth 20\nmap\n" + f"{row}\n" * 16)
    _, materials = read_terrain(tmp_path / "a.map")
    assert [MATERIALS[index] for index in materials[0, :8]] == ["", "", "swamp", "trees", "water", "", "", ""]


SCENARIO = {
    "title": "A",
    "terrain": "a.png",
    "regiments": [{"name": "One", "mass": 20, "formation": "square", "at": [20, 20]}],
}


def scenario(tmp_path, **more):
    pixels = np.full((40, 40, 3), 255, np.uint8)
    pixels[:4, :20], pixels[:4, 20:], pixels[36:] = (0, 0, 120), 0, 128
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (tmp_path / "a.toml").write_text(tomli_w.dumps({**SCENARIO, **more}))
    return load(tmp_path / "a.toml")


def test_words_say_it_where_the_file_does_not(tmp_path):
    found = scenario(tmp_path, closed="trees", slow="ford").materials
    assert [MATERIALS[found[row, column]] for row, column in ((1, 5), (1, 30), (38, 5), (20, 20))] == [
        "water",
        "trees",
        "ford",
        "",
    ]
    assert with_words(None, scenario(tmp_path).ground, None, None) is None


@pytest.mark.parametrize(
    ("wrong", "line"), [({"closed": "wter"}, "'closed' names 'wter'"), ({"slow": "rock"}, "'slow' names 'rock'")]
)
def test_another_word_is_one_line(tmp_path, wrong, line):
    with pytest.raises(FileError, match=line) as caught:
        scenario(tmp_path, **wrong)
    assert "\n" not in str(caught.value)


def test_a_replay_carries_it_and_an_old_one_says_nothing(tmp_path):
    before = scenario(tmp_path, slow="swamp")
    written = scenario_table(before)
    again = tmp_path / "again.toml"
    again.write_text(tomli_w.dumps(written))
    np.testing.assert_array_equal(read_scenario(read_table(again), tmp_path).materials, before.materials)
    del written["materials"]
    again.write_text(tomli_w.dumps(written))
    old = read_scenario(read_table(again), tmp_path)
    assert old.materials is None and ground_image.same_ground(old.ground, before.ground)


@pytest.mark.parametrize("pixels", [np.full((40, 40), 200, np.uint8), np.zeros((20, 40), np.uint8)])
def test_materials_that_are_none_are_one_line(tmp_path, pixels):
    written = {**scenario_table(scenario(tmp_path)), "materials": ground_image.write_materials(pixels)}
    (tmp_path / "again.toml").write_text(tomli_w.dumps(written))
    with pytest.raises(FileError, match="materials") as caught:
        read_scenario(read_table(tmp_path / "again.toml"), tmp_path)
    assert "\n" not in str(caught.value)
