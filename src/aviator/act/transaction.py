"""The transaction (TransactionController): carries a bet through its plan, and undoes it where anything is not as it must be.

In: orders and what the journal remembers. Out: each step and each change of a bet, told and journalled; intent before, result
after, the click's intent on the disk before the click. Doubt before the click means no bet; after it, UNCERTAIN until the screen
tells. Thread `hands` of the engine process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from decimal import Decimal

from aviator.act.bet import Bet, Ending, Window
from aviator.act.interruption import GAP_S
from aviator.act.journal import Clicked, Journal, Kind, Remembered
from aviator.act.latency import Latencies, Stage
from aviator.act.performer import Performer, hindrances
from aviator.act.plans import (
    BalanceIs,
    Click,
    Gate,
    Look,
    Step,
    Type,
    bet_steps,
    cancel_step,
    opening,
)
from aviator.act.restoring import Restorer
from aviator.act.story import Story
from aviator.act.telling import Listeners, Teller
from aviator.act.touch import Cause, Hindered
from aviator.act.watch import Became, TakeBack, Watch
from aviator.core.bets import BetOrder, Mode, Outcome, PanelView, WindowView
from aviator.core.clock import Clock, Deadline, JumpDetector
from aviator.core.events import BetChanged
from aviator.core.types import Phase

CANCEL_TRIES = 3
"""Times that a cancelling click is tried which something keeps from being made."""


class TransactionController:
    """One bet at a time until its click; from there on `advance` and `restore` take it to its end, a look at a time."""

    def __init__(self, performer: Performer, clock: Clock, journal: Journal, listeners: Listeners, mode: Mode) -> None:
        self.latencies = Latencies()
        self.teller = Teller(listeners, mode)
        self.restorer = Restorer(performer, clock, self.teller)
        self._performer = performer
        self._clock = clock
        self._journal = journal
        self._listeners = listeners

    # --- before the click ---

    def open(self, order: BetOrder, window: Window, deadline: Deadline, lack: str) -> WindowView:
        """The picture of a panel that is ready for this order. Raises `Hindered`: TIME where it never will be again.

        `lack`: what keeps the hands from it whatever the screen shows; empty for nothing.
        """
        if deadline.left_s() <= window.begin_s:
            raise Hindered(Cause.TIME, "the betting time is nearly over")
        if lack:
            raise Hindered(Cause.SCREEN, lack)
        with hindrances():
            return self._performer.glance(window.eyes, opening(order).expect)

    def place(
        self,
        order: BetOrder,
        requested_at: float,
        window: Window,
        deadline: Deadline,
        view: WindowView,
        owed: PanelView | None = None,
        credits_due: Sequence[Decimal] = (),
    ) -> Bet:
        """Carry the plan out up to the click and some moments more. `owed`: what an earlier bet should have put back."""
        story = Story(order, self._clock, self._journal, self._listeners.step)
        before = owed or view.panel(order.panel)
        bet = Bet(order, requested_at, before, story, window, deadline, self._clock.monotonic(), owes=owed is not None)
        try:
            with hindrances():
                story.demand(Kind.BEGIN, bet.begun, sync=False)
                self.teller.began(order, requested_at)
                story.intend(opening(order).intent)
                story.done(_seen(view, order.panel))
                for step in bet_steps(order, view.panel(order.panel)):
                    self._take(bet, step, credits_due)
        except Hindered as hindrance:
            self._give_up(bet, hindrance)
        return bet

    def _take(self, bet: Bet, step: Step, credits_due: Sequence[Decimal]) -> None:
        last_s = bet.deadline.left_s() - bet.window.click_s
        if last_s <= 0:
            raise Hindered(Cause.TIME, f"{bet.deadline.left_s():.2f} s before the end of betting is too late")
        bet.story.intend(step.intent)
        match step.do:
            case Gate():
                self._ask(bet.order)
                bet.story.done()
            case Click():
                self._click(bet, step, credits_due)
            case Type() | Look():
                bet.owes |= isinstance(step.do, Type)
                view = self._performer.perform(bet.window.eyes, step, self._clock.monotonic() + last_s)
                bet.base = view.balance
                bet.story.done(_seen(view, bet.order.panel))

    def _ask(self, order: BetOrder) -> None:
        reason = self._listeners.gate(order)
        if reason is not None:
            raise Hindered(Cause.GATE, reason)

    def _click(self, bet: Bet, step: Step, credits_due: Sequence[Decimal]) -> None:
        assert bet.base is not None
        order, window = bet.order, bet.window
        bet.jumps = JumpDetector(self._clock)
        # The line has the order too, so that it tells of the bet even where the line of the beginning is damaged.
        bet.story.demand(Kind.CLICK, Clicked(self._clock.now(), bet.base), begun=asdict(bet.begun))
        unclear, before = "", self._clock.now()
        try:
            with hindrances():
                guarded = replace(step, guard=(*step.guard, BalanceIs(bet.base)))
                click_s = window.click_s
                left_s = lambda: bet.deadline.left_s() - click_s  # noqa: E731
                self._performer.click(window.eyes, guarded, left_s, lambda: self._ask(order))
        except Hindered as hindrance:
            if hindrance.cause is not Cause.CLICK:
                bet.story.note(Kind.UNCLICKED)
                raise
            unclear = str(hindrance)
        jumped = bool(bet.jumps.jumped_s())
        clicked_at, bet.clicked_monotonic = self._clock.now(), self._clock.monotonic()
        if jumped:
            clicked_at = before  # interrupted at the click itself
        bet.looked_monotonic = bet.clicked_monotonic
        typed_s = self._clock.monotonic() - bet.begun_at
        window.margin.typed(typed_s)
        self.latencies.add(Stage.TYPED, typed_s)
        bet.watch = Watch(order, clicked_at, bet.base, pace=window.pace(), lag_s=window.margin.lag_s, credits_due=credits_due)
        if jumped:
            bet.watch.interrupted(0.0)
        bet.story.done(unclear)
        bet.story.intend("see the button turn and the balance fall by the stake")
        self._await_turn(bet)

    def _await_turn(self, bet: Bet) -> None:
        """Most sites answer at once: then the bet's end is known before the next one begins."""
        patient_until = self._clock.monotonic() + self._performer.patience.turn_s
        while bet.watching and self._clock.monotonic() < patient_until:
            self.advance(bet)
            self._clock.sleep(self._performer.patience.look_s if bet.watching else 0.0)

    def _give_up(self, bet: Bet, hindrance: Hindered) -> None:
        """Nothing was clicked."""
        bet.story.settle("failed", str(hindrance))
        if hindrance.cause is Cause.TIME:
            bet.window.margin.missed()
        if bet.owes:
            self.restorer.begin(bet, Ending(Outcome.ROLLED_BACK, str(hindrance)))
        else:
            self.teller.end(bet, Ending(Outcome.EXPIRED if hindrance.cause is Cause.TIME else Outcome.REFUSED, str(hindrance)))

    # --- after the click ---

    def advance(self, bet: Bet) -> None:
        """One look at a bet whose button was clicked."""
        assert bet.watch is not None
        view, watch, window = self._look(bet.window), bet.watch, bet.window
        self._note_interruption(bet, watch)
        turned_before = watch.turned_at
        answer = watch.see(view, self._since_click(bet, watch), window.click_s)
        if turned_before is None and watch.turned_at is not None:
            self._note_turn(bet, watch.turned_at)
        match answer:
            case TakeBack(reason) if view is not None:
                self._take_back(bet, view.phase, reason)
            case Became(Outcome.UNCERTAIN):
                self.teller.became(bet, answer)
            case Became(Outcome.ROLLED_BACK, reason):
                self._lesson(bet)
                bet.story.settle("failed", reason)
                self.restorer.begin(bet, Ending(Outcome.ROLLED_BACK, reason))
            case Became():
                bet.owes = False
                bet.story.settle("done", "" if view is None else _seen(view, bet.order.panel))
                self.teller.became(bet, answer)
        bet.next_at = self._clock.monotonic() + self._poll_s(bet)

    def _since_click(self, bet: Bet, watch: Watch) -> float:
        """The time of the watch: Unix seconds at the click, from there on by the monotonic clock."""
        return watch.clicked_at + self._clock.monotonic() - bet.clicked_monotonic

    def _note_interruption(self, bet: Bet, watch: Watch) -> None:
        """A machine that was suspended, a process that was stopped, a clock that stepped: what happened meanwhile is unknown,
        and the page may show an old picture."""
        now = self._clock.monotonic()
        jumped_s = bet.jumps.jumped_s() if bet.jumps else 0.0
        if jumped_s or now - bet.looked_monotonic > GAP_S:
            watch.interrupted(jumped_s)
        bet.looked_monotonic = now

    def _poll_s(self, bet: Bet) -> float:
        """Often at first, then as often as nothing can be missed that the money would not tell."""
        assert bet.watch is not None
        age_s = self._clock.monotonic() - bet.clicked_monotonic
        return 0.05 if age_s < 1.0 else 0.1 if age_s < 3.0 else 0.25 if age_s < 60.0 else 1.0

    def _look(self, window: Window) -> WindowView | None:
        try:
            with hindrances():
                return window.eyes.look()
        except Hindered:
            return None

    def _note_turn(self, bet: Bet, at: float) -> None:
        assert bet.watch is not None
        bet.window.margin.turned(at - bet.watch.clicked_at)
        self.latencies.add(Stage.TURNED, at - bet.watch.clicked_at)
        self.latencies.add(Stage.WHOLE, max(0.0, at - bet.requested_at))

    def _lesson(self, bet: Bet) -> None:
        """A click that came to nothing close to the deadline, or that was kept for the next round, came too late."""
        assert bet.watch is not None
        close = bet.order.deadline - bet.watch.clicked_at < 2 * bet.window.click_s
        if bet.watch.queued or (close and bet.watch.turned_at is None):
            bet.window.margin.late()

    def _take_back(self, bet: Bet, phase: Phase, reason: str) -> None:
        """One click, while the button says that it cancels; never a second one."""
        assert bet.watch is not None
        step = cancel_step(bet.order.panel, phase)
        bet.story.settle("failed", reason)
        bet.story.intend(f"{step.intent}: {reason}")
        detail = ""
        try:
            with hindrances():
                bet.story.demand(Kind.CANCEL)
                self._performer.click(bet.window.eyes, step, self._latest(bet, phase))
        except Hindered as hindrance:
            if hindrance.cause is not Cause.CLICK:
                bet.story.failed(str(hindrance))
                bet.tries += 1
                if bet.tries >= CANCEL_TRIES or hindrance.cause is Cause.KILLED:
                    bet.watch.hands_off()
                return
            detail = str(hindrance)
        bet.watch.cancelled(self._since_click(bet, bet.watch))
        bet.story.done(detail)
        bet.story.intend("see it taken back")

    def _latest(self, bet: Bet, phase: Phase) -> Callable[[], float] | None:
        """The time left. In the betting time that the order was meant for, a cancelling click can be too late as well."""
        meant = phase is Phase.BETTING and bet.watch is not None and not bet.watch.queued
        return (lambda: bet.deadline.left_s() - bet.window.click_s) if meant else None

    def settled(self, bet: Bet, changed: BetChanged) -> None:
        """Somebody else found out what became of a doubtful bet; it is not reported again."""
        bet.owes = changed.outcome is not Outcome.PLACED
        bet.told, bet.ending = changed, None
        bet.story.settle("done", changed.reason)
        bet.story.note(Kind.OUTCOME, changed, owes=bet.owes)

    # --- from an earlier life ---

    def resume(self, remembered: Remembered, window: Window, credits_due: Sequence[Decimal] = ()) -> Bet:
        """Take up a bet that an earlier life of the program left without an end."""
        begun, clicked, told = remembered.begun, remembered.clicked, remembered.told
        story = Story(begun.order, self._clock, self._journal, self._listeners.step, remembered.next_step)
        before = PanelView(begun.amount, begun.auto_cash_out, None)
        now, whole_s = self._clock.monotonic(), begun.order.deadline - begun.order.betting_at
        deadline = Deadline(self._clock, begun.order.deadline, whole_s)
        bet = Bet(begun.order, begun.requested_at, before, story, window, deadline, now, remembered.owes, told=told)
        if bet.ended:
            return bet
        if clicked is None and remembered.damaged:
            self.teller.release(bet, "the journal is damaged: whether it was clicked is not known")
            return bet
        if clicked is None:
            self.restorer.owe(bet, Ending(Outcome.ROLLED_BACK, "the program ended before the click"))
            return bet
        bet.base = clicked.balance
        bet.looked_monotonic = now
        bet.clicked_monotonic = now - max(0.0, self._clock.now() - clicked.at)
        bet.jumps = JumpDetector(self._clock)
        bet.watch = Watch(
            begun.order, clicked.at, clicked.balance, pace=window.pace(), lag_s=window.margin.lag_s, credits_due=credits_due
        )
        if remembered.cancelled:
            bet.watch.cancelled(clicked.at)
        bet.watch.resumed()
        if told is None:
            self.teller.release(bet, "the program ended between the click and its outcome")
        return bet


def _seen(view: WindowView, panel: int) -> str:
    """What a picture shows of a panel, for the record."""
    it = view.panel(panel)
    return f"{view.phase}, amount {it.amount}, auto cash-out {it.auto_cash_out}, button {it.button}, balance {view.balance}"
