"""What blocks betting with real money for the user, in whichever data folder: written into the user's limits history and heeded
from there.

In: this engine's blocks and their ends, the history as other engines extend it. Out: facts passed on, lines of the history, and
why nothing may be bet. Thread `desk` alone reads and writes the file (`look`); everything else answers at once, any thread.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from aviator.core.bets import Mode
from aviator.core.clock import Clock
from aviator.core.events import BettingBlocked, BettingFreed, Fact
from aviator.core.hash_chain import Chain
from aviator.core.types import BookmakerId
from aviator.run.accepted_limits import Accepted
from aviator.run.consent import PATIENCE_S
from aviator.run.history_entries import Blocked, Broken, Freed, entries_in
from aviator.run.limits_history import LimitsHistory, moment
from aviator.run.status import Block

log = logging.getLogger(__name__)

DAMAGED = "damaged"
"""Cause where a line of the history is broken that may have been a block."""
_FOR_ALL = "cool_off"
"""This cause blocks every bookmaker."""
_HEEDED = {_FOR_ALL, "difference", "uncertain"}
"""Causes that hold in other data folders too; limits count the bets of all folders themselves."""
_RESUMED = {"difference", "uncertain", DAMAGED}
"""`aviator resume NAME` ends them."""


class UserBlocks:
    """`folder`: the data folder of this engine; `names`: the bookmakers it bets at."""

    def __init__(self, clock: Clock, tell: Callable[[Fact], None], folder: Path, names: Iterable[BookmakerId]) -> None:
        self._clock, self._tell, self._names = clock, tell, tuple(names)
        self._folder = str(folder.absolute())
        self._history = LimitsHistory(patience_s=PATIENCE_S)
        self._seen: tuple[int, ...] | None = ()
        self._kept: tuple[Blocked, ...] = ()
        self._waiting: deque[Blocked | Freed] = deque()
        self._fault = ""
        self.look()

    def __call__(self, fact: Fact) -> None:
        """Pass it on. A block or its end is written down at the next look."""
        self._tell(fact)
        if isinstance(fact, BettingBlocked):
            block = Blocked(self._clock.now(), fact.bookmaker, fact.cause, fact.reason, fact.until, self._folder)
            self._waiting.append(block)
        elif isinstance(fact, BettingFreed):
            self._waiting.append(Freed(self._clock.now(), fact.bookmaker, fact.cause, self._folder))

    def own(self, now: float, mode: Mode) -> list[BettingBlocked]:
        """What this folder's engines left blocked; of an unknown folder too, except that what is uncertain there is not here."""
        found = [one for one in self._in_force(now) if one.folder == self._folder or (not one.folder and not _is_foreign(one))]
        return [BettingBlocked(BookmakerId(b.bookmaker), b.at, b.cause, b.reason, b.ends(now), mode) for b in found]

    def why_not(self, bookmaker: BookmakerId, now: float) -> str:
        """Why nothing may be bet there; empty where nothing of this kind is in the way."""
        blocks = self.elsewhere(now)
        found = (one.reason for one in blocks if one.bookmaker == bookmaker or one.cause == _FOR_ALL)
        return self._fault or next(found, "")

    def elsewhere(self, now: float) -> tuple[Block, ...]:
        """Blocks that engines of other data folders told, and those for broken lines."""
        return tuple(
            Block(one.bookmaker, one.cause, _reason(one), one.ends(now)) for one in self._in_force(now) if self._is_elsewhere(one)
        )

    def resume(self, bookmaker: BookmakerId) -> None:
        """The user has looked: what is uncertain or different elsewhere no longer blocks this bookmaker."""
        ended = [b for b in self._kept if b.bookmaker == bookmaker and b.cause in _RESUMED and self._is_elsewhere(b)]
        self._kept = tuple(one for one in self._kept if one not in ended)
        self._waiting.extend(Freed(self._clock.now(), one.bookmaker, one.cause, one.folder) for one in ended)

    # --- thread `desk`, and the main thread at the start and the end ---

    def look(self) -> None:
        """Write down what was told, and read what others wrote. While that is not possible, nothing is bet."""
        try:
            if told := tuple(self._waiting):
                self._history.tell(told, moment(self._clock))
                for _ in told:
                    self._waiting.popleft()
            if (stamp := self._history.stamp()) != self._seen:
                self._kept, self._seen = tuple(kept_in(self._history.read(), self._names)), stamp
        except OSError as error:
            if not self._fault:
                log.warning("The limits history %s cannot be used (%s): nothing is bet.", self._history.path, error.strerror)
            self._fault = f"the limits history {self._history.path} cannot be used ({error.strerror})"
            return
        self._fault = ""

    # --- inside ---

    def _in_force(self, now: float) -> Iterator[Blocked]:
        for one in self._kept:
            until = one.ends(now)
            if until is None or until > now:
                yield one

    def _is_elsewhere(self, one: Blocked) -> bool:
        return _is_foreign(one) if not one.folder else one.folder != self._folder and one.cause in _HEEDED


def _is_foreign(one: Blocked) -> bool:
    """Of those that name no folder: an unknown one's uncertain bets, and broken lines."""
    return one.cause in {"uncertain", DAMAGED}


def _reason(one: Blocked) -> str:
    ends = "; once you have looked: `aviator resume NAME`" if one.cause in _RESUMED else ""
    return f"{one.reason} (in {one.folder}{ends})" if one.folder else f"{one.reason}{ends}"


def kept_in(chain: Chain, names: Iterable[BookmakerId] = ()) -> list[Blocked]:
    """The blocks that nothing has ended; of several with one cause the one that ends last. For a broken line that may have been
    a block, each of `names` is blocked until it is freed or the user accepts limits."""
    kept: dict[tuple[str, str, str], Blocked] = {}
    for one in entries_in(chain):
        block = one.salvaged if isinstance(one, Broken) else one
        if isinstance(block, Blocked):
            key = block.bookmaker, block.cause, block.folder
            kept[key] = block.later(kept.get(key))
        match one:
            case Freed():
                for folder in {one.folder, ""}:
                    kept.pop((one.bookmaker, one.cause, folder), None)
            case Broken(may_be_block=True):
                why = f"line {one.line} of the limits history is damaged, and may have said that betting is blocked"
                kept |= {(name, DAMAGED, ""): Blocked(0.0, name, DAMAGED, why, None) for name in names}
            case Accepted(why=""):
                kept = {key: kept[key] for key in kept if key[1] != DAMAGED}
    return [*kept.values()]


def merged(blocks: Iterable[BettingBlocked]) -> list[BettingBlocked]:
    """Of those with one cause at one bookmaker the one that ends last."""
    found: dict[tuple[str, str], BettingBlocked] = {}
    for one in blocks:
        known = found.setdefault((one.bookmaker, one.cause), one)
        if known.until is not None and (one.until is None or one.until > known.until):
            found[one.bookmaker, one.cause] = one
    return [*found.values()]
