"""Restart policy: single cases by hand, invariants over random histories."""

from hypothesis import given
from hypothesis import strategies as st

from aviator.core.errors import EXIT_CRASH, EXIT_ENGINE_GONE, EXIT_OK, EXIT_USER_MISTAKE
from aviator.run.restart import NEVER, GiveUp, RestartIn, RestartPolicy, RestartRule

RULE = RestartRule()
crash_codes = st.sampled_from([EXIT_OK, EXIT_CRASH, -9, -11])
pauses_s = st.floats(min_value=0, max_value=2000)


def test_delays_double() -> None:
    policy = RestartPolicy(RULE)
    assert [policy.died(EXIT_CRASH, at) for at in (0, 10, 20, 30)] == [RestartIn(1), RestartIn(2), RestartIn(4), RestartIn(8)]


def test_five_crashes_in_ten_minutes_end_it() -> None:
    policy = RestartPolicy(RULE)
    assert [type(policy.died(EXIT_CRASH, at)) for at in (0, 1, 3, 7, 15)] == [RestartIn] * 4 + [GiveUp]


def test_slow_crashes_never_end_it_but_wait_up_to_a_minute() -> None:
    policy = RestartPolicy(RULE)
    verdicts = [policy.died(EXIT_CRASH, 151.0 * i) for i in range(12)]
    assert verdicts[-1] == RestartIn(60)


def test_an_unasked_clean_exit_is_a_crash() -> None:
    assert RestartPolicy(RULE).died(EXIT_OK, 0) == RestartIn(1)


def test_a_mistake_of_the_users_is_not_retried() -> None:
    assert isinstance(RestartPolicy(RULE).died(EXIT_USER_MISTAKE, 0), GiveUp)
    assert isinstance(RestartPolicy(RULE).died(EXIT_ENGINE_GONE, 0), GiveUp)


def test_a_recording_is_not_begun_anew() -> None:
    assert RestartPolicy(NEVER).died(EXIT_CRASH, 0) == GiveUp("it crashed")


def test_told_to_start_again_it_counts_anew() -> None:
    policy = RestartPolicy(RULE)
    for at in range(5):
        policy.died(EXIT_CRASH, at)
    policy.forget()
    assert policy.died(EXIT_CRASH, 6) == RestartIn(1)


@given(st.lists(st.tuples(crash_codes, pauses_s), max_size=40))
def test_gives_up_exactly_when_five_deaths_lie_within_ten_minutes(history: list[tuple[int, float]]) -> None:
    policy, at, deaths = RestartPolicy(RULE), 0.0, []
    for code, pause in history:
        at += pause
        deaths.append(at)
        verdict = policy.died(code, at)
        assert isinstance(verdict, GiveUp) == (len(deaths) >= 5 and at - deaths[-5] <= 600)
        if isinstance(verdict, RestartIn):
            assert 1 <= verdict.seconds <= 60
