"""The real program, from its command line to its exit code: what it plays."""

import json
import os
import shutil
import subprocess
import sys
from shlex import quote

import pytest
from PIL import Image
from program import PROGRAM, SMALL, answers, in_one_process, refused, run

from engine.app import installed
from engine.io import paths
from nca_controller import checkpoints

pytestmark = pytest.mark.compiles

PLAYED = {  # without OpenGL first, since the others import it; the next two end before they play
    "no OpenGL": "WITHOUT=moderngl --headless --ticks 3 --controller poisson {small} --screenshot out.png",
    "no model": "--headless --controller {checkpoint}/..",
    "another shape": "--headless --controller {reshaped}",
    "no such display": "DISPLAY=:4711 --ticks 3 --controller poisson {small}",
    "no display": "--ticks 25 --controller poisson {small}",
    "a window": "SDL_VIDEODRIVER=offscreen --settings {settings} --ticks 20 --controller poisson"
    " --grid 64x48 --mass 300",
    "checkpoint": "--headless --ticks 3 --controller {checkpoint} {small}",
    "scenario": "--headless --scenario crossing --ticks 12 --controller poisson",
    "orders": "--headless --orders wedge@0,testudo@60 --ticks 220 --controller poisson {small} --screenshot out.png",
    "formation of one's own": "--headless --order spear --ticks 2 --controller poisson --assets {assets} {small}",
    "recorded": "--headless --orders wedge@0,column@9 --ticks 20 --controller poisson {small} --record battle.toml",
}
PLAYED_AGAIN = {  # in a process that has no view
    "replay": "--headless --replay {battle}",
    "older": "--headless --replay {older} --ticks 2",
    "figures": "--headless --order circle --ticks 25 --controller poisson --seed 3 {small}",
    "figures again": "--headless --order circle --ticks 25 --controller poisson --seed 3 {small}",
}
SPEAR = 'inherits = "wedge"\ntitle = "Spear"\ndescription = "Narrow."\nratio = 0.5'


@pytest.fixture(scope="module")
def played(checkpoint, reshaped, tmp_path_factory):
    """What came of each of those command lines, and the folder it was given in; one process, as JAX starts slowly."""
    folder = tmp_path_factory.mktemp("played")
    settings, assets = folder / "mine.toml", folder / "assets"
    settings.write_text("soldiers = -3")
    (assets / "formations").mkdir(parents=True)
    (assets / "formations" / "spear.toml").write_text(SPEAR)
    given = {"checkpoint": checkpoint, "reshaped": reshaped, "settings": settings, "assets": assets}
    return outcomes(PLAYED, folder, given)


@pytest.fixture(scope="module")
def played_again(played, tmp_path_factory):
    """The same of the other command lines, in a process of their own."""
    battle, folder = played["recorded"][1] / "battle.toml", tmp_path_factory.mktemp("again")
    older = folder / "older.toml"
    older.write_text(battle.read_text().replace('version = "', 'version = "0.0.1-'))
    return outcomes(PLAYED_AGAIN, folder, {"battle": battle, "older": older}, ["pygame", "moderngl"])


def outcomes(lines, folder, given, missing=()):
    given = {name: quote(str(path)) for name, path in given.items()} | {"small": " ".join(SMALL)}
    commands = [words.format(**given) for words in lines.values()]
    ended = in_one_process(commands, folder, missing, apart=True)
    return {name: (done, folder / str(n)) for n, (name, done) in enumerate(zip(lines, ended, strict=True))}


def test_headless_plays_the_orders_and_reports_in_json(played):
    done, folder = played["orders"]
    assert (done.returncode, done.stderr) == (0, "")
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["overlap"] > 0.95
    assert outcome["mass_start"] == outcome["mass_end"] == 300.0
    assert {name: outcome[name] for name in ("order", "controller", "ticks", "soldiers")} == {
        "order": "testudo",
        "controller": "poisson",
        "ticks": 220,
        "soldiers": 900,
    }
    assert outcome["backend"]
    assert outcome["device"]
    assert Image.open(folder / "out.png").size == (1280, 720)


def test_a_scenario_is_played_headless_and_every_regiment_reported(played):
    check_crossing(played["scenario"][0])


@pytest.mark.long
def test_a_scenario_is_led_by_the_shipped_controller(tmp_path):
    check_crossing(run("--headless", "--scenario", "crossing", "--ticks", "12", folder=tmp_path))


@pytest.mark.long
@pytest.mark.parametrize("name", ["town", "river", "hills", "pass"])
def test_on_ground_nobody_hangs_behind_what_is_closed(name, tmp_path):
    done = run("--headless", "--scenario", name, folder=tmp_path, timeout=1200)
    assert (done.returncode, done.stderr) == (0, "")
    outcome = json.loads(done.stdout)
    assert outcome["mass_start"] == outcome["mass_end"]
    assert all(one["overlap"] > 0.95 for one in outcome["regiments"]), outcome["regiments"]


@pytest.mark.long
@pytest.mark.parametrize("name", ["town", "river", "hills", "pass"])
def test_scenarios_on_ground_play_under_the_default(name, tmp_path):
    done = run("--headless", "--scenario", name, "--controller", "nca", "--ticks", "30", folder=tmp_path, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    outcome = json.loads(done.stdout)
    assert outcome["mass_start"] == outcome["mass_end"]


def check_crossing(done):
    assert (done.returncode, done.stderr) == (0, "")
    outcome = json.loads(done.stdout)
    assert outcome["mass_start"] == outcome["mass_end"] == 800.0
    assert [one["name"] for one in outcome["regiments"]] == ["Eastbound", "Southbound"]
    assert all(0.9 < one["overlap"] <= 1 for one in outcome["regiments"])


def test_what_was_recorded_is_played_again_to_the_bit(played, played_again, tmp_path):
    first, folder = played["recorded"]
    assert first.returncode == 0
    assert first.stderr == f"run_game.py: the replay is in {folder / 'battle.toml'}\n"
    again, _ = played_again["replay"]
    assert (again.returncode, again.stderr) == (0, "")
    outcome = json.loads(again.stdout)
    assert outcome.pop("replay")["same_to_the_bit"] is True
    assert outcome == json.loads(first.stdout)
    older, _ = played_again["older"]
    assert older.returncode == 0
    assert older.stderr.startswith("run_game.py: older.toml was recorded by version 0.0.1-")
    text = (folder / "battle.toml").read_text()
    (tmp_path / "battle.toml").write_text(text)
    (tmp_path / "broken.toml").write_text(text.replace("[replay]", "[play]"))
    complaints = {
        "--headless --record battle.toml": "battle.toml: is there already",
        "--headless --replay battle.toml --seed 3": "--seed is the replay's to say",
        "--headless --replay broken.toml": "broken.toml: field 'replay' is missing",
    }
    for done, complaint in zip(answers(complaints, tmp_path), complaints.values(), strict=True):
        refused(done, complaint)


def test_figures_need_no_view_and_repeat(played_again):
    (first, _), (again, _) = played_again["figures"], played_again["figures again"]
    assert (first.returncode, first.stderr) == (again.returncode, again.stderr) == (0, "")
    assert first.stdout == again.stdout
    assert json.loads(first.stdout)["ticks"] == 25


def test_without_opengl_it_says_so_in_one_line_and_draws_with_surfaces(played):
    done, folder = played["no OpenGL"]
    assert done.returncode == 0
    assert done.stderr.startswith("run_game.py: no OpenGL 3.3, drawing with pygame surfaces")
    assert done.stderr.count("\n") == 1
    assert len(Image.open(folder / "out.png").getcolors(2**24)) > 100


def test_without_a_display_it_films_a_demo_and_says_where(played):
    done, folder = played["no display"]
    assert done.returncode == 0
    path = folder / "maniple-demo.gif"
    assert str(path) in done.stdout
    assert "filming" in done.stderr
    film = Image.open(path)
    assert film.size == (720, 405)
    assert film.n_frames == pytest.approx(25 / 30 * 12, abs=1)


def test_a_display_that_is_named_but_not_there_counts_as_none(played):
    done, folder = played["no such display"]
    assert done.returncode == 0
    assert (folder / "maniple-demo.gif").exists()


def test_in_a_window_it_plays_until_the_last_tick_and_broken_settings_stop_no_game(played):
    done, folder = played["a window"]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (folder.parent / "mine.toml").read_text() == "soldiers = -3"


def test_a_checkpoint_of_one_s_own_leads(played, checkpoint):
    done, _ = played["checkpoint"]
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["controller"] == str(checkpoint)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    import jax

    folder = tmp_path_factory.mktemp("models") / "fresh"
    architecture = checkpoints.Architecture(hidden_dim=8, guidance="gradient")
    checkpoints.save(folder, architecture.init_params(jax.random.key(0)), architecture)
    return folder


@pytest.fixture(scope="module")
def reshaped(checkpoint):
    """The checkpoint's weights, said to be those of a larger network."""
    folder = checkpoint.parent / "reshaped"
    folder.mkdir()
    description = (checkpoint / "model.json").read_text()
    weights = json.loads(description)["weights"]
    shutil.copytree(checkpoint / weights, folder / weights)
    (folder / "model.json").write_text(description.replace('"hidden_dim": 8', '"hidden_dim": 12'))
    return folder


def test_a_folder_without_a_model_is_refused(played):
    refused(played["no model"][0], "no model in")


def test_a_checkpoint_of_another_shape_is_refused(played):
    refused(played["another shape"][0], "the weights are not those of")


def test_a_formation_of_one_s_own_is_played(played):
    done, _ = played["formation of one's own"]
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["order"] == "spear"


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no program can be bound to a core here")
def test_a_replay_on_one_core_beside_a_busy_loop_ends_in_the_same_bits(tmp_path):
    """Whatever is computed beside, the tick waits for it, or a program that gives the same bits takes its place."""
    words = ("--headless", "--scenario", "mirror-match", "--ticks", "30", "--controller", "default")
    first = json.loads(run(*words, "--record", "battle.toml", folder=tmp_path).stdout)
    core = min(os.sched_getaffinity(0))
    bound = f"import os, sys; os.sched_setaffinity(0, {{{core}}}); "
    busy = subprocess.Popen([sys.executable, "-c", f"{bound}\nwhile True: pass"])
    try:
        alone = ("-c", f"{bound}import run_game; sys.exit(run_game.main(sys.argv[1:]))")
        again = run(
            "--headless", "--replay", "battle.toml", folder=tmp_path, program=alone, PYTHONPATH=str(PROGRAM.parent)
        )
    finally:
        busy.kill()
        busy.wait()
    outcome = json.loads(again.stdout)
    assert outcome.pop("replay")["same_to_the_bit"] is True
    assert outcome["overlap"] == first["overlap"]


@pytest.mark.parametrize("place", ["a folder", "a file"])
def test_what_is_compiled_is_kept_where_there_is_a_place(place, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    if place == "a file":
        cache.write_text("")
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(paths, "compile_cache", lambda: cache / "maniple")
    installed.keep_compiled()
    assert os.environ.get("JAX_COMPILATION_CACHE_DIR") == (str(cache / "maniple") if place == "a folder" else None)
