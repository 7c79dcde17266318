import threading

import pytest

from engine.app.background import BackgroundTask, InputError


def test_what_was_made_arrives_and_was_made_elsewhere():
    muster = BackgroundTask(threading.current_thread)
    assert muster.result() is not threading.current_thread()
    assert muster.ready


def test_it_is_not_ready_before_it_is_done():
    gate = threading.Event()
    muster = BackgroundTask(gate.wait)
    assert not muster.ready
    gate.set()
    assert muster.result() is True
    assert muster.ready


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
