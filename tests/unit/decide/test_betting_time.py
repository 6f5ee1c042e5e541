"""Until when a bet may be clicked, learned from the phases seen."""

import pytest

from aviator.core.events import PhaseChanged
from aviator.core.types import BookmakerId, Phase
from aviator.decide.betting_time import BettingClock

A = BookmakerId("Admiral")


def seen(clock: BettingClock, *spans: float) -> None:
    """Rounds one after the other, whose betting times were seen to last so long; then the next betting begins."""
    at = 1000.0
    for span in spans:
        for before, after, later in (
            (Phase.ENDED, Phase.BETTING, 0.0), (Phase.BETTING, Phase.PLAYING, span), (Phase.PLAYING, Phase.ENDED, 10.0),
        ):  # fmt: skip
            clock.apply(PhaseChanged(A, at + later, before, after))
        at += 1000.0
    clock.apply(PhaseChanged(A, at, Phase.ENDED, Phase.BETTING))


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ((), None),
        ((5.0,), 5.0),
        ((5.0, 4.8, 5.1), 4.8),
        ((5.0, 5.1, 0.4, 5.2, 5.3), 5.0),
        ((5.0, 5.1, 0.4, 5.2, 4.9, 5.0, 5.0, 5.3), 4.9),
        ((3.0,) * 2 + (5.0,) * 8, 5.0),
    ],
)
def test_one_betting_time_that_was_seen_late_silences_nobody(spans, length):
    clock = BettingClock()
    seen(clock, *spans)
    expected = length and pytest.approx(length)
    assert clock.length_s == expected
    now = clock.now
    assert (now.over_at - now.began_at if now else None) == expected


def test_a_betting_time_that_began_nobody_knows_when_is_none():
    clock = BettingClock(5.0)
    clock.apply(PhaseChanged(A, 7.0, Phase.OFFLINE, Phase.BETTING))
    assert clock.now is None
