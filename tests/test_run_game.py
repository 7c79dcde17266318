"""The real program, from its command line to its exit code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from shlex import quote

import pytest
from PIL import Image

import run_game
from engine.app import installed
from engine.io import paths
from nca_controller import checkpoints

pytestmark = pytest.mark.compiles
PROGRAM = Path(run_game.__file__)
SMALL = ["--grid", "64x48", "--mass", "300", "--soldiers", "900"]


def run(*words, folder, program=(str(PROGRAM),), timeout=240, **environment):
    """Run the program in a folder, without a display, and return what came of it."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}
    env = {name: value for name, value in os.environ.items() if name not in hidden} | environment
    env.setdefault("XDG_RUNTIME_DIR", str(folder))  # without one, a driver for Wayland complains by itself
    command = [sys.executable, *program, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, timeout=timeout)


def without(*modules):
    """Return a program that plays where these modules cannot be imported."""
    blocked = "; ".join(f"sys.modules[{name!r}] = None" for name in modules)
    return ("-c", f"import sys; {blocked}; import run_game; sys.exit(run_game.main(sys.argv[1:]))")


PLAYED = {  # the first two end before they play
    "no model": "--headless --controller {checkpoint}/..",
    "another shape": "--headless --controller {reshaped}",
    "no such display": "DISPLAY=:4711 --ticks 3 --controller poisson {small}",
    "no display": "--ticks 50 --controller poisson {small}",
    "checkpoint": "--headless --ticks 3 --controller {checkpoint} {small}",
    "scenario": "--headless --scenario crossing --ticks 12 --controller poisson",
    "orders": "--headless --orders wedge@0,testudo@60 --ticks 220 --controller poisson {small} --screenshot out.png",
}

PLAY_ALL = """
import contextlib, io, json, os, shlex, sys, traceback
sys.modules |= dict.fromkeys(json.loads(sys.argv[2]))
import run_game

outcomes, above = [], os.getcwd()
for number, words in enumerate(json.loads(sys.argv[1])):
    words, out, error, code = shlex.split(words), io.StringIO(), io.StringIO(), 0
    if "DISPLAY" in words[0]:
        os.environ["DISPLAY"] = words.pop(0).partition("=")[2]
    if sys.argv[3:]:
        os.makedirs(f"{above}/{number}")
        os.chdir(f"{above}/{number}")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = run_game.main(words)
        except SystemExit as leaving:
            code = leaving.code
        except Exception:
            code = traceback.print_exc(file=error)
    outcomes.append([code, out.getvalue(), error.getvalue()])
    os.environ.pop("DISPLAY", None)
print(json.dumps(outcomes))
"""


def answers(commands, folder, *missing):
    """Return what came of each command line, in one process where JAX and what is `missing` cannot be imported."""
    return in_one_process(commands, folder, ["jax", "nca_controller", *missing])


def in_one_process(commands, folder, missing=(), apart=False):
    """Return what came of each command line, in one process: each in a folder of its own, if they play `apart`."""
    words = [json.dumps([*commands]), json.dumps(missing), *["apart"] * apart]
    done = run(*words, folder=folder, program=("-c", PLAY_ALL), PYTHONPATH=str(PROGRAM.parent))
    assert (done.returncode, done.stderr) == (0, "")
    return [subprocess.CompletedProcess("", *outcome) for outcome in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def played(checkpoint, reshaped, tmp_path_factory):
    """What came of each of those command lines, and the folder it was given in; one process, as JAX starts slowly."""
    folder = tmp_path_factory.mktemp("played")
    given = {"small": " ".join(SMALL), "checkpoint": quote(str(checkpoint)), "reshaped": quote(str(reshaped))}
    commands = [words.format(**given) for words in PLAYED.values()]
    outcomes = in_one_process(commands, folder, apart=True)
    return {name: (done, folder / str(n)) for n, (name, done) in enumerate(zip(PLAYED, outcomes, strict=True))}


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


def test_what_was_recorded_is_played_again_to_the_bit(tmp_path):
    words = ["--headless", "--orders", "wedge@0,column@9", "--ticks", "20", "--controller", "poisson", *SMALL]
    first = run(*words, "--record", "battle.toml", folder=tmp_path)
    assert first.returncode == 0
    assert first.stderr == f"run_game.py: the replay is in {tmp_path / 'battle.toml'}\n"
    again = run("--headless", "--replay", "battle.toml", folder=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    outcome = json.loads(again.stdout)
    assert outcome.pop("replay")["same_to_the_bit"] is True
    assert outcome == json.loads(first.stdout)
    text = (tmp_path / "battle.toml").read_text()
    (tmp_path / "older.toml").write_text(text.replace('version = "', 'version = "0.0.1-'))
    older = run("--headless", "--replay", "older.toml", "--ticks", "2", folder=tmp_path)
    assert older.returncode == 0
    assert older.stderr.startswith("run_game.py: older.toml was recorded by version 0.0.1-")
    (tmp_path / "broken.toml").write_text(text.replace("[replay]", "[play]"))
    complaints = {
        "--headless --record battle.toml": "battle.toml: is there already",
        "--headless --replay battle.toml --seed 3": "--seed is the replay's to say",
        "--headless --replay broken.toml": "broken.toml: field 'replay' is missing",
    }
    for done, complaint in zip(answers(complaints, tmp_path), complaints.values(), strict=True):
        refused(done, complaint)


def test_figures_need_no_view_and_repeat(tmp_path):
    words = " ".join(["--headless --order circle --ticks 25 --controller poisson --seed 3", *SMALL])
    first, again = in_one_process([words, words], tmp_path, ["pygame", "moderngl"])
    assert (first.returncode, first.stderr) == (again.returncode, again.stderr) == (0, "")
    assert first.stdout == again.stdout
    assert json.loads(first.stdout)["ticks"] == 25


def test_without_opengl_it_says_so_in_one_line_and_draws_with_surfaces(tmp_path):
    words = ["--headless", "--ticks", "3", "--controller", "poisson", *SMALL, "--screenshot", "out.png"]
    done = run(*words, folder=tmp_path, program=without("moderngl"))
    assert done.returncode == 0
    assert done.stderr.startswith("run_game.py: no OpenGL 3.3, drawing with pygame surfaces")
    assert done.stderr.count("\n") == 1
    assert len(Image.open(tmp_path / "out.png").getcolors(2**24)) > 100


def test_without_a_display_it_films_a_demo_and_says_where(played):
    done, folder = played["no display"]
    assert done.returncode == 0
    path = folder / "maniple-demo.gif"
    assert str(path) in done.stdout
    assert "filming" in done.stderr
    film = Image.open(path)
    assert film.size == (720, 405)
    assert film.n_frames == pytest.approx(50 / 30 * 12, abs=1)


def test_a_display_that_is_named_but_not_there_counts_as_none(played):
    done, folder = played["no such display"]
    assert done.returncode == 0
    assert (folder / "maniple-demo.gif").exists()


def test_in_a_window_it_plays_until_the_last_tick_and_broken_settings_stop_no_game(tmp_path):
    (tmp_path / "mine.toml").write_text("soldiers = -3")
    words = ["--settings", "mine.toml", "--ticks", "20", "--controller", "poisson", "--grid", "64x48", "--mass", "300"]
    done = run(*words, folder=tmp_path, SDL_VIDEODRIVER="offscreen")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "mine.toml").read_text() == "soldiers = -3"


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


def refused(done, *parts):
    """Check that the program said one clear line, and nothing else."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("run_game.py: ")
    assert done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


REFUSED = {
    "--headless --order wege": "unknown formation 'wege': did you mean wedge? one of line, column",
    "--headless --orders wedge@0,sqare@9": "unknown formation 'sqare': did you mean square?",
    "--headless --orders wedge": "argument --orders: 'wedge' is not a formation and a tick",
    "--headless --simulation jaxx": "unknown simulation 'jaxx': did you mean jax?",
    "--headless --controller plann": "unknown controller 'plann': did you mean plan?",
    "--headless --controller trained_models/nowhere": "unknown controller 'trained_models/nowhere'",
    "--headless --headles": "unknown flag '--headles': did you mean --headless?",
    "--headless --grid 32x24": "a mass of 1000 needs a larger grid: 32x24 holds",
    "--headless --grid 192": "argument --grid: '192' is not a width and height",
    "--headless --grid -192x128": "argument --grid:",
    "--headless --mass -5": "argument --mass: '-5' is not a number above 0",
    "--headless --mass nan": "argument --mass:",
    "--headless --soldiers 0": "argument --soldiers: '0' is not a whole number above 0",
    "--headless --ticks -1": "argument --ticks:",
    "--headless --seed -1": "argument --seed:",
    "--headless --screenshot nowhere/out.png": "cannot write nowhere/out.png: there is no folder nowhere",
    "--headless --screenshot .": "cannot write .",
    "--headless --scenario crosing": "unknown scenario 'crosing': did you mean crossing?",
    "--headless --scenario crossing --order wedge": "--order is the scenario's to say",
    "--headless --scenario crossing --grid 64x48": "--grid is the scenario's to say",
    "--headless --scenario crossing --controller plann": "crossing.toml: unknown controller 'plann': did you mean",
    "--headless --assets nowhere": "--assets: there is no folder nowhere",
    "--headless --scenario broken.toml": "broken.toml: field 'size' is missing",
    "--headless --scenario=": "unknown scenario ''",
    "--headless --controller=": "unknown controller ''",
    "--headless --soldiers 9999999": "argument --soldiers: '9999999' is not a whole number from 1 to 1000000",
    "--headless --screenshot notes.txt": "cannot write notes.txt: the name must end in .png",
    "--headless --screenshot out.png --record out.png": "--record and the picture would both be out.png",
    "--headless --demo out.gif": "argument --demo: not allowed with argument --headless",
    "--list-keys --list-formations": "not allowed with argument",
    "--demo nowhere/out.gif": "cannot write nowhere/out.gif",
    "--demo notes.txt": "cannot write notes.txt: the name must end in .gif or .mp4",
    "--screenshot out.png": "--screenshot needs --headless; in the window, F12 takes one",
    "--headless --terrain nowhere.map": "nowhere.map: No such file",
    "--headless --terrain ragged.map": "ragged.map: line 9 has 3 letters, and not the 40 of its width",
    "--headless --terrain closed.map": "closed.map: has no open cell",
    "--headless --terrain broken.toml": "broken.toml: it is no PNG",
    "--demo out.gif --terrain ragged.map": "ragged.map: line 9 has 3 letters",
    "--headless --terrain isle.map --grid 64x64": "isle.map: is 40x30 cells, which do not become the field's 64x64",
    "--headless --terrain isle.map --cells 8": "argument --cells: '8' is not a number of cells from 16 to 4096",
    "--headless --terrain isle.map --mass 750": "there is too little room there: for a mass of 720, and not of 750",
    "--headless --terrain vast.png": "a field of 1450x1450 cells is too large for so many regiments: 1 times 2102500",
    "--headless --cells 64": "--cells says how --terrain is scaled, and there is none",
    "--headless --scenario crossing --terrain isle.map": "--terrain is the scenario's to say",
    "--headless --scenario island.toml": "island.toml: 'Guards' at tick 9: no way leads there from where they stand",
    "--headless --scenario walled.toml": "walled.toml: 'Guards': it would muster in a wall: the ground at 27, 15 is",
}
ISLE = ["." * 40] * 5 + ["." * 10 + "W" * 20 + "." * 10] * 7 + ["." * 10 + "W" * 4 + "." * 12 + "W" * 4 + "." * 10] * 6
ISLE += ["." * 10 + "W" * 20 + "." * 10] * 7 + ["." * 40] * 5  # a lake, and an island of 6 x 12 cells
ON_THE_ISLE = """
title = "An island"
terrain = "isle.map"
[[regiments]]
name = "Guards"
mass = 40
formation = "phalanx"
at = [{place}, 15]
[[orders]]
tick = 9
regiment = "Guards"
formation = "phalanx"
at = [20, 15]
"""


def write_grounds(folder):
    """Write a ground with an island, two of no use, and scenarios that ask for what cannot be."""
    header = "type octile\nheight 30\nwidth 40\nmap\n"
    maps = {"isle": ISLE, "ragged": [*ISLE[:4], "...", *ISLE[5:]], "closed": ["@" * 40] * 30}
    for name, rows in maps.items():
        (folder / f"{name}.map").write_text(header + "\n".join(rows))
    vast = Image.new("L", (1450, 1450), 255)
    vast.paste(0, (3, 700, 1400, 720))
    vast.save(folder / "vast.png")
    for name, place in (("island", 5), ("walled", 27)):
        (folder / f"{name}.toml").write_text(ON_THE_ISLE.format(place=place))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of each bad input."""
    folder = tmp_path_factory.mktemp("refused")
    (folder / "broken.toml").write_text('title = "no field"')
    write_grounds(folder)
    return dict(zip(REFUSED, answers(REFUSED, folder), strict=True))


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


@pytest.mark.parametrize("words", REFUSED)
def test_bad_input_is_refused_in_one_line_before_jax_is_imported(words, outcomes):
    refused(outcomes[words], REFUSED[words])


def test_a_program_that_refuses_leaves_with_code_2(tmp_path):
    refused(run("--headless", "--order", "wege", folder=tmp_path, program=without("jax", "nca_controller")), "wege")


def test_formations_and_scenarios_of_one_s_own_are_known(tmp_path):
    for folder in ("mine/formations", "mine/scenarios", "sound/formations"):
        (tmp_path / folder).mkdir(parents=True)
    text = 'inherits = "wedge"\ntitle = "Spear"\ndescription = "Narrow."\nratio = 0.5'
    for folder in ("mine", "sound"):
        (tmp_path / folder / "formations" / "spear.toml").write_text(text)
    (tmp_path / "mine" / "formations" / "odd.toml").write_text("ratio = -1")
    (tmp_path / "mine" / "scenarios" / "mine.toml").write_text('title = "no field"')
    commands = (
        "--list-formations --assets mine",
        "--list-scenarios --assets mine",
        " ".join(["--headless --order spear --ticks 2 --controller poisson --assets sound", *SMALL]),
    )
    listed, scenarios, done = in_one_process(commands, tmp_path)
    assert "spear     9  Narrow." in listed.stdout and "wedge     4" in listed.stdout
    assert listed.stderr.startswith("run_game.py: odd.toml: field 'ratio'") and listed.stderr.count("\n") == 1
    assert "mine            cannot be used" in scenarios.stdout
    assert json.loads(done.stdout)["order"] == "spear"


def test_keys_of_one_s_own_are_listed(tmp_path):
    (tmp_path / "mine.toml").write_text('[keys]\nturn-left = ["z", "ctrl+z"]')
    (tmp_path / "twice.toml").write_text('[keys]\nturn-left = "b"')
    lists = ("--list-keys --settings mine.toml", "--list-keys --settings twice.toml")
    mine, twice = answers(lists, tmp_path, "pygame")
    assert "turn-left        z ctrl+z     turn left\n" in mine.stdout and mine.stderr == ""
    assert "turn-left        q            turn left\n" in twice.stdout and "'b' is bound twice" in twice.stderr


def test_a_folder_without_a_model_is_refused(played):
    refused(played["no model"][0], "no model in")


def test_a_checkpoint_of_another_shape_is_refused(played):
    refused(played["another shape"][0], "the weights are not those of")


def test_lists_and_version_need_no_jax_and_no_battle(tmp_path):
    lists = ("--list-formations", "--list-scenarios", "--list-controllers", "--version")
    formations, scenarios, controllers, version = answers(
        lists, tmp_path, "pygame", "moderngl", "scipy", "engine.battle"
    )
    names = [line.split()[0] for line in formations.stdout.splitlines()]
    assert names == ["line", "column", "square", "wedge", "phalanx", "testudo", "circle", "loose"]
    assert [line.split()[0] for line in scenarios.stdout.splitlines()][:1] == ["crossing"]
    assert controllers.stdout.split()[:3] == ["nca", "plan", "poisson"]
    assert version.stdout.startswith("maniple ")
    assert formations.returncode == scenarios.returncode == controllers.returncode == version.returncode == 0


@pytest.mark.parametrize("place", ["a folder", "a file"])
def test_what_is_compiled_is_kept_where_there_is_a_place(place, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    if place == "a file":
        cache.write_text("")
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(paths, "compile_cache", lambda: cache / "maniple")
    installed.keep_compiled()
    assert os.environ.get("JAX_COMPILATION_CACHE_DIR") == (str(cache / "maniple") if place == "a folder" else None)
