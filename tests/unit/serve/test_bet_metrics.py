"""Bets in the figures: each counted once however often it is told of, and money of one mode never as that of another."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.serve.test_metrics import Watched

from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged, BettingBlocked, BettingFreed
from aviator.core.types import BookmakerId
from aviator.serve import bets as serve_bets
from aviator.serve.bets import BetCounts

A = BookmakerId("A")
WISH = BetChanged(A, "a-1", 1, None, Decimal("20.10"), Decimal("2.20"), Mode.LIVE, None, None, None, None, "ladder", "", 1.0)
PLACED = replace(WISH, outcome=Outcome.PLACED, placed_at=1.5)
WON = replace(PLACED, settled_at=20.0, payout=Decimal("44.22"))


@pytest.fixture
def watched() -> Iterator[Watched]:
    found = Watched()
    found.server.start()
    try:
        yield found
    finally:
        found.server.stop()


def test_a_bet_told_of_many_times_is_counted_once(watched: Watched) -> None:
    for event in (WISH, WISH, PLACED, PLACED, WON, replace(WON, reason="the balance bore it out")):
        watched.bus.publish(event)
    watched.bus.publish(replace(WON, request_id="a-2", mode=Mode.PAPER, payout=Decimal(0)))
    watched.bus.publish(replace(WISH, request_id="a-3", outcome=Outcome.REFUSED))
    samples = watched.samples()
    assert samples["aviator_bets_total", ("A", "live", "PLACED")] == 1
    assert samples["aviator_bets_total", ("A", "live", "REFUSED")] == 1
    assert samples["aviator_bets_total", ("A", "paper", "PLACED")] == 1
    assert sum(value for (name, _), value in samples.items() if name == "aviator_bets_total") == 3
    assert [samples["aviator_bet_stakes_total", ("A", mode)] for mode in ("live", "paper")] == [20.1, 20.1]
    assert [samples["aviator_bet_payouts_total", ("A", mode)] for mode in ("live", "paper")] == [44.22, 0]


def test_a_bet_in_doubt_counts_as_such_and_as_what_it_was(watched: Watched) -> None:
    for event in (WISH, replace(WISH, outcome=Outcome.UNCERTAIN), PLACED, WON):
        watched.bus.publish(event)
    samples = watched.samples()
    assert [samples["aviator_bets_total", ("A", "live", o)] for o in ("UNCERTAIN", "PLACED", "ROLLED_BACK")] == [1, 1, 0]
    assert samples["aviator_bet_stakes_total", ("A", "live")] == 20.1


def test_what_keeps_from_betting(watched: Watched) -> None:
    def figures() -> list[float]:
        samples = watched.samples()
        return [samples[f"aviator_{name}", ("A",)] for name in ("betting_blocked", "betting_blocks_total")]

    assert figures() == [0, 0]
    for cause in ("loss", "difference", "loss"):
        watched.bus.publish(BettingBlocked(A, 1.0, cause, "", None))
    assert figures() == [2, 2]
    for cause in ("loss", "strategy"):
        watched.bus.publish(BettingFreed(A, 2.0, cause))
    assert figures() == [1, 2]
    watched.bus.publish(BettingBlocked(A, 3.0, "loss", "", 9.0))
    assert figures() == [2, 3]


def test_no_more_bets_are_remembered_than_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_bets, "REMEMBERED", 3)
    counts = BetCounts()
    for n in range(10):
        counts.apply(replace(WISH, request_id=f"a-{n}", outcome=Outcome.PLACED))
        counts.apply(replace(WON, request_id=f"a-{n}"))
        counts.apply(replace(WON, request_id=f"a-{max(0, n - 1)}"))
    assert counts.outcomes == {(Mode.LIVE, Outcome.PLACED): 10}
    assert (counts.stakes[Mode.LIVE], counts.payouts[Mode.LIVE]) == (Decimal("201.00"), Decimal("442.20"))


def test_profit_counts_settled_bets_only_and_follows_a_corrected_payout() -> None:
    counts = BetCounts()
    lost = replace(WON, request_id="lost", payout=Decimal(0))
    for event in (PLACED, WON, replace(PLACED, request_id="lost"), replace(PLACED, request_id="open"), lost, lost):
        counts.apply(event)
    assert counts.profits[Mode.LIVE] == Decimal("44.22") - 2 * PLACED.stake
    counts.apply(replace(lost, payout=Decimal("30.00")))
    assert counts.profits[Mode.LIVE] == Decimal("74.22") - 2 * PLACED.stake
    assert len(counts._told) == 3


@given(st.lists(st.tuples(st.sampled_from(("a-1", "a-2")), st.sampled_from([None, *Outcome]), st.integers(0, 3)), max_size=20))
def test_no_figure_runs_back(told: list[tuple[str, Outcome | None, int]]) -> None:
    counts, before = BetCounts(), (0, Decimal(0), Decimal(0))
    for request, outcome, payout in told:
        counts.apply(replace(WISH, request_id=request, outcome=outcome, payout=Decimal(payout) if payout else None))
        now = (counts.outcomes.total(), counts.stakes[Mode.LIVE], counts.payouts[Mode.LIVE])
        assert all(new >= old for new, old in zip(now, before, strict=True))
        before = now
