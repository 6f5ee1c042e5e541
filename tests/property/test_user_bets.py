"""Limits belong to the user: whatever engines bet in whatever data folders, and whatever is restarted or lost."""

import tempfile
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.test_restart_state import DAY, START, A, B, Life

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import ManualClock
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged, BetRequested
from aviator.core.types import BookmakerId
from aviator.decide.limits import Worth
from aviator.record.store import open_store
from aviator.run.user_bets import LOST_AFTER_S, UserBets

HELD = LimitSettings(
    stake=20, stake_per_round=1000, loss_per_day=90, drawdown=1e6, bets_per_hour=100_000, session_minutes=100_000,
    cool_off_minutes=0,
)  # fmt: skip
FOLDERS = 3


@dataclass
class Bet:
    """What is true of a bet that was clicked."""

    folder: int
    told: BetChanged
    lost_record: bool = False
    """Its record was lost while it was open: nobody will hear of its end."""
    doubtful: bool = False
    """Its record was lost before the history had its end: it counts as lost, whatever came of it."""

    def is_stale(self, now: float, viewer: int) -> bool:
        """For other engines a bet that has no end for so long is lost, and no longer open."""
        elsewhere = self.lost_record or viewer != self.folder
        return elsewhere and self.told.payout is None and now - (self.told.requested_at or 0.0) >= LOST_AFTER_S

    def at_stake(self, now: float, viewer: int) -> Decimal:
        """Open, as that engine must count it."""
        return Decimal(0) if self.told.payout is not None or self.is_stale(now, viewer) else self.told.stake

    def profit(self, now: float, viewer: int) -> Decimal:
        at = self.told.requested_at if self.is_stale(now, viewer) else self.told.placed_at or self.told.requested_at
        if (at or 0.0) < DAY.start(now):
            return Decimal(0)
        if self.told.payout is not None:
            return self.told.payout - self.told.stake
        return -self.told.stake if self.is_stale(now, viewer) else Decimal(0)


@dataclass
class User:
    """One user with several data folders, an engine on each."""

    root: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    bets: list[Bet] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)
    stores: list = field(default_factory=list)
    requests: set[tuple[int, str]] = field(default_factory=set)
    count: int = 0

    def begin(self) -> None:
        for number in range(FOLDERS):
            self.stores.append(open_store(f"sqlite:///{self.root}/{number}.db"))
            self.lives.append(self.life(number))

    def life(self, number: int) -> Life:
        shared = UserBets(
            self.clock, self.root / str(number), lambda _: Worth(), {A: "", B: ""}, self.root / "state" / "bets.jsonl"
        )
        return Life(self.stores[number], self.clock, DAY, HELD, shared)

    def end(self) -> None:
        for life in self.lives:
            life.close()
        for store in self.stores:
            store.close()

    def profit(self, viewer: int) -> Decimal:
        return sum((bet.profit(self.clock.now(), viewer) for bet in self.bets), Decimal(0))

    def bet(self, number: int, stake: str, bookmaker: BookmakerId, same_name: bool) -> None:
        now, life = self.clock.now(), self.lives[number]
        self.count += not same_name
        request = f"r-{self.count}"
        if (number, request) in self.requests:
            return
        self.requests.add((number, request))
        wish = BetRequested(bookmaker, request, now, 1, Decimal(stake), Decimal(2), now, now + 5, "ladder", Mode.LIVE)
        life.hear(wish)
        order = BetOrder(request, bookmaker, 1, wish.stake, Decimal(2), now, now + 5, "ladder")
        known = [b for b in life.desk.recent(bookmaker)[0] if b.request_id == request]
        if known and known[0].outcome is Outcome.REFUSED:
            return
        if why := life.desk.gate(order):
            life.hear(BetChanged.of(order, Mode.LIVE, now, Outcome.REFUSED, why))
            return
        staked = wish.stake + sum(bet.at_stake(now, number) for bet in self.bets)
        lost = -self.profit(number)
        assert lost + staked <= Decimal(str(HELD.loss_per_day)), (lost, staked)
        self._written(number)
        told = BetChanged.of(order, Mode.LIVE, now)
        self.bets.append(Bet(number, told))
        life.hear(told)

    def told(self, index: int, ending: str) -> None:
        open_bets = [bet for bet in self.bets if bet.told.payout is None and not bet.lost_record]
        if not open_bets:
            return
        bet = open_bets[index % len(open_bets)]
        now = self.clock.now()
        if ending == "void" and bet.told.placed_at is None:
            self.lives[bet.folder].hear(replace(bet.told, outcome=Outcome.ROLLED_BACK))
            self.bets.remove(bet)
            self.look(bet.folder)
        elif bet.told.placed_at is None:
            bet.told = replace(bet.told, outcome=Outcome.PLACED, placed_at=bet.told.requested_at)
            self.lives[bet.folder].hear(bet.told)
        else:
            bet.told = replace(bet.told, settled_at=now, payout=Decimal("0.00" if ending == "void" else ending))
            bet.doubtful = True
            self.lives[bet.folder].hear(bet.told)

    def look(self, number: int) -> None:
        self.lives[number].desk.look()
        self._written(number)

    def _written(self, number: int) -> None:
        """What that engine knew is in the history."""
        for bet in self.bets:
            bet.doubtful = bet.doubtful and bet.folder != number

    def restart(self, number: int) -> None:
        self.lives[number].close()
        self.lives[number] = self.life(number)
        self._written(number)

    def lose(self, number: int) -> None:
        """The database is deleted; the folder begins anew."""
        self.lives[number].close()
        self.stores[number].close()
        for path in self.root.glob(f"{number}.db*"):
            path.unlink()
        self.stores[number] = open_store(f"sqlite:///{self.root}/{number}.db")
        for bet in self.bets:
            if bet.folder == number and (bet.told.payout is None or bet.doubtful):
                bet.told = replace(bet.told, payout=None, placed_at=None)
                bet.lost_record, bet.doubtful = True, False
        self.lives[number] = self.life(number)

    def remove(self) -> None:
        """Somebody deletes the history while engines run."""
        for number in range(FOLDERS):
            self.look(number)
        (self.root / "state" / "bets.jsonl").unlink(missing_ok=True)
        for number in range(FOLDERS):
            self.look(number)

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        for life in self.lives:
            life.desk.step()
            life.settle()

    def check(self) -> None:
        """Every engine counts every bet, and none twice."""
        for number in range(FOLDERS):
            self.look(number)
        for number, life in enumerate(self.lives):
            life.desk.look()
            assert life.desk.status().profit_today == self.profit(number)


folder_st = st.integers(0, FOLDERS - 1)
deed_st = st.one_of(
    *[st.tuples(st.just("bet"), folder_st, st.sampled_from(["10.00", "20.00"]), st.sampled_from([A, B]), st.booleans())] * 3,
    *[st.tuples(st.just("told"), st.integers(0, 5), st.sampled_from(["0.00", "0.00", "0.00", "30.00", "void"]))] * 4,
    st.tuples(st.just("look"), folder_st),
    st.tuples(st.just("restart"), folder_st),
    st.tuples(st.just("lose"), folder_st),
    st.tuples(st.just("remove")),
    st.tuples(st.just("check")),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 20.0, LOST_AFTER_S, 3600.0, 40_000.0])),
)


@settings(max_examples=25, deadline=None)
@given(deeds=st.lists(deed_st, min_size=10, max_size=40))
def test_no_admission_exceeds_the_days_loss_and_no_bet_counts_twice(deeds: list[tuple]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        user = User(Path(folder))
        user.begin()
        try:
            for name, *arguments in deeds:
                getattr(user, name)(*arguments)
                user.clock.sleep(0.5)
            user.check()
        finally:
            user.end()
