"""What the program says of itself and of a player's own files, without JAX and without a window."""

import pytest
from program import answers

LISTS = {  # which need no battle either
    "formations": "--list-formations",
    "units": "--list-units",
    "scenarios": "--list-scenarios",
    "controllers": "--list-controllers",
    "version": "--version",
    "own formations": "--list-formations --assets mine",
    "own units": "--list-units --assets mine",
    "own scenarios": "--list-scenarios --assets mine",
}
KEYS = {
    "own keys": "--list-keys --settings mine.toml",
    "keys bound twice": "--list-keys --settings twice.toml",
}


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """What came of each of those command lines."""
    folder = tmp_path_factory.mktemp("lists")
    (folder / "mine.toml").write_text('[keys]\nturn-left = ["z", "ctrl+z"]')
    (folder / "twice.toml").write_text('[keys]\nturn-left = "b"')
    for kind in ("formations", "units", "scenarios"):
        (folder / "mine" / kind).mkdir(parents=True)
    spear = 'inherits = "wedge"\ntitle = "Spear"\ndescription = "Narrow."\nratio = 0.5'
    (folder / "mine" / "formations" / "spear.toml").write_text(spear)
    (folder / "mine" / "formations" / "odd.toml").write_text("ratio = -1")
    (folder / "mine" / "units" / "lancers.toml").write_text('inherits = "cavalry"\ntitle = "L"\ndescription = "Long."')
    (folder / "mine" / "units" / "odd.toml").write_text("attack = -1")
    (folder / "mine" / "scenarios" / "mine.toml").write_text('title = "no field"')
    done = answers(LISTS.values(), folder, "pygame", "moderngl", "scipy", "engine.battle")
    done += answers(KEYS.values(), folder, "pygame")
    return dict(zip([*LISTS, *KEYS], done, strict=True))


def test_formations_units_and_scenarios_of_one_s_own_are_listed(listed):
    formations, scenarios, units = (listed[f"own {kind}"] for kind in ("formations", "scenarios", "units"))
    assert "spear     9  Narrow." in formations.stdout and "wedge     4" in formations.stdout
    assert formations.stderr.startswith("run_game.py: odd.toml: field 'ratio'") and formations.stderr.count("\n") == 1
    assert "mine            cannot be used" in scenarios.stdout
    assert "lancers         Long." in units.stdout and "odd             cannot be used: odd.toml: field" in units.stdout


def test_keys_of_one_s_own_are_listed(listed):
    mine, twice = listed["own keys"], listed["keys bound twice"]
    assert "turn-left        z ctrl+z     turn left\n" in mine.stdout and mine.stderr == ""
    assert "turn-left        q            turn left\n" in twice.stdout and "'b' is bound twice" in twice.stderr


def test_formations_units_scenarios_controllers_and_version_are_listed(listed):
    names = [line.split()[0] for line in listed["formations"].stdout.splitlines()]
    assert names == ["line", "column", "square", "wedge", "phalanx", "testudo", "circle", "loose"]
    assert [line.split()[0] for line in listed["units"].stdout.splitlines()] == ["cavalry", "heavy-infantry", "pikes"]
    assert [line.split()[0] for line in listed["scenarios"].stdout.splitlines()][:1] == ["crossing"]
    assert listed["controllers"].stdout.split()[:3] == ["nca", "plan", "poisson"]
    assert listed["version"].stdout.startswith("maniple ")
    assert all(done.returncode == 0 for done in listed.values())
