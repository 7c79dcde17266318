import threading

import pytest

from engine.app.background import BackgroundTask
from engine.io import InputError


def test_what_was_made_arrives_and_was_made_elsewhere():
    task = BackgroundTask(threading.current_thread)
    assert task.result() is not threading.current_thread()
    assert task.ready


def test_it_is_not_ready_before_it_is_done():
    gate = threading.Event()
    task = BackgroundTask(gate.wait)
    assert not task.ready
    gate.set()
    assert task.result() is True
    assert task.ready


@pytest.mark.parametrize("error", [ValueError, OSError, ImportError, RuntimeError])
def test_bad_data_arrives_as_one_line(error):
    def fail():
        raise error("weights:\n  expected 3\n  found 4")

    with pytest.raises(InputError) as raised:
        BackgroundTask(fail).result()
    assert str(raised.value) == "weights: expected 3 found 4"


def test_a_mistake_in_the_program_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        BackgroundTask(lambda: 1 / 0).result()
