"""A desk rebuilt from the record at any point of any history refuses and permits what the one that never stopped does."""

import tempfile
from contextlib import closing
from decimal import Decimal
from functools import partial
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.act.kill import KillSwitch
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged, BetRequested, BettingBlocked, BettingFreed, Command, Fact, KeepRequested
from aviator.core.types import BookmakerId
from aviator.decide.limit_day import LimitDay
from aviator.decide.limits import Limits
from aviator.record.bets import blocks_in_force, recent_bets, requested_bets
from aviator.record.committer import Committer
from aviator.record.rows import Record
from aviator.record.safety import counted_bets, newest_start
from aviator.record.store import Store, open_store
from aviator.run.betting import BettingDesk, Voices
from aviator.run.user_bets import UserBets

A, B = BookmakerId("Admiral"), BookmakerId("MaxBet")
DAY = LimitDay("Europe/Belgrade")
START = 1_761_480_000.0  # noon before the night in which clocks change, 2025-10-26 12:00 UTC less a day
HELD = LimitSettings(
    stake=20, stake_per_round=45, loss_per_day=90, drawdown=60, bets_per_hour=6, session_minutes=90, cool_off_minutes=30
)


class Silent:
    """A ledger that tells nothing of its own, and remembers that it was held."""

    def apply(self, event: Fact) -> list[Fact]:
        return []

    def accept(self, at: float) -> list[Fact]:
        return [BettingFreed(A, at, "difference")]

    def hold(self) -> None: ...


class Hands:
    def submit(self, order: BetOrder | KeepRequested, requested_at: float | None = None) -> bool:
        return True

    def settled(self, changed: BetChanged) -> None: ...


class Life:
    """One engine: a desk on a record. What it tells is committed at once."""

    def __init__(
        self,
        store: Store,
        clock: ManualClock,
        day: LimitDay = DAY,
        held: LimitSettings = HELD,
        shared: UserBets | None = None,
    ) -> None:
        self.clock = clock
        self._committer = Committer(store, "local", clock, lambda: True)
        self._start, self._seq = max(clock.now(), newest_start(store) + 0.001), 0
        self._queue: list[Fact] = []
        counted = counted_bets(store, Mode.LIVE)
        if shared:
            day = shared.begin(day)
            shared.compare(counted, partial(requested_bets, store), day.start(clock.now()))
        limits = Limits(held, day.start)
        for bet in counted:
            limits.apply(bet, clock.now())
        past = [b for name in (A, B) for n in (1, 2) for b in recent_bets(store, name, n, 100, Mode.LIVE)]
        ledgers = {A: Silent(), B: Silent()}
        voices = Voices(self._queue.append, self._send)
        self.desk = BettingDesk(
            Mode.LIVE,
            limits,
            ledgers,
            KillSwitch(clock),
            voices,
            clock,
            past,
            shared=shared,  # type: ignore[arg-type]
        )
        self.desk.attach(Hands())
        self.desk.restore(blocks_in_force(store, clock.now(), Mode.LIVE))
        self.settle()

    def _send(self, bookmaker: BookmakerId, command: Command) -> bool:
        return True

    def hear(self, fact: Fact) -> None:
        self._queue.append(fact)
        self.settle()

    def settle(self) -> None:
        while self._queue:
            fact = self._queue.pop(0)
            self._seq += 1
            self._committer.commit([Record(self._start, self._seq, fact)])
            self.desk.apply(fact)

    def verdicts(self) -> list[str]:
        """What would be said now of some orders at both bookmakers. Of two blocks either may be named."""
        now = self.clock.now()
        return [
            self._said(BetOrder(f"probe-{stake}", name, 2, Decimal(stake), Decimal(2), now, now + 5))
            for name in (A, B)
            for stake in ("0.01", "5.00", "20.00", "20.01")
        ]

    def _said(self, order: BetOrder) -> str:
        said = self.desk.gate(order) or "yes"
        return "blocked" if said.startswith(("12.00 lack", "the outcome of")) else said

    def close(self) -> None:
        self._committer.close()


class History:
    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, ManualClock(START)
        self.life = Life(store, self.clock)
        self.open: list[BetChanged] = []
        self._count = 0

    def bet(self, stake: str, bookmaker: BookmakerId, panel: int) -> None:
        now = self.clock.now()
        self._count += 1
        request = f"r-{self._count}"
        wish = BetRequested(bookmaker, request, now, panel, Decimal(stake), Decimal(2), now, now + 5, "ladder", Mode.LIVE)
        self.life.hear(wish)
        known = [b for b in self.life.desk.recent(bookmaker)[0] if b.request_id == request]
        if known and known[0].outcome is Outcome.REFUSED:
            return
        begun = BetChanged(
            bookmaker, request, panel, None, wish.stake, wish.auto_cash_out, Mode.LIVE, None, None, None, None, "ladder", "", now
        )
        self.life.hear(begun)
        self.open.append(begun)

    def told(self, index: int, outcome: Outcome) -> None:
        if not self.open:
            return
        bet = self.open.pop(index % len(self.open))
        if bet.outcome is Outcome.PLACED:
            self.open.append(bet)
            return
        placed_at = self.clock.now() if outcome is Outcome.PLACED else None
        changed = _changed(bet, outcome=outcome, placed_at=placed_at)
        self.life.hear(changed)
        if outcome in (Outcome.PLACED, Outcome.UNCERTAIN):
            self.open.append(changed)

    def settled(self, index: int, payout: str) -> None:
        if not (placed := [b for b in self.open if b.outcome is Outcome.PLACED]):
            return
        bet = placed[index % len(placed)]
        self.open.remove(bet)
        self.life.hear(_changed(bet, settled_at=self.clock.now(), payout=Decimal(payout)))

    def difference(self, bookmaker: BookmakerId) -> None:
        self.life.hear(BettingBlocked(bookmaker, self.clock.now(), "difference", "12.00 lack", None, Mode.LIVE))

    def resume(self, bookmaker: BookmakerId) -> None:
        self.life.hear(BettingFreed(bookmaker, self.clock.now(), "difference", Mode.LIVE))

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.life.desk.step()
        self.life.settle()


def _changed(bet: BetChanged, **changes: object) -> BetChanged:
    return BetChanged(**{name: getattr(bet, name) for name in BetChanged.__dataclass_fields__} | changes)  # type: ignore[arg-type]


bookmaker_st = st.sampled_from([A, B])
index_st = st.integers(0, 5)
deed_st = st.one_of(
    st.tuples(st.just("bet"), st.sampled_from(["5.00", "10.00", "20.00"]), bookmaker_st, st.sampled_from([1, 2])),
    st.tuples(st.just("bet"), st.just("20.00"), bookmaker_st, st.just(1)),
    st.tuples(st.just("told"), index_st, st.sampled_from([Outcome.PLACED, Outcome.PLACED, *Outcome])),
    st.tuples(st.just("told"), index_st, st.just(Outcome.PLACED)),
    st.tuples(st.just("settled"), index_st, st.sampled_from(["0.00", "0.00", "0.00", "15.00", "40.00"])),
    st.tuples(st.just("settled"), index_st, st.just("0.00")),
    st.tuples(st.just("difference"), bookmaker_st),
    st.tuples(st.just("resume"), bookmaker_st),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 20.0, 300.0, 1799.0, 1800.0, 3600.0, 30_000.0])),
)


@settings(max_examples=60, deadline=None)
@given(deeds=st.lists(deed_st, min_size=15, max_size=50), restarts=st.sets(st.integers(0, 49), max_size=3))
def test_a_rebuilt_desk_gives_the_same_verdicts(deeds: list[tuple], restarts: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder)}/a.db")) as store:
        history = History(store)
        for number, (name, *arguments) in enumerate(deeds):
            getattr(history, name)(*arguments)
            history.clock.sleep(0.5)
            if number in restarts or number == len(deeds) - 1:
                before = history.life.verdicts()
                history.life.close()
                history.life = Life(store, history.clock)  # the history goes on with it
                assert history.life.verdicts() == before
        history.life.close()


def test_what_is_told_with_a_clock_that_was_set_back_counts_on_record() -> None:
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder)}/a.db")) as store:
        history = History(store)
        history.bet("20.00", A, 1)
        history.told(0, Outcome.PLACED)
        history.life.close()
        history.clock = ManualClock(START - 86_400)
        history.life = Life(store, history.clock)
        history.settled(0, "40.00")
        history.life.close()
        assert [b.payout for b in recent_bets(store, A, 1)] == [Decimal("40.00")]


def test_a_pause_lasts_as_long_again_where_the_clock_is_behind_its_beginning() -> None:
    with tempfile.TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder)}/a.db")) as store:
        history = History(store)
        history.life.hear(BettingBlocked(A, START, "cool_off", "the day's loss", START + 3600, Mode.LIVE))
        history.life.close()
        for back_s in (0.0, 60.0, 86_400.0):
            (block,) = blocks_in_force(store, START - back_s, Mode.LIVE)
            assert block.until == START - back_s + 3600
        assert blocks_in_force(store, START + 3600, Mode.LIVE) == []
        assert blocks_in_force(store, START, Mode.PAPER) == []
