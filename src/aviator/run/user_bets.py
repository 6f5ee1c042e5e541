"""The user's history of bets with real money, for all data folders: what is lost in one counts in every other one.

In: orders right before their click, what becomes of bets, the bets on record at the start. Out: a chain of hashes in the user's
state folder, and the bets in it that this engine's record lacks. A bet is written down before its click and again when its end
is known. Engine process: `ask` on thread `hands`, `note` on thread `hub`, `look` on thread `desk`.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.clock import Clock
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged
from aviator.core.files import make_private_dir
from aviator.core.growing_chain import GrowingChain
from aviator.core.hash_chain import Head, read_chain
from aviator.core.locks import FileLock
from aviator.core.types import BookmakerId
from aviator.decide.limit_day import LimitDay
from aviator.decide.limits import KEPT, Worth
from aviator.run.user_bets_file import UserBet, bets_file, entry_of, found_bet, found_zone, lost_entry, zone_entry

log = logging.getLogger(__name__)

LOCK_PATIENCE_S = 1.0
_LOCK_AGAIN_S = 0.01
LOST_AFTER_S = 600.0
"""A bet of another record without an end counts as lost from then on, and no longer as open."""

Key = tuple[str, float]
"""Of a bet: its request, and when it was made. Two engines may name a request alike, but not at the same moment."""
Elsewhere = Sequence[tuple[BetChanged, Worth]]
"""Bets that are not on this engine's record, as limits count them."""
OnRecord = Callable[[Sequence[str]], Iterable[BetChanged]]


class UserBets:
    """`folder`: this engine's data folder, `worth`: of a bookmaker's money, `currencies`: their codes, "" where not known."""

    def __init__(
        self,
        clock: Clock,
        folder: Path,
        worth: Callable[[BookmakerId], Worth],
        currencies: dict[str, str],
        path: Path | None = None,
    ) -> None:
        self._clock, self._folder, self._worth, self._currencies = clock, folder, worth, currencies
        self._chain = GrowingChain(path or bets_file())
        self._lock = threading.Lock()
        self._told: deque[BetChanged] = deque()
        self._known: dict[Key, UserBet] = {}
        """The best that is known of each bet."""
        self._lacking: dict[Key, None] = {}
        """Bets of which the file does not hold that."""
        self._own: dict[str, float] = {}
        """When each request of this engine's record was made."""
        self._changed: dict[Key, None] = {}
        """Bets that may have to be told to the limits."""
        self._waiting: dict[Key, None] = {}
        """Bets elsewhere without an end."""
        self._elsewhere: set[Key] = set()
        """Bets that the limits know as those of another record."""
        self._lost: Head | None = None
        """The head of a history that is not there any more, until that is written down."""
        self._zone, self._day = "", LimitDay("+00:00")
        self._failed = False

    @property
    def head(self) -> Head:
        """The newest entry that was read."""
        return self._chain.head

    # --- main thread, at the start ---

    def begin(self, day: LimitDay, recorded: Head | None = None) -> LimitDay:
        """Read the history. Returns the limit day, whose zone belongs to the user: `day` where there is none yet. `recorded`: the
        head that the database knows.

        Raises `UserMistake` where the history cannot be used.
        """
        self._day = day
        with self._usable(), self._lock, self._locked():
            self._read()
            if recorded is not None and not read_chain(self._chain.path).contains(recorded):
                log.warning("The history of bets %s lacks entry %d: it was cut off.", self._chain.path, recorded.position)
                self._chain.append(lost_entry(recorded, self._clock.now()))
                self._read()
            if not self._zone:
                self._chain.append(zone_entry(day.zone, self._clock.now()))
                self._read()
        try:
            self._day = LimitDay(self._zone)
        except ValueError as error:
            log.warning("The zone of the limit day in %s cannot be kept (%s): %s holds.", self._chain.path, error, day.zone)
        return self._day

    def compare(self, counted: Iterable[BetChanged], on_record: OnRecord, since: float) -> None:
        """Take up the bets on record: each counts once. Those since then that the history lacks are written into it.

        Raises `UserMistake` where the history cannot be used.
        """
        with self._usable(), self._lock, self._locked():
            self._read()
            for bet in on_record([name for name, _ in self._known]):
                if bet.mode is Mode.LIVE and key_of(bet) in self._known:
                    self._take(bet)
            for bet in counted:
                if key_of(bet) in self._known or (bet.placed_at or bet.requested_at or 0.0) >= since:
                    self._take(bet)
            self._write()
        elsewhere = [one for key, one in self._known.items() if self._own.get(key[0]) != key[1] and not one.is_void]
        today = [one for one in elsewhere if one.at >= self._day.start(self._clock.now())]
        if today:
            log.info("%d bets of today that are not on record here count too: they are in %s", len(today), self._chain.path)

    # --- thread `hub` ---

    def expect(self, order: BetOrder, requested_at: float) -> None:
        """This order may come to `ask`."""
        self._own[order.request_id] = requested_at

    def note(self, bet: BetChanged) -> None:
        """What became of a bet, to be written down at the next look."""
        self._told.append(bet)

    # --- thread `hands` ---

    def ask(self, order: BetOrder, check: Callable[[Elsewhere], str | None]) -> str | None:
        """Why this order must not be clicked. `check` is told what was bet elsewhere meanwhile; where it objects to nothing, the
        bet is in the history when this returns, and no other engine can have been admitted in between."""
        try:
            with self._lock, self._locked():
                self._read()
                if why := check(self._news()):
                    return why
                self._take(BetChanged.of(order, Mode.LIVE, self._own.get(order.request_id, order.betting_at)))
                self._write()
        except OSError as error:
            return f"the history of bets {self._chain.path} cannot be used ({error.strerror})"
        return None

    # --- thread `desk` ---

    def look(self) -> Elsewhere:
        """Write down what became of bets, and read what was bet elsewhere. A fault is logged once and tried again."""
        try:
            with self._lock:
                self._read()
                if self._told or self._lacking or self._lost:
                    with self._locked():
                        self._read()
                        self._write()
                self._failed = False
                return self._news()
        except OSError as error:
            if not self._failed:
                self._failed = True
                log.warning("The history of bets %s cannot be used (%s).", self._chain.path, error.strerror)
            return ()

    # --- inside; the caller holds the lock ---

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserMistake(
                f"The history of bets {self._chain.path} cannot be used ({error.strerror}): no real money is bet without it."
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The file belongs to this engine. Raises `OSError`, also when another process does not let go of it."""
        make_private_dir(self._chain.path.parent)
        lock = FileLock(self._chain.path.with_name(self._chain.path.name + ".lock"))
        deadline = self._clock.monotonic() + LOCK_PATIENCE_S
        while not lock.acquire():
            if self._clock.monotonic() >= deadline:
                raise OSError(errno.EAGAIN, "another process holds its lock")
            self._clock.sleep(_LOCK_AGAIN_S)
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> None:
        """What the file holds now. What is known is never taken back: a file that was shortened or removed is completed."""
        before, news = self._chain.head, self._chain.read()
        filed: dict[Key, UserBet] = {}
        for entry in news.entries:
            self._zone = self._zone or found_zone(entry)
            if bet := found_bet(entry):
                filed[bet.key] = bet.better(filed.get(bet.key))
                self._learn(bet)
        if not news.goes_on:
            log.warning("The history of bets %s is not what it was: what it lacks is written again.", self._chain.path)
            self._lost = before
            self._lacking |= dict.fromkeys(key for key, one in self._known.items() if filed.get(key) != one)
        for key in [key for key in self._lacking if filed.get(key) == self._known[key]]:
            del self._lacking[key]

    def _take(self, bet: BetChanged) -> None:
        """A bet of this engine's record."""
        one = UserBet.of(bet, self._worth(bet.bookmaker), self._currencies.get(bet.bookmaker, ""), str(self._folder.absolute()))
        if one.is_void and one.key not in self._known:  # never at stake
            self._own.pop(bet.request_id, None)
            return
        self._own[bet.request_id] = one.key[1]
        if self._learn(one):
            self._lacking[one.key] = None

    def _learn(self, bet: UserBet) -> bool:
        """Is this more than what was known?"""
        before = self._known.get(bet.key)
        if bet.better(before) is before:
            return False
        self._known[bet.key] = bet
        self._changed[bet.key] = None
        if len(self._known) > 2 * KEPT:
            for key in [key for key, one in self._known.items() if not one.is_open and key not in self._lacking][:KEPT]:
                del self._known[key]
                self._changed.pop(key, None)
                self._elsewhere.discard(key)
                self._own.pop(key[0], None)
        return True

    def _write(self) -> None:
        """Put into the file what it does not hold of the bets that are known."""
        while self._told:
            self._take(self._told.popleft())
        entries = [entry_of(self._known[key], self._clock.now(), self._day) for key in self._lacking]
        if self._lost is not None:
            entries = [lost_entry(self._lost, self._clock.now()), zone_entry(self._zone, self._clock.now()), *entries]
        if entries:
            self._chain.append(*entries)
            self._lacking.clear()
            self._lost = None

    def _news(self) -> Elsewhere:
        """Bets that changed since the last call; an own one too where the history knows an end that the record lacks."""
        now = self._clock.now()
        late = [key for key in self._waiting if now - self._known[key].at >= LOST_AFTER_S]
        told: list[tuple[BetChanged, Worth]] = []
        for key in dict.fromkeys([*self._changed, *late]):
            self._waiting.pop(key, None)
            told += self._told_own(key) if self._own.get(key[0]) == key[1] else self._told_elsewhere(key, now)
        self._changed.clear()
        return told

    def _told_own(self, key: Key) -> Iterator[tuple[BetChanged, Worth]]:
        one = self._known[key]
        if key in self._elsewhere:  # it was taken for one of another record
            self._elsewhere.remove(key)
            yield replace(one.bet, request_id=_foreign(key), outcome=Outcome.ROLLED_BACK), one.worth
        if one.is_settled:
            yield one.bet, self._worth_of(one)

    def _told_elsewhere(self, key: Key, now: float) -> Iterator[tuple[BetChanged, Worth]]:
        one = self._known[key]
        bet = replace(one.bet, request_id=_foreign(key))
        if one.is_open and now - one.at >= LOST_AFTER_S:
            bet = replace(bet, outcome=Outcome.UNCERTAIN, settled_at=one.at + LOST_AFTER_S)
        elif one.is_open:
            self._waiting[key] = None
        self._elsewhere.add(key)
        yield bet, self._worth_of(one)

    def _worth_of(self, one: UserBet) -> Worth:
        """By the settings of the engine that bet it; where this one follows that bookmaker too, the stricter of both."""
        if one.bet.bookmaker not in self._currencies:
            return one.worth
        here = self._worth(one.bet.bookmaker)
        return Worth(max(here.staked, one.worth.staked), min(here.won, one.worth.won))


def key_of(bet: BetChanged) -> Key:
    return bet.request_id, bet.requested_at or 0.0


def _foreign(key: Key) -> str:
    """The name of a bet of another record among this engine's requests."""
    return f"{key[0]} of {key[1]!r}"
