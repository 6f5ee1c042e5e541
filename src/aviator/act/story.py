"""One bet's story: every step told before it is done and after, to the journal and to whoever records it. Thread `hands`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from aviator.act.journal import Journal, Kind
from aviator.core.bets import BetOrder
from aviator.core.clock import Clock
from aviator.core.events import BetStepTaken

log = logging.getLogger(__name__)

Tell = Callable[[BetStepTaken], None]


class Story:
    """Numbers the steps of one order."""

    def __init__(self, order: BetOrder, clock: Clock, journal: Journal, tell: Tell, next_step: int = 1) -> None:
        self._order = order
        self._clock = clock
        self._journal = journal
        self._tell = tell
        self._step = next_step
        self._intent: str | None = None

    def intend(self, intent: str) -> None:
        """Said before it is done."""
        self.settle("broken off")
        self._intent = intent
        self._say(None, "")

    def done(self, detail: str = "") -> None:
        self._end("done", detail)

    def failed(self, detail: str) -> None:
        self._end("failed", detail)

    def settle(self, result: str, detail: str = "") -> None:
        """End a step that may still be under way."""
        if self._intent is not None:
            self._end(result, detail)

    def note(self, kind: Kind, entry: object = None, **more: Any) -> None:
        """Into the journal if the disk takes it: what was done must go on even where it cannot be written down."""
        try:
            self._journal.write(kind, self._order.request_id, entry, **more)
        except OSError as error:
            log.warning("The journal of bets does not take %r of %s: %s", kind, self._order.request_id, error)

    def demand(self, kind: Kind, entry: object = None, *, sync: bool = True, **more: Any) -> None:
        """Raise `OSError` where it is not written: without this line the next step must not be taken."""
        self._journal.write(kind, self._order.request_id, entry, sync=sync, **more)

    def _end(self, result: str, detail: str) -> None:
        self._say(result, detail)
        self._intent = None
        self._step += 1

    def _say(self, result: str | None, detail: str) -> None:
        order = self._order
        step = BetStepTaken(order.bookmaker, order.request_id, self._step, self._clock.now(), self._intent or "", result, detail)
        self.note(Kind.STEP, step)
        self._tell(step)
