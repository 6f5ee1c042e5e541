"""The soak's judgement: a loss is excused only by a gap, and a gap only by a loss that nothing could have brought back."""

from decimal import Decimal

import pytest
from tools.soak.judge import Gap, Result, Suffered, owned, recoveries, slope_per_hour, spread

from aviator.record.verify import Comparison, RecordedRound, TrueRound

SHOWN = 3
SLACK_S = 2.0


def truth(count: int = 10) -> list[TrueRound]:
    """Rounds that end at 10, 20, 30 …, with the multipliers 1.01, 1.02 …"""
    return [TrueRound(10 * n - 8, 10 * n, Decimal(100 + n) / 100) for n in range(1, count + 1)]


def beside(rounds: list[TrueRound], lost: set[int], from_strip: set[int] = frozenset()) -> Comparison:
    """All rounds but those numbered `lost` are on record; those `from_strip` with an estimated end."""
    rows, pairs = [], []
    for number, one in enumerate(rounds, 1):
        if number not in lost:
            pairs.append((number - 1, len(rows)))
            strip = number in from_strip
            rows.append(RecordedRound(one.ended_at + 3 * strip, one.multiplier, "strip" if strip else "live"))
    return Comparison(rounds, rows, pairs, 0.0)


def judged(lost: set[int], gaps: list[Gap], returns: list[float], from_strip: set[int] = frozenset()):
    return owned(beside(truth(), lost, from_strip), truth(), gaps, returns, lambda past: min(SHOWN, len(past)), SLACK_S)


def test_a_loss_without_a_gap_is_not_owned_up_to() -> None:
    result = judged({4}, [], [])
    assert [r.ended_at for r in result.outside] == [40]
    assert result.inside == []


def test_a_loss_in_a_gap_is_owned_up_to_and_the_gap_was_needed() -> None:
    # Blind from 25 to 65: the strip then shows 4, 5, 6; round 3 is lost.
    result = judged({3}, [Gap(20, 32, 1)], [65.0], from_strip={4, 5, 6})
    assert [r.ended_at for r in result.inside] == [30]
    assert (result.outside, result.needless) == ([], [])


def test_a_gap_covers_a_little_more_than_its_estimated_ends_and_no_more() -> None:
    assert judged({3}, [Gap(20, 28.5, 1)], [65.0], {4, 5, 6}).outside == []
    assert len(judged({3}, [Gap(20, 27.5, 1)], [65.0], {4, 5, 6}).outside) == 1


def test_a_gap_over_rounds_that_the_strip_still_showed_is_needless() -> None:
    # Blind from 35 to 55: the strip then shows 3, 4, 5.
    result = judged({4, 5}, [Gap(30, 52, 2)], [55.0])
    assert "the last 3 rounds, 2 of those lost among them" in result.needless[0]
    assert "1 of those lost" in judged({1, 2, 3}, [Gap(0, 30, 3)], [55.0], from_strip={4, 5}).needless[0]


def test_only_the_last_return_before_rounds_were_seen_again_counts() -> None:
    # A glimpse at 42, too short to read anything, then blind again to 75.
    assert judged({4}, [Gap(30, 42, 1)], [42.0, 75.0], from_strip={5, 6, 7}).needless == []


def test_a_gap_where_nothing_is_missing_is_needless() -> None:
    assert "no round was missing" in judged(set(), [Gap(20, 40, 2)], [45.0]).needless[0]


def test_a_recovery_is_timed_from_the_end_of_the_fault() -> None:
    faults = [Suffered("freeze", "A", 100, 110), Suffered("engine_kill", None, 200, 200)]
    sights = {"A": [99.0, 112.0, 203.0], "B": [111.0, 201.0]}
    assert recoveries(faults, sights) == {"freeze": [2.0], "engine_kill": [3.0, 1.0]}


def test_a_recovery_that_another_fault_falls_into_says_nothing() -> None:
    faults = [Suffered("freeze", "A", 100, 110), Suffered("engine_kill", None, 111, 111)]
    assert recoveries(faults, {"A": [115.0], "B": [114.0]}) == {"engine_kill": [3.0]}


def test_figures_are_the_median_and_the_longest() -> None:
    assert spread({"freeze": [3.0, 1.0, 2.0]}) == {"freeze": {"p50": 2.0, "max": 3.0, "n": 3}}


def test_a_slope_is_per_hour() -> None:
    assert slope_per_hour([(t, 50 + t / 3600) for t in range(0, 600, 2)]) == pytest.approx(1.0)
    assert slope_per_hour([(5.0, 1.0)]) == 0.0


def test_the_verdict_names_every_failure() -> None:
    result = Result()
    result.must_be("wrong", 0)
    assert result.to_dict() == {"wrong": 0, "verdict": "flawless"}
    result.must_be("extra", 2)
    assert result.to_dict()["verdict"] == "extra is 2, not 0"
