"""What happened to each bookmaker since the engine started: a fold over facts, for counters that never run backwards.

In: facts as they pass over the bus. Out: `Counts`, read by `serve.metrics`. Engine process; the caller sees to the locking.
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest

from aviator.core.events import (
    READ_MS_BUCKETS,
    BetChanged,
    BettingBlocked,
    BettingFreed,
    Event,
    GapFound,
    LifeChanged,
    PhaseChanged,
    RoundEnded,
    WorkerBeat,
)
from aviator.core.game import THRESHOLDS
from aviator.core.types import Phase, Source
from aviator.serve.bets import BetCounts

_BETTING = (BetChanged, BettingBlocked, BettingFreed)
FOLLOWED: tuple[type[Event], ...] = (RoundEnded, GapFound, PhaseChanged, LifeChanged, WorkerBeat, *_BETTING)
"""The facts that change a count."""

_WORK = ("ticks", "ticks_skipped", "fields_read", "cache_hits", "fallbacks", "unread", "strip_agreed", "strip_disagreed")
_ENDED = frozenset({"CRASHED", "RESTARTING", "FAULTED", "STOPPED"})
"""States of life without a process (`run.lifecycle`)."""


@dataclass(slots=True)
class Counts:
    """One bookmaker's. Counters are over all starts of its worker, which itself counts from zero at each start."""

    thresholds: tuple[Decimal, ...] = THRESHOLDS
    """Multipliers whose crossing is counted, ascending."""
    life: str = "STARTING"
    phase: Phase = Phase.UNKNOWN
    pid: int | None = None
    """Of the worker's process; None while none is known to run."""
    crashes: int = 0
    restarts: int = 0
    rounds: Counter[Source] = field(default_factory=Counter)
    crossed: Counter[Decimal] = field(default_factory=Counter)
    gaps: int = 0
    rounds_missing: int = 0
    last_round_at: float | None = None
    bets: BetCounts = field(default_factory=BetCounts)
    work: Counter[str] = field(default_factory=Counter)
    read_ms_counts: list[int] = field(default_factory=lambda: [0] * (len(READ_MS_BUCKETS) + 1))
    read_ms_sum: float = 0.0
    _beat: WorkerBeat | None = None

    @property
    def accuracy(self) -> float | None:
        """The share of rounds of which the history strip says the same, 0..1; None before the first comparison."""
        compared = self.work["strip_agreed"] + self.work["strip_disagreed"]
        return self.work["strip_agreed"] / compared if compared else None

    @property
    def completeness(self) -> float | None:
        """Rounds recorded of those known to have happened, 0..1; None before the first."""
        happened = self.rounds.total() + self.rounds_missing
        return self.rounds.total() / happened if happened else None

    def apply(self, event: Event) -> None:
        """Take in one fact."""
        match event:
            case RoundEnded():
                self.rounds[event.source] += 1
                self.crossed.update(self.thresholds[: bisect_right(self.thresholds, event.multiplier)])
                self.last_round_at = max(event.ended_at, self.last_round_at or event.ended_at)
            case GapFound():
                self.gaps += 1
                self.rounds_missing += event.rounds_missing
            case PhaseChanged():
                self.phase = event.to_phase
            case LifeChanged():
                self._turn(event)
            case WorkerBeat():
                self._add(event)
            case BetChanged() | BettingBlocked() | BettingFreed():
                self.bets.apply(event)

    def _turn(self, event: LifeChanged) -> None:
        self.life = event.to_state
        self.crashes += event.to_state == "CRASHED"
        self.restarts += event.to_state == "STARTING" and event.from_state in _ENDED
        if event.to_state in _ENDED:
            self.pid, self._beat, self.phase = None, None, Phase.UNKNOWN

    def _add(self, beat: WorkerBeat) -> None:
        """What the worker did since its last beat; all it ever did where this is the first of a new start."""
        before = self._beat
        if before and (beat.pid != before.pid or beat.ticks < before.ticks):
            before = None
        self.read_ms_sum += beat.read_ms * (beat.ticks - (before.ticks if before else 0))
        for name in _WORK:
            self.work[name] += max(0, getattr(beat, name) - (getattr(before, name) if before else 0))
        earlier = before.read_ms_counts if before else ()
        for i, (new, old) in enumerate(zip_longest(beat.read_ms_counts, earlier, fillvalue=0)):
            self.read_ms_counts[i] += max(0, new - old)
        self.pid, self._beat = beat.pid, beat
