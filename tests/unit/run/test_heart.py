"""The pulse is judged by the age of what was heard, and a silent process by what it does with the processor."""

from dataclasses import replace

import pytest

from aviator.core.types import BookmakerId
from aviator.run.heart import BLIND_AFTER_S, FIRST_BEAT_S, IDLE_S, PATIENCE_S, STILL_AFTER_S, Heart
from aviator.run.launch import Exertion
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState

STATE = BookmakerState(BookmakerId("A"), life=Life.RUNNING, beat_at=1000.0)
BEATLESS = replace(STATE, life=Life.STARTING, beat_at=None)
IDLE = Exertion(5.0, stopped=False, busy=False)


def beating(until: float, **changes: object) -> tuple[Heart, BookmakerState]:
    """A heart that heard a beat each second up to `until`, born at 0; and the state with the last beat."""
    heart, state = Heart(0.0), STATE
    for second in range(int(until) + 1):
        state = replace(STATE, beat_at=1000.0 + second, **changes)  # type: ignore[arg-type]
        heart.listen(state, float(second))
    return heart, state


def killed_at(heart: Heart, state: BookmakerState, exertions: list[Exertion], start: float, step: float = 0.1) -> float | None:
    """When a supervisor that looks each `step` seconds would end it; the last exertion lasts."""
    for tick in range(300):
        now = start + tick * step
        if heart.listen(state, now) is Pulse.STILL:
            seen = exertions.pop(0) if len(exertions) > 1 else exertions[0]
            if heart.hopeless(seen, now):
                return now
    return None


def test_a_worker_moves_for_as_long_as_its_beats_are_fresh() -> None:
    heart, state = beating(5)
    assert heart.listen(state, 5 + STILL_AFTER_S - 0.01) is Pulse.MOVING
    assert heart.listen(state, 5 + STILL_AFTER_S) is Pulse.STILL
    assert heart.listen(replace(state, beat_at=1010.0), 10.0) is Pulse.MOVING


def test_a_clock_set_back_is_no_standstill() -> None:
    heart, state = beating(5)
    assert heart.listen(replace(state, beat_at=10.0), 6.0) is Pulse.MOVING
    assert heart.listen(replace(state, beat_at=11.0), 7.0) is Pulse.MOVING


def test_a_standstill_is_noticed_within_three_seconds() -> None:
    assert STILL_AFTER_S + 0.1 < 3


def test_a_stopped_process_is_ended_at_once() -> None:
    heart, state = beating(5)
    assert killed_at(heart, state, [replace(IDLE, stopped=True)], 5.0) == pytest.approx(5 + STILL_AFTER_S, abs=0.11)


def test_an_idle_process_is_ended_after_one_more_look() -> None:
    heart, state = beating(5)
    assert killed_at(heart, state, [IDLE], 5.0) == pytest.approx(5 + STILL_AFTER_S + IDLE_S, abs=0.11)


@pytest.mark.parametrize("slow", [replace(IDLE, busy=True), None])
def test_one_that_works_or_wants_to_has_more_patience(slow: Exertion | None) -> None:
    heart, state = beating(5)
    working = [slow] if slow else [replace(IDLE, cpu_s=5 + n / 100) for n in range(300)]
    assert killed_at(heart, state, working, 5.0) == pytest.approx(5 + PATIENCE_S, abs=0.11)


def test_one_that_beats_again_is_forgiven() -> None:
    heart, state = beating(5)
    assert killed_at(heart, state, [replace(IDLE, busy=True)], 5.0, step=0.01) is None
    later = replace(state, beat_at=1009.0)
    assert heart.listen(later, 9.0) is Pulse.MOVING
    assert killed_at(heart, later, [IDLE], 9.0) == pytest.approx(9 + STILL_AFTER_S + IDLE_S, abs=0.11)


def test_a_start_has_half_a_minute() -> None:
    heart = Heart(0.0)
    assert heart.listen(BEATLESS, FIRST_BEAT_S - 0.1) is Pulse.STARTING
    assert heart.listen(BEATLESS, FIRST_BEAT_S) is Pulse.STILL
    assert heart.hopeless(IDLE, FIRST_BEAT_S)


def test_after_an_excuse_everybody_has_the_time_once_more() -> None:
    heart, state = beating(5)
    heart.excuse(100.0)
    assert heart.listen(state, 100.0 + STILL_AFTER_S - 0.1) is Pulse.MOVING
    assert heart.listen(state, 100.0 + STILL_AFTER_S + 0.1) is Pulse.STILL


def test_a_process_that_is_gone_is_for_others_to_bury() -> None:
    heart, state = beating(5)
    heart.listen(state, 5 + STILL_AFTER_S)
    assert not heart.hopeless(None, 5 + STILL_AFTER_S)


def test_beats_without_sight_are_told_from_a_standstill() -> None:
    heart, state = beating(BLIND_AFTER_S - 1, useful_at=1000.0, offline="the page is frozen")
    assert heart.listen(state, BLIND_AFTER_S - 1) is Pulse.MOVING
    assert heart.listen(replace(state, beat_at=2000.0), BLIND_AFTER_S) is Pulse.BLIND
    assert heart.listen(replace(state, beat_at=2001.0, useful_at=2001.0, offline=""), BLIND_AFTER_S + 1) is Pulse.MOVING


def test_one_that_never_saw_anything_is_blind_only_when_it_says_so() -> None:
    heart, state = beating(2 * BLIND_AFTER_S)
    assert heart.listen(state, 2 * BLIND_AFTER_S) is Pulse.MOVING
    assert heart.listen(replace(state, offline="the window is covered"), 2 * BLIND_AFTER_S) is Pulse.BLIND


def test_a_pause_is_not_blindness() -> None:
    heart, state = beating(3 * BLIND_AFTER_S, useful_at=1000.0, life=Life.PAUSED)
    assert heart.listen(state, 3 * BLIND_AFTER_S) is Pulse.PAUSED
    resumed = replace(state, life=Life.RUNNING, beat_at=2000.0)
    assert heart.listen(resumed, 3 * BLIND_AFTER_S + 1) is Pulse.MOVING
