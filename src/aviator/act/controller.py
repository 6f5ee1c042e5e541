"""The one owner of mouse and keyboard (GUI Controller): thread `hands` of the engine process, one request at a time.

In: orders and wishes for a harmless click through a bounded queue, from any thread. Out: what becomes of each, told to its
listeners from thread `hands`. Orders go by deadline; bets that were clicked are watched, and panels put back, in between.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from aviator.act.bet import Bet, Window
from aviator.act.interruption import Interruptions
from aviator.act.journal import Journal, Remembered
from aviator.act.kill import KillSwitch
from aviator.act.latency import Stage
from aviator.act.performer import Patience, Performer, hindrances
from aviator.act.plans import keep_step
from aviator.act.telling import Listeners
from aviator.act.touch import Cause, Hindered, Touch
from aviator.act.transaction import TransactionController
from aviator.act.watch import payout_of
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import Clock, Deadline
from aviator.core.events import BetChanged, KeepRequested
from aviator.core.ports import Hands
from aviator.core.types import BookmakerId

log = logging.getLogger(__name__)

QUEUE = 100
IDLE_S = 0.05
AGAIN_S = 0.15
"""After so long a panel that was not ready for an order is looked at again."""
CREDIT_S = 120.0
"""At pace 1: so long after it was placed a bet's credit may still come in."""


@dataclass
class _Waiting:
    """An order in the queue since `queued_at` (monotonic seconds). `lack`: why it could not be begun yet."""

    order: BetOrder
    requested_at: float
    deadline: Deadline
    queued_at: float
    next_at: float = 0.0
    lack: str = ""


class GuiController:
    """Serves orders; `start` gives it its thread. Without one, `step` does the next piece of work (tests, simulations)."""

    def __init__(
        self,
        hands: Hands,
        windows: Mapping[BookmakerId, Window],
        journal: Journal,
        listeners: Listeners,
        kept: Callable[[str, bool], None],
        *,
        mode: Mode,
        clock: Clock,
        kill: KillSwitch,
        yield_s: float = 3.0,
        patience: Patience | None = None,
    ) -> None:
        self._windows = windows
        self._journal = journal
        self._kept = kept
        self._clock = clock
        self._kill = kill
        self._touch = Touch(hands, clock, kill, yield_s)
        self._performer = Performer(self._touch, clock, patience or Patience())
        self._stopping = False
        self._stop_by = 0.0
        self._interruptions = Interruptions(clock)
        listeners = Listeners(listeners.step, listeners.bet, self._gated(listeners.gate))
        self._transactions = TransactionController(self._performer, clock, journal, listeners, mode)
        self.latencies = self._transactions.latencies
        self._wake = threading.Condition()
        self._orders: list[_Waiting] = []
        self._keeps: list[tuple[KeepRequested, Deadline]] = []
        self._settlements: list[BetChanged] = []
        self._bets: dict[str, Bet] = {}
        self._placed: dict[tuple[BookmakerId, int], tuple[BetChanged, float]] = {}
        """The last bet placed on each panel, and when (monotonic seconds)."""
        self._thread: threading.Thread | None = None
        self.failure: BaseException | None = None
        """What ended the thread before it was told to stop."""

    # --- any thread ---

    def start(self, remembered: Iterable[Remembered] = ()) -> None:
        """Begin with what earlier lives left in the journal (`journal.read_journal`)."""
        self.resume(remembered)
        self._thread = threading.Thread(target=self._run, name="hands")
        self._thread.start()

    def submit(self, order: BetOrder | KeepRequested, requested_at: float | None = None) -> bool:
        """Queue an order; False where there is no room, or no hands any more. `requested_at`: when it was decided."""
        with self._wake:
            if self._stopping or self.failure is not None or len(self._orders) + len(self._keeps) >= QUEUE:
                return False
            if isinstance(order, BetOrder):
                self._orders.append(self._queued(order, self._clock.now() if requested_at is None else requested_at))
            else:
                self._keeps.append((order, Deadline(self._clock, order.deadline, order.deadline - order.at)))
            self._wake.notify()
        return True

    def _queued(self, order: BetOrder, requested_at: float) -> _Waiting:
        """The order's time is over on either clock, and never later than its betting time is long."""
        within_s = order.deadline - max(order.betting_at, min(requested_at, order.deadline))
        deadline = Deadline(self._clock, order.deadline, within_s)
        return _Waiting(order, requested_at, deadline, self._clock.monotonic())

    def settled(self, changed: BetChanged) -> None:
        """Somebody else (the ledger, the user) found out what became of an UNCERTAIN bet: its bookmaker may bet again."""
        with self._wake:
            self._settlements.append(changed)
            self._wake.notify()

    def stop(self, timeout_s: float) -> bool:
        """No more clicks on big buttons; the current bet is finished or undone, the rest told. False: not within `timeout_s`."""
        with self._wake:
            self._stopping = True
            self._stop_by = self._clock.monotonic() + timeout_s
            self._wake.notify()
        return self.join(timeout_s + 5.0)

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the thread; False when it has not come."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not self.alive

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Orders in the queue."""
        return len(self._orders) + len(self._keeps)

    # --- thread `hands` ---

    def _run(self) -> None:
        try:
            while not self._stopping:
                if not self.step():
                    with self._wake:
                        self._wake.wait(IDLE_S)
            self.wind_up()
        finally:
            self.failure = sys.exception()  # it goes on to the threads' own hook, which writes it down

    def resume(self, remembered: Iterable[Remembered]) -> None:
        """Take up what earlier lives left open; bets that they placed may still bring money in."""
        bets = [one for one in remembered if one.begun.order.bookmaker in self._windows]
        for one in bets:
            self._note_placed(one.told)
        for one in (one for one in bets if one.open):
            order = one.begun.order
            self._bets[order.request_id] = self._transactions.resume(one, self._windows[order.bookmaker], self._credits(order))

    def step(self) -> bool:
        """The next piece of work; False when there is nothing to do now."""
        self._kill.check()  # here and in no other thread: who presses it without a word must be asked by one alone
        self._interruptions.reason()
        self._settle()
        self._tidy()
        person = self._person()
        return self._serve(person) or self._follow(person) or (not self._orders and self._keep(person))

    def wind_up(self) -> None:
        """Stopping: refuse what waits, watch and put back as long as there is time, tell the rest."""
        with self._wake:
            orders, self._orders = self._orders, []
            keeps, self._keeps = self._keeps, []
        for waiting in orders:
            self._refuse(waiting, Outcome.REFUSED, "the program is stopping")
        for keep, _ in keeps:
            self._kept(keep.request_id, False)
        while any(bet.followed or bet.ending for bet in self._bets.values()) and self._clock.monotonic() < self._stop_by:
            if not self._follow(self._person()):
                self._clock.sleep(IDLE_S)
        for bet in self._bets.values():
            self._transactions.teller.release(bet, "the program stopped before the screen told")

    def _gated(self, gate: Callable[[BetOrder], str | None]) -> Callable[[BetOrder], str | None]:
        return lambda order: "the program is stopping" if self._stopping else self._interruptions.reason() or gate(order)

    def _person(self) -> bool:
        """Is somebody at the mouse? Hands that cannot tell do not act."""
        try:
            with hindrances():
                return self._touch.person()
        except Hindered:
            return True

    # --- orders ---

    def _serve(self, person: bool) -> bool:
        """Begin the most urgent order that can be begun; tell of those that cannot any more."""
        now = self._clock.monotonic()
        with self._wake:
            due = sorted((w for w in self._orders if w.next_at <= now), key=lambda w: w.order.deadline)
        return any(self._try(waiting, person) for waiting in due)

    def _try(self, waiting: _Waiting, person: bool) -> bool:
        """Was this order taken out of the queue?"""
        order = waiting.order
        window = self._windows.get(order.bookmaker)
        pressed = self._kill.check()
        if window is None or pressed is not None:
            return self._drop(waiting, Outcome.REFUSED, "no such window" if pressed is None else str(pressed))
        if any(bet.doubtful for bet in self._at(order.bookmaker)):
            return self._drop(waiting, Outcome.REFUSED, "an earlier bet here is still in doubt")
        if order.request_id in self._bets:
            return self._drop(waiting, None, "")
        busy = any(not bet.ended for bet in self._at(order.bookmaker))
        lack = (
            "a person is using the mouse" if person else "another bet here is under way" if busy else self._interruptions.reason()
        )
        try:
            view = self._transactions.open(order, window, waiting.deadline, lack)
        except Hindered as hindrance:
            return self._later(waiting, window, hindrance)
        self._orders_without(waiting)
        owed = [bet for bet in self._at(order.bookmaker) if bet.order.panel == order.panel]
        self.latencies.add(Stage.QUEUED, self._clock.monotonic() - waiting.queued_at)
        before, due = owed[-1].before if owed else None, self._credits(order)
        bet = self._transactions.place(order, waiting.requested_at, window, waiting.deadline, view, before, due)
        self._bets[order.request_id] = bet
        for earlier in owed:
            self._transactions.restorer.relieve(earlier)
        return True

    def _later(self, waiting: _Waiting, window: Window, hindrance: Hindered) -> bool:
        """Not now; and not at all when its time is over."""
        if hindrance.cause is Cause.TIME:
            if not waiting.lack:
                window.margin.missed()
            reason = f"{hindrance}{': ' if waiting.lack else ''}{waiting.lack}"
            return self._drop(waiting, Outcome.EXPIRED, reason)
        waiting.lack, waiting.next_at = str(hindrance), self._clock.monotonic() + AGAIN_S
        return False

    def _drop(self, waiting: _Waiting, outcome: Outcome | None, reason: str) -> bool:
        self._orders_without(waiting)
        if outcome is not None:
            self._refuse(waiting, outcome, reason)
        return True

    def _refuse(self, waiting: _Waiting, outcome: Outcome, reason: str) -> None:
        self._transactions.teller.refused(waiting.order, waiting.requested_at, outcome, reason)

    def _orders_without(self, waiting: _Waiting) -> None:
        with self._wake:
            self._orders.remove(waiting)

    def _at(self, bookmaker: BookmakerId) -> list[Bet]:
        return [bet for bet in self._bets.values() if bet.order.bookmaker == bookmaker]

    # --- bets under way ---

    def _follow(self, person: bool) -> bool:
        """One look at the bet that has waited longest for one; or a panel put back."""
        now = self._clock.monotonic()
        due = [bet for bet in self._bets.values() if bet.next_at <= now and not bet.finished]
        for bet in sorted(due, key=lambda bet: bet.next_at):
            if bet.followed:
                self._transactions.advance(bet)
                return True
            if bet.owes and not bet.watching and self._put_back(bet, person):
                return True
        return False

    def _put_back(self, bet: Bet, person: bool) -> bool:
        """Only hands that are free put something back; an ending does not wait for them for ever."""
        pressed = self._kill.check()
        if not person and pressed is None:
            self._transactions.restorer.restore(bet)
            return True
        if bet.ending is not None and (pressed is not None or self._clock.monotonic() >= bet.patient_until):
            self._transactions.teller.release(bet, str(pressed or "a person is using the mouse"))
        return False

    def _settle(self) -> None:
        with self._wake:
            settlements, self._settlements = self._settlements, []
        for changed in settlements:
            bet = self._bets.get(changed.request_id)
            if bet is not None and bet.doubtful and (changed.given_up or changed.outcome not in (None, Outcome.UNCERTAIN)):
                self._transactions.settled(bet, changed)

    def _note_placed(self, told: BetChanged | None) -> None:
        if told is not None and told.outcome is Outcome.PLACED:
            age_s = self._clock.now() - (told.placed_at or 0.0)
            self._placed[told.bookmaker, told.panel] = told, self._clock.monotonic() - max(0.0, age_s)

    def _credits(self, order: BetOrder) -> tuple[Decimal, ...]:
        """What bets placed a little earlier at this bookmaker may still bring in."""
        since = self._clock.monotonic() - CREDIT_S * self._windows[order.bookmaker].pace()
        recent = (b for (where, _), (b, at) in self._placed.items() if where == order.bookmaker and at >= since)
        return tuple(p for b in recent if (p := payout_of(b.stake, b.auto_cash_out)) is not None)

    def _tidy(self) -> None:
        for name in [name for name, bet in self._bets.items() if bet.finished]:
            self._note_placed(self._bets[name].told)
            del self._bets[name]
        if not self._bets:
            try:
                self._journal.tidy()
            except OSError as error:
                log.warning("The journal of bets stays long: %s", error)

    # --- sessions ---

    def _keep(self, person: bool) -> bool:
        """A harmless click, when hands have nothing else to do, and never while a bet is under way in that window."""
        busy = {bet.order.bookmaker for bet in self._bets.values() if bet.told is None}
        with self._wake:
            ready = (k for k in self._keeps if k[1].left_s() <= 0 or not (person or k[0].bookmaker in busy))
            due = next(ready, None)
            if due is None:
                return False
            self._keeps.remove(due)
        keep, deadline = due
        self._kept(keep.request_id, deadline.left_s() > 0 and self._nudge(keep, deadline))
        return True

    def _nudge(self, keep: KeepRequested, deadline: Deadline) -> bool:
        window = self._windows.get(keep.bookmaker)
        if window is None:
            return False
        try:
            with hindrances():
                self._performer.click(window.eyes, keep_step(), deadline.left_s)
        except Hindered as hindrance:
            log.info("No click to keep the session of %s: %s", keep.bookmaker, hindrance)
            return False
        return True
