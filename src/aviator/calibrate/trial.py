"""Tries a new profile with the code that a worker runs, and grades it by the rounds that come of it.

In: the profile's file, then frames of the window as a worker would grab them. Out: a `Grade`. Used where windows are learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from aviator.core.events import Fact, GapFound, RoundEnded
from aviator.core.types import BookmakerId, Field, Frame, Rect, Source
from aviator.core.words import counted
from aviator.see.eye import Eye
from aviator.see.regions import COMPLETE, ROUNDS, UNUSABLE
from aviator.see.settings import WorkerSettings

ENOUGH = 2
"""Recorded rounds that make a grade certain; with fewer it is provisional."""
GROWTH_S = 12.0
"""Seconds in which the multiplier of most games grows e-fold."""
_RISES = 3
"""A flight shows at least this many rising multipliers."""


@dataclass(frozen=True, slots=True)
class Grade:
    """`reason`: why it is no better. `rounds` were recorded of `flights` that were seen to be over."""

    grade: str
    provisional: bool
    reason: str
    rounds: int
    flights: int


class Flights:
    """Counts flights that are over by the multiplier alone: it rose, and the next one read is lower."""

    def __init__(self) -> None:
        self.over = 0
        self.seen = 0
        """Multipliers that were read."""
        self._last: Decimal | None = None
        self._rises = 0

    def look(self, score: Decimal | None) -> None:
        """The multiplier on the board, None where it was not read."""
        if score is None:
            return
        self.seen += 1
        if self._last is not None and score < self._last:
            self.over += self._rises >= _RISES
            self._rises = 1
        elif score != self._last:
            self._rises += 1
        self._last = score


class Trial:
    """One window and its profile. `pace`: the game's slowness, 1 for the usual one."""

    def __init__(self, name: str, profile: Path, window: Rect, pace: float) -> None:
        self._eye = Eye(_settings(name, profile, window, pace))
        self._has_strip = Field.HISTORY in self._eye.profile.fields
        self._flights = Flights()
        self._rounds: list[RoundEnded] = []
        self._gaps = 0
        self._first_at: float | None = None
        self._last_at = 0.0

    @property
    def rect(self) -> Rect:
        """What frames must show: the part of the window that is read."""
        return self._eye.reader.rect

    def look(self, frame: Frame) -> None:
        """Look at one frame of `rect`; they follow one another in time."""
        seen, facts = self._eye.see(frame)
        self._first_at = frame.at if self._first_at is None else self._first_at
        self._last_at = frame.at
        self._flights.look(seen.score)
        self._take(facts)

    def end(self) -> None:
        """No frame follows: rounds that wait for nothing more are recorded."""
        self._take(self._eye.rounds.finish())

    def _take(self, facts: Sequence[Fact]) -> None:
        self._rounds += [fact for fact in facts if isinstance(fact, RoundEnded)]
        self._gaps += sum(isinstance(fact, GapFound) for fact in facts)

    @property
    def recorded(self) -> int:
        """Rounds that were recorded so far."""
        return len(self._rounds)

    def grade(self) -> Grade:
        """The grade by what was seen so far."""
        rounds, flights = self.recorded, self._flights.over
        if why := self._unusable():
            return Grade(UNUSABLE, False, why, rounds, flights)
        agreed = self._eye.rounds.strip_agreed
        live = sum(one.source is Source.LIVE for one in self._rounds)
        limit = ""
        if not self._has_strip:
            limit = "no strip of past rounds was learned"
        elif not live:
            limit = "no round's end was read on the board, so rounds come from the strip, a little later"
        elif not agreed:
            limit = "the strip of past rounds did not confirm a round"
        return Grade(ROUNDS if limit else COMPLETE, rounds < ENOUGH, limit, rounds, max(flights, rounds))

    def _unusable(self) -> str:
        took = f"{self._last_at - (self._first_at or self._last_at):.0f} s"
        flights = self._flights.over
        if self._eye.rounds.strip_disagreed:
            return "board and strip of past rounds say different things"
        if flights > self.recorded:
            return f"{counted(flights, 'round')} went by in {took} and {self.recorded or 'none'} of them were recorded"
        if self._gaps:
            return f"rounds went by in {took} that could not be read back"
        if self.recorded:
            return ""
        if not self._flights.seen:
            return f"no multiplier could be read on the board in {took}"
        return f"no round was seen to end in {took}"


def _settings(name: str, profile: Path, window: Rect, pace: float) -> WorkerSettings:
    nowhere = profile.parent / "evidence"  # with room for no picture, none is kept
    return WorkerSettings(
        bookmaker=BookmakerId(name), window=window, profile=profile, hz=looks_hz(pace), growth_s=GROWTH_S * pace,
        evidence_dir=nowhere, evidence=0, recent=(), spool_dir=nowhere, log_file=nowhere / "trial.log", log_level="INFO",
    )  # fmt: skip


def looks_hz(pace: float) -> float:
    """Looks a second: ten of a game of the usual pace, as a worker does."""
    return max(1.0, min(60.0, 10.0 / pace))
