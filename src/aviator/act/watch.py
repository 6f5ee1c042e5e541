"""After the click: what became of it, told from the pictures that follow. Pure; engine process, thread `hands`.

In: looks at the window, with their time. Out: what became of the bet, or the wish to take it back. The button is a toggle, so it
is never clicked to try again; what the pictures leave open is UNCERTAIN, and watched on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import combinations

from aviator.act.plans import auto_of
from aviator.core.bets import BetOrder, ButtonState, Outcome, PanelView, WindowView
from aviator.core.types import CENT, Phase

STEADY_S = 0.3
"""So long a picture that contradicts the order must stand: sites count balances up and down."""
QUEUED_S = 0.7
"""At pace 1: so long a red button must stand in flight before it is a bet for the next round, and not a late turn to orange."""
CANCELLED_S = 1.0
FIELDS_S = 1.0
"""A field that cannot be read, with all else as it must be, is not waited for longer than that."""
LIVE_S = 1.5
"""Nor is a late balance, when the button says that a bet is live."""
UNHEARD_S = 4.0
"""A click that has changed nothing for so long, with the betting over, was not taken."""
DOUBT_S = 3.0
ROUNDS = 5
"""Rounds that a doubt is watched for."""
PROOF = 2
"""Changes of phase, a take-off among them, that must be seen after an interruption before a green button counts: the page may
show a picture from before it."""
BETTING_S = 4.0
"""At pace 1: the betting time that is certain to follow an ended round."""


OLD_S = 600.0
"""At pace 1: what a page shows so long after a click belongs to other bets, and the money to another day."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Click the button, now, which says that it cancels: this bet must not stand."""

    reason: str


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the click. `stake` and `auto_cash_out` are the true ones; after UNCERTAIN another may follow."""

    outcome: Outcome
    reason: str
    stake: Decimal
    auto_cash_out: Decimal | None
    placed_at: float | None = None


def payout_of(stake: Decimal, auto_cash_out: Decimal | None) -> Decimal | None:
    """What a bet pays that reaches its auto cash-out; None where nobody can know beforehand."""
    return (stake * auto_cash_out).quantize(CENT, ROUND_FLOOR) if auto_cash_out else None


def was_taken(
    balance: Decimal, base: Decimal, stake: Decimal, payout: Decimal | None, credits_due: Sequence[Decimal]
) -> bool | None:
    """Does the money say that the stake was paid? None where it says neither or both.

    The plain explanations come first; only then earlier bets are thought of, whose `credits_due` may have come in meanwhile.
    """
    for free in ([base], [base + sum(some) for n in range(1, len(credits_due) + 1) for some in combinations(credits_due, n)]):
        paid = [money - stake for money in free]
        if payout is not None:
            paid += [money - stake + payout for money in free]
        if (balance in free) != (balance in paid):
            return balance in paid
        if balance in free:
            return None
    return None


class Watch:
    """Follows one clicked bet. `base`: the money right before the click at `clicked_at` (Unix seconds). The times that it is told
    go on from there by the monotonic clock; what the wall clock does meanwhile is told by `interrupted`."""

    def __init__(
        self, order: BetOrder, clicked_at: float, base: Decimal, *, pace: float, lag_s: float, credits_due: Sequence[Decimal] = ()
    ) -> None:
        self.turned_at: float | None = None
        """When the button was first seen turned."""
        self.queued = False
        """Was the bet seen waiting for the next round?"""
        self.over = False
        """Given up: no picture will tell."""
        self._order = order
        self.clicked_at = clicked_at
        self._base = base
        self._pace = pace
        self._lag_s = lag_s
        self._credits = credits_due
        self._cancelled_at: float | None = None
        self._back_at: float | None = None
        self._hands_off = False
        self._queued_at: float | None = None
        self._taken_at: float | None = None
        self._betting_over = False
        self._doubted = False
        self._rounds = 0
        self._unproven = 0
        """Changes of phase that are still to be seen after an interruption."""
        self._took_off = True
        self._stale = False
        """Was there no look since the interruption?"""
        self._late = False
        """Is it unknown how much of the betting time is left?"""
        self._jumped_s = 0.0
        """Seconds that the wall clock went ahead of the monotonic one since the click."""
        self._phase = Phase.BETTING
        self._phase_at = clicked_at
        self._told_at = clicked_at
        self._panel: PanelView | None = None  # as it showed the bet that stood on it
        self._picture: tuple[object, ...] = ()
        self._since = clicked_at
        self._looks = 0
        self._money: tuple[object, ...] = ()
        self._quiet_since = clicked_at

    def cancelled(self, at: float) -> None:
        """The button was clicked to take the bet back. It is not clicked a third time."""
        self._cancelled_at = at

    def hands_off(self) -> None:
        """Nobody can click now: what stands, stands."""
        self._hands_off = True

    def interrupted(self, jumped_s: float) -> None:
        """The machine was suspended, the program was stopped or the wall clock stepped (`jumped_s`) since the last look."""
        self._jumped_s += jumped_s
        self._betting_over = self._late = True
        self.resumed()

    def resumed(self) -> None:
        """Pictures were missed: nothing is concluded from a button that may be older than that."""
        self._unproven, self._took_off, self._stale = PROOF, False, True
        self._picture, self._money, self._looks = (), (), 0

    def see(self, view: WindowView | None, now: float, margin_s: float) -> TakeBack | Became | None:
        """One look (None: there was none). `margin_s`: how much betting time a cancelling click needs."""
        panel = view.panel(self._order.panel) if view is not None and view.in_place else None
        if view is None or panel is None or panel.button is None or view.phase not in (Phase.BETTING, Phase.PLAYING, Phase.ENDED):
            self._looks = 0
            return self._doubt("the window cannot be read", now) if now - self._told_at >= DOUBT_S else None
        self._told_at = now
        self._remember(view, panel, now)
        if self._looks < 2:
            return None
        if now - self.clicked_at > OLD_S * max(1.0, self._pace):
            return self._doubt("the click is too long ago for the screen to tell", now)
        match panel.button:
            case ButtonState.CANCEL if view.phase is Phase.BETTING:
                return self._accepted(panel, view.balance, now, margin_s)
            case ButtonState.CANCEL:
                return self._waiting(view.phase, now, margin_s)
            case ButtonState.CASH_OUT:
                return self._live(panel, view.balance, now) if view.phase is Phase.PLAYING else None
            case _:
                return self._idle(view.balance, now)

    # --- what is remembered ---

    def _remember(self, view: WindowView, panel: PanelView, now: float) -> None:
        if view.phase is not self._phase:
            self._phase, self._phase_at = view.phase, now
            self._rounds += view.phase is Phase.PLAYING
            if self._unproven and not self._stale:
                self._took_off |= view.phase is Phase.PLAYING
                self._unproven = max(self._unproven - 1, int(not self._took_off))
        self._stale = False
        self._betting_over |= view.phase is not Phase.BETTING or now > self._order.deadline
        if panel.button is not ButtonState.BET and self.turned_at is None:
            self.turned_at = now
        if panel.button is ButtonState.CANCEL and view.phase is Phase.BETTING and not (self._taken_at or self._unproven):
            self._taken_at = now + self._jumped_s
        picture = (view.phase, panel, view.balance)
        if picture != self._picture:
            self._picture, self._since, self._looks = picture, now, 0
        self._looks += 1
        money = (panel.button, view.balance)
        if money != self._money:
            self._money, self._quiet_since = money, now

    # --- what the button says ---

    def _accepted(self, panel: PanelView, balance: Decimal | None, now: float, margin_s: float) -> TakeBack | Became | None:
        """Red, in the betting time: taken, and still to be taken back."""
        if self._cancelled_at is not None:
            return None
        stands_s = now - self._since
        wrong = self._wrong(panel, balance)
        if wrong:
            if stands_s < STEADY_S:
                return None
            if not (self._hands_off or self._late or self._unproven) and now + margin_s < self._betting_ends():
                return TakeBack(wrong)
            # Too late to take it back: what was really staked must be on record.
            return self._placed(panel, balance, wrong) if self._fell(panel, balance) or stands_s >= FIELDS_S else None
        sure = (panel.amount is not None and panel.auto_cash_out is not None) or stands_s >= FIELDS_S
        return self._placed(panel, balance, "") if sure and self._fell(panel, balance) else None

    def _waiting(self, phase: Phase, now: float, margin_s: float) -> TakeBack | None:
        """Red while no bets are taken: the click came too late and counts for the next round."""
        if self._cancelled_at is not None or self._unproven:
            return None
        if now - self._phase_at < QUEUED_S * self._pace or now - self._since < STEADY_S:
            return None
        self.queued = True
        self._queued_at, self._taken_at = now + self._jumped_s, None
        in_time = phase is Phase.PLAYING or margin_s < BETTING_S * self._pace
        return TakeBack("the site kept it for the next round") if in_time and not self._hands_off else None

    def _live(self, panel: PanelView, balance: Decimal | None, now: float) -> Became | None:
        """Orange: money is at stake, whatever the balance says."""
        known = panel.amount is not None and panel.auto_cash_out is not None
        if (known and self._fell(panel, balance)) or now - self._since >= LIVE_S * max(1.0, self._pace):
            return self._placed(panel, balance, self._wrong(panel, balance))
        return None

    def _idle(self, balance: Decimal | None, now: float) -> Became | None:
        """Green: nothing was taken, it was taken back, or all is over; the money says which."""
        if not self._betting_over:
            if self._cancelled_at is None:
                return None
            self._back_at = self._back_at or now
        quiet_s = now - self._quiet_since
        prompt = self._back_at is not None and balance == self._base
        enough_s = max(CANCELLED_S if prompt else UNHEARD_S, 2 * self._lag_s)
        if quiet_s < enough_s or now - (self._cancelled_at or self.clicked_at) < enough_s:
            return None
        if balance is None:
            return self._doubt("the balance cannot be read", now)
        stake = self._stake(self._panel)
        taken = was_taken(balance, self._base, stake, payout_of(stake, self._auto(self._panel)), self._credits)
        if (taken is False or self._back_at is not None) and self._unproven:
            return self._doubt("the program or the machine was interrupted, and the page may show an old picture", now)
        if taken is False or self._back_at is not None:
            # Green again while bets were still taken: no flight can have done that, whatever the balance says.
            return self._became(Outcome.ROLLED_BACK, self._why_not())
        if taken:
            return self._placed(self._panel, balance, "the money alone tells that it was taken")
        if self._cancelled_at is not None and balance > self._base - stake and not self._late:
            return self._placed(self._panel, balance, "it was cashed out by the click that was to take it back")
        return self._doubt(f"the balance is {balance} after {self._base}, which neither a bet taken nor one left explains", now)

    # --- conclusions ---

    def _why_not(self) -> str:
        if self._cancelled_at is not None:
            return "taken back"
        return "the site did not take it" if self.turned_at is None else "it was taken back by the site or a person"

    def _betting_ends(self) -> float:
        """For a bet that waited a round, only the length of betting times is known."""
        return self._phase_at + BETTING_S * self._pace if self.queued else self._order.deadline

    def _stake(self, panel: PanelView | None) -> Decimal:
        """The field of a bet that stands shows what the site took."""
        return panel.amount if panel is not None and panel.amount is not None else self._order.stake

    def _auto(self, panel: PanelView | None) -> Decimal | None:
        seen = panel.auto_cash_out if panel is not None else None
        return self._order.auto_cash_out if seen is None else seen or None

    def _fell(self, panel: PanelView, balance: Decimal | None) -> bool:
        """Does the balance show the stake as paid?"""
        self._panel = panel
        return balance is not None and was_taken(balance, self._base, self._stake(panel), None, self._credits) is True

    def _wrong(self, panel: PanelView, balance: Decimal | None) -> str:
        """What of a taken bet is not as it was ordered; empty where nothing is known to be."""
        order = self._order
        self._panel = panel
        if panel.amount is not None and panel.amount != order.stake:
            return f"the site took a stake of {panel.amount} and not {order.stake}"
        if panel.auto_cash_out is not None and panel.auto_cash_out != auto_of(order):
            return f"the site took an auto cash-out of {panel.auto_cash_out} and not {auto_of(order)}"
        if balance is not None and balance < self._base - order.stake:
            return f"the balance fell by {self._base - balance} and not {order.stake}"
        return ""

    def _placed(self, panel: PanelView | None, balance: Decimal | None, reason: str) -> Became:
        stake = self._stake(panel)
        if panel is not None and panel.amount is None and balance is not None and balance < self._base:
            stake = self._base - balance
        if self.queued:
            reason = "; ".join(filter(None, ("it counts for the round after the one it was meant for", reason)))
        placed_at = self._taken_at or self._queued_at or self.clicked_at
        return Became(Outcome.PLACED, reason, stake, self._auto(panel), placed_at)

    def _became(self, outcome: Outcome, reason: str) -> Became:
        return Became(outcome, reason, self._order.stake, self._order.auto_cash_out)

    def _doubt(self, reason: str, now: float) -> Became | None:
        """Said once; the watching goes on for some rounds."""
        self.over = self._doubted and self._rounds >= ROUNDS
        if self._doubted or now - self.clicked_at < DOUBT_S:
            return None
        self._doubted = True
        return self._became(Outcome.UNCERTAIN, reason)
