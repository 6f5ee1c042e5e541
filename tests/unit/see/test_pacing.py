from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.core.clock import ManualClock
from aviator.see.pacing import Pacer

START = 1_000_000.0


def test_a_quick_loop_keeps_the_beat():
    clock = ManualClock(START)
    pacer = Pacer(10, clock)
    for i in range(1, 50):
        clock.sleep(0.03)
        pacer.wait()
        assert abs(clock.monotonic() - (START + i / 10)) < 1e-6
    assert pacer.skipped == 0


def test_missed_slots_are_skipped_and_counted_and_the_phase_is_kept():
    clock = ManualClock(START)
    pacer = Pacer(10, clock)
    clock.sleep(0.25)  # slots at 0.1 and 0.2 went by
    pacer.wait()
    assert pacer.skipped == 2
    assert abs(clock.monotonic() - (START + 0.3)) < 1e-6
    clock.sleep(1.04)
    pacer.wait()
    assert pacer.skipped == 12
    assert abs(clock.monotonic() - (START + 1.4)) < 1e-6


@settings(derandomize=True, deadline=None)
@given(st.sampled_from([5, 10, 16, 60]), st.lists(st.floats(0, 1.5), max_size=40))
def test_every_slot_is_either_kept_or_counted(hz, busy):
    clock = ManualClock(START)
    pacer = Pacer(hz, clock)
    for seconds in busy:
        before = clock.monotonic() + seconds
        clock.sleep(seconds)
        pacer.wait()
        assert before - 1e-6 <= clock.monotonic() <= before + 1 / hz + 1e-6
    assert abs(clock.monotonic() - START - (len(busy) + pacer.skipped) / hz) < 1e-5
