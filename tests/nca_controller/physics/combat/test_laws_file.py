"""The file of the constants of battle: what is absurd in it is one line that names file and field."""

import importlib

import pytest

from engine.io import ASSETS, InputError

laws = importlib.import_module("nca_controller.physics.combat.laws")  # the package has a function of that name


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("grave = 0.008", "grave = 0", "field 'morale.grave' must be a number above 0, not 0"),
        ("weak_side = 0.75", "weak_side = -1", "field 'losses.weak_side' must be a number above 0, not -1"),
        ("flank_guard = 0.2", "flank_guard = nan", "field 'survey.flank_guard' must be a number above 0, not nan"),
        ("dust = 0.01", "dust = -0.5", "field 'survey.dust' must be a number from 0, not -0.5"),
        ("rate = 0.033", "rate = true", "field 'losses.rate' must be a number from 0, not True"),
        ("dust = 0.01", "", "field 'survey.dust' is missing"),
        ("dust = 0.01", "dust = 0.01\ndusk = 1", "field 'survey.dusk' is unknown: did you mean dust?"),
    ],
)
def test_an_absurd_constant_is_one_line(line, instead, said, monkeypatch, tmp_path):
    text = (ASSETS / "laws.toml").read_text(encoding="utf-8")
    assert f"\n{line}" in text
    (tmp_path / "laws.toml").write_text(text.replace(f"\n{line}", f"\n{instead}", 1), encoding="utf-8")
    monkeypatch.setattr(laws, "ASSETS", tmp_path)
    with pytest.raises(InputError) as raised:
        laws.laws.__wrapped__()
    assert said in str(raised.value) and "laws.toml" in str(raised.value) and "\n" not in str(raised.value)


def test_terms_of_morale_may_be_switched_off(monkeypatch, tmp_path):
    text = (ASSETS / "laws.toml").read_text(encoding="utf-8")
    (tmp_path / "laws.toml").write_text(text.replace("\nflank = 0.6", "\nflank = 0"), encoding="utf-8")
    monkeypatch.setattr(laws, "ASSETS", tmp_path)
    assert laws.laws.__wrapped__().morale.flank == 0
