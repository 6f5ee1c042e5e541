"""Bets are settled by their round and by the balance; where these disagree betting stops."""

from decimal import Decimal

import pytest
from tests.unit.decide.play import NAME, changed, ended

from aviator.core.bets import Outcome
from aviator.core.events import BetChanged, BettingBlocked, BettingFreed, EarningNoted, GapFound
from aviator.decide.ledger import Entry, Ledger

D = Decimal
T = 1_700_000_000.0
PATIENCE_S = 5.0


class Account:
    """A ledger at work, with 1000 in the account; readings come twice each, a fifth of a second apart."""

    def __init__(self, balance: str = "1000") -> None:
        self.ledger = Ledger(NAME, PATIENCE_S)
        assert self.read(balance, T) == []

    def read(self, balance: str, at: float) -> list[Entry]:
        return self.ledger.read(D(balance), at) + self.ledger.read(D(balance), at + 0.2)

    def placed(self, key: str = "a", at: float = T + 1, **bet: object) -> None:
        assert self.ledger.apply(changed(key, None, None, **bet)) == []  # type: ignore[arg-type]
        assert self.ledger.apply(changed(key, Outcome.PLACED, at, **bet)) == []  # type: ignore[arg-type]

    def round(self, multiplier: str, at: float = T + 10) -> None:
        assert self.ledger.apply(ended(at, multiplier, at - 5)) == []


def settled(entries: list[Entry]) -> list[tuple[str, Outcome | None, Decimal | None]]:
    return [(e.request_id, e.outcome, e.payout) for e in entries if isinstance(e, BetChanged)]


def test_a_lost_bet_is_settled_when_the_balance_stays_without_its_stake() -> None:
    account = Account()
    account.placed()
    assert account.read("990", T + 3) == []
    account.round("1.99")
    row, earning = account.read("990", T + 11)
    assert isinstance(row, BetChanged)
    assert (row.payout, row.settled_at, row.round_started_at, row.reason) == (0, T + 11, T + 5, "")
    assert earning == EarningNoted(NAME, T + 5, T + 11, D(990), D(10), D(0), D(-10))


def test_a_won_bet_is_settled_when_its_credit_has_come() -> None:
    account = Account()
    account.placed(auto="2.05", stake="1.15")
    account.round("2.05")
    assert account.read("998.85", T + 10.2) == []
    row, earning = account.read("1001.20", T + 11)
    assert isinstance(row, BetChanged)
    assert isinstance(earning, EarningNoted)
    assert (row.payout, earning.balance, earning.profit) == (D("2.35"), D("1001.20"), D("1.20"))


def test_a_credit_that_comes_before_the_round_is_over_waits_for_it() -> None:
    account = Account()
    account.placed()
    assert account.read("1010", T + 8) == []
    account.round("9.00", T + 30)
    assert settled(account.read("1010", T + 31)) == [("a", Outcome.PLACED, D(20))]


def test_two_panels_may_be_credited_between_two_readings() -> None:
    account = Account()
    account.placed("a")
    account.placed("b", stake="10", auto="3.00", panel=2)
    account.round("5.00")
    assert account.read("980", T + 10.2) == []
    assert settled(account.read("1030", T + 11)) == [("a", Outcome.PLACED, D(20)), ("b", Outcome.PLACED, D(30))]


def test_which_of_two_equal_bets_was_credited_is_not_guessed() -> None:
    account = Account()
    account.placed("a")
    account.placed("b", panel=2)
    account.round("5.00")
    assert account.read("1000", T + 11) == []
    assert len(settled(account.read("1020", T + 12))) == 2


def test_a_reading_counts_when_it_was_read_twice() -> None:
    account = Account()
    account.placed()
    account.round("1.50")
    assert account.ledger.read(D("99"), T + 11) == []
    assert account.ledger.read(D("990"), T + 11.2) == []
    assert settled(account.ledger.read(D("990"), T + 11.4)) == [("a", Outcome.PLACED, D(0))]


def test_a_round_that_ended_before_the_bet_does_not_settle_it() -> None:
    account = Account()
    account.round("9.00", T - 3)
    account.placed("a", T + 1)
    assert account.read("990", T + 2) == []
    account.round("1.00", T + 6)
    assert settled(account.read("990", T + 7)) == [("a", Outcome.PLACED, D(0))]


def test_a_bet_that_is_seen_placed_when_its_round_has_just_ended_belongs_to_it() -> None:
    account = Account()
    account.ledger.apply(changed("a", None, None))
    account.round("1.00", T + 5)
    account.placed("a", T + 6)
    assert settled(account.read("990", T + 7)) == [("a", Outcome.PLACED, D(0))]


def test_a_credit_that_does_not_come_is_an_alarm_and_the_multiplier_stands() -> None:
    account = Account()
    account.placed()
    account.round("2.00")
    assert account.read("990", T + 14) == []
    row, earning, blocked = account.read("990", T + 16)
    assert isinstance(row, BetChanged)
    assert isinstance(earning, EarningNoted)
    assert isinstance(blocked, BettingBlocked)
    assert row.payout == 20
    assert row.reason == "settled by the multiplier alone: the balance is 990.00 and should be 1010.00"
    assert earning.balance == 990
    assert (blocked.cause, blocked.reason, blocked.until) == ("difference", "the balance is 990.00 and should be 1010.00", None)
    assert account.read("990", T + 20) == []
    assert account.read("1010", T + 30) == [BettingFreed(NAME, T + 30.2, "difference")]


def test_a_balance_is_dated_with_its_own_reading() -> None:
    """Patience ran out at a reading that was not to be trusted yet: what is noted is the one before, of its own moment."""
    account = Account()
    account.placed()
    account.round("2.00")
    assert account.read("990", T + 14) == []
    (_, earning) = account.ledger.read(D("988"), T + 16)
    assert isinstance(earning, EarningNoted)
    assert (earning.balance, earning.at) == (990, T + 14.2)


def test_a_balance_that_nothing_explains_is_an_alarm_until_the_user_accepts_it() -> None:
    account = Account()
    assert account.read("1500", T + 10) == []
    assert account.read("1500", T + 14) == []
    (blocked,) = account.read("1500", T + 16)
    assert isinstance(blocked, BettingBlocked)
    assert blocked.reason == "the balance is 1500.00 and should be 1000.00"
    assert account.ledger.accept(T + 20) == [BettingFreed(NAME, T + 20, "difference")]
    assert account.read("1500", T + 21) == []
    assert account.ledger.expected == 1500


def test_a_difference_that_passes_is_none() -> None:
    account = Account()
    account.read("1500", T + 10)
    account.read("1000", T + 12)
    assert account.read("1500", T + 16) == []


def test_without_a_readable_balance_the_multiplier_settles_in_the_end() -> None:
    account = Account()
    account.placed()
    account.round("2.00", T + 10)
    assert account.ledger.tick(T + 15) == []
    (row,) = account.ledger.tick(T + 15.1)
    assert isinstance(row, BetChanged)
    assert (row.payout, row.reason) == (20, "settled by the multiplier alone: the balance could not be read")


def test_a_round_lost_in_a_gap_is_settled_by_the_balance_alone_when_no_credit_can_come_any_more() -> None:
    for balance, payout in (("990", D(0)), ("1010", D(20))):
        account = Account()
        account.placed()
        account.ledger.apply(GapFound(NAME, T - 4, T + 40, 2, "blind"))
        assert account.read(balance, T + 44) == []
        assert settled(account.read(balance, T + 46)) == [("a", Outcome.PLACED, payout)]


def test_a_gap_before_the_bet_is_no_matter() -> None:
    account = Account()
    account.ledger.apply(GapFound(NAME, T - 100, T - 4, 2, "blind"))
    account.placed()
    account.read("990", T + 8)
    account.round("1.20")
    assert settled(account.read("990", T + 11)) == [("a", Outcome.PLACED, D(0))]


def test_without_an_auto_cash_out_the_balance_alone_can_tell() -> None:
    for balance, payout in (("990", D(0)), ("1003.30", D("13.30"))):
        account = Account()
        account.placed(auto=None)
        account.round("1.50")
        assert account.read(balance, T + 14) == []
        assert settled(account.read(balance, T + 16)) == [("a", Outcome.PLACED, payout)]
    account = Account()
    account.placed(auto=None)
    account.round("1.50")
    account.read("1005.01", T + 12)
    (blocked,) = account.read("1005.01", T + 20)
    assert isinstance(blocked, BettingBlocked), "more than the round could pay"


def uncertain(account: Account) -> None:
    row = changed("a", Outcome.UNCERTAIN, T + 1)
    account.ledger.apply(BetChanged(*(getattr(row, f) if f != "placed_at" else None for f in row.__dataclass_fields__)))


def test_an_uncertain_bet_is_what_alone_explains_the_balance() -> None:
    for multiplier, balance, payout in (("1.50", "990", D(0)), ("3.00", "1010", D(20))):
        account = Account()
        uncertain(account)
        assert account.read("990", T + 3) == []
        account.round(multiplier)
        row, _ = account.read(balance, T + 11)
        assert isinstance(row, BetChanged)
        assert (row.outcome, row.payout, row.placed_at) == (Outcome.PLACED, payout, T + 3.2)


def test_an_uncertain_bet_that_never_cost_anything_was_not_placed_after_the_next_round_too() -> None:
    account = Account()
    uncertain(account)
    account.round("1.50")
    assert account.read("1000", T + 16) == []
    account.round("9.00", T + 40)
    assert account.read("1000", T + 41) == []
    assert settled(account.read("1000", T + 46)) == [("a", Outcome.ROLLED_BACK, None)]


def test_an_uncertain_bet_may_have_been_queued_for_the_next_round() -> None:
    account = Account()
    uncertain(account)
    account.round("1.50")
    assert account.read("1000", T + 16) == []
    assert account.read("990", T + 18) == []
    account.round("9.00", T + 40)
    assert settled(account.read("1010", T + 46)) == [("a", Outcome.PLACED, D(20))]


def test_a_bet_that_was_not_placed_is_forgotten_and_one_that_is_settled_stays_so() -> None:
    account = Account()
    account.placed()
    account.ledger.apply(changed("a", Outcome.ROLLED_BACK))
    assert account.read("1000", T + 3) == []
    account.placed("b", T + 20)
    account.round("1.10", T + 30)
    (row, _) = account.read("990", T + 31)
    account.ledger.apply(row)
    account.ledger.apply(changed("b", Outcome.PLACED, T + 20))
    assert account.ledger.expected == 990
    assert account.read("990", T + 60) == []


def test_too_many_possible_stories_stop_the_betting() -> None:
    account = Account("9000")
    for n in range(14):
        account.placed(str(n))
    account.read("8860", T + 10)
    (blocked,) = account.read("8860", T + 16)
    assert isinstance(blocked, BettingBlocked)


def test_a_difference_from_before_a_restart_is_ended_by_the_user_alone() -> None:
    ledger = Ledger(NAME, PATIENCE_S)
    ledger.hold()
    for n in range(9):
        assert ledger.read(D(1000), T + n) == []
    assert ledger.accept(T + 10) == [BettingFreed(NAME, T + 10, "difference")]
    assert ledger.read(D(1000), T + 11) == []


DAY_S = 86_400.0


def given_up(entries: list[Entry]) -> list[str]:
    rows = [e for e in entries if isinstance(e, BetChanged)]
    assert all((e.outcome, e.payout, e.settled_at is not None) == (Outcome.UNCERTAIN, None, True) for e in rows)
    assert all(e.reason == "cannot be settled any more: its round is not on record" for e in rows)
    assert not [e for e in entries if isinstance(e, EarningNoted)]
    return [e.request_id for e in rows]


@pytest.mark.parametrize("ago_s", [30 * DAY_S, DAY_S, 300, 40])
@pytest.mark.parametrize("outcome", [Outcome.PLACED, Outcome.UNCERTAIN])
def test_a_bet_whose_round_was_never_on_record_is_not_settled_by_another(ago_s: float, outcome: Outcome) -> None:
    account = Account()
    account.placed("old", T - ago_s, auto="2.00")
    account.ledger.apply(changed("old", outcome, T - ago_s, auto="2.00"))
    account.round("1.10", T + 10)
    entries = account.read("990", T + 11) + account.read("990", T + 60) + account.ledger.tick(T + 1000)
    assert given_up(entries) == ["old"]
    account.placed("new", T + 1001, auto="2.00")
    account.round("2.50", T + 1012)
    assert settled(account.ledger.tick(T + 1100)) == [("new", Outcome.PLACED, D("20.00"))]


def test_the_first_round_on_record_settles_a_bet_placed_right_before_it() -> None:
    account = Account()
    account.placed("a", T + 1, auto="2.00")
    account.round("1.10", T + 10)
    assert settled(account.read("990", T + 11)) == [("a", Outcome.PLACED, D(0))]


def test_rounds_seen_before_the_bet_leave_no_doubt_which_round_is_its_own() -> None:
    account = Account()
    account.round("1.50", T - 5)
    account.placed("a", T + 1, auto="2.00")
    assert account.ledger.apply(ended(T + 200, "500.00")) == []
    assert settled(account.ledger.tick(T + 300)) == [("a", Outcome.PLACED, D("20.00"))]


def test_a_later_round_after_an_old_copy_of_the_record_does_not_settle_a_bet() -> None:
    account = Account()
    account.round("1.50", T - 3 * DAY_S)
    account.placed("a", T + 1, auto="2.00")
    account.round("2.50", T + 1000)
    assert given_up(account.read("990", T + 1001) + account.ledger.tick(T + 1100)) == ["a"]


def test_a_bet_that_was_queued_is_not_settled_by_a_round_long_after() -> None:
    account = Account()
    account.round("1.50", T - 5)
    uncertain(account)
    account.round("1.10", T + 10)
    entries = account.read("1000", T + 16)
    account.round("2.50", T + 2000)
    entries += account.read("990", T + 2001) + account.ledger.tick(T + 2100)
    assert not [e for e in entries if isinstance(e, EarningNoted)]
    assert [e.outcome for e in entries if isinstance(e, BetChanged)] == [Outcome.UNCERTAIN]
