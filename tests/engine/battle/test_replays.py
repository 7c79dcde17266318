"""A session that was recorded is played again from a small file, to the bit; and what is wrong with a file is told."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stand_in import GROUND

from engine import formations
from engine.app import models
from engine.app.request import build_id
from engine.battle import replays
from engine.formations import ground_image
from engine.io import TRAINED_MODELS, paths
from engine.io.errors import FileError
from engine.orders.commands import GiveOrders, Halt, Scatter, SetController
from engine.orders.order import Order
from engine.plugin import Ground
from engine.scenarios import Regiment, load_replay, with_controller, write_replay

COMMANDS = {
    0: GiveOrders(((0, Order("wedge", (18.25, 1 / 3 + 20), 60.1)),)),
    7: GiveOrders(((0, Order("column", (20, 24))), (1, Order("line", (50, 24), 270, 19.3)))),
    12: Scatter((18.7, 24), 2.6),
    15: GiveOrders(((1, Order("line", (50, 20), path=((40.5, 10), (45, 30.25), (60, 35)))),), queued=True),
    20: SetController(1, "two"),
    26: Halt((0, 1)),
    31: GiveOrders(((0, Order("line", (20, 20), area=((20, 20, 6.5), (26, 22, 5)))),)),
}


@pytest.fixture(scope="module")
def war(campaign):
    rock = np.hypot(*(np.mgrid[:48, :72] - np.array([24, 36])[:, None, None])) > 4
    scenario = replace(
        campaign.scenario,
        ground=Ground(rock, np.where(np.arange(72) < 60, 1.0, np.float32(0.5019608))[None].repeat(48, 0)),
        regiments=(Regiment("left", 0, 70.0, 150, "one"), Regiment("right", 1, 80.25, 160, "one")),
        orders=(Order("testudo", (16, 24)), Order("testudo", (52, 24))),
        heaped=False,
        seed=9,
        schedule=((10, GiveOrders(((0, Order("circle", (18, 24))),))), (18, Scatter((52, 24), 2))),
    )
    # The ground of a replay is a picture's, so start from one.
    ground = ground_image.ground_of(ground_image.levels_of(scenario.ground))
    return replace(campaign, scenario=replace(scenario, ground=ground))


def digest(battle):
    fields = (battle.state.mass, battle.state.velocity, *(soldiers.position for soldiers in battle.state.soldiers))
    return tuple(field.tobytes() for field in fields)


def play(war, ticks=40, commands=COMMANDS):
    battle, prints = war.build(), []
    if "two" not in battle.controllers:
        battle.add_controller("two", object())
    for tick in range(ticks):
        if tick in commands:
            battle.execute(commands[tick])
        battle.tick()
        prints.append(digest(battle))
    return battle, prints


@pytest.fixture(scope="module")
def written(war, tmp_path_factory):
    """The replay of a war, played once for all who only read or spoil it."""
    path = tmp_path_factory.mktemp("written") / "war.toml"
    write_replay(path, replays.record(war, play(war)[0], "1.2"))
    return path


@pytest.fixture
def file(written, tmp_path):
    return Path(shutil.copy(written, tmp_path))


def test_it_is_played_again_to_the_bit_from_the_file_alone(war, tmp_path):
    battle, prints = play(war)
    path = tmp_path / "war.toml"
    write_replay(path, replays.record(war, battle, "1.2"))
    assert path.stat().st_size < 10_000
    assert [other.name for other in tmp_path.iterdir()] == ["war.toml"]
    found = load_replay(path)
    assert [tick for tick, _ in found.log] == [0, 7, 7, 12, 15, 20, 26, 26, 31]
    again = replace(war, scenario=found.scenario, log=found.log)
    again.check()
    repeated, reprints = play(again, found.ticks, commands={})
    assert reprints == prints
    assert replays.check(found, repeated) == {"version": "1.2", "ticks": 40, "same_to_the_bit": True}
    assert replays.warnings(found, again, "1.2") == []


def test_a_command_of_the_player_s_makes_another_session_of_it(war, file):
    found = load_replay(file)
    again = replace(war, scenario=found.scenario, log=found.log)
    battle, _ = play(again, 40, {5: GiveOrders(((0, Order("line", (18, 20))),))})
    assert [tick for tick, _ in battle.executed_log] == [0, 5]
    assert replays.check(found, battle)["same_to_the_bit"] is False


def test_a_future_that_was_stepped_back_from_is_not_recorded(war):
    battle, _ = play(war)
    battle.step_back(25)
    assert [tick for tick, _ in replays.record(war, battle, "1.2").log] == [0, 7, 12]


def test_a_replay_of_another_version_says_so(war, file):
    found = load_replay(file)
    again = replace(war, scenario=found.scenario, log=found.log)
    (warning,) = replays.warnings(found, again, "1.3")
    assert "was recorded by version 1.2, and this is 1.3" in warning
    known = dict(war.formations)
    known["wedge"] = replace(known["wedge"], ratio=0.7)
    (warning,) = replays.warnings(found, replace(again, formations=known), "1.2")
    assert "other formations" in warning


@pytest.mark.parametrize(
    "name", ["shaders/compute/offers.frag.glsl", "laws.toml", "units/pikes.toml", "formations/wedge.toml"]
)
def test_the_version_changes_with_what_decides_a_battle_beside_the_code(tmp_path, monkeypatch, name):
    unchanged = replays.build_id("0.1")
    shutil.copytree(replays.ASSETS, tmp_path / "assets")
    monkeypatch.setattr(replays, "ASSETS", tmp_path / "assets")
    (tmp_path / "assets" / "scenarios" / "crossing.toml").unlink()  # which decides nothing: replays carry theirs
    assert replays.build_id("0.1") == unchanged
    with (tmp_path / "assets" / name).open("a") as file:
        file.write("\n")
    assert replays.build_id("0.1") != unchanged


def test_the_version_changes_with_any_file_of_code(tmp_path, monkeypatch):
    unchanged = replays.build_id("0.1")
    assert unchanged.startswith("0.1+") and len(unchanged) == 4 + 12
    for part in ("engine", "nca_controller"):
        shutil.copytree(replays.ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(replays, "ROOT", tmp_path)
    assert replays.build_id("0.1") == unchanged
    hashed = [path for part in replays.HASHED for path in sorted(tmp_path.glob(part)) if path.is_file()]
    one_each = {path.parent: path for path in hashed}
    rooms = {folder.relative_to(tmp_path).as_posix() for folder in one_each}
    assert {"engine", "engine/battle", "engine/controls/tools", "nca_controller", "nca_controller/physics"} <= rooms
    ids = {unchanged}
    for path in one_each.values():
        before = path.read_bytes()
        path.write_bytes(before + b"#")
        ids.add(replays.build_id("0.1"))
        path.write_bytes(before)
    assert len(ids) == 1 + len(one_each)


def test_the_version_changes_with_the_models_that_were_used_alone(tmp_path, monkeypatch, war):
    for shipped in ("default", "local"):
        shutil.copytree(TRAINED_MODELS / shipped, tmp_path / shipped)
    monkeypatch.setattr(models, "TRAINED_MODELS", tmp_path)

    def ids():
        scenarios = [with_controller(war.scenario, name) for name in ("nca", "plan")]
        return [build_id(replace(war, scenario=scenario)) for scenario in scenarios]

    before = ids()
    shutil.copytree(tmp_path / "local", tmp_path / "mine")  # as `training --out trained_models/mine` does
    (tmp_path / "default" / "CARD.md").write_text("new figures")
    assert ids() == before
    weights = next(path for path in (tmp_path / "default").rglob("weights-*/*") if path.is_file())
    weights.write_bytes(weights.read_bytes() + b"#")
    after = ids()
    assert after[0] != before[0] and after[1] == before[1]


def test_what_is_of_the_player_s_own_travels_along(war, tmp_path):
    """Formations that a replay needs, a picture and what is inherited among them, are in the file, and nothing else."""
    (tmp_path / "formations").mkdir()
    Image.fromarray(np.where(np.eye(40, 60), 255, 0).astype(np.uint8)).save(tmp_path / "formations" / "star.png")
    for name, text in (("spear", "ratio = 0.5\nhollow = 1.5"), ("never", "ratio = 2"), ("loose", "ranks = 3")):
        text = f'inherits = "wedge"\ntitle = "{name}"\ndescription = "."\n{text}'
        (tmp_path / "formations" / f"{name}.toml").write_text(text)
    known = {**war.formations, **formations.load(paths.ASSETS / "formations", tmp_path / "formations")}
    commands = {
        3: GiveOrders(((0, Order("spear", (18, 20))), (1, Order("star", (50, 20), 33)))),
        9: GiveOrders(((1, Order("loose", (48, 24))),), queued=True),
    }
    files = {"nowhere/mine": {"model.json": b"{}", "weights-1/d/a": bytes(range(256))}}
    mine = replace(war, formations=known, models=files)
    battle, prints = play(mine, 20, commands)
    write_replay(tmp_path / "war.toml", replays.record(mine, battle, "1.2"))
    found = load_replay(tmp_path / "war.toml")
    assert list(found.formations) == ["spear", "star", "loose"] and found.models == files
    elsewhere = replace(war, scenario=found.scenario, log=found.log, formations=war.formations | found.formations)
    elsewhere.check()
    assert replays.warnings(found, elsewhere, "1.2") == []
    assert play(elsewhere, found.ticks, {})[1] == prints
    again = replays.record(replace(elsewhere, models=found.models), play(elsewhere, 20, {})[0], "1.2")
    write_replay(tmp_path / "again.toml", again)  # and on it travels
    assert (tmp_path / "again.toml").read_text() == (tmp_path / "war.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "star"', 'name = "star"\nsize = 3', "field 'formations[1].size' is unknown"),
        ("rows = 40", "rows = 4000", "field 'formations[1].mask.rows' must be a whole number from 1 to 128"),
        ("rows = 40", "rows = 41", "field 'formations[1].mask.bits' must be as many bits"),
        ('title = "Star"', "title = 3", "field 'formations[1].title' must be a text of one line"),
        ('"weights-1/a" = "', '"../a" = "', "field 'models[1].files' must be 1 to 64 files inside the model's folder"),
        ('"weights-1/a" = "', '"C:\\\\a" = "', "field 'models[1].files' must be 1 to 64 files inside"),
        ('"weights-1/a" = "', '"weights-1/a" = "?', "field 'models[1].files.weights-1/a' must be bytes in base64"),
    ],
)
def test_what_travels_along_is_checked(war, tmp_path, old, new, complaint):
    Image.fromarray(np.where(np.eye(40, 60), 255, 0).astype(np.uint8)).save(tmp_path / "star.png")
    star = formations.read(tmp_path / "star.png")
    mine = replace(war, formations={**war.formations, "star": star}, models={"mine": {"weights-1/a": b"abc"}})
    battle, _ = play(mine, 2, {0: GiveOrders(((0, Order("star", (18, 20))),))})
    path = tmp_path / "war.toml"
    write_replay(path, replays.record(mine, battle, "1.2"))
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    with pytest.raises(FileError) as raised:
        load_replay(path)
    assert complaint in str(raised.value) and "\n" not in str(raised.value)


def test_recording_thousands_of_commands_takes_no_time_for_each(war, monkeypatch):
    """Every order is placed once, when it is given: the record adds nothing to that."""
    battle = war.build()
    for step in range(40):
        battle.execute(GiveOrders(((0, Order("wedge", (16 + step / 10, 24))),), queued=step % 2 == 1))
    monkeypatch.setattr("engine.battle.setup.place_order", None)
    monkeypatch.setattr("engine.formations.place_order", None)
    replay = replays.record(war, battle, "1.2")
    monkeypatch.undo()
    assert replay.targets == replace(war, log=replay.log).targets[1].text


def test_a_formation_that_was_dropped_in_while_it_was_played_is_recorded(war):
    battle = war.build()
    battle.add_formations({"spear": replace(war.formations["wedge"], name="spear", ratio=0.4)})
    battle.execute(GiveOrders(((0, Order("spear", (18, 20))),)))
    assert replays.record(war, battle, "1.2").formations["spear"].ratio == 0.4


def test_what_is_there_is_not_written_over(war, file):
    before = file.read_bytes()
    with pytest.raises(FileError, match="is there already"):
        write_replay(file, replays.record(war, play(war, 2, {})[0], "1.2"))
    assert file.read_bytes() == before
    assert len(list(file.parent.iterdir())) == 1
    with pytest.raises(OSError, match="No such file"):
        write_replay(file.parent / "nowhere" / "x.toml", replays.record(war, play(war, 2, {})[0], "1.2"))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("[replay]", "[repaly]", "field 'replay' is missing: this is no replay"),
        ('version = "1.2"', "", "field 'replay.version' is missing"),
        ("ticks = 40", "ticks = -4", "field 'replay.ticks' must be a whole number"),
        ("ticks = 40", "ticks = 40\nspeed = 3", "field 'replay.speed' is unknown"),
        ("tick = 31", "tick = 3", "field 'commands[9].tick' is 3, before the 26 of the one above it"),
        ('controller = "two"', "", "needs one of formation, halt, scatter, controller"),
        ("[[commands]]", "[commands]", "war.toml: "),
        ('picture = "', 'picture = "x', "field 'picture'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_that_names_file_and_field(file, old, new, complaint):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(FileError) as raised:
        load_replay(file)
    said = str(raised.value)
    assert said.startswith("war.toml: ")
    assert complaint in said
    assert "\n" not in said


def test_half_a_file_is_told(file):
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(FileError, match=r"^war.toml: "):
        load_replay(file)


def test_the_ground_is_the_field_s(campaign, file):
    assert campaign.ground is GROUND
    assert not load_replay(file).scenario.ground.open_cells[24, 36]
