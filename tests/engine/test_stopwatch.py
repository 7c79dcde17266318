import pytest
from clock import Clock

from engine.stopwatch import PARTS, RECENT, Stopwatch


@pytest.fixture
def clock():
    return Clock()


def spend(stopwatch, clock, part, seconds):
    with stopwatch.measure(part):
        clock.now += seconds


def test_a_part_s_times_in_one_frame_add_up(clock):
    stopwatch = Stopwatch(clock)
    spend(stopwatch, clock, "simulation", 0.004)
    spend(stopwatch, clock, "drawing", 0.010)
    spend(stopwatch, clock, "simulation", 0.002)
    clock.now += 5  # nobody's
    stopwatch.lap()
    assert stopwatch.milliseconds == pytest.approx({"simulation": 6, "troops": 0, "drawing": 10, "waiting": 0})
    assert stopwatch.rows()[-1] == ("frame", "16.0")
    assert tuple(name for name, _ in stopwatch.rows()) == (*PARTS, "frame")


def test_times_are_averaged_and_the_old_fade(clock):
    stopwatch = Stopwatch(clock)
    for seconds in (0.002, 0.004):
        spend(stopwatch, clock, "troops", seconds)
        stopwatch.lap()
    assert stopwatch.milliseconds["troops"] == pytest.approx(3)
    for _ in range(5 * RECENT):
        stopwatch.lap()
    assert stopwatch.milliseconds["troops"] < 0.1


def test_what_fails_is_measured_as_well(clock):
    stopwatch = Stopwatch(clock)
    with pytest.raises(ZeroDivisionError), stopwatch.measure("loading"):
        clock.now += 0.001
        raise ZeroDivisionError
    stopwatch.lap()
    assert stopwatch.milliseconds["loading"] == pytest.approx(1)
