"""For any sequence of wishes and outcomes no limit is ever exceeded by what passed it. The model below keeps its own books."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged
from aviator.core.types import BookmakerId
from aviator.decide.limits import HOUR_S, Limits

DAY_S = 24 * HOUR_S
LEFT = (Outcome.REFUSED, Outcome.EXPIRED, Outcome.ROLLED_BACK)


@dataclass
class Bet:
    order: BetOrder
    placed_at: float | None = None
    told: bool = False
    payout: Decimal | None = None

    def row(self, outcome: Outcome | None) -> BetChanged:
        o = self.order
        return BetChanged(
            o.bookmaker,
            o.request_id,
            o.panel,
            None,
            o.stake,
            o.auto_cash_out,
            Mode.LIVE,
            outcome,
            self.placed_at,
            None,
            self.payout,
            "",
            "",
        )


class Books:
    """What truly happened: a bet is placed at its click, known sooner or later, won or lost at last."""

    def __init__(self, held: LimitSettings, midnight: float) -> None:
        self.held = held
        self.limits = Limits(held, self.day_start)
        self.midnight = midnight
        self.now = 40 * DAY_S
        self.bets: list[Bet] = []
        self.wishes: list[Bet] = []

    def day_start(self, at: float) -> float:
        return (at - self.midnight) // DAY_S * DAY_S + self.midnight

    def wish(self, stake: Decimal, bookmaker: int) -> None:
        order = BetOrder(
            f"r{len(self.bets) + len(self.wishes)}-{self.now}", BookmakerId(str(bookmaker)), 1, stake, None, 0.0, 0.0
        )
        if self.limits.admit(order, self.now).ok:
            self.wishes.append(Bet(order))

    def click(self, index: int, told: bool) -> None:
        if not self.wishes:
            return
        bet = self.wishes.pop(index % len(self.wishes))
        if not self.limits.check(bet.order, self.now).ok:
            self.limits.apply(bet.row(Outcome.REFUSED), self.now)
            return
        bet.placed_at, bet.told = self.now, told
        self.bets.append(bet)
        self.check()
        if told:
            self.limits.apply(bet.row(Outcome.PLACED), self.now)
        else:
            placed_at, bet.placed_at = bet.placed_at, None
            self.limits.apply(bet.row(Outcome.UNCERTAIN), self.now)
            bet.placed_at = placed_at

    def bet(self, stake: Decimal, told: bool) -> None:
        self.wish(stake, 1)
        self.click(-1, told)

    def round(self, stake: Decimal, odds: Decimal) -> None:
        """A bet, and all that is open is settled."""
        self.bet(stake, told=True)
        while any(b.payout is None for b in self.bets):
            self.settle(0, odds)

    def leave(self, index: int, outcome: Outcome) -> None:
        if self.wishes:
            self.limits.apply(self.wishes.pop(index % len(self.wishes)).row(outcome), self.now)

    def settle(self, index: int, odds: Decimal) -> None:
        open_bets = [b for b in self.bets if b.payout is None]
        if not open_bets:
            return
        bet = open_bets[index % len(open_bets)]
        if not bet.told:
            bet.told = True
            self.limits.apply(bet.row(Outcome.PLACED), self.now)
            return
        bet.payout = (bet.order.stake * odds).quantize(Decimal("0.01"))
        self.limits.apply(bet.row(Outcome.PLACED), self.now)
        self.check()

    def check(self) -> None:
        """Right after a bet was placed or settled, by the books alone."""
        held, bets = self.held, self.bets
        open_stakes = sum(b.order.stake for b in bets if b.payout is None)
        assert all(b.order.stake <= Decimal(str(held.stake)) for b in bets)
        assert open_stakes <= Decimal(str(held.stake_per_round))
        last = bets[-1].placed_at or 0.0
        assert sum((b.placed_at or 0.0) > last - HOUR_S for b in bets) <= held.bets_per_hour
        today = [b for b in bets if (b.placed_at or 0.0) >= self.day_start(self.now)]
        lost = sum(b.order.stake - (b.payout or 0) for b in today)
        assert lost <= Decimal(str(held.loss_per_day))
        self.check_session()

    def check_session(self) -> None:
        """Sessions told apart by the pauses between placed bets; wins count towards the peak as they come in."""
        pause_s = 60 * self.held.cool_off_minutes
        session: list[Bet] = []
        for bet in self.bets:
            if session and (bet.placed_at or 0.0) - (session[-1].placed_at or 0.0) >= max(pause_s, 1.0):
                session = []
            session.append(bet)
        assert (session[-1].placed_at or 0.0) - (session[0].placed_at or 0.0) < 60 * self.held.session_minutes
        # The peak is at least what the wins beyond all losses so far have made of it: here only the lowest bound is sure.
        profit = sum((b.payout or Decimal(0)) - b.order.stake for b in session)
        assert -profit <= Decimal(str(self.held.drawdown))


settings_st = st.builds(
    LimitSettings,
    stake=st.sampled_from([5.0, 10.0, 20.0]),
    stake_per_round=st.sampled_from([10.0, 20.0, 45.5]),
    loss_per_day=st.sampled_from([20.0, 60.0, 1000.0]),
    drawdown=st.sampled_from([15.0, 50.0, 1000.0]),
    bets_per_hour=st.integers(1, 6),
    session_minutes=st.sampled_from([5.0, 60.0, 600.0]),
    cool_off_minutes=st.sampled_from([5.0, 60.0]),
)
stake_st = st.sampled_from([Decimal("0.01"), Decimal(5), Decimal(10), Decimal("20.01"), Decimal(20)])
odds_st = st.sampled_from([Decimal(0), Decimal(0), Decimal("1.01"), Decimal(3)])
index_st = st.integers(0, 7)
deed_st = st.one_of(
    st.tuples(st.just("wish"), stake_st, st.integers(1, 3)),
    st.tuples(st.just("click"), index_st, st.booleans()),
    st.tuples(st.just("bet"), stake_st, st.booleans()),
    st.tuples(st.just("round"), stake_st, odds_st),
    st.tuples(st.just("leave"), index_st, st.sampled_from(LEFT)),
    st.tuples(st.just("settle"), index_st, odds_st),
    st.tuples(st.just("wait"), st.sampled_from([1.0, 20.0, 160.0, 299.0, 3600.0, 30_000.0])),
)


@settings(max_examples=400, deadline=None)
@given(held=settings_st, midnight=st.sampled_from([0.0, 3600.0, 60_000.0]), deeds=st.lists(deed_st, min_size=20, max_size=60))
def test_no_limit_is_ever_exceeded(held: LimitSettings, midnight: float, deeds: list[tuple]) -> None:
    books = Books(held, midnight)
    for name, *arguments in deeds:
        if name == "wait":
            books.now += arguments[0]
        else:
            getattr(books, name)(*arguments)
            books.now += 0.001
