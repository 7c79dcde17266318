"""A signal in mid-battle: what is recorded is whole and on the disk, and the exit code names the signal."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image
from stand_in import StandIn

import run_game
from engine.app import request
from engine.app.signals import NAMES, Interrupted, Signals
from engine.battle import Battle
from engine.scenarios import load_replay

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows knows no signals between programs")
SIGNALS = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
SMALL = ["--grid", "64x48", "--mass", "200", "--soldiers", "300"]
SENT_AT = 5  # ticks


@pytest.fixture
def sent(monkeypatch, tmp_path):
    """Have the program play a small simulation in which signals come after some ticks; returns what they are."""
    signals = []
    tick = Battle.tick

    def play_on(self):
        tick(self)
        if self.state.tick == SENT_AT:
            for one in signals:
                os.kill(os.getpid(), one)

    monkeypatch.setattr(Battle, "tick", play_on)
    monkeypatch.setattr(request, "make_simulation", StandIn)
    monkeypatch.setattr(request, "makers", lambda names, carried: dict.fromkeys(names, object))
    monkeypatch.chdir(tmp_path)
    return signals


def record(*words, path="battle.toml"):
    code = run_game.main([*words, *SMALL, "--ticks", "40", "--record", path])
    assert [name for name in os.listdir() if name.endswith(".draft")] == []
    return code, load_replay(Path(path))


@pytest.mark.parametrize("number", SIGNALS)
def test_headless_saves_its_replay(sent, number, capsys):
    before = signal.getsignal(number)
    sent.append(number)
    code, replay = record("--headless")
    assert (code, replay.ticks) == (128 + number, SENT_AT)
    assert capsys.readouterr().out == ""
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("ending", ["gif", "mp4"])
def test_a_demo_finishes_its_film_and_saves_its_replay(sent, ending, capsys):
    sent.append(signal.SIGTERM)
    Path("old.gif").write_text("old")
    code, replay = record("--demo", f"film.{ending}")
    assert (code, replay.ticks) == (128 + signal.SIGTERM, SENT_AT)
    assert f"film.{ending}" in capsys.readouterr().out
    if ending == "gif":
        with Image.open("film.gif") as film:
            assert film.n_frames == 3  # at ticks 0, 2.5 and 5
    else:
        reader = pytest.importorskip("imageio_ffmpeg")
        assert reader.count_frames_and_secs("film.mp4")[0] == SENT_AT + 1


@pytest.mark.filterwarnings("ignore:pygame.init")
def test_a_window_saves_its_replay(sent, monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")
    sent.append(signal.SIGHUP)
    code, replay = record("--settings", str(tmp_path / "settings.toml"))
    assert code == 128 + signal.SIGHUP and replay.ticks >= SENT_AT


def test_the_second_signal_ends_it_at_once_and_the_replay_is_saved_all_the_same(sent, monkeypatch):
    sent.extend([signal.SIGINT, signal.SIGINT])
    code, replay = record("--headless")
    assert (code, replay.ticks) == (130, SENT_AT)


def test_a_battle_that_fails_saves_its_replay(sent, monkeypatch, capsys):
    tick = Battle.tick

    def fail(self):
        if self.state.tick == 3:
            raise FloatingPointError("the mass is not finite")
        tick(self)

    monkeypatch.setattr(Battle, "tick", fail)
    Path("film.gif").write_text("old")
    for number, words in enumerate((["--headless"], ["--demo", "film.gif"])):
        with pytest.raises(SystemExit):
            record(*words, path=f"{number}.toml")
        assert load_replay(Path(f"{number}.toml")).ticks == 3
        assert "the mass is not finite" in capsys.readouterr().err
    assert Path("film.gif").read_text() == "old"


def test_where_no_plan_can_lead_either_it_ends_in_one_line_and_the_replay_is_saved(sent, monkeypatch, capsys):
    ticks, tick = [], Battle.tick

    class Failing(StandIn):
        def read(self, state, fields):
            if ticks[-1:] == [3]:
                raise ZeroDivisionError("no way")
            return super().read(state, fields)

    def counted(self):
        ticks.append(self.state.tick)
        tick(self)

    monkeypatch.setattr(Battle, "tick", counted)
    monkeypatch.setattr(request, "make_simulation", Failing)
    for number, plan in enumerate((["nca"], ["nca", "plan"])):
        monkeypatch.setattr(request, "makers", lambda names, carried, plan=plan: dict.fromkeys(plan, object))
        ticks.clear()
        with pytest.raises(SystemExit) as leaving:
            record("--headless", path=f"{number}.toml")
        assert leaving.value.code == 2
        assert load_replay(Path(f"{number}.toml")).ticks == 3
        out, error = capsys.readouterr()
        saved, line = error.splitlines()
        assert out == "" and saved == f"run_game.py: the replay is in {Path(f'{number}.toml').resolve()}"
        assert line.startswith(
            "run_game.py: the simulation under 'nca': ZeroDivisionError: no way (its traceback is in "
        )


def test_a_replay_without_a_name_goes_to_the_data_folder(sent, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for _ in range(2):
        assert run_game.main(["--headless", *SMALL, "--ticks", "2", "--record"]) == 0
    folder = tmp_path / "data" / "maniple" / "replays"
    assert sorted(os.listdir(folder)) == ["replay-0001.toml", "replay-0002.toml"]
    assert f"the replay is in {folder / 'replay-0002.toml'}\n" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["data"]


def test_nothing_is_written_where_that_can_be_known_before(sent, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(Battle, "tick", None)
    for words in (
        ["--headless", "--record", "n" * 256],
        ["--headless", "--record", "./x.png", "--screenshot", "x.png"],
    ):
        with pytest.raises(SystemExit) as leaving:
            run_game.main([*words, *SMALL])
        assert leaving.value.code == 2 and capsys.readouterr().err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_signals_that_are_ignored_stay_so_as_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals().heard() as signals:
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN and not signals.asked()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_while_it_is_saved_no_signal_interrupts():
    with Signals().heard() as signals:
        with signals.noted(1), signals.noted():
            for one in SIGNALS:
                os.kill(os.getpid(), one)
        with pytest.raises(Interrupted):
            signals.obey()
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)


def test_in_another_thread_signals_are_left_alone():
    heard = []

    def listen():
        with Signals().heard() as signals:
            heard.append(signals.asked())

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert heard == [False]


@pytest.mark.long
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("words", [["--headless"], ["--demo", "film.gif"]])
def test_the_real_program_saves_what_it_records(tmp_path, words, number):
    words = [*words, *SMALL, "--ticks", "99999", "--controller", "poisson", "--record", "battle.toml"]
    program = [sys.executable, "-u", run_game.__file__, *words]
    said = tmp_path / "said.txt"
    with said.open("w") as stderr:
        playing = subprocess.Popen(program, cwd=tmp_path, stderr=stderr, stdout=subprocess.PIPE)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            playing.communicate(timeout=20)
        for _ in range(100):  # a film says how far it is: on a busy machine it is waited for until it has frames
            if "film.gif" not in words or re.search(r"\b\d\d+/99999", said.read_text(errors="replace")):
                break
            time.sleep(1)
        playing.send_signal(number)
        playing.communicate(timeout=20)
    finally:
        playing.kill()
    assert playing.returncode == 128 + number
    assert load_replay(tmp_path / "battle.toml").ticks > 0
    if "film.gif" in words:
        assert Image.open(tmp_path / "film.gif").n_frames > 1
    assert not list(tmp_path.glob(".*"))
