"""Between those who wish to bet and hands: limits, what blocks betting, orders, and what becomes of them.

In: every fact of the engine (wishes, bets, rounds, phases, pictures), the kill switch. Out: orders for hands, bets and what they
earned as facts, and to each worker the news of its own bets and money. Engine process: `apply` on thread `hub`, `gate` on thread
`hands`, `step` on the main thread.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from aviator.act.kill import LASTS, KillSwitch
from aviator.core.bets import PANELS, BetOrder, Mode, Outcome, Played
from aviator.core.clock import Clock, steady
from aviator.core.config import LimitSettings
from aviator.core.events import (
    BetChanged,
    BetRequested,
    BettingBlocked,
    BettingFreed,
    Command,
    Event,
    Fact,
    GapFound,
    KeepRequested,
    RoundEnded,
    ScreenRead,
    TellBet,
    TellKept,
    TellMoney,
)
from aviator.core.types import BookmakerId
from aviator.decide.agent import strategy_cause
from aviator.decide.ledger import CAUSE as DIFFERENCE
from aviator.decide.ledger import Ledger
from aviator.decide.limits import NOT_PLACED, Limits, Verdict
from aviator.run.accepted_limits import differences
from aviator.run.betting_days import BettingDays
from aviator.run.status import BettingStatus, Block
from aviator.run.user_bets import Elsewhere, UserBets
from aviator.run.user_blocks import UserBlocks

log = logging.getLogger(__name__)

REMEMBERED = 100
"""Bets of each panel that a worker is told of when it starts."""
_LIMIT, _COOL_OFF, _KILL, _UNCERTAIN = "limit", "cool_off", "kill", "uncertain"
_RESTORED = frozenset({_LIMIT, _COOL_OFF, DIFFERENCE})
"""Causes of blocks that outlive the engine. The others follow anew from the kill switch, the bets and the strategies."""


class Orders(Protocol):
    """Hands, as far as orders go."""

    def submit(self, order: BetOrder | KeepRequested, requested_at: float | None = None) -> bool: ...
    def settled(self, changed: BetChanged) -> None: ...


@dataclass(frozen=True, slots=True)
class Voices:
    """How the desk is heard: facts for everybody and the record, commands for one worker."""

    tell: Callable[[Fact], None]
    send: Callable[[BookmakerId, Command], bool]


class BettingDesk:
    """One for all bookmakers. `past`: the bets on record that still matter, `played`: the last rounds; both oldest first.
    `purse`: the money that a picture shows, or that is only thought of. `shared`, `elsewhere`: the user's, for real money."""

    def __init__(
        self,
        mode: Mode,
        limits: Limits,
        ledgers: Mapping[BookmakerId, Ledger],
        kill: KillSwitch,
        voices: Voices,
        clock: Clock,
        past: Iterable[BetChanged] = (),
        played: Mapping[BookmakerId, Sequence[Played]] | None = None,
        purse: Callable[[ScreenRead], Decimal | None] = lambda picture: picture.balance,
        shared: UserBets | None = None,
        elsewhere: UserBlocks | None = None,
    ) -> None:
        self.mode, self._shared, self._elsewhere = mode, shared, elsewhere
        self._limits, self._ledgers, self._kill, self._voices, self._clock = limits, ledgers, kill, voices, steady(clock)
        self._wall, self._purse = clock, purse  # wishes are dated by the wall clock
        self._hands: Orders | None = None
        self._lock = threading.RLock()
        self._bets: dict[str, BetChanged] = {}
        self._blocks: dict[tuple[str, str], Block] = {}
        self._killed = False
        self._keeps: dict[str, BookmakerId] = {}
        """Clicks to keep a session that are wished and not done yet."""
        self._money: dict[BookmakerId, Decimal] = {}
        """What each worker was told last."""
        self._played = {name: deque((played or {}).get(name, ()), maxlen=REMEMBERED) for name in ledgers}
        self._days = BettingDays(ledgers)
        for bet in past:
            self._remember(bet, past=True)

    def restore(self, blocks: Iterable[BettingBlocked]) -> None:
        """Take up what blocked betting when the record ended: a restart lifts no pause and accepts no balance. And what the
        user bet in other data folders."""
        self.look()
        with self._lock:
            for block in blocks:
                if block.cause not in _RESTORED:
                    self._voices.tell(BettingFreed(block.bookmaker, self._clock.now(), block.cause, self.mode))
                    continue
                self._blocks[block.bookmaker, block.cause] = Block.of(block)
                if block.cause == _COOL_OFF and block.until is not None:
                    self._limits.pause(block.until, block.reason)
                elif block.cause == DIFFERENCE and (ledger := self._ledgers.get(block.bookmaker)) is not None:
                    ledger.hold()
                log.warning("%s: no bets, as before the restart: %s", block.bookmaker, block.reason)
            for bookmaker in self._ledgers:
                self._doubt(bookmaker)

    def attach(self, hands: Orders) -> None:
        """From now on these hands carry orders out."""
        self._hands = hands

    # --- thread `hub` ---

    def apply(self, event: Event) -> None:
        """A handler for the bus."""
        if not isinstance(event, Fact):
            return
        with self._lock:
            self._note(event)
            if (ledger := self._ledgers.get(event.bookmaker)) is not None:
                for fact in self._settle(ledger, event):
                    self._tell(fact)

    def _settle(self, ledger: Ledger, event: Fact) -> list[Fact]:
        if not isinstance(event, ScreenRead):
            return [*ledger.apply(event)]
        if (balance := self._purse(event)) is not None:
            self._tell_money(event.bookmaker, balance)
        return [*(ledger.tick(event.at) if balance is None else ledger.read(balance, event.at))]

    def _tell_money(self, bookmaker: BookmakerId, balance: Decimal) -> None:
        if self._money.get(bookmaker) != balance and self._voices.send(bookmaker, TellMoney(balance)):
            self._money[bookmaker] = balance

    def _note(self, event: Fact) -> None:
        match event:
            case BetRequested():
                self._order(event)
            case KeepRequested():
                self._keep(event)
            case BetChanged():
                self._changed(event)
            case BettingBlocked():
                self._blocks[event.bookmaker, event.cause] = Block.of(event)
            case BettingFreed():
                self._blocks.pop((event.bookmaker, event.cause), None)
            case RoundEnded():
                self._played[event.bookmaker].append(Played(event.multiplier, event.ended_at))
            case GapFound():
                self._played[event.bookmaker].append(Played(None, event.to_at))

    def _order(self, wish: BetRequested) -> None:
        now = self._clock.now()
        order = BetOrder(
            wish.request_id, wish.bookmaker, wish.panel, wish.stake, wish.auto_cash_out, wish.betting_at, wish.deadline,
            wish.strategy,
        )  # fmt: skip
        if wish.request_id in self._bets:
            return
        why = self._why_not(order, now)
        if not why and self._wall.now() >= wish.deadline:
            self._voices.tell(BetChanged.of(order, self.mode, wish.at, Outcome.EXPIRED, "it came too late"))
            return
        if self._shared:
            self._shared.expect(order, wish.at)
        if not why and not (verdict := self._limits.admit(order, now)).ok:
            self._limited(wish.bookmaker, verdict, now)
            why = verdict.reason
        if not why and not (self._hands and self._hands.submit(order, wish.at)):
            why = "hands have too much to do, or are not there"
        if why:
            self._voices.tell(BetChanged.of(order, self.mode, wish.at, Outcome.REFUSED, why))

    def _keep(self, wish: KeepRequested) -> None:
        self._keeps[wish.request_id] = wish.bookmaker
        if self._kill.pressed or not (self._hands and self._hands.submit(wish)):
            self.kept(wish.request_id, False)

    def _changed(self, bet: BetChanged) -> None:
        self._remember(bet)
        if self._shared:
            self._shared.note(bet)
        # For its strategy a bet that nothing can settle is like one that was never placed: it shifts nothing.
        outcome = Outcome.ROLLED_BACK if bet.given_up else bet.outcome
        self._voices.send(bet.bookmaker, TellBet(bet.request_id, bet.panel, bet.stake, bet.auto_cash_out, outcome, bet.payout))
        self._doubt(bet.bookmaker)
        if (bet.outcome is not Outcome.UNCERTAIN or bet.given_up) and self._hands:
            self._hands.settled(bet)

    def _doubt(self, bookmaker: BookmakerId) -> None:
        """Block this bookmaker while the outcome of a bet there is not known."""
        key = (bookmaker, _UNCERTAIN)
        of_it = (b for b in self._bets.values() if b.bookmaker == bookmaker)
        doubtful = next((b for b in of_it if b.outcome is Outcome.UNCERTAIN and not b.given_up), None)
        if doubtful and key not in self._blocks:
            self._block(bookmaker, _UNCERTAIN, f"the outcome of {doubtful.request_id} is not known: {doubtful.reason}", None)
        elif not doubtful and key in self._blocks:
            self._free(bookmaker, _UNCERTAIN)

    def _remember(self, bet: BetChanged, past: bool = False) -> None:
        now = self._clock.now()
        self._limits.apply(bet, now)
        self._days.note(bet, self._limits.day_start(now), now=now, past=past)
        self._bets[bet.request_id] = bet
        own = [b for b in self._bets.values() if (b.bookmaker, b.panel) == (bet.bookmaker, bet.panel)]
        for old in own[: max(0, len(own) - REMEMBERED)]:
            if old.outcome in NOT_PLACED or old.settled_at is not None:
                del self._bets[old.request_id]

    # --- thread `hands` ---

    def gate(self, order: BetOrder) -> str | None:
        """Why this order must not be clicked; None when it may. Asked right before the click."""
        if pressed := self._kill.check():
            return str(pressed)
        return self._shared.ask(order, lambda bets: self._objection(order, bets)) if self._shared else self._objection(order)

    def _objection(self, order: BetOrder, elsewhere: Elsewhere = ()) -> str | None:
        now = self._clock.now()
        with self._lock:
            self._count(elsewhere)
            if why := self._why_not(order, now):
                return why
            verdict = self._limits.check(order, now)
            if verdict.ok:
                return None
            self._limited(order.bookmaker, verdict, now)
            return verdict.reason

    def kept(self, request_id: str, done: bool) -> None:
        """What became of a click to keep a session."""
        self._voices.send(self._keeps.pop(request_id), TellKept(request_id, done))

    # --- thread `desk` ---

    def look(self) -> None:
        """Write down what became of the user's bets and what blocks them, and heed those of other data folders."""
        self._count(self._shared.look() if self._shared else ())
        if self._elsewhere:
            self._elsewhere.look()

    def _count(self, elsewhere: Elsewhere) -> None:
        with self._lock:
            for bet, worth in elsewhere:
                self._limits.apply(bet, self._clock.now(), worth)

    def limit(self, settings: LimitSettings) -> None:
        """From now on these limits hold; an order that waits for its click is asked about them again."""
        with self._lock:
            before, self._limits.settings = self._limits.settings, settings
        if settings != before:
            log.warning("other limits hold now: %s", differences(before, settings))

    # --- main thread ---

    def step(self) -> None:
        """Blocks that end by themselves end; a pressed kill switch is said once."""
        now = self._clock.now()
        pressed = self._kill.pressed
        with self._lock:
            if pressed and not self._killed:
                self._killed = True
                log.warning("%s: nothing is clicked %s", pressed, LASTS)
                for bookmaker in self._ledgers:
                    self._block(bookmaker, _KILL, str(pressed), None)
            for (name, cause), block in list(self._blocks.items()):
                if block.until is not None and now >= block.until:
                    self._free(BookmakerId(name), cause)

    def accept(self, bookmaker: BookmakerId) -> None:
        """The user says that the money there is right as it is read: a deposit, a bet of the user's own."""
        with self._lock:
            for fact in self._ledgers[bookmaker].accept(self._clock.now()) if bookmaker in self._ledgers else ():
                self._tell(fact)
        if self._elsewhere:
            self._elsewhere.resume(bookmaker)

    def status(self) -> BettingStatus:
        """For `aviator status`."""
        now = self._clock.now()
        with self._lock:
            days = self._days.all(self._limits.day_start(now))
            pressed = self._kill.pressed
            return BettingStatus(
                mode=self.mode, armed=pressed is None, killed=str(pressed) if pressed else "",
                bets_today=sum(day.bets for day in days), profit_today=-self._limits.lost_today(now),
                blocks=(*self._blocks.values(), *(self._elsewhere.elsewhere(now) if self._elsewhere else ())),
                limits=self._limits.settings, days=days,
            )  # fmt: skip

    def recent(self, bookmaker: BookmakerId) -> tuple[tuple[BetChanged, ...], tuple[Played, ...]]:
        """What a worker that starts is told of its bets and rounds, oldest first. Its money it will hear anew."""
        with self._lock:
            self._money.pop(bookmaker, None)
            for cause in [c for p in PANELS if (bookmaker, c := strategy_cause(p)) in self._blocks]:
                self._free(bookmaker, cause)  # the worker loads its strategies again
            return tuple(b for b in self._bets.values() if b.bookmaker == bookmaker), tuple(self._played.get(bookmaker, ()))

    # --- inside ---

    def _why_not(self, order: BetOrder, now: float) -> str:
        if pressed := self._kill.pressed:
            return str(pressed)
        if self._elsewhere and (why := self._elsewhere.why_not(order.bookmaker, now)):
            return why
        without = {_LIMIT, _COOL_OFF, *(strategy_cause(panel) for panel in PANELS if panel != order.panel)}
        blocks = [b for b in self._blocks.values() if b.bookmaker == order.bookmaker and b.cause not in without]
        return next((b.reason for b in blocks if b.until is None or now < b.until), "")

    def _limited(self, bookmaker: BookmakerId, verdict: Verdict, now: float) -> None:
        """A limit that holds for a while is a block for people to see; what decides is the limit itself. A cool-off goes on
        record, from which a restart takes it up."""
        if verdict.pauses:
            self._block(bookmaker, _COOL_OFF, verdict.reason, verdict.until)
        elif verdict.cause == _COOL_OFF and (bookmaker, _COOL_OFF) in self._blocks:
            return
        elif verdict.until is not None and verdict.until > now and (bookmaker, _LIMIT) not in self._blocks:
            self._block(bookmaker, _LIMIT, verdict.reason, verdict.until)

    def _block(self, bookmaker: BookmakerId, cause: str, reason: str, until: float | None) -> None:
        self._blocks[bookmaker, cause] = Block(bookmaker, cause, reason, until)
        log.warning("%s: no bets: %s", bookmaker, reason)
        self._tell(BettingBlocked(bookmaker, self._clock.now(), cause, reason, until))

    def _free(self, bookmaker: BookmakerId, cause: str) -> None:
        self._blocks.pop((bookmaker, cause), None)
        log.info("%s: betting goes on (%s)", bookmaker, cause)
        self._tell(BettingFreed(bookmaker, self._clock.now(), cause))

    def _tell(self, fact: Fact) -> None:
        """Blocks are on record with the mode that they belong to."""
        self._voices.tell(replace(fact, mode=self.mode) if isinstance(fact, BettingBlocked | BettingFreed) else fact)
