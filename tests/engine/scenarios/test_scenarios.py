"""Scenario files: what they say is what is played, and whatever is wrong with one is told in one line."""

import os

import numpy as np
import pytest
import tomli_w
from PIL import Image
from stand_in import StandIn

from engine import formations, scenarios
from engine.battle.setup import BattleSetup
from engine.formations import FormationError
from engine.io import ASSETS, MATERIALS, Table
from engine.io.errors import FileError, InputError
from engine.orders.commands import GiveOrders, Halt, Scatter, SetController
from engine.orders.order import Order
from engine.scenarios import load

GOOD = """
title = "A duel"
size = [64, 48]
sides = ["Rome", "Carthage"]
seed = 5
ticks = 90
player = "Carthage"
camera = { x = 30, y = 20, width = 40 }

[[regiments]]
name = "left"
side = "Rome"
mass = 80
men = 160
formation = "line"
at = [16, 24]
angle = 90

[[regiments]]
name = "right"
side = "Carthage"
mass = 80.5
controller = "plan"
formation = "wedge"
at = [48, 24]
angle = 270
frontage = 18

[[orders]]
tick = 60
regiment = "right"
halt = true

[[orders]]
tick = 10
regiment = "left"
formation = "column"
line = [[10, 10], [20, 10.5]]
queued = true

[[orders]]
tick = 20
charge = [40, 24, 3]

[[orders]]
tick = 30
regiment = "left"
controller = "poisson"
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text, name="duel.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def campaign(scenario):
    controllers = dict.fromkeys(("nca", "plan", "poisson"), object)
    return BattleSetup(StandIn, controllers, formations.load(), scenario)


def test_a_scenario_is_what_its_file_says(write):
    duel = load(write(GOOD))
    assert (duel.title, duel.ground.grid, duel.sides) == ("A duel", (48, 64), ("Rome", "Carthage"))
    assert (duel.seed, duel.ticks, duel.player, duel.camera) == (5, 90, 1, (30, 20, 40))
    left, right = duel.regiments
    assert (left.name, left.side, left.mass, left.soldiers, left.controller) == ("left", 0, 80, 160, "nca")
    assert (right.name, right.side, right.mass, right.soldiers, right.controller) == ("right", 1, 80.5, 322, "plan")
    assert duel.orders == (Order("line", (16, 24), 90), Order("wedge", (48, 24), 270, 18))
    assert duel.schedule == (
        (10, GiveOrders(((0, Order("column", (10, 10), path=((10, 10), (20, 10.5)))),), queued=True)),
        (20, Scatter((40, 24), 3)),
        (30, SetController(0, "poisson")),
        (60, Halt((1,))),
    )


def test_it_is_played_as_it_is_written(write):
    battle = campaign(load(write(GOOD))).build()
    assert battle.state.mass.sum(axis=(1, 2), dtype=np.float64).tolist() == [80, 80.5]
    assert battle.state.overlaps[0] == battle.state.overlaps[1] == 1
    assert [len(soldiers) for soldiers in battle.state.soldiers] == [160, 322]
    held = []
    for _ in range(90):
        battle.tick()
        held.append(battle.state.mass[1, 21:27, 37:43].sum())
    assert battle.state.regiments[0].controller == "poisson"
    assert battle.state.placements[0].target[9:11, 8:22].mean() == 1  # the line that was drawn
    assert battle.log == []  # nobody commanded anything
    assert battle.state.mass.sum(axis=(1, 2), dtype=np.float64).tolist() == [80, 80.5]


@pytest.mark.parametrize(
    ("name", "made_of"),
    [
        ("town", {"walls", "trees", "water"}),
        ("river", {"water", "ford", "swamp", "trees"}),
        ("hills", {"swamp", "trees"}),
        ("pass", set()),
    ],
)
def test_the_grounds_that_ship_have_two_sides_on_open_cells_and_are_made_of_what_they_show(name, made_of):
    scenario = load(scenarios.resolve(name))
    assert {regiment.side for regiment in scenario.regiments} == {0, 1}
    assert {regiment.controller for regiment in scenario.regiments} == {"ground"}
    mass = campaign(scenario).initial_mass()
    assert not mass[:, ~scenario.ground.open_cells].any() and (~scenario.ground.open_cells).any()
    found = set() if scenario.materials is None else {MATERIALS[index] for index in np.unique(scenario.materials)}
    assert found - {""} == made_of
    ordered = {number for _, command in scenario.schedule for number, _ in command.orders}
    assert ordered == set(range(len(scenario.regiments)))


@pytest.mark.parametrize("path", scenarios.list_files().values(), ids=lambda path: path.stem)
def test_every_scenario_that_ships_can_be_played(path):
    scenario = load(path)
    assert scenario.title
    assert scenario.description
    assert scenario.ticks
    campaign(scenario).check()
    # What is written of it reads as the same, to the bit.
    again = path.parent / "again.toml"
    table = scenarios.read_scenario(Table(tomli_w_round_trip(scenarios.scenario_table(scenario)), again.name), again)
    assert table.regiments == scenario.regiments
    assert table.orders == scenario.orders
    assert table.schedule == scenario.schedule
    np.testing.assert_array_equal(table.ground.open_cells, scenario.ground.open_cells)
    np.testing.assert_array_equal(table.ground.capacity, scenario.ground.capacity)
    np.testing.assert_array_equal(table.materials, scenario.materials)
    assert (table.title, table.sides, table.player, table.camera, table.seed, table.ticks) == (
        scenario.title,
        scenario.sides,
        scenario.player,
        scenario.camera,
        scenario.seed,
        scenario.ticks,
    )


def tomli_w_round_trip(table):
    import tomllib

    return tomllib.loads(tomli_w.dumps(table))


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
    ("old", "new", "complaint"),
    [
        ('title = "A duel"', "", "field 'title' is missing"),
        ('title = "A duel"', 'titel = "A duel"', "field 'title' is missing"),
        ("seed = 5", "sed = 5", "field 'sed' is unknown: did you mean seed?"),
        ("seed = 5", "seed = -5", "field 'seed' must be a whole number from 0 to"),
        ("seed = 5", "seed = = 5", "Invalid value"),
        ("size = [64, 48]", "", "field 'size' is missing: give it, or a terrain picture"),
        ("size = [64, 48]", "size = [64, 8]", "field 'size' must be whole numbers of cells from 16 to 4096"),
        ("size = [64, 48]", "size = 64", "field 'size' must be [width, height] in numbers, not 64"),
        ("mass = 80\n", "mass = 3000\n", "a mass of 3080.5 needs a larger grid"),
        ('"Rome", "Carthage"', '"Rome", "Rome"', "field 'sides' names one twice"),
        ('"Rome", "Carthage"', '"A", "B", "C"', "field 'sides' must be at most 2"),
        ('side = "Carthage"', 'side = "Carthago"', "regiments[2].side' names 'Carthago': did you mean Carthage?"),
        ("mass = 80\n", "mass = 0\n", "field 'regiments[1].mass' must be a number above"),
        ("mass = 80\n", "mass = 1e308\n", "field 'regiments[1].mass' must be a number above"),
        ("[20, 10.5]]", "[1e200, 10.5]]", "'left' at tick"),
        ("charge = [40, 24, 3]", "charge = [40, 24, 0]", "field 'orders[3].charge' must have a radius above 0, not 0"),
        ("charge = [40, 24, 3]", "charge = [40, 24, 3e3]", "the charge at tick"),
        ("mass = 80\n", "mass = nan\n", "field 'regiments[1].mass' must be a number above"),
        ("mass = 80\n", "", "field 'regiments[1].mass' is missing"),
        ("men = 160", "men = true", "field 'regiments[1].men' must be a whole number"),
        ('name = "right"', 'name = "left"', "field 'regiments[2].name' is 'left', as another's is"),
        ("at = [48, 24]", "at = [18, 24]", "'left' and 'right' muster on the same ground"),
        ("frontage = 18", "frontage = -1", "field 'regiments[2].frontage' must be a number above 0"),
        ('formation = "wedge"', 'formation = "wege"', "'right': unknown formation 'wege': did you mean wedge?"),
        ('formation = "column"', 'formation = "colum"', "'left' at tick 10: unknown formation 'colum'"),
        ("tick = 60", "", "field 'orders[1].tick' is missing"),
        ("tick = 60", "tick = 6.5", "field 'orders[1].tick' must be a whole number"),
        ("halt = true", "halt = false", "field 'orders[1].halt' must be true"),
        ("halt = true", "", "needs one of formation, halt, charge, controller beside it, not none"),
        ("charge = [40, 24, 3]", "charge = [40, 24]", "orders[3].charge' must be [x, y, radius] in numbers"),
        ("[20, 10.5]]", "[20]]", "field 'orders[2].line[2]' must be [x, y] in numbers, not [20]"),
        ('player = "Carthage"', 'player = "Gaul"', "field 'player' names 'Gaul'; one of Rome, Carthage"),
        ("camera = { x = 30,", "camera = { z = 30,", "field 'camera.x' is missing"),
        ("seed = 5", 'terrain = "hills.png"', "field 'terrain' names"),
        ("seed = 5", 'picture = "???"', "field 'picture' must be a PNG in base64"),
        ("seed = 5", 'picture = "aGVsbG8="', "field 'picture': it is no PNG"),
        ("seed = 5", "heaped = true", "field 'heaped' is for one regiment alone"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_that_names_file_and_field(write, old, new, complaint):
    assert GOOD.count(old) == 1
    with pytest.raises((FileError, FormationError)) as raised:
        campaign(load(write(GOOD.replace(old, new)))).check()
    said = str(raised.value)
    assert complaint in said
    assert "\n" not in said
    if isinstance(raised.value, FileError):
        assert said.startswith("duel.toml: ")


def test_a_file_that_is_none_is_told(write, tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match=r"bytes.toml: is no text in UTF-8"):
        load(tmp_path / "bytes.toml")
    with pytest.raises(FileError, match=r"deep.toml: "):
        load(write("x = " + 5000 * "[", "deep.toml"))
    with pytest.raises(FileError, match=r"long.toml: has a number of over 100 digits"):
        load(write("x = " + 5000 * "1", "long.toml"))
    with pytest.raises(FileError, match="No such file"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(FileError, match="Is a directory"):
        load(tmp_path)


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


def test_a_scenario_is_found_by_name_or_path(write):
    path = write(GOOD)
    assert scenarios.resolve("crossing") == scenarios.list_files()["crossing"]
    assert scenarios.resolve(str(path)) == path
    with pytest.raises(InputError, match=r"unknown scenario 'crosing': did you mean crossing\?"):
        scenarios.resolve("crosing")


def test_the_list_says_what_each_is_and_which_cannot_be_used(write, tmp_path):
    write(GOOD.replace("seed", "sed"), "broken.toml")
    write(GOOD)
    lines = scenarios.descriptions(scenarios.list_files(tmp_path).values())
    assert lines[0].startswith("broken          cannot be used: broken.toml: field 'sed' is unknown")
    assert lines[1] == "duel            A duel"


def test_the_example_of_the_docs_can_be_played(write):
    text = (ASSETS.parent / "docs/scenarios.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    battle = campaign(load(write(example))).build()
    for _ in range(35):
        battle.tick()
    assert battle.state.orders[0].formation == "wedge"
    assert [order.formation for order in battle.state.waiting_orders[0]] == ["line"]


def test_a_terrain_may_be_an_octile_map_and_a_replay_carries_it_to_the_bit(write, tmp_path):
    rows = ["." * 64] * 20 + ["S" * 64] * 10 + ["." * 60 + "@@TT"] * 18
    (tmp_path / "town.map").write_text("type octile\nheight 48\nwidth 64\nmap\n" + "\n".join(rows))
    duel = load(write('terrain = "town.map"\n' + GOOD))
    assert not duel.ground.open_cells[30:, 60:].any() and (duel.ground.capacity[20:30] == 0.5).all()
    table = scenarios.scenario_table(duel)
    assert "picture" not in table
    again = scenarios.read_scenario(Table(tomli_w_round_trip(table), "again.toml"), tmp_path)
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


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("mass = 80\n", "mass = 1" + "0" * 400 + "\n", "has a number of over 100 digits"),
        ("at = [16, 24]", "at = [24, 1" + "0" * 90 + "]", r"field 'regiments\[1\].at\[2\]' is a whole number of over"),
        ("seed = 5", 'picture = "é"', "field 'picture' must be a PNG in base64"),
        ("seed = 5", "é" * 11_000 + " = 5", "duel.toml: "),
    ],
)
def test_strange_numbers_and_letters_are_told_in_one_short_line(write, old, new, complaint):
    with pytest.raises(FileError, match=complaint) as raised:
        load(write(GOOD.replace(old, new)))
    assert len(str(raised.value)) <= 300
