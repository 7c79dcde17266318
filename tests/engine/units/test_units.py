"""Unit files: what they may say, what they inherit, and what a kind is worth in a formation."""

from dataclasses import replace

import numpy as np
import pytest
import tomli_w
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import formations, units
from engine.io import FileError, Table
from engine.plugin import TRAITS
from engine.units import FACTORS, KINDS, PLAIN, Traits

SHIPPED, FORMATIONS = units.load(), formations.load()
TRIPLES = ("strike", "losses")


def write(folder, text, name="odd"):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(path):
    return units.read(path, units.list_files() | units.list_files(path.parent))


HEIR = 'inherits = "pikes"\ntitle = "Odd"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEIR + "attack = -1", "field 'attack' must be a number from 0 up to 10, not -1"),
        (HEIR + "attack = 1e9", "field 'attack' must be a number from 0 up to 10, not 1000000000.0"),
        (HEIR + "attack = nan", "field 'attack' must be a number"),
        (HEIR + "attack = true", "field 'attack' must be a number"),
        (HEIR + "defence = 0", "field 'defence' must be a number from 0.1 up to 10, not 0"),
        (HEIR + "brace = 1.1", "field 'brace' must be a number from 0 up to 1, not 1.1"),
        (HEIR + "run = 0", "field 'run' must be a number from 0.01 up to 1, not 0"),
        (HEIR + "reach = 400", "field 'reach' must be a number from 0.5 up to 30, not 400"),
        (HEIR + "strike = [1, 1]", "field 'strike' must be [front, side, rear] in numbers"),
        (HEIR + "losses = [1, -0.1, 1]", "field 'losses' must be numbers from 0 to 10, not [1, -0.1, 1]"),
        (HEIR + "losses = 1", "field 'losses' must be [front, side, rear] in numbers, not 1"),
        (HEIR + 'sprite = "cavalary"', "field 'sprite' names 'cavalary': did you mean cavalry?"),
        (HEIR + "atack = 1", "field 'atack' is unknown: did you mean attack?"),
        ('inherits = "pike"\ntitle = "Odd"', "field 'inherits': there is no unit 'pike': did you mean pikes?"),
        ('inherits = "odd"\ntitle = "Odd"', "field 'inherits' goes round: odd, odd"),
        ('inherits = "pikes"', "field 'title' is missing"),
        ('title = "two\\nlines"', "field 'title' must be a text of one line"),
        ('title = "Odd"\ndescription = "."\nreach = 4\nsprite = "pikes"', "field 'attack' is missing"),
        ("[traits]\nattack = 1", "field 'traits' is unknown"),
    ],
)
def test_a_file_that_cannot_be_used_names_file_and_field(tmp_path, text, complaint):
    with pytest.raises(FileError) as raised:
        read(write(tmp_path, text))
    said = str(raised.value)
    assert said.startswith("odd.toml: ") and complaint in said and "\n" not in said


ANYTHING = st.booleans() | st.integers(-3, 30) | st.floats() | st.text(max_size=4) | st.lists(st.floats(-1, 11))


@example({"strike": [0.0, 10.0, 5.0], "brace": 1})
@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from([*KINDS, "reach", "inherits", "sprite", "other"]), ANYTHING, max_size=4))
def test_whatever_a_file_says_it_is_read_or_told_in_one_line_and_no_row_is_absurd(tmp_path_factory, fields):
    path = write(tmp_path_factory.mktemp("any"), tomli_w.dumps({"inherits": "cavalry", "title": "Odd"} | fields))
    try:
        unit = read(path)
    except FileError as error:
        assert "odd.toml" in str(error) and len(str(error).splitlines()) == 1
    else:
        for formation in FORMATIONS.values():
            row = units.row(unit, formation)
            assert row.dtype == np.float32 and np.isfinite(row).all() and (row >= 0).all()
            assert all(row[TRAITS.index(name)] <= 1 for name in ("brace", "walk", "run"))
            assert all(row[TRAITS.index(name)] > 0 for name in ("defence", "gather", "nerve", "walk", "run"))


def test_an_heir_takes_what_it_does_not_say_itself(tmp_path):
    write(tmp_path, HEIR + "attack = 1.5\nnerve = 2", "elder")
    young = read(write(tmp_path, 'inherits = "elder"\ntitle = "Young"\nattack = 3', "young"))
    assert (young.name, young.title, young.description) == ("young", "Young", SHIPPED["pikes"].description)
    assert young.traits == replace(SHIPPED["pikes"].traits, attack=3.0, nerve=2.0)
    write(tmp_path, 'inherits = "elder"', "untitled")
    with pytest.raises(FileError, match=r"untitled\.toml: field 'title' is missing"):
        read(tmp_path / "untitled.toml")


def test_a_player_s_unit_takes_the_place_of_the_game_s_own_for_its_heirs_too(tmp_path):
    own = (units.FOLDER / "heavy-infantry.toml").read_text(encoding="utf-8").replace("nerve = 1.0", "nerve = 3.0")
    write(tmp_path, own, "heavy-infantry")
    known = units.load(units.FOLDER, tmp_path)
    assert list(known) == list(SHIPPED) and known["cavalry"].traits.nerve == 3


def test_kinds_are_as_the_prototype_had_them():
    shares = {name: (one.traits.walk, one.traits.run) for name, one in SHIPPED.items()}
    assert shares == {"cavalry": (0.6, 1.0), "heavy-infantry": (0.4, 0.6), "pikes": (0.3, 0.4)}
    assert units.DEFAULT in SHIPPED
    assert {one.sprite for one in SHIPPED.values()} == set(units.SPRITES)


def test_a_row_is_the_product_of_kind_and_formation_in_the_order_of_the_border():
    kind, factor = Traits(), Traits()
    for number, name in enumerate(KINDS, start=2):
        sides = (number * 0.1, number * 0.2, number * 0.4)
        kind = replace(kind, **{name: sides if name in TRIPLES else 0.05 * number})
        factor = replace(factor, **{name: sides if name in TRIPLES else 0.5 * number})
    unit = units.Unit("u", "U", ".", replace(kind, brace=0.25), 4.0, "pikes")
    row = dict(
        zip(TRAITS, units.row(unit, replace(FORMATIONS["line"], combat=replace(factor, brace=0.5))), strict=True)
    )
    expected = {name: 0.025 * n * n for n, name in enumerate(KINDS, start=2) if name not in TRIPLES}
    expected |= {f"strike_{side}": (4 * by) ** 2 for side, by in (("front", 0.1), ("side", 0.2), ("rear", 0.4))}
    expected |= {f"harm_{side}": (5 * by) ** 2 for side, by in (("front", 0.1), ("side", 0.2), ("rear", 0.4))}
    expected |= {"brace": 0.75, "walk": min(expected["walk"], 1), "run": min(expected["run"], 1)}
    assert list(KINDS)[2:4] == list(TRIPLES) and row == pytest.approx(expected)


def test_what_a_kind_is_worth_in_shipped_formations():
    def row(unit, formation):
        return dict(zip(TRAITS, units.row(SHIPPED[unit], FORMATIONS[formation]).tolist(), strict=True))

    pikes, hedge = SHIPPED["pikes"].traits, FORMATIONS["phalanx"].combat
    assert row("pikes", "phalanx")["strike_front"] == pytest.approx(pikes.strike[0] * hedge.strike[0])
    assert pikes.brace + hedge.brace > 1 and SHIPPED["cavalry"].traits.brace + FORMATIONS["loose"].combat.brace < 0
    assert row("pikes", "phalanx")["brace"] == 1, "no more than all of a charge is stopped"
    assert row("cavalry", "loose")["brace"] == 0, "and no less than nothing"
    assert row("cavalry", "column")["run"] == 1, "nobody goes faster than the controllers do"
    assert row("heavy-infantry", "square")["harm_rear"] < 0.5 * row("heavy-infantry", "line")["harm_rear"]
    assert units.row(SHIPPED["pikes"], FORMATIONS["line"]).tolist() == pytest.approx(
        list(SHIPPED["pikes"].traits.columns().values()), rel=1e-6
    )


@pytest.mark.parametrize("limits", [KINDS, FACTORS])
def test_every_trait_of_the_border_has_limits_that_hold_its_default(limits):
    assert list(PLAIN.columns()) == list(TRAITS)
    assert [*limits] == [*Traits.__dataclass_fields__]
    for name, (least, most) in FACTORS.items():
        values = getattr(PLAIN, name)
        assert all(least <= value <= most for value in (values if isinstance(values, tuple) else (values,)))


@pytest.mark.parametrize("unit", SHIPPED.values(), ids=lambda unit: unit.name)
def test_a_unit_travels_as_a_table_to_the_bit(unit):
    odd = replace(unit, traits=replace(unit.traits, attack=1 / 3, strike=(0.1, 0.2, 1.0)))
    for one in (unit, odd):
        assert units.read_unit(Table(units.unit_table(one), "replay.toml")) == one


def test_an_unknown_unit_is_answered_with_the_nearest():
    assert units.lookup(SHIPPED, "pikes") == SHIPPED["pikes"]
    with pytest.raises(ValueError, match=r"unknown unit 'pike': did you mean pikes\? one of cavalry"):
        units.lookup(SHIPPED, "pike")


def test_the_list_says_what_each_is_and_which_cannot_be_used(tmp_path):
    write(tmp_path, "attack = -1")
    lines = units.descriptions(units.list_files(units.FOLDER, tmp_path))
    assert lines[1].startswith("heavy-infantry  Swords")
    assert lines[-1].startswith("odd             cannot be used: odd.toml: field 'attack' must be")
