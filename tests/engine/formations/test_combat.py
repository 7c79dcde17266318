"""What a formation gives and costs in combat: factors in its file, inherited one by one, and carried by replays."""

import pytest

from engine.formations import FormationError, formation_table, load, read, read_formation
from engine.io import ASSETS, Table
from engine.units import PLAIN

HEIR = 'inherits = "{}"\ntitle = "Odd"\n'


def heir(folder, combat, parent="phalanx", name="odd"):
    (folder / f"{name}.toml").write_text(HEIR.format(parent) + combat)
    return load(ASSETS / "formations", folder)[name]


def test_an_heir_says_some_numbers_and_inherits_the_others(tmp_path):
    phalanx = load()["phalanx"].combat
    odd = heir(tmp_path, "[combat]\nattack = 2\nbrace = -0.5\n")
    assert (odd.combat.attack, odd.combat.brace) == (2, -0.5)
    assert (odd.combat.losses, odd.combat.stiff) == (phalanx.losses, phalanx.stiff) != (PLAIN.losses, PLAIN.stiff)
    young = heir(tmp_path, "[combat]\nbrace = 0\n", "odd", "young")
    assert (young.combat.attack, young.combat.brace, young.combat.losses) == (2, 0, phalanx.losses)
    assert heir(tmp_path, "", "odd", "silent").combat == odd.combat
    assert heir(tmp_path, "[combat]\n", "line", "plain").combat == PLAIN


@pytest.mark.parametrize(
    ("combat", "complaint"),
    [
        ("[combat]\natack = 1", "field 'combat.atack' is unknown: did you mean attack?"),
        ("[combat]\nattack = -1", "field 'combat.attack' must be a number from 0 up to 10, not -1"),
        ("[combat]\nbrace = -1.5", "field 'combat.brace' must be a number from -1 up to 1, not -1.5"),
        ("[combat]\nlosses = [1, 2]", "field 'combat.losses' must be [front, side, rear] in numbers"),
        ("[combat]\nlosses = [1, 2, 11]", "field 'combat.losses' must be numbers from 0 to 10"),
        ("combat = 3", "field 'combat' must be a table, not 3"),
    ],
)
def test_what_is_wrong_names_file_and_field(tmp_path, combat, complaint):
    (tmp_path / "odd.toml").write_text(HEIR.format("phalanx") + combat)
    with pytest.raises(FormationError) as raised:
        read(tmp_path / "odd.toml")
    assert str(raised.value).startswith("odd.toml: ") and complaint in str(raised.value)


@pytest.mark.parametrize("name", [*load()])
def test_it_travels_as_a_table_and_a_table_without_it_reads_as_before(name):
    one = load()[name]
    table = formation_table(one)
    assert read_formation(Table(table, "replay.toml")) == one
    assert ("combat" in table) == (one.combat != PLAIN)
    table.pop("combat", None)
    assert read_formation(Table(table, "replay.toml")).combat == PLAIN
