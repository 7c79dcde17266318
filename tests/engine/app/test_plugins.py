"""Plugins that fail: one line names the plugin and its entry point, and the log has the traceback."""

import json
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest
from stand_in import StandIn

from engine import plugin
from engine.app import installed
from engine.app.background import BackgroundTask
from engine.app.launch import main
from engine.io import InputError, PluginError, described, fault_log, paths, plugin_errors

MODULE = """
import sys
from types import SimpleNamespace

text = "no maker"

def key_error():
    return {}["weights"]

def leave():
    sys.exit(3)

def interrupted():
    raise KeyboardInterrupt

def several_lines():
    raise TypeError("first\\nsecond\\x1b[31m" + 1000 * "x")

def nothing():
    return None

def half():
    return SimpleNamespace(backend="cpu", device=7, reset=print, tick=3)

class NeedsArguments:
    def __init__(self, more, and_more):
        pass

class Mute(Exception):
    def __str__(self):
        raise ValueError

def mute():
    raise Mute
"""
BROKEN = {
    "maker_module:nowhere": "AttributeError: module 'maker_module' has no attribute 'nowhere'",
    "no_such_module:maker": "No module named 'no_such_module'",
    "broken_module:maker": "SyntaxError: invalid syntax (broken_module.py, line 2)",
    "leaving_module:maker": "SystemExit: 0",
    "maker_module": "TypeError: module is not callable",
    "maker_module:text": "TypeError: str is not callable",
    "maker_module:key_error": "KeyError: 'weights'",
    "maker_module:leave": "SystemExit: 3",
    "maker_module:several_lines": "TypeError: first second\\x1b[31mxxx",
    "maker_module:NeedsArguments": "TypeError: NeedsArguments.__init__() missing 2 required positional arguments",
    "maker_module:mute": "Mute",
    "not a reference": "AttributeError",
}
NO_SIMULATION = {
    "maker_module:nothing": "TypeError: NoneType is no simulation, for lack of backend, device, reset, tick, read",
    "maker_module:half": "TypeError: SimpleNamespace is no simulation, for lack of device, tick, read",
}


@pytest.fixture
def modules(tmp_path, monkeypatch):
    (tmp_path / "maker_module.py").write_text(MODULE)
    (tmp_path / "broken_module.py").write_text("x = 1\ndef def\n")
    (tmp_path / "leaving_module.py").write_text("import sys\nsys.exit(0)\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("maker_module", "broken_module", "leaving_module"):
        sys.modules.pop(name, None)


@pytest.fixture
def install(monkeypatch):
    """Have these entry points installed, by group, and no others."""

    def entries(**groups):
        monkeypatch.setattr(plugin.parts, "own_entry_points", lambda group: [])
        known = {f"maniple.{group}": found for group, found in groups.items()}
        monkeypatch.setattr(
            plugin.parts,
            "entry_points",
            lambda group: [EntryPoint(name, value, group) for name, value in known.get(group, [])],
        )

    return entries


@pytest.mark.parametrize(("value", "complaint"), BROKEN.items())
def test_a_plugin_that_cannot_be_made_is_named_with_its_entry_point(value, complaint, modules, install, tmp_path):
    install(controllers=[("mine", value)], simulations=[("jax", value)], loaders=[("nca", value)])
    made = {
        f"controller 'mine' ({value}): {complaint}": installed.makers(["mine"])["mine"],
        f"simulation 'jax' ({value}): {complaint}": installed.make_simulation,
        f"loader 'nca' ({value}): ": lambda: installed.load_trained(tmp_path),
    }
    for start, make in made.items():
        with pytest.raises(PluginError) as raised:
            make()
        line = str(raised.value)
        assert line.startswith(start)
        assert line.isprintable() and len(line) < 220
        assert raised.value.__cause__ is not None


CANCELLED = type("Cancelled", (BaseException,), {})


@pytest.mark.parametrize(
    ("error", "at_the_front"),
    [(KeyboardInterrupt, KeyboardInterrupt), (GeneratorExit, GeneratorExit), (CANCELLED, PluginError)],
)
def test_whatever_a_plugin_raises_in_the_background_is_its_own(error, at_the_front):
    def make():
        with plugin_errors("controller 'mine'"):
            raise error

    with pytest.raises(PluginError, match=rf"controller 'mine': {error.__name__}"):
        BackgroundTask(make).outcome()
    with pytest.raises(at_the_front):  # it may be the player's Ctrl-C
        make()


@pytest.mark.parametrize(("value", "complaint"), NO_SIMULATION.items())
def test_what_is_no_simulation_is_refused(value, complaint, modules, install):
    install(simulations=[("jax", value)])
    with pytest.raises(PluginError, match="simulation 'jax'") as raised:
        installed.make_simulation()
    assert str(raised.value).endswith(complaint)


def test_the_line_says_where_the_traceback_is(modules, install, capsys, monkeypatch, tmp_path):
    install(simulations=[("jax", "maker_module:key_error")], controllers=[("nca", "maker_module:nothing")])
    monkeypatch.setattr(paths, "log_file", lambda: tmp_path / "logs" / "maniple.log")
    monkeypatch.setattr(fault_log, "log_file", paths.log_file)
    with pytest.raises(SystemExit) as left:
        main(["--headless", "--grid", "64x48", "--mass", "60"])
    assert left.value.code == 2
    out, error = capsys.readouterr()
    assert (out, error) == (
        "",
        "run_game.py: simulation 'jax' (maker_module:key_error): KeyError: 'weights'"
        f" (its traceback is in {paths.log_file()})\n",
    )
    text = paths.log_file().read_text()
    assert "Traceback" in text and 'maker_module.py", line 8, in key_error' in text
    # A log is kept from growing for ever, and where there can be none the line says so.
    monkeypatch.setattr(fault_log, "LARGEST_LOG", 10)
    described(PluginError("again"))
    assert paths.log_file().read_text().count("\n") == 3
    assert paths.log_file().with_suffix(".old.log").read_text() == text
    monkeypatch.setattr(fault_log, "log_file", lambda: tmp_path / "maker_module.py" / "maniple.log")
    assert described(PluginError("again")).startswith("again (its traceback cannot be kept: ")

    def homeless():
        raise RuntimeError("no home")

    monkeypatch.setattr(fault_log, "log_file", homeless)
    assert described(PluginError("again")) == "again (its traceback cannot be kept: no home)"


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ({"controllers": [("plan", "a:A"), ("nca", "n:N"), ("plan", "b:B")]}, ["--list-controllers"]),
        ({"controllers": [("plan", "a:A"), ("nca", "n:N"), ("plan", "b:B")]}, ["--headless"]),
        ({"controllers": [("nca", "n:N")], "simulations": [("jax", "a:A"), ("jax", "b:B")]}, ["--headless"]),
    ],
)
def test_two_plugins_of_one_name_are_an_error(groups, words, install, capsys):
    install(**groups)
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    out, error = capsys.readouterr()
    assert out == "" and error.count("\n") == 1
    group, name = ("simulations", "jax") if "simulations" in groups else ("controllers", "plan")
    assert f"two plugins of maniple.{group} are named '{name}', a:A and b:B: uninstall one" in error


def test_a_simulation_is_chosen_by_name_and_a_replay_tells_which(install, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    controllers = [("nca", "builtins:object")]
    install(controllers=controllers, simulations=[("jax", "no_such:module"), ("own", "own_simulation:DonorCell")])
    words = "--headless --simulation own --ticks 5 --grid 72x48 --mass 200 --soldiers 100"
    assert main([*words.split(), "--record", "battle.toml"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["device"] == "NumPy" and 'simulation = "own"' in (tmp_path / "battle.toml").read_text()
    assert main(["--headless", "--replay", "battle.toml"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again.pop("replay")["same_to_the_bit"] and again == first
    install(controllers=controllers, simulations=[("jax", "own_simulation:DonorCell")])
    for more, complaint in (
        (["--simulation", "jax"], "--simulation is the replay's to say"),
        (["--simulation", ""], "--simulation is the replay's to say"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["--headless", "--replay", "battle.toml", *more])
        error = capsys.readouterr().err
        assert left.value.code == 2 and complaint in error and error.count("\n") == 1
    assert main(["--headless", "--replay", "battle.toml"]) == 0
    said = capsys.readouterr()
    assert "unknown simulation 'own'; one of jax, auto: jax moves the mass instead, and fields may differ" in said.err
    assert json.loads(said.out)["simulation"] == "jax"
    assert main([*words.replace(" own", " jax").split(), "--record", "older.toml"]) == 0
    assert "simulation" not in (tmp_path / "older.toml").read_text(), "as replays always were"


def test_one_plugin_that_is_found_twice_is_one(install):
    install(controllers=[("plan", "a:A"), ("plan", "a:A")])
    assert list(installed.installed_controllers()) == ["plan"]


class Picky(StandIn):
    """Asks of a controller what StandIn does not: in a reset, or later."""

    def reset(self, mass, ground, controllers, seed, sides=None):
        for controller in controllers:
            getattr(controller, "init")  # noqa: B009
        return super().reset(mass, ground, controllers, seed, sides)

    def tick(self, state, targets):
        for controller in state.controllers:
            controller.steer(targets)
        return super().tick(state, targets)


class NoInit:
    pass


class WrongSteer:
    init = None

    def steer(self):
        pass


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [(NoInit, "'NoInit' object has no attribute 'init'"), (WrongSteer, "steer() takes 1 positional argument")],
)
def test_a_controller_of_a_wrong_protocol_is_named(wrong, complaint, campaign, install):
    install(controllers=[("one", f"{__name__}:{wrong.__name__}")])
    entry = installed.plugins(plugin.CONTROLLERS, "controller")["one"]
    object.__setattr__(entry, "entry", replace_load(entry.entry, wrong))
    setup = replace(campaign, simulation=Picky, controllers={"one": entry})
    with pytest.raises(PluginError) as raised:
        BackgroundTask(setup.build).result()
    assert str(raised.value).startswith(f"controller 'one' ({__name__}:{wrong.__name__}): ")
    assert complaint in str(raised.value)


def replace_load(entry, made):
    class Loaded(EntryPoint):
        def load(self):
            return made

    return Loaded(entry.name, entry.value, entry.group)


def test_a_maker_that_leaves_ends_no_thread_in_silence(campaign):
    setup = replace(campaign, controllers={"one": lambda: sys.exit("I leave")})
    with pytest.raises(PluginError, match="one: SystemExit: I leave"):
        BackgroundTask(setup.build).result()
    with pytest.raises(InputError, match="SystemExit: 4"):
        BackgroundTask(lambda: sys.exit(4)).result()


@pytest.mark.parametrize(("asked", "told"), [("gl", 1), ("auto", 0)])
def test_where_opengl_cannot_play_the_other_simulation_does(asked, told, install, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    simulations = [("jax", "own_simulation:DonorCell"), ("gl", "no_such:module")]
    install(controllers=[("nca", "builtins:object")], simulations=simulations)
    words = f"--headless --simulation {asked} --ticks 2 --grid 72x48 --mass 200 --soldiers 100 --record battle.toml"
    assert main(words.split()) == 0
    said = capsys.readouterr()
    outcome = json.loads(said.out)
    assert (outcome["simulation"], outcome["device"]) == ("jax", "NumPy")
    line = "simulation 'gl' (no_such:module): No module named 'no_such': jax moves the mass instead"
    assert said.err.count(line) == told
    assert "simulation =" not in (tmp_path / "battle.toml").read_text(), "a replay names the one that ran"


def test_a_scenario_names_its_simulation_and_the_command_line_another(install, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    simulations = [("jax", "no_such:module"), ("own", "own_simulation:DonorCell")]
    install(controllers=[("nca", "builtins:object")], simulations=simulations)
    regiment = '[[regiments]]\nname = "army"\nmass = 60\nformation = "line"\nat = [36, 24]\n'
    scenario = tmp_path / "mine.toml"
    scenario.write_text(f'title = "Mine"\nsize = [72, 48]\nsimulation = "own"\n{regiment}', encoding="utf-8")
    words = ["--headless", "--scenario", str(scenario), "--ticks", "1"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["simulation"] == "own"
    with pytest.raises(SystemExit):
        main([*words, "--simulation", "jax"])
    assert "no_such" in capsys.readouterr().err


FAILING = """
from own_simulation import DonorCell

class Failing(DonorCell):
    ticks = 0

    def tick(self, state, targets):
        Failing.ticks += 1
        if Failing.ticks == 6:
            raise RuntimeError("the context is lost")
        return super().tick(state, targets)
"""


def test_a_replay_of_two_simulations_names_both_and_says_so(install, tmp_path, monkeypatch, capsys):
    (tmp_path / "failing_gl.py").write_text(FAILING)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    simulations = [("jax", "own_simulation:DonorCell"), ("gl", "failing_gl:Failing")]
    install(controllers=[("nca", "builtins:object")], simulations=simulations)
    words = "--headless --simulation gl --ticks 9 --grid 72x48 --mass 200 --soldiers 100 --record battle.toml"
    assert main(words.split()) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["simulation"] == "jax"
    assert "simulation 'gl': the context is lost: jax moves the mass instead" in said.err
    assert 'simulation = "gl and jax"' in (tmp_path / "battle.toml").read_text()
    assert main(["--headless", "--replay", "battle.toml"]) == 0
    said = capsys.readouterr()
    assert "gl and jax played one after the other: jax plays all, and fields may differ by a hair" in said.err
    assert json.loads(said.out)["ticks"] == 9
