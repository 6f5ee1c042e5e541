"""The desk between wishes and hands: what reaches hands, what is refused and why, and who is told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aviator.act.kill import KillSource, KillSwitch
from aviator.core.bets import BetOrder, Mode, Outcome, Played
from aviator.core.clock import ManualClock
from aviator.core.config import LimitSettings
from aviator.core.events import (
    BetChanged,
    BetRequested,
    BettingBlocked,
    BettingFreed,
    Command,
    Fact,
    KeepRequested,
    RoundEnded,
    ScreenRead,
    TellBet,
    TellKept,
    TellMoney,
)
from aviator.core.types import BookmakerId, Phase, Source
from aviator.decide.limits import Limits
from aviator.run.bet_recovery import settled_again
from aviator.run.betting import BettingDesk, Voices

A, B = BookmakerId("Admiral"), BookmakerId("MaxBet")
LIMITS = LimitSettings(stake=20.0, stake_per_round=30.0)


class Hands:
    def __init__(self) -> None:
        self.orders: list[BetOrder | KeepRequested] = []
        self.room = True
        self.known: list[BetChanged] = []

    def submit(self, order: BetOrder | KeepRequested, requested_at: float | None = None) -> bool:
        if self.room:
            self.orders.append(order)
        return self.room

    def settled(self, changed: BetChanged) -> None:
        self.known.append(changed)


class Silent:
    """A ledger that settles nothing."""

    def apply(self, event: Fact) -> list[Fact]:
        return []

    def read(self, balance: Decimal, at: float) -> list[Fact]:
        return []

    def tick(self, at: float) -> list[Fact]:
        return []

    def accept(self, at: float) -> list[Fact]:
        return [BettingFreed(A, at, "difference")]

    def hold(self) -> None: ...


class Office:
    """A desk and all that is said around it; what it tells comes back to it, as over the bus."""

    def __init__(self, past: tuple[BetChanged, ...] = ()) -> None:
        self.clock = ManualClock()
        self.kill = KillSwitch(self.clock)
        self.facts: list[Fact] = []
        self.commands: list[tuple[BookmakerId, Command]] = []
        self._queue: list[Fact] = []
        self.deaf = False
        voices = Voices(self._queue.append, self.send)
        limits = Limits(LIMITS, lambda at: at - at % 86_400)
        ledgers = {A: Silent(), B: Silent()}
        self.desk = BettingDesk(Mode.PAPER, limits, ledgers, self.kill, voices, self.clock, past)  # type: ignore[arg-type]
        self.hands = Hands()
        self.desk.attach(self.hands)

    def send(self, bookmaker: BookmakerId, command: Command) -> bool:
        if not self.deaf:
            self.commands.append((bookmaker, command))
        return not self.deaf

    def hear(self, fact: Fact) -> None:
        self._queue.append(fact)
        while self._queue:
            self.facts.append(self._queue.pop(0))
            self.desk.apply(self.facts[-1])

    def settle(self) -> None:
        while self._queue:
            self.hear(self._queue.pop(0))

    def wish(self, stake: int = 10, bookmaker: BookmakerId = A, panel: int = 1, number: int = 1) -> BetRequested:
        now = self.clock.now()
        return BetRequested(
            bookmaker, f"{bookmaker}-{panel}-{number}", now, panel, Decimal(stake), Decimal(2), now, now + 5, "fixed"
        )

    def outcomes(self) -> list[tuple[Outcome | None, str]]:
        return [(f.outcome, f.reason) for f in self.facts if isinstance(f, BetChanged)]


@pytest.fixture
def office() -> Office:
    return Office()


def placed(wish: BetRequested, outcome: Outcome = Outcome.PLACED, payout: Decimal | None = None) -> BetChanged:
    return BetChanged(
        wish.bookmaker, wish.request_id, wish.panel, None, wish.stake, wish.auto_cash_out, Mode.PAPER, outcome, wish.at + 1,
        None, payout, wish.strategy, "", wish.at,
    )  # fmt: skip


def screen(balance: int | None, bookmaker: BookmakerId = A) -> ScreenRead:
    money = None if balance is None else Decimal(balance)
    return ScreenRead(bookmaker, 0.0, Phase.BETTING, None, money, None, None, None, ())


def test_a_wish_within_the_limits_becomes_an_order(office: Office) -> None:
    office.hear(wish := office.wish())
    assert office.hands.orders == [
        BetOrder(wish.request_id, A, 1, wish.stake, wish.auto_cash_out, wish.betting_at, wish.deadline, "fixed")
    ]
    assert office.outcomes() == []


def test_a_wish_said_twice_is_ordered_once(office: Office) -> None:
    office.hear(office.wish())
    office.hear(placed(office.wish()))
    office.hear(office.wish())
    assert len(office.hands.orders) == 1


def test_all_bookmakers_share_the_limits(office: Office) -> None:
    office.hear(office.wish(20))
    office.hear(office.wish(20, B))
    assert len(office.hands.orders) == 1
    ((outcome, reason),) = office.outcomes()
    assert outcome is Outcome.REFUSED
    assert "limit is 30" in reason
    told = [c for name, c in office.commands if name == B]
    assert isinstance(told[0], TellBet)
    assert told[0].outcome is Outcome.REFUSED


def test_a_refused_wish_takes_no_room_in_the_limits(office: Office) -> None:
    office.hands.room = False
    office.hear(office.wish(20))
    office.hands.room = True
    office.hear(office.wish(20, number=2))
    assert [outcome for outcome, _ in office.outcomes()] == [Outcome.REFUSED]
    assert len(office.hands.orders) == 1


def test_a_late_wish_expires(office: Office) -> None:
    wish = office.wish()
    office.clock.sleep(5)
    office.hear(wish)
    assert office.hands.orders == []
    assert [outcome for outcome, _ in office.outcomes()] == [Outcome.EXPIRED]


def test_the_kill_switch_stops_orders_clicks_and_sessions(office: Office) -> None:
    order_before = office.wish()
    office.hear(order_before)
    office.kill.press(KillSource.API)
    assert "kill switch" in (office.desk.gate(office.hands.orders[0]) or "")  # type: ignore[arg-type]
    office.hear(office.wish(number=2))
    office.hear(KeepRequested(A, "keep", office.clock.now(), office.clock.now() + 9))
    office.desk.step()
    office.settle()
    assert len(office.hands.orders) == 1
    assert [outcome for outcome, _ in office.outcomes()] == [Outcome.REFUSED]
    assert (A, TellKept("keep", False)) in office.commands
    assert {f.bookmaker for f in office.facts if isinstance(f, BettingBlocked)} == {A, B}
    status = office.desk.status()
    assert not status.armed
    assert "API" in status.killed


def test_a_bet_in_doubt_blocks_its_bookmaker_until_it_is_settled(office: Office) -> None:
    office.hear(wish := office.wish())
    office.hear(placed(wish, Outcome.UNCERTAIN))
    office.hear(office.wish(number=2))
    office.hear(office.wish(bookmaker=B))
    assert [o.bookmaker for o in office.hands.orders] == [A, B]
    office.hear(settled := placed(wish))
    assert office.hands.known[-1] == settled
    office.hear(office.wish(number=3))
    assert [o.bookmaker for o in office.hands.orders] == [A, B, A]
    causes = [(type(f), f.cause) for f in office.facts if isinstance(f, BettingBlocked | BettingFreed)]
    assert causes == [(BettingBlocked, "uncertain"), (BettingFreed, "uncertain")]


def test_a_strategy_that_failed_stops_the_panel_alone_until_its_worker_starts_again(office: Office) -> None:
    office.hear(BettingBlocked(A, office.clock.now(), "strategy_1", "ladder on panel 1: ZeroDivisionError", None))
    office.hear(office.wish(panel=1))
    office.hear(office.wish(panel=2, number=2))
    office.hear(office.wish(bookmaker=B))
    assert [(o.bookmaker, o.panel) for o in office.hands.orders] == [(A, 2), (B, 1)]
    assert "ZeroDivisionError" in office.outcomes()[0][1]
    assert [block.cause for block in office.desk.status().blocks] == ["strategy_1"]
    office.desk.recent(A)
    office.settle()
    assert not office.desk.status().blocks
    assert [(f.bookmaker, f.cause) for f in office.facts if isinstance(f, BettingFreed)] == [(A, "strategy_1")]


def test_a_block_with_an_end_ends(office: Office) -> None:
    until = office.clock.now() + 60
    office.hear(BettingBlocked(A, office.clock.now(), "difference", "", until))
    office.clock.sleep(61)
    office.desk.step()
    office.settle()
    assert office.desk.status().blocks == ()
    office.hear(office.wish())
    assert len(office.hands.orders) == 1


def test_who_resumes_a_bookmaker_accepts_its_money_as_it_is(office: Office) -> None:
    office.hear(BettingBlocked(A, office.clock.now(), "difference", "the balance is 90 and should be 100", None))
    office.hear(office.wish())
    assert office.hands.orders == []
    office.desk.accept(A)
    office.settle()
    office.hear(office.wish(number=2))
    assert len(office.hands.orders) == 1


def test_the_gate_asks_the_limits_again_without_counting_the_order_twice(office: Office) -> None:
    office.hear(office.wish(20))
    (order,) = office.hands.orders
    assert isinstance(order, BetOrder)
    assert office.desk.gate(order) is None
    assert "limit" in (office.desk.gate(replace(order, stake=Decimal(21))) or "")


def test_a_limit_that_is_lowered_stops_also_the_order_that_waits_for_its_click(office: Office, caplog) -> None:
    office.hear(office.wish(20))
    (order,) = office.hands.orders
    assert isinstance(order, BetOrder)
    office.desk.limit(LIMITS)
    assert office.desk.gate(order) is None
    lower = replace(LIMITS, stake=15.0, loss_per_day=50.0)
    for _ in range(2):
        office.desk.limit(lower)
    assert "the limit is 15" in (office.desk.gate(order) or "")
    office.hear(office.wish(16, number=2))
    office.hear(office.wish(15, number=3, bookmaker=B))
    assert [outcome for outcome, _ in office.outcomes()] == [Outcome.REFUSED, Outcome.REFUSED]
    assert office.desk.status().limits == lower
    assert [r.getMessage() for r in caplog.records if "limits" in r.getMessage()] == [
        "other limits hold now: stake 15 (it was 20), loss per day 50 (it was 100)"
    ]


def test_a_worker_is_told_its_money_when_that_changes_and_when_it_starts_anew(office: Office) -> None:
    for balance in (None, 100, 100, None, 90):
        office.hear(screen(balance))
    office.deaf = True
    office.hear(screen(80))
    office.deaf = False
    office.hear(screen(80))
    office.desk.recent(A)
    office.hear(screen(80))
    assert office.commands == [(A, TellMoney(Decimal(money))) for money in (100, 90, 80, 80)]


def test_a_worker_that_starts_is_told_what_was(office: Office) -> None:
    office.hear(wish := office.wish())
    office.hear(placed(wish, payout=Decimal(20)))
    office.hear(RoundEnded(A, None, 7.0, Decimal("2.31"), None, None, None, Source.LIVE, 1.0))
    bets, played = office.desk.recent(A)
    assert [b.payout for b in bets] == [Decimal(20)]
    assert played == (Played(Decimal("2.31"), 7.0),)
    assert office.desk.recent(B) == ((), ())


def test_what_the_journal_knows_and_the_record_does_not_is_told_again(office: Office) -> None:
    wish = office.wish()
    begun, sure, doubt = replace(placed(wish), outcome=None), placed(wish), placed(wish, Outcome.UNCERTAIN)
    assert settled_again([sure], {}) == [sure]
    assert settled_again([sure], {wish.request_id: begun}) == [sure]
    assert settled_again([sure], {wish.request_id: doubt}) == [sure]
    assert settled_again([sure], {wish.request_id: placed(wish, payout=Decimal(0))}) == []
    assert settled_again([doubt], {wish.request_id: doubt}) == []


def lost(wish: BetRequested, at: float) -> BetChanged:
    return replace(placed(wish, payout=Decimal(0)), placed_at=at, settled_at=at + 1)


def test_a_pause_after_a_limit_goes_on_record_and_outlives_the_engine_and_resume(office: Office) -> None:
    for number in range(1, 6):
        office.hear(wish := office.wish(20, number=number))
        office.hear(lost(wish, office.clock.now()))
        office.clock.sleep(60)
    office.hear(office.wish(20, number=9))
    (block,) = [f for f in office.facts if isinstance(f, BettingBlocked)]
    assert (block.cause, block.mode) == ("cool_off", Mode.PAPER)
    after = Office()
    after.clock.sleep(office.clock.now() - after.clock.now())
    after.desk.restore([block])
    after.desk.accept(A)
    after.hear(after.wish(1))
    after.hear(after.wish(1, bookmaker=B))
    assert [o for o, _ in after.outcomes()] == [Outcome.REFUSED, Outcome.REFUSED]
    assert after.hands.orders == []


def test_a_difference_and_an_unknown_outcome_outlive_the_engine(office: Office) -> None:
    office.hear(wish := office.wish())
    office.hear(doubt := placed(wish, Outcome.UNCERTAIN))
    block = BettingBlocked(B, office.clock.now(), "difference", "the balance is 90 and should be 100", None)
    after = Office((doubt,))
    after.desk.restore([block])
    after.settle()
    after.hear(after.wish(number=2))
    after.hear(after.wish(bookmaker=B))
    assert after.hands.orders == []
    assert {b.cause for b in after.desk.status().blocks} == {"difference", "uncertain"}
    after.hear(placed(wish))
    after.hear(after.wish(number=3))
    assert len(after.hands.orders) == 1


def test_what_follows_anew_from_elsewhere_is_freed_on_record(office: Office) -> None:
    office.desk.restore([BettingBlocked(A, 1.0, "kill", "", None), BettingBlocked(B, 1.0, "strategy", "", None)])
    office.settle()
    assert {(f.bookmaker, f.cause) for f in office.facts if isinstance(f, BettingFreed)} == {(A, "kill"), (B, "strategy")}
    office.hear(office.wish())
    assert len(office.hands.orders) == 1


@pytest.mark.parametrize("steps", [(86_400.0,), (-86_400.0,), (86_400.0, -86_400.0), (3600.0, -7200.0)])
def test_steps_of_the_clock_end_neither_a_pause_nor_the_day(office: Office, steps: tuple[float, ...]) -> None:
    for number in range(1, 6):
        office.hear(wish := office.wish(20, number=number))
        office.hear(lost(wish, office.desk._clock.now()))
        office.clock.sleep(60)
    office.hear(office.wish(20, number=9))
    for number, step_s in enumerate(steps, 10):
        office.clock.step(step_s)
        office.desk.step()
        office.settle()
        office.hear(office.wish(1, number=number))
    assert len(office.hands.orders) == 5
    assert office.desk.status().profit_today == -100
