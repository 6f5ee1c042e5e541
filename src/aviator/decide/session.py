"""SessionKeeper: wishes for a harmless click now and then, lest the site log its idle visitor out. Pure: time comes with ticks.

In: phases, what became of bets and of its own wishes. Out: `KeepRequested`. Runs in a bookmaker's worker.
"""

from __future__ import annotations

from collections.abc import Callable

from aviator.core.bets import Outcome
from aviator.core.events import Event, KeepRequested, PhaseChanged, TellBet, TellKept
from aviator.core.files import file_name
from aviator.core.types import BookmakerId, Phase
from aviator.decide.exclusion import Exclusion, Turn

FIRST_S = 300.0
OFFSET_S = 30.0
"""Later at each further bookmaker, so that they do not all wish at once."""
SHORTEST_S, LONGEST_S = 250.0, 350.0
"""Between two clicks; drawn by the caller."""
AGAIN_S = 30.0
"""After a wish that was not fulfilled."""
GOOD_FOR_S = 10.0
"""A click so much later is not worth waiting for."""
_CALM = frozenset({Phase.PLAYING, Phase.ENDED})
"""Betting time belongs to bets; what is not seen is not clicked."""


class SessionKeeper:
    """One bookmaker's, the `index`-th from 0, at work since Unix time `started_at` (None: since the first tick). `draw` gives the
    seconds to the next click, at a game's normal pace."""

    def __init__(
        self,
        bookmaker: BookmakerId,
        index: int,
        started_at: float | None,
        draw: Callable[[], float],
        exclusion: Exclusion,
        pace: float = 1.0,
    ) -> None:
        self.bookmaker = bookmaker
        self._draw = draw
        self._exclusion = exclusion
        self._pace = pace
        first_s = (FIRST_S + OFFSET_S * index) * pace
        self._due_at = (started_at or 0.0) + first_s
        self._next_in: float | None = first_s if started_at is None else None
        """Seconds from the next tick on, after a click."""
        self._phase = Phase.UNKNOWN
        self._asked = ""

    def apply(self, event: Event) -> None:
        """What the worker posts itself, and what the engine tells it."""
        match event:
            case PhaseChanged():
                self._phase = event.to_phase
            case TellKept() if event.request_id == self._asked:
                self._asked = ""
                self._exclusion.fire(Turn.KEPT)
                self._next_in = (self._draw() if event.done else AGAIN_S) * self._pace
            case TellBet(outcome=Outcome.PLACED, payout=None):
                # The site saw that click too.
                self._next_in = self._draw() * self._pace

    def tick(self, at: float) -> list[KeepRequested]:
        """A wish, where it is time for one and nobody bets."""
        if self._next_in is not None:
            self._due_at, self._next_in = at + self._next_in, None
        if at < self._due_at or self._phase not in _CALM or not self._exclusion.can(Turn.KEEP):
            return []
        self._exclusion.fire(Turn.KEEP)
        self._asked = f"{file_name(self.bookmaker)}-keep-{round(at * 1000)}"
        return [KeepRequested(self.bookmaker, self._asked, at, at + GOOD_FOR_S * self._pace)]
