from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.see.snapshots import SnapshotTimer


def flight(rng: Random, hz: float, seconds: float) -> list[tuple[Decimal, float]]:
    """Looks at a flight: (score, at), with times that are not quite even."""
    looks = (i / hz + rng.uniform(0, 0.2 / hz) for i in range(int(hz * seconds)))
    return [(Decimal(f"{2 ** (at / 8):.2f}"), at) for at in looks]


def taken(timer: SnapshotTimer, looks: list[tuple[Decimal, float]]) -> list[float]:
    timer.begin()
    return [at for score, at in looks if timer.take(score, at)]


def test_at_the_rate_of_the_looks_every_look_is_recorded() -> None:
    looks = flight(Random(1), 10, 20)
    assert len(taken(SnapshotTimer(hz=10), looks)) >= len(looks) - 1


@given(seed=st.integers(0, 2**32), hz=st.sampled_from([2.0, 3.0, 5.0]))
def test_a_fast_rate_is_kept_on_average(seed: int, hz: float) -> None:
    looks = flight(Random(seed), 10, 20)
    assert len(taken(SnapshotTimer((), hz), looks)) == pytest.approx(20 * hz, rel=0.12)


@given(seed=st.integers(0, 2**32), hz=st.sampled_from([0.2, 0.5, 1.0]))
def test_a_slow_rate_is_never_exceeded(seed: int, hz: float) -> None:
    ats = taken(SnapshotTimer((), hz), flight(Random(seed), 16, 20))
    assert len(ats) > 20 * hz / 2
    assert all(b - a >= 1 / hz - 1e-9 for a, b in pairwise(ats))


def test_rate_zero_leaves_the_thresholds_of_the_bookmaker() -> None:
    looks = flight(Random(3), 10, 20)
    ats = taken(SnapshotTimer((Decimal("1.2"), Decimal(4)), 0), looks)
    scores = {at: score for score, at in looks}
    # The first look sets the level; it is below every threshold.
    assert [scores[at] >= t for at, t in zip(ats, (Decimal("1.2"), Decimal(4)), strict=True)] == [True, True]
