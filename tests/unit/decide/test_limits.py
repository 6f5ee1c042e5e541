"""Each limit forbids what exceeds it, says why and until when, and no more than that."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.decide.limits import HOUR_S, Limits

DAY_S = 24 * HOUR_S
NOON = 20_000 * DAY_S + 12 * HOUR_S
WIDE = LimitSettings(stake=1000, stake_per_round=1000, loss_per_day=1000, drawdown=1000, bets_per_hour=1000)


def limits(**settings: float) -> Limits:
    return Limits(replace(WIDE, **settings), lambda at: at // DAY_S * DAY_S)


def order(key: str, stake: str = "10") -> BetOrder:
    return BetOrder(key, BookmakerId("MaxBet"), 1, Decimal(stake), Decimal(2), NOON, NOON + 5)


def bet(key: str, outcome: Outcome | None, payout: str | None = None, stake: str = "10", at: float | None = None) -> BetChanged:
    paid = None if payout is None else Decimal(payout)
    return BetChanged(
        BookmakerId("MaxBet"), key, 1, None, Decimal(stake), Decimal(2), Mode.PAPER, outcome, at, None, paid, "fixed", ""
    )


def played(limits: Limits, key: str, payout: str | None, at: float, stake: str = "10") -> None:
    assert limits.admit(order(key, stake), at).ok
    limits.apply(bet(key, Outcome.PLACED, payout, stake, at), at)


def test_a_stake_above_the_limit_is_refused_and_the_limit_itself_is_not() -> None:
    one = limits(stake=20.1)
    assert one.check(order("a", "20.10"), NOON).ok
    verdict = one.check(order("a", "20.11"), NOON)
    assert (verdict.ok, verdict.cause) == (False, "stake")
    assert verdict.reason == "a stake of 20.11, and the limit is 20.1"


@pytest.mark.parametrize("outcome", [None, Outcome.UNCERTAIN, Outcome.PLACED])
def test_what_is_open_counts_until_its_end_is_known(outcome: Outcome | None) -> None:
    one = limits(stake_per_round=25)
    assert one.admit(order("a"), NOON).ok
    assert one.admit(order("b"), NOON).ok
    assert one.admit(order("c"), NOON).cause == "stake_per_round"
    assert one.check(order("b"), NOON).ok, "right before the click it is not counted twice"
    one.apply(bet("a", outcome), NOON)
    assert one.admit(order("c"), NOON).cause == "stake_per_round"
    one.apply(bet("a", Outcome.ROLLED_BACK) if outcome is not Outcome.PLACED else bet("a", Outcome.PLACED, "0"), NOON)
    assert one.admit(order("c"), NOON).ok


def test_bets_in_any_sixty_minutes() -> None:
    one = limits(bets_per_hour=2)
    played(one, "a", "0", NOON)
    played(one, "b", "0", NOON + 600)
    verdict = one.admit(order("c"), NOON + 3599)
    assert (verdict.cause, verdict.until) == ("bets_per_hour", NOON + HOUR_S)
    assert one.admit(order("c"), NOON + 3600).ok
    one.apply(bet("c", Outcome.EXPIRED), NOON + 3600)
    assert one.admit(order("d"), NOON + 3600).ok, "one that was not placed is no bet"


def test_after_the_loss_of_a_day_no_bet_before_the_next_one() -> None:
    one = limits(loss_per_day=25)
    played(one, "a", "0", NOON)
    played(one, "b", "0", NOON + 60)
    verdict = one.admit(order("c"), NOON + 120)
    assert (verdict.cause, verdict.until) == ("loss", NOON + 12 * HOUR_S)
    assert one.admit(order("c", "1"), NOON + 180).cause == "cool_off"
    assert one.admit(order("c"), NOON + 12 * HOUR_S).ok


def test_a_bet_at_the_stroke_of_midnight_belongs_to_the_new_day() -> None:
    one = limits(loss_per_day=15)
    midnight = NOON + 12 * HOUR_S
    played(one, "a", "0", midnight)
    assert one.admit(order("b"), midnight + 2 * HOUR_S).cause == "loss"


def test_open_bets_count_as_lost_yet_do_not_begin_a_pause() -> None:
    one = limits(loss_per_day=25)
    played(one, "a", None, NOON)
    played(one, "b", None, NOON)
    verdict = one.admit(order("c"), NOON)
    assert (verdict.cause, verdict.until) == ("loss", None)
    one.apply(bet("a", Outcome.PLACED, "20", at=NOON), NOON + 20)
    assert one.admit(order("c"), NOON + 20).ok


def test_after_a_drawdown_a_pause_and_then_a_new_session() -> None:
    one = limits(drawdown=30, cool_off_minutes=60)
    played(one, "a", "60", NOON)
    for n in range(3):
        played(one, f"b{n}", "0", NOON + n)
    verdict = one.admit(order("c"), NOON + 10)
    assert (verdict.cause, verdict.until) == ("drawdown", NOON + 10 + HOUR_S)
    assert one.admit(order("c"), NOON + 10 + HOUR_S - 1).cause == "cool_off"
    assert one.admit(order("c"), NOON + 10 + HOUR_S).ok


def test_without_a_cool_off_a_drawdown_lasts_to_the_end_of_the_session() -> None:
    one = limits(drawdown=10, cool_off_minutes=0, session_minutes=30)
    played(one, "a", "0", NOON)
    assert one.admit(order("b"), NOON + 60).until == NOON + 1800
    assert one.admit(order("b"), NOON + 1799).cause == "cool_off"
    assert one.admit(order("b"), NOON + 1800).ok


def test_a_pause_begins_with_the_last_bet_placed_not_with_its_admission() -> None:
    one = limits(session_minutes=5, cool_off_minutes=5)
    played(one, "a", "0", NOON)
    assert one.admit(order("b"), NOON).ok
    one.apply(bet("b", Outcome.PLACED, "0", at=NOON + 1), NOON + 1)
    assert one.check(order("c"), NOON + 300.5).cause == "session"


def test_a_session_is_so_long_at_a_stretch() -> None:
    one = limits(session_minutes=30, cool_off_minutes=20)
    for minute in range(0, 30, 5):
        played(one, str(minute), "0", NOON + 60 * minute)
    verdict = one.admit(order("x"), NOON + 1800)
    assert (verdict.cause, verdict.until) == ("session", NOON + 3000)
    assert one.admit(order("x"), NOON + 3000).ok


def test_the_bets_on_record_tell_a_restarted_engine_where_it_was() -> None:
    one = limits(loss_per_day=25)
    for n in range(2):
        one.apply(bet(str(n), Outcome.PLACED, "0", at=NOON + n), NOON + 100)
    assert one.lost_today(NOON + 100) == 20
    assert one.admit(order("c"), NOON + 100).cause == "loss"


def test_a_step_ahead_by_a_day_and_back_does_not_forget_the_days_loss() -> None:
    one = limits(loss_per_day=100)
    for n in range(9):
        played(one, f"a{n}", "0", NOON + n)
    ahead = NOON + DAY_S
    assert one.admit(order("b"), ahead).ok
    one.apply(bet("b", Outcome.ROLLED_BACK), ahead)
    assert one.lost_today(NOON + 60) == 90
    assert one.admit(order("c", "20"), NOON + 60).cause == "loss"


def test_bets_that_lie_ahead_of_a_clock_that_was_set_back_count() -> None:
    one = limits(loss_per_day=25, bets_per_hour=2)
    played(one, "a", "0", NOON)
    played(one, "b", "0", NOON + 1)
    for back_s in (HOUR_S, DAY_S / 2 + HOUR_S, 30 * DAY_S):
        assert one.lost_today(NOON - back_s) == 20
        assert not one.check(order("c"), NOON - back_s).ok


def test_a_session_goes_on_over_a_step_back() -> None:
    one = limits(session_minutes=30, cool_off_minutes=20)
    for minute in range(0, 35, 5):
        one.apply(bet(str(minute), Outcome.PLACED, "0", at=NOON + 60 * minute), NOON)
    assert one.check(order("x"), NOON + 1860).cause == "session"


def test_a_longer_cool_off_is_not_replaced_by_a_shorter_one() -> None:
    one = limits()
    one.pause(NOON + 3600, "the day's loss")
    one.pause(NOON + 60, "a drawdown")
    verdict = one.check(order("a"), NOON + 61)
    assert (verdict.cause, verdict.until) == ("cool_off", NOON + 3600)


def test_a_bet_that_nothing_can_settle_counts_as_lost_and_no_longer_as_open() -> None:
    one = limits(stake_per_round=15, loss_per_day=25)
    one.apply(bet("a", Outcome.UNCERTAIN, at=NOON), NOON)
    assert one.admit(order("b"), NOON).cause == "stake_per_round"
    one.apply(replace(bet("a", Outcome.UNCERTAIN, at=NOON), settled_at=NOON + 9), NOON + 9)
    assert one.lost_today(NOON + 10) == 10
    assert one.admit(order("b"), NOON + 10).ok
    assert one.admit(order("c", "6"), NOON + 10).cause == "stake_per_round"
