"""A page that does not mark a round's end: the multiplier stands, then goes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.events import Fact, RoundEnded
from aviator.core.types import BookmakerId, Phase
from aviator.see.look import Look
from aviator.see.phase import PhaseMachine, Sight
from aviator.see.rounds import MainCollector
from aviator.see.standing import FALLS, LEAST_S, Standing
from aviator.see.stillness import Stillness

HZ = 10
A = BookmakerId("Admiral")


def ended(scores: list[str], pace: float = 1.0) -> tuple[Decimal, int] | None:
    standing = Standing(pace)
    for i, score in enumerate(scores):
        standing.look(Decimal(score), i / HZ * pace)
    end = standing.end()
    return (end.multiplier, end.frames) if end else None


@pytest.mark.parametrize("pace", [0.25, 1.0])
def test_a_flight_ends_where_its_multiplier_stood_last(pace: float) -> None:
    assert ended(["1.00", "1.05", "1.10", "1.20", *["1.27"] * 8], pace) == (Decimal("1.27"), 8)


def test_a_multiplier_that_stood_no_longer_than_others_is_not_the_last() -> None:
    jumps = [score for value in ("1.00", "1.20", "1.45", "1.80") for score in [value] * 8]
    assert ended(jumps) is None
    assert ended([*jumps, *["1.80"] * 6]) == (Decimal("1.80"), 14)


def test_a_flight_whose_multiplier_goes_at_once_has_no_end() -> None:
    assert ended(["1.00", "1.05", "1.10", "1.20", "1.30"]) is None
    assert ended([]) is None


@given(st.lists(st.integers(101, 9_000), min_size=2, max_size=30, unique=True), st.integers(1, FALLS + 2))
def test_a_lower_multiplier_never_counts_for_the_flight_before(cents: list[int], lower: int) -> None:
    standing = Standing(1.0)
    values = [Decimal(c) / 100 for c in sorted(cents)]
    frames = [*values, *[values[-1]] * round(LEAST_S * HZ * 2)]
    for i, value in enumerate(frames):
        standing.look(value, i / HZ)
    before = standing.end()
    for i in range(lower):
        standing.look(Decimal(1), (len(frames) + i) / HZ)
    assert standing.end() == before
    assert before is not None
    assert before.multiplier == values[-1]
    assert standing.fell is (lower >= FALLS)


def recorded(looks: list[tuple[Sight, str | None]]) -> list[tuple[Decimal, float]]:
    """Rounds (multiplier, end) that come of these frames at a page without strip and without a mark at the end."""
    phases, still = PhaseMachine(1.0), Stillness(1.0, marks_ends=False)
    collector, facts = MainCollector(A, 12.0, has_strip=False, marks_ends=False), list[Fact]()
    for i, (sight, score) in enumerate(looks):
        look = Look(1000 + i / HZ, sight, Decimal(score) if score else None, 1.0, None, {})
        facts += collector.step(look, phases.step(still.judge(look, moved=False), look.at))
    assert phases.phase is not Phase.OFFLINE
    return [(fact.multiplier, round(fact.ended_at - 1000, 2)) for fact in facts if isinstance(fact, RoundEnded)]


BETTING: list[tuple[Sight, str | None]] = [(Sight.WAITING, None)] * 50
FLIGHT = [(Sight.FLYING, f"{1.01**i:.2f}") for i in range(60)]
STANDS = [(Sight.FLYING, f"{1.01**59:.2f}")] * 30


def test_rounds_without_a_marked_end_are_recorded() -> None:
    assert recorded([*BETTING, *FLIGHT, *STANDS, *BETTING, *FLIGHT, *STANDS, *BETTING]) == [
        (Decimal("1.80"), 10.9), (Decimal("1.80"), 24.9),
    ]  # fmt: skip


def test_rounds_that_follow_without_a_betting_are_recorded() -> None:
    assert [m for m, _ in recorded([*FLIGHT, *STANDS, *FLIGHT, *STANDS, *FLIGHT])] == [Decimal("1.80")] * 2


def test_a_page_that_stalls_in_flight_and_goes_on_has_not_ended_there() -> None:
    stalls = [*FLIGHT[:40], *[FLIGHT[39]] * 10, *FLIGHT[40:]]
    assert [m for m, _ in recorded([*BETTING, *stalls, *STANDS, *BETTING])] == [Decimal("1.80")]


def test_a_multiplier_that_vanishes_in_flight_is_no_round() -> None:
    assert recorded([*BETTING, *FLIGHT, *BETTING]) == []
