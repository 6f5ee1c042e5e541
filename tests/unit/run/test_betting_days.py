"""Refusals that people see: counted by bookmaker and day, with the last reason, and logged when the reason changes."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.run.betting_days import BettingDays

from .test_betting import A, B, Office, placed

DAY = 86_400.0
NO = "a stake of 40, and the limit is 20"


def bet(number: int, outcome: Outcome = Outcome.REFUSED, reason: str = NO, at: float = DAY + 1, **changes: object) -> BetChanged:
    told = BetChanged(A, f"a-{number}", 1, None, Decimal(10), Decimal(2), Mode.PAPER, outcome, None, None, None, "", reason, at)
    return replace(told, **changes)  # type: ignore[arg-type]


def test_the_desk_counts_refusals_and_keeps_the_last_reason() -> None:
    office = Office()
    for number in range(28):
        office.hear(office.wish(40, number=number))
    office.hear(office.wish(10, number=100))
    day, other = office.desk.status().days
    assert (day.bookmaker, day.refused, day.refusal) == (A, 28, f"{NO}.0")
    assert day.refused_at == office.clock.now()
    assert (other.bookmaker, other.refused) == (B, 0)


def test_the_log_says_a_refusal_when_its_reason_changes(caplog: pytest.LogCaptureFixture) -> None:
    office = Office()
    with caplog.at_level(logging.WARNING, "aviator.run.betting_days"):
        for number in range(5):
            office.hear(office.wish(40 + number, number=number))  # other figures are no other reason
        office.hands.room = False
        office.hear(office.wish(10, number=10))
        office.hands.room = True
        office.hear(office.wish(40, number=11))
    said = [r.getMessage() for r in caplog.records if r.name == "aviator.run.betting_days"]
    assert [("limit is 20" in line, "hands have too much" in line) for line in said] == [
        (True, False), (False, True), (True, False),
    ]  # fmt: skip


def test_more_bets_than_a_worker_is_told_of_count_too() -> None:
    """Related: only the last 100 bets of a panel were counted as bets of today."""
    office = Office()
    for number in range(150):
        office.hear(placed(office.wish(1, number=number), payout=Decimal(0)))
    status = office.desk.status()
    assert (status.bets_today, status.days[0].bets, status.days[0].profit) == (150, 150, Decimal(-150))


def test_a_restart_counts_what_is_on_record_and_logs_it_no_second_time(caplog: pytest.LogCaptureFixture) -> None:
    first = Office()
    at = first.clock.now()
    past = (bet(1, at=at), bet(2, at=at), bet(3, at=at - 2 * DAY))
    with caplog.at_level(logging.WARNING):
        office = Office(past)
        office.hear(office.wish(40, number=4))
    assert office.desk.status().days[0].refused == 3
    assert "was refused" not in caplog.text


def test_a_new_day_begins_at_nothing() -> None:
    days = BettingDays([A])
    days.note(bet(1), DAY, now=DAY + 1)
    assert days.all(DAY)[0].refused == 1
    assert days.all(2 * DAY)[0].refused == 0


def test_a_given_up_bet_counts_as_lost() -> None:
    days = BettingDays([A])
    days.note(bet(1, Outcome.UNCERTAIN, settled_at=DAY + 1), DAY, now=DAY + 1)
    assert (days.all(DAY)[0].bets, days.all(DAY)[0].profit) == (1, Decimal(-10))


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([None, Decimal(0), Decimal(25)]))))
def test_profit_is_that_of_the_last_word_on_each_bet(told: list[tuple[int, Decimal | None]]) -> None:
    days = BettingDays([BookmakerId(A)])
    last: dict[int, Decimal | None] = {}
    for number, payout in told:
        last[number] = payout
        days.note(bet(number, Outcome.PLACED, "", placed_at=DAY + 2, payout=payout), DAY, now=DAY + 3)
    (day,) = days.all(DAY)
    assert day.bets == len(last)
    assert day.profit == sum((p - 10 for p in last.values() if p is not None), Decimal(0))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.EXPIRED, Outcome.ROLLED_BACK])
def test_each_wish_that_came_to_no_bet_counts_once(outcome: Outcome) -> None:
    """Related: a bet that a limit stops after its stake was typed is undone, and one on record may be told again."""
    days = BettingDays([A])
    for number in (1, 2, 1, 2):
        days.note(bet(number, outcome), DAY, now=DAY + 1)
    assert days.all(DAY)[0].refused == 2
