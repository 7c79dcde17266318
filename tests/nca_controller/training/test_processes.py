"""Several processes as one run: what they agree on, what one process would have found, and how they end together."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace

import numpy as np
import pytest

from engine.io import InputError
from nca_controller import load_controller
from nca_controller.training import processes
from nca_controller.training.__main__ import main as train
from nca_controller.training.config import PRESETS
from nca_controller.training.snapshots import Snapshots

FLAGS = "--preset smoke --grid 24 --ticks 3 --hidden-dim 8 --least-mass 30 --guidance gradient --batch 4"
WORDS = [*FLAGS.split(), "--iterations", "20", "--save-every", "5"]
SLOW_FROM = 7  # iteration from which a run that is to be killed lingers
PROGRAM = """
import sys, time
from nca_controller.training import loop, processes
from nca_controller.training.__main__ import command
if sys.argv.pop(1) == "slowly":
    iterate = loop.Trainer.iterate
    loop.Trainer.iterate = lambda self: (iterate(self), time.sleep(1 if self.iteration >= 7 else 0))[0]
processes.WAIT = min(processes.WAIT, int(sys.argv.pop(1)))
command(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--coordinator node1", "'node1' is not a host and a port"),
        ("--coordinator :1", "':1' is not a host and a port"),
        ("--coordinator node1:66000", "not a host and a port"),
        ("--coordinator node1:1", "go together"),
        ("--processes 2 --process 1", "go together"),
        ("--coordinator node1:1 --processes 2 --process 2", "from 0 to 1, one below --processes, not 2"),
        ("--coordinator node1:1 --processes 2 --process -1", "not -1"),
        ("--coordinator node1:1 --processes 0 --process 0", "--processes"),
        ("--coordinator node1:1 --processes 2 --process one", "--process"),
    ],
)
def test_flags_that_make_no_run_are_refused_at_once(words, complaint, capsys, tmp_path):
    with pytest.raises(SystemExit) as exit_:
        train(["--out", str(tmp_path / "out"), "--run", str(tmp_path / "run"), *words.split()])
    error = capsys.readouterr().err
    assert exit_.value.code == 2 and complaint in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.fixture
def beside(monkeypatch):
    """Make this process the first of two; the other sees the facts that are returned, or has the fault."""

    def other(facts=None, fault=None):
        others = []

        def gather(mine):
            others.append(mine)
            if len(others) == 1:
                theirs = np.frombuffer(bytes([fault is not None]) + processes._digest(list(facts or {})), np.uint8)
            else:
                theirs = np.stack([np.frombuffer(processes._digest(value), np.uint8) for value in facts.values()])
            return np.stack([mine, theirs])

        monkeypatch.setattr(processes, "count", lambda: 2)
        monkeypatch.setattr(processes.multihost_utils, "process_allgather", gather)

    return other


def test_processes_with_other_configs_are_refused_with_the_field(beside):
    config = PRESETS["smoke"]
    beside(asdict(config))
    assert processes.agree(lambda: ("the run", asdict(config))) == "the run"
    for name, value in (("seed", 1), ("learning_rate", 1.0000001e-3), ("loss", "seed")):
        beside(asdict(replace(config, **{name: value})))
        with pytest.raises(processes.RefusedError, match=f"process 1 has another {name} than process 0"):
            processes.agree(lambda: ("the run", asdict(config)))
    beside(asdict(config) | {"more": 1})
    with pytest.raises(processes.RefusedError, match="different versions"):
        processes.agree(lambda: ("the run", asdict(config)))


def test_a_fault_of_one_process_is_known_to_all(beside):
    beside(fault="no run to resume")
    with pytest.raises(processes.RefusedError, match="process 1 cannot begin"):
        processes.agree(lambda: ("the run", {}))
    beside({})

    def prepare():
        raise InputError("runs/mine holds a run")

    with pytest.raises(processes.RefusedError, match="runs/mine holds a run"):
        processes.agree(prepare)


def test_a_batch_is_shared_evenly_among_processes(monkeypatch):
    monkeypatch.setattr(processes, "count", lambda: 3)
    with pytest.raises(InputError, match="batch must be a multiple of the 3 processes, not 4"):
        processes.devices(4)


STARTED = []


@pytest.fixture(autouse=True)
def nobody_is_left():
    """Kill what a failed test has left running."""
    yield
    for each in STARTED:
        if each.poll() is None:
            each.kill()
            each.communicate()
    STARTED.clear()


def begin(process, port, folder, *words, pace="fast", wait=60, devices=2):
    """Start one process of two on this machine; return it."""
    flags = os.environ | {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    flags["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    flags.pop("JAX_NUM_CPU_DEVICES", None)
    beside = [] if port is None else f"--coordinator 127.0.0.1:{port} --processes 2 --process {process}".split()
    paths = ["--out", str(folder / "mine"), "--run", str(folder / "run")]
    program = [sys.executable, "-c", PROGRAM, pace, str(wait), *WORDS, *words, *beside, *paths]
    STARTED.append(subprocess.Popen(program, env=flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    return STARTED[-1]


def ended(started, seconds=900):
    """Return exit code, stdout, and the lines of stderr without those of the progress bar."""
    out, err = started.communicate(timeout=seconds)
    lines = [line.split("\r")[-1] for line in err.splitlines()]
    return started.returncode, out, [line for line in lines if line and not re.match(r" *\d+%\|", line)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pair(folder, *words, **settings):
    port = free_port()
    return [begin(process, port, folder, *words, **settings) for process in (0, 1)]


def losses_of(folder):
    return [json.loads(line)["loss"] for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a run of two processes, each with two devices, that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    (code, out, err), other = (ended(each) for each in pair(folder))
    assert (code, err) == (0, []) and "the model is in" in out, (out, err)
    assert other == (0, "", []), "one process reports"
    return folder


@pytest.mark.long
def test_two_processes_of_two_devices_train_as_one_of_four(whole, tmp_path):
    code, _, err = ended(begin(0, None, tmp_path, devices=4))
    assert (code, err) == (0, [])
    assert len(losses_of(whole)) == 20
    np.testing.assert_allclose(losses_of(whole), losses_of(tmp_path), rtol=0, atol=1e-5)
    load_controller(whole / "mine")
    assert Snapshots(whole / "run" / "snapshots").latest() == 20


@pytest.mark.long
@pytest.mark.parametrize("victim", [1, 0])
def test_a_killed_process_ends_the_run_which_goes_on_as_if_nothing_had_been(victim, whole, tmp_path):
    both = pair(tmp_path, pace="slowly")
    deadline = time.monotonic() + 900
    while not (tmp_path / "run" / "metrics.jsonl").exists() or len(losses_of(tmp_path)) < SLOW_FROM:
        assert time.monotonic() < deadline and all(each.poll() is None for each in both)
        time.sleep(0.05)
    os.kill(both[victim].pid, signal.SIGKILL)
    code, _, err = ended(both[1 - victim], seconds=60)
    assert code != 0 and len(err) == 1 and "--resume" in err[0], err
    assert ended(both[victim])[0] == -signal.SIGKILL
    assert len(losses_of(tmp_path)) < 20
    assert Snapshots(tmp_path / "run" / "snapshots").read(replace(PRESETS["smoke"], **CHANGED)).passed_over == ()
    for each in pair(tmp_path, "--resume"):
        assert ended(each)[0] == 0
    assert losses_of(tmp_path) == losses_of(whole)


CHANGED = {"grid": 24, "ticks": 3, "hidden_dim": 8, "least_mass": 30, "guidance": "gradient", "batch": 4,
           "iterations": 20, "save_every": 5}  # fmt: skip


@pytest.mark.long
def test_two_processes_with_different_configs_are_refused_in_one_line_each(tmp_path):
    port = free_port()
    both = [begin(0, port, tmp_path), begin(1, port, tmp_path, "--seed", "3")]
    for code, out, err in map(ended, both):
        assert (code, out, len(err)) == (2, "", 1) and "process 1 has another seed than process 0" in err[0]
    assert not list(tmp_path.iterdir())


@pytest.mark.long
@pytest.mark.parametrize("process", [0, 1])
def test_who_is_left_alone_says_so(process, tmp_path):
    code, out, err = ended(begin(process, free_port(), tmp_path, wait=3))
    assert (code, out, len(err)) == (2, "", 1) and "at the coordinator 127.0.0.1" in err[0]
    assert not list(tmp_path.iterdir())
