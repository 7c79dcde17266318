"""Combat in scenario files: what they say is read and written back to the bit, and what cannot be is told in a line."""

from dataclasses import replace

import pytest
import tomli_w
from duel import GOOD, campaign, round_trip

from engine import scenarios, units
from engine.formations import formation_table
from engine.io import ASSETS, InputError, Table
from engine.io.errors import FileError
from engine.orders import Attack, Relieve, Scatter, SetPace
from engine.scenarios import Replay, load, load_replay, write_replay

THIRD = """
[[regiments]]
name = "second"
side = "Rome"
mass = 40
unit = "cavalry"
formation = "line"
at = [16, 40]

[[orders]]
tick = 5
regiment = "left"
attack = "right"

[[orders]]
tick = 6
regiment = "left"
pace = "run"

[[orders]]
tick = 7
regiment = "second"
relieve = "left"
"""
COMBAT = GOOD.replace("seed = 5", "seed = 5\ncombat = true\ncell_metres = 0.7").replace(
    'formation = "wedge"', 'formation = "wedge"\nunit = "pikes"'
)
COMBAT = COMBAT.replace("charge =", "scatter =") + THIRD


def read_back(scenario):
    table = round_trip(scenarios.scenario_table(scenario))
    return table, scenarios.read_scenario(Table(table, "again.toml"), None)


def test_a_scenario_with_combat_is_what_its_file_says_and_is_written_to_the_bit(write):
    duel = load(write(COMBAT))
    assert (duel.combat, duel.cell_metres) == (True, 0.7)
    assert [one.unit for one in duel.regiments] == ["heavy-infantry", "pikes", "cavalry"]
    assert duel.schedule[:3] == ((5, Attack((0,), 1)), (6, SetPace((0,), "run")), (7, Relieve((2,), 0)))
    assert (20, Scatter((40, 24), 3)) in duel.schedule
    table, again = read_back(duel)
    assert (again.regiments, again.schedule, again.orders) == (duel.regiments, duel.schedule, duel.orders)
    assert (again.combat, again.cell_metres) == (True, 0.7)
    assert {"tick": 20, "scatter": [40.0, 24.0, 3.0]} in table["orders"]


def test_a_file_without_combat_is_written_without_its_fields(write):
    plain = load(write(GOOD))
    assert (plain.combat, plain.cell_metres, plain.regiments[0].unit) == (False, 1.0, units.DEFAULT)
    table, again = read_back(plain)
    assert not {"combat", "cell_metres"} & set(table) and not any("unit" in row for row in table["regiments"])
    assert again.schedule == plain.schedule, "its charge is written as scatter, and means the same"
    assert load(write(GOOD.replace("charge", "scatter"))).schedule == plain.schedule
    no_fight = load(write(GOOD.replace("seed = 5", "seed = 5\ncombat = false")))
    assert scenarios.scenario_table(no_fight) == scenarios.scenario_table(plain)


def test_a_command_to_several_regiments_is_a_table_for_each(write):
    duel = load(write(COMBAT))
    together = ((5, Attack((0, 2), 1)), (6, SetPace((2, 0), "hold")))
    apart = ((5, Attack((0,), 1)), (5, Attack((2,), 1)), (6, SetPace((2,), "hold")), (6, SetPace((0,), "hold")))
    assert read_back(replace(duel, schedule=together))[1].schedule == apart


NO_COMBAT = "asks for combat, and the scenario does not say 'combat = true'"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("combat = true", "combat = 1", "field 'combat' must be true or false, not 1"),
        ("cell_metres = 0.7", "cell_metres = 0", "field 'cell_metres' must be a number from 0.1 up to 100, not 0"),
        ("cell_metres = 0.7", "cell_metres = 101", "field 'cell_metres' must be a number from 0.1 up to 100, not 101"),
        ("cell_metres = 0.7", "cell_metre = 0.7", "field 'cell_metre' is unknown: did you mean cell_metres?"),
        ("combat = true", "combat = false", f"field 'cell_metres' {NO_COMBAT}"),
        ("combat = true\ncell_metres = 0.7", "", f"field 'regiments[2].unit' {NO_COMBAT}"),
        ('"pikes"', '"pike"', "field 'regiments[2].unit' names 'pike': did you mean pikes? one of cavalry"),
        ('"pikes"', "3", "field 'regiments[2].unit' must be a text, not 3"),
        ('attack = "right"', 'attack = "rigt"', "field 'orders[5].attack' names 'rigt': did you mean right?"),
        ('attack = "right"', 'attack = "second"', "field 'orders[5].attack' names 'second', which is no enemy"),
        ('attack = "right"', 'attack = "left"', "field 'orders[5].attack' names 'left', which is no enemy"),
        ('pace = "run"', 'pace = "runn"', "field 'orders[6].pace' names 'runn': did you mean run? one of hold, walk"),
        ('pace = "run"', 'pace = "run"\nhalt = true', "field 'orders[6].tick' needs one of"),
        ('relieve = "left"', 'relieve = "second"', "'orders[7].relieve' must name a friend, and 'second' is itself"),
        ('relieve = "left"', 'relieve = "right"', "'orders[7].relieve' must name a friend, and 'right' is an enemy"),
        ('relieve = "left"', 'relieve = "left"\nqueued = true', "field 'orders[7].queued' is unknown"),
        ("scatter = [40, 24, 3]", "scatter = [40, 24, 0]", "field 'orders[3].scatter' must have a radius above 0"),
        ("scatter = [40,", "charge = [4, 2, 1]\nscatter = [40,", "needs one of formation, halt, scatter, controller"),
        ('side = "Carthage"\n', 'side = "Rome"\n', "'sides' must both have soldiers where there is combat, and 'Cart"),
        ('"Rome", "Carthage"]', '"Rome"]', "field 'regiments[2].side' names 'Carthage'; one of Rome"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_that_names_the_field(write, old, new, complaint):
    assert COMBAT.count(old) == 1
    path = write(COMBAT.replace(old, new).replace('player = "Carthage"', ""))
    with pytest.raises(InputError) as raised:
        campaign(load(path)).check()
    said = str(raised.value)
    assert complaint in said and "\n" not in said
    assert said.startswith("duel.toml: ") or not isinstance(raised.value, FileError)


@pytest.mark.parametrize(
    "command", ['attack = "right"', 'pace = "walk"', 'relieve = "second"'], ids=lambda text: text.split()[0]
)
def test_what_asks_for_combat_where_there_is_none_is_told(write, command):
    order = f'\n[[orders]]\ntick = 9\nregiment = "left"\n{command}\n'
    with pytest.raises(FileError, match=f"field 'orders.5..{command.split()[0]}' {NO_COMBAT}"):
        load(write(GOOD + order))


def test_one_side_alone_has_no_combat(write):
    army = '[[regiments]]\nname = "a"\nmass = 9\nformation = "line"\nat = [9, 9]'
    alone = f'title = "."\nsize = [64, 48]\ncombat = true\n{army}'
    with pytest.raises(FileError, match="'sides' must both have soldiers where there is combat, and 'Blue' has none"):
        load(write(alone))
    with pytest.raises(FileError, match="'sides' must be 2 where there is combat, not 1"):
        load(write(f'sides = ["Red"]\n{alone}'))
    with pytest.raises(FileError, match="'sides' must both"):  # one heap in the middle would have nobody to fight
        load(write(f"heaped = true\n{alone}"))


def test_without_combat_nobody_asks_for_units(write):
    replace(campaign(load(write(GOOD))), units={}).check()
    with pytest.raises(InputError, match=r"field 'regiments\[1\].unit' names 'heavy-infantry'; one of"):
        replace(campaign(load(write(COMBAT))), units={}).check()


def test_blows_reach_over_so_many_cells_at_most(write):
    known = {name: replace(unit, reach=12.0) for name, unit in units.load().items()}
    fight = load(write(COMBAT))
    replace(campaign(replace(fight, cell_metres=0.2)), units=known).check()
    with pytest.raises(
        InputError, match=r"^field 'cell_metres' is 0.19: '.*' reaches 12 metres, and .* over 60 cells$"
    ):
        replace(campaign(replace(fight, cell_metres=0.19)), units=known).check()


def test_a_replay_carries_units_of_the_player_s_own(write, tmp_path):
    duel, own = load(write(COMBAT)), replace(units.load()["pikes"], name="sarissa", reach=1 / 3 + 5)
    replay = Replay(duel, ((3, Attack((0, 2), 1)), (9, Relieve((2,), 0))), 20, "1", "t", "e", units={"sarissa": own})
    path = write_replay(tmp_path / "war.toml", replay)
    found = load_replay(path)
    assert found.units == {"sarissa": own} and found.scenario.regiments == duel.regiments
    assert found.log == ((3, Attack((0,), 1)), (3, Attack((2,), 1)), (9, Relieve((2,), 0)))
    text = path.read_text(encoding="utf-8")
    for old, new, complaint in (
        ("attack = 1.0", "attack = -1.0", r"field 'units\[1\].attack' must be a number from 0 up to 10"),
        ('sprite = "pikes"', "", r"field 'units\[1\].sprite' is missing"),
        ("brace = 1.0", "brase = 1.0", r"field 'units\[1\].brase' is unknown: did you mean brace"),
    ):
        changed = text.replace("charge = 0.5", "charge = 0.5\nattack = 1.0") if "attack" in old else text
        assert changed.count(old) == 1
        path.write_text(changed.replace(old, new), encoding="utf-8")
        with pytest.raises(FileError, match=rf"war\.toml: {complaint}"):
            load_replay(path)


def test_a_replay_s_own_formation_brings_its_factors(write, tmp_path):
    duel = load(write(COMBAT))
    known = campaign(duel).formations
    own = replace(known["phalanx"], name="hedge", combat=replace(known["phalanx"].combat, attack=1 / 3))
    path = write_replay(tmp_path / "war.toml", Replay(duel, (), 1, "1", "t", "e", {"hedge": own}))
    assert load_replay(path).formations == {"hedge": own}
    assert tomli_w.dumps(formation_table(own)).count("[combat]") == 1


def test_the_example_of_the_docs_is_read(write):
    text = (ASSETS.parent / "docs/scenarios.md").read_text(encoding="utf-8")
    fight = load(write(text.split("```toml\n")[2].split("```")[0]))
    campaign(fight).check()
    assert fight.combat and [one.unit for one in fight.regiments] == [units.DEFAULT, units.DEFAULT, "pikes"]
    assert fight.schedule == ((30, SetPace((0,), "run")), (30, Attack((0,), 2)), (600, Relieve((1,), 0)))
