"""The ground of a scenario: a picture or a map, of its own size or scaled, from where it may be read."""

import os

import numpy as np
import pytest
from duel import GOOD, round_trip
from PIL import Image

from engine import scenarios
from engine.io import Table
from engine.io.errors import FileError
from engine.scenarios import load


def test_a_terrain_picture_says_where_men_can_stand(write, tmp_path):
    levels = np.full((48, 64), 255, np.uint8)
    levels[:10], levels[40:] = 0, 128
    Image.fromarray(levels).save(tmp_path / "ground.png")
    duel = load(write('terrain = "ground.png"\n' + GOOD))
    assert not duel.ground.open_cells[:10].any()
    assert duel.ground.open_cells[10:].all()
    assert duel.ground.capacity[20, 20] == 1
    assert (duel.ground.capacity > 0).all()  # as simulations ask
    assert duel.ground.capacity[45, 20] == pytest.approx(128 / 255, abs=1e-6)
    again = scenarios.read_scenario(Table(scenarios.scenario_table(duel), "again.toml"), tmp_path)
    np.testing.assert_array_equal(again.ground.open_cells, duel.ground.open_cells)
    np.testing.assert_array_equal(again.ground.capacity[10:], duel.ground.capacity[10:])
    # Without a size the picture's is the field's.
    small = load(write('terrain = "ground.png"\n' + GOOD.replace("size = [64, 48]\n", "")))
    assert small.ground.grid == (48, 64)
    # A picture of another size is scaled.
    Image.fromarray(levels).resize((32, 24), Image.Resampling.NEAREST).save(tmp_path / "ground.png")
    coarse = load(write('terrain = "ground.png"\n' + GOOD))
    assert coarse.ground.grid == (48, 64)
    assert not coarse.ground.open_cells[:10].any()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(b"no picture", "it is no PNG"), (None, "has no open cell: white is open ground")],
)
def test_a_picture_of_no_use_is_told(write, tmp_path, content, complaint):
    if content is None:
        Image.new("L", (64, 48)).save(tmp_path / "ground.png")
    else:
        (tmp_path / "ground.png").write_bytes(content)
    with pytest.raises(FileError, match=rf"duel.toml: field 'terrain'.*{complaint}"):
        load(write('terrain = "ground.png"\n' + GOOD))


def test_a_terrain_may_be_an_octile_map_and_a_replay_carries_it_to_the_bit(write, tmp_path):
    rows = ["." * 64] * 20 + ["S" * 64] * 10 + ["." * 60 + "@@TT"] * 18
    (tmp_path / "town.map").write_text("type octile\nheight 48\nwidth 64\nmap\n" + "\n".join(rows))
    duel = load(write('terrain = "town.map"\n' + GOOD))
    assert not duel.ground.open_cells[30:, 60:].any() and (duel.ground.capacity[20:30] == 0.5).all()
    table = scenarios.scenario_table(duel)
    assert "picture" not in table
    again = scenarios.read_scenario(Table(round_trip(table), "again.toml"), tmp_path)
    np.testing.assert_array_equal(again.ground.open_cells, duel.ground.open_cells)
    np.testing.assert_array_equal(again.ground.capacity, duel.ground.capacity)
    half = load(write('terrain = "town.map"\ncells = 32\n' + GOOD.replace("size = [64, 48]\n", "")))
    assert half.ground.grid == (24, 32)
    for lines, complaint in {
        "cells = 32": "field 'cells' says how a terrain is scaled, and there is no field 'terrain'",
        'terrain = "town.map"\ncells = 32': "is 64x48 cells, which do not become the field's 64x48",
        'terrain = "town.map"\ncells = 8': "field 'cells' must be a whole number from 16 to 4096, not 8",
        'capacities = "aGVsbG8="': "field 'capacities': it is no PNG",
    }.items():
        with pytest.raises(FileError, match=complaint):
            load(write(f"{lines}\n{GOOD}"))


def test_a_terrain_lies_in_the_asset_folder_unless_the_file_was_named_by_its_path(tmp_path):
    mine = tmp_path / "assets" / "scenarios"
    mine.mkdir(parents=True)
    for place in (tmp_path / "out.png", mine / "in.png", mine.parent / "beside.png"):
        Image.new("L", (64, 48), 255).save(place)
    (mine / "link.png").symlink_to(tmp_path / "out.png")
    os.mkfifo(mine / "pipe.png")
    path = mine / "duel.toml"
    for terrain, complaint in {
        "in.png": "",
        "../beside.png": "",
        "../../out.png": "lies outside",
        str(tmp_path / "out.png"): "lies outside",
        "link.png": "lies outside",
        "/dev/zero": "lies outside",
        "pipe.png": "is no plain file",
        "x" * 300: "name too long",
        r"a\u0000b": "no file can have this name",
    }.items():
        path.write_text(f'terrain = "{terrain}"\n' + GOOD)
        if complaint:
            with pytest.raises(FileError, match=complaint):
                load(path)
            assert "cannot be used: duel.toml: field 'terrain'" in scenarios.descriptions([path])[0]
        else:
            assert load(path).ground.open_cells.all()
        if complaint == "lies outside" and terrain != "/dev/zero":
            assert load(path, anywhere=True).ground.open_cells.all()
    path.write_text('terrain = "/dev/zero"\n' + GOOD)
    with pytest.raises(FileError, match="is no plain file"):
        load(path, anywhere=True)
