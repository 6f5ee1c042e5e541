"""How long a site takes bets, learned from its phases: until when a bet of this betting time may be clicked. Pure.

In: phase changes, oldest first. Out: the betting time's beginning and end, or None where either is not certain.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from aviator.core.events import PhaseChanged
from aviator.core.types import Phase

REMEMBERED = 8
MANY = 4
LONGEST_S = 60.0
"""A longer span is no betting time: the machine was suspended, or the page stood still."""


@dataclass(frozen=True, slots=True)
class BettingTime:
    """One betting time, in Unix seconds; `over_at` is an early take-off, as far as is known."""

    began_at: float
    over_at: float


class BettingClock:
    """`betting_s`: the betting time's length where it is known from before, in seconds."""

    def __init__(self, betting_s: float | None = None) -> None:
        self._spans: deque[float] = deque([betting_s] if betting_s else [], maxlen=REMEMBERED)
        """From the beginning of betting to the take-off, in rounds of which both were seen."""
        self._rests: deque[float] = deque(maxlen=REMEMBERED)
        """From the end of a round to the next take-off: another witness, should the beginning have been seen late."""
        self._ended_at: float | None = None
        self._began_at: float | None = None

    @property
    def length_s(self) -> float | None:
        """The shortest of the last ones that does not stand alone; None before one was seen whole."""
        return _short(self._spans) if self._spans else None

    @property
    def now(self) -> BettingTime | None:
        """The betting time that is on."""
        if self._began_at is None or not self._spans:
            return None
        over_at = self._began_at + _short(self._spans)
        if self._ended_at is not None and self._rests:
            over_at = min(over_at, self._ended_at + _short(self._rests))
        return BettingTime(self._began_at, over_at)

    def apply(self, change: PhaseChanged) -> None:
        """A betting time that did not follow the end of a round began nobody knows when."""
        match change.from_phase, change.to_phase:
            case (Phase.ENDED, Phase.BETTING):
                self._began_at = change.at
            case (Phase.BETTING, Phase.PLAYING):
                self._took_off(change.at)
            case (Phase.PLAYING, Phase.ENDED):
                self._ended_at = change.at
            case _:
                self._began_at = self._ended_at = None

    def _took_off(self, at: float) -> None:
        # Both at the same moment: the phase was walked through, and nothing of it seen.
        if self._began_at is not None and 0 < at - self._began_at <= LONGEST_S:
            self._spans.append(at - self._began_at)
            if self._ended_at is not None:
                self._rests.append(at - self._ended_at)
        self._began_at = self._ended_at = None


def _short(spans: Sequence[float]) -> float:
    """The shortest, but of four and more the next one: a busy machine may have seen one beginning late, and a single span that is
    far too short would keep strategies silent for as long as it is remembered."""
    return sorted(spans)[1 if len(spans) >= MANY else 0]
