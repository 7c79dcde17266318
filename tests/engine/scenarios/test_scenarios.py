"""Scenario files: what they say is what is played, and whatever is wrong with one is told in one line."""

import numpy as np
import pytest
from duel import GOOD, campaign, round_trip

from engine import scenarios
from engine.formations import FormationError
from engine.io import ASSETS, MATERIALS, Table
from engine.io.errors import FileError, InputError
from engine.orders.commands import GiveOrders, Halt, Scatter, SetController
from engine.orders.order import Order
from engine.scenarios import load


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
    table = scenarios.read_scenario(Table(round_trip(scenarios.scenario_table(scenario)), again.name), again)
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
        (
            "halt = true",
            "",
            "needs one of formation, halt, scatter, controller, attack, pace, relieve beside it, not none",
        ),
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
