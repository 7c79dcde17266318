import pytest
from clock import Clock

from engine.app.profiler import PARTS, RECENT, Profiler


@pytest.fixture
def clock():
    return Clock()


def spend(profiler, clock, part, seconds):
    with profiler.measure(part):
        clock.now += seconds


def test_a_part_s_times_in_one_frame_add_up(clock):
    profiler = Profiler(clock)
    spend(profiler, clock, "simulation", 0.004)
    spend(profiler, clock, "drawing", 0.010)
    spend(profiler, clock, "simulation", 0.002)
    clock.now += 5  # nobody's
    profiler.end_frame()
    assert profiler.milliseconds == pytest.approx({"simulation": 6, "soldiers": 0, "drawing": 10, "waiting": 0})
    assert profiler.rows()[-1] == ("frame", "16.0")
    assert tuple(name for name, _ in profiler.rows()) == (*PARTS, "frame")


def test_times_are_averaged_and_the_old_fade(clock):
    profiler = Profiler(clock)
    for seconds in (0.002, 0.004):
        spend(profiler, clock, "soldiers", seconds)
        profiler.end_frame()
    assert profiler.milliseconds["soldiers"] == pytest.approx(3)
    for _ in range(5 * RECENT):
        profiler.end_frame()
    assert profiler.milliseconds["soldiers"] < 0.1


def test_what_fails_is_measured_as_well(clock):
    profiler = Profiler(clock)
    with pytest.raises(ZeroDivisionError), profiler.measure("loading"):
        clock.now += 0.001
        raise ZeroDivisionError
    profiler.end_frame()
    assert profiler.milliseconds["loading"] == pytest.approx(1)
