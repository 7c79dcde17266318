import pytest
from clock import Clock

from engine.app.clock import FASTEST, FRAMES_PER_SECOND, LONGEST_FRAME, SLOWEST, TICKING, GameClock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def loop(clock):
    loop = GameClock(30, clock, clock.sleep)
    list(loop.ticks_due())  # the first frame makes the first tick
    return loop


def ticks_after(loop, clock, seconds, frames=1):
    made = 0
    for _ in range(frames):
        clock.now += seconds / frames
        made += len(list(loop.ticks_due()))
    return made


@pytest.mark.parametrize("frames", [40, 97, 240])
def test_ticks_follow_the_clock_whatever_the_frame_rate(loop, clock, frames):
    assert abs(ticks_after(loop, clock, 3.0, frames) - 90) <= 1


@pytest.mark.parametrize("speed", [0.25, 1, 4])
def test_speed_scales_ticks(loop, clock, speed):
    loop.speed = speed
    assert abs(ticks_after(loop, clock, 2.0, 120) - 60 * speed) <= 1


def test_alpha_runs_from_one_tick_to_the_next(loop, clock):
    alphas = []
    for _ in range(4):
        assert not ticks_after(loop, clock, 0.2 / 30)
        alphas.append(loop.alpha)
    assert alphas == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert ticks_after(loop, clock, 0.3 / 30) == 1
    assert loop.alpha == pytest.approx(0.1)


def test_a_long_frame_is_clamped(loop, clock):
    assert ticks_after(loop, clock, 60.0) == pytest.approx(LONGEST_FRAME * 30, abs=1)


def frames_made(loop, clock, frames, tick, drawing):
    """Return how many ticks each of some frames makes, where both take that long."""
    made = []
    for _ in range(frames):
        made.append(0)
        for _ in loop.ticks_due():
            clock.now += tick
            made[-1] += 1
        assert 0 <= loop.alpha < 1
        clock.now += drawing
    return made[1:]


@pytest.mark.parametrize("tick", [0.02, 0.04, 0.2])
def test_ticks_that_take_too_long_are_dropped_and_frames_share_the_time_with_them(loop, clock, tick):
    loop.speed = 16
    made = frames_made(loop, clock, 60, tick, drawing=0.02)
    assert min(made) >= 1, "no frame shows the tick before again"
    if tick < TICKING:
        assert sum(made) * tick / len(made) == pytest.approx(TICKING, abs=2 * tick / len(made))
        assert max(made) - min(made) <= 1, "they come as evenly as they can"
    else:
        assert max(made) == 1, "one slow tick, and it is drawn"


def test_ticks_as_slow_as_real_time_leave_fourteen_frames_a_second(loop, clock):
    made = frames_made(loop, clock, 60, tick=1 / 30, drawing=0.025)
    assert len(made) / (sum(made) / 30 + len(made) * 0.025) >= 14


def test_frames_that_take_longer_than_their_ticks_make_more_of_them(loop, clock):
    made = frames_made(loop, clock, 60, tick=0.03, drawing=0.09)
    assert sum(made) * 0.03 / len(made) == pytest.approx(0.09, abs=0.002)


def test_one_slow_tick_takes_the_ticks_of_the_next_frame_alone(loop, clock):
    loop.speed = 16
    frames_made(loop, clock, 3, 1.0, 0.02)
    assert frames_made(loop, clock, 5, 0.01, 0.02)[1:] == [4, 5, 4]


def test_pause_holds_the_picture_still(loop, clock):
    ticks_after(loop, clock, 0.5 / 30)
    held = loop.alpha
    loop.pause()
    assert ticks_after(loop, clock, 1.0, 20) == 0
    assert loop.alpha == held
    loop.pause()
    assert ticks_after(loop, clock, 1.0, 30) == pytest.approx(30, abs=1)


def test_a_step_makes_one_tick_and_pauses(loop, clock):
    ticks_after(loop, clock, 0.5 / 30)
    loop.step()
    assert loop.paused
    assert ticks_after(loop, clock, 1.0, 10) == 1
    assert loop.alpha == 1.0
    loop.step()
    loop.step()
    assert ticks_after(loop, clock, 0.1) == 2


def test_speeds_are_powers_of_two_within_bounds(loop):
    for _ in range(12):
        loop.faster()
    assert loop.speed == FASTEST
    loop.slower()
    assert loop.speed == FASTEST / 2
    for _ in range(12):
        loop.slower()
    assert loop.speed == SLOWEST


def test_time_before_a_restart_does_not_count(loop, clock):
    clock.now += 50.0
    loop.restart()
    assert ticks_after(loop, clock, 0.01) == 0


def test_rest_waits_out_the_frame_and_no_more(loop, clock):
    list(loop.ticks_due())
    start = clock.now
    clock.now += 0.004
    loop.wait()
    assert clock.now - start == pytest.approx(1 / FRAMES_PER_SECOND)
    clock.now += 0.2
    late = clock.now
    loop.wait()
    assert clock.now == late


def test_frame_rate_is_averaged(loop, clock):
    for _ in range(300):
        clock.now += 0.05
        list(loop.ticks_due())
    assert loop.frames_per_second == pytest.approx(20, rel=0.01)


def test_a_game_that_waits_for_its_army_leaves_the_processor_to_those_who_muster_it(loop, clock):
    start = clock.now
    loop.wait(12)
    assert clock.now - start == pytest.approx(1 / 12)
