"""The latest of everything (SharedGameState): a fold over facts and turns of life, read by faces as immutable snapshots.

In: facts from the hub's thread, life from the supervisor. Out: `BookmakerState`s and an `EngineState`. Engine process.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from aviator.core.events import (
    EarningNoted,
    Event,
    Fact,
    FitChanged,
    GapFound,
    PhaseChanged,
    RoundEnded,
    ScreenRead,
    WorkerBeat,
    WorkerFinished,
)
from aviator.core.types import BookmakerId, Phase, Source
from aviator.run.lifecycle import Life, Pulse

if TYPE_CHECKING:
    from aviator.run.status import BettingStatus

RECENT = 60
"""Rounds remembered per bookmaker: as many as the longest history strip shows."""

PastRound = tuple[Decimal, float]
"""Multiplier and end (Unix seconds) of a round."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a worker counts about its own work."""

    ticks: int = 0
    ticks_skipped: int = 0
    fields_read: int = 0
    fallbacks: int = 0
    unread: int = 0
    strip_agreed: int = 0
    strip_disagreed: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @classmethod
    def of(cls, beat: WorkerBeat) -> "Tally":
        return cls(*(getattr(beat, name) for name in cls.__slots__))

    @property
    def accuracy(self) -> float | None:
        """The share of rounds of which the history strip says the same; None before the first comparison."""
        compared = self.strip_agreed + self.strip_disagreed
        return self.strip_agreed / compared if compared else None

    @property
    def read_share(self) -> float | None:
        """The share of readings that gave a value or found nothing to read; None before the first."""
        return 1 - self.unread / self.fields_read if self.fields_read else None

    @property
    def fallback_share(self) -> float | None:
        """The share of readings that needed a second opinion; None before the first."""
        return self.fallbacks / self.fields_read if self.fields_read else None


@dataclass(frozen=True, slots=True)
class BookmakerState:
    """What is known of one bookmaker now. Counts are of this run of the engine, over all starts of its worker."""

    bookmaker: BookmakerId
    life: Life = Life.STARTING
    reason: str = ""
    restarts: int = 0
    exit_code: int | None = None
    """Of its worker's last end; None while none has ended."""
    pid: int | None = None
    pulse: Pulse = Pulse.STARTING
    beat_at: float | None = None
    useful_at: float | None = None
    offline: str = ""
    """Why nothing of the game can be read now, in the worker's words; empty while it can."""
    read_ms: float | None = None
    seen_at: float | None = None
    """When its screen last looked so; of a recording, in the recording's own time."""
    misfit: str = ""
    """Why the window has to be calibrated again; empty while it looks like its profile."""
    phase: Phase = Phase.UNKNOWN
    multiplier: Decimal | None = None
    balance: Decimal | None = None
    players: int | None = None
    total_players: int | None = None
    total_win: Decimal | None = None
    recent: tuple[PastRound, ...] = ()
    """The last rounds, newest first."""
    rounds: int = 0
    from_strip: int = 0
    gaps: int = 0
    rounds_lost: int = 0
    now_tally: Tally = field(default_factory=Tally)
    past_tally: Tally = field(default_factory=Tally)

    @property
    def tally(self) -> Tally:
        return self.past_tally.plus(self.now_tally)

    @property
    def accuracy(self) -> float | None:
        return self.tally.accuracy


@dataclass(frozen=True, slots=True)
class EngineState:
    """A moment of the engine, for faces: everything needed to draw it."""

    at: float
    running_s: float | None
    """Seconds since every worker was reading; None before."""
    bookmakers: tuple[BookmakerState, ...]
    rows_written: int
    queue: int
    killed: str = ""
    """What pressed the kill switch; empty while nothing did, or nothing is bet."""
    betting: "BettingStatus | None" = None
    """None where nothing is bet."""


def fold(state: BookmakerState, fact: Fact) -> BookmakerState:
    """The state after `fact`. Facts without news for it leave it as it is."""
    match fact:
        case RoundEnded():
            recent = sorted(((fact.multiplier, fact.ended_at), *state.recent), key=lambda past: -past[1])
            from_strip = state.from_strip + (fact.source is Source.STRIP)
            return replace(state, recent=tuple(recent[:RECENT]), rounds=state.rounds + 1, from_strip=from_strip)
        case ScreenRead():
            return replace(
                state,
                seen_at=fact.at,
                phase=fact.phase,
                multiplier=fact.multiplier,
                balance=state.balance if fact.balance is None else fact.balance,
                players=fact.players,
                total_players=fact.total_players,
                total_win=fact.total_win,
            )
        case WorkerBeat():
            return replace(state, **_signs(fact), now_tally=Tally.of(fact))
        case FitChanged():
            return replace(state, misfit="" if fact.fit else fact.reason)
        case PhaseChanged():
            return replace(state, phase=fact.to_phase, offline=fact.reason)
        case EarningNoted():
            return replace(state, balance=fact.balance)
        case GapFound():
            return replace(state, gaps=state.gaps + 1, rounds_lost=state.rounds_lost + fact.rounds_missing)
        case WorkerFinished():
            return replace(state, reason=fact.reason)
        case _:
            return state


def _signs(beat: WorkerBeat) -> dict[str, Any]:
    return {name: getattr(beat, name) for name in ("pid", "read_ms", "useful_at", "offline")} | {"beat_at": beat.at}


def turned(state: BookmakerState, life: Life, reason: str = "", exit_code: int | None = None) -> BookmakerState:
    """The state after a turn of the worker's life. A new start counts from zero, so what was counted is put aside."""
    if life is Life.STARTING and state.life is not Life.STARTING:
        counted = replace(state, past_tally=state.tally, now_tally=Tally(), restarts=state.restarts + 1)
        fresh = replace(counted, life=life, reason="", misfit="", offline="", pulse=Pulse.STARTING)
        return replace(fresh, beat_at=None, useful_at=None, pid=None)
    if life in {Life.CRASHED, Life.RESTARTING, Life.FAULTED, Life.STOPPED}:
        state = replace(state, phase=Phase.UNKNOWN, multiplier=None, pulse=Pulse.NONE)
    if life is Life.PAUSED:
        state = replace(state, phase=Phase.UNKNOWN, multiplier=None)
    exit_code = state.exit_code if exit_code is None else exit_code
    return replace(state, life=life, reason=reason or state.reason, exit_code=exit_code)


class SharedGameState:
    """Holds every bookmaker's state; safe to use from any thread."""

    def __init__(self, bookmakers: Iterable[BookmakerId], past: dict[BookmakerId, tuple[PastRound, ...]] | None = None) -> None:
        self._lock = threading.Lock()
        self._states = {name: BookmakerState(name, recent=(past or {}).get(name, ())) for name in bookmakers}

    def apply(self, event: Event) -> None:
        """A handler for the bus."""
        if isinstance(event, Fact):
            with self._lock:
                self._states[event.bookmaker] = fold(self._states[event.bookmaker], event)

    def turn(self, bookmaker: BookmakerId, life: Life, reason: str = "", exit_code: int | None = None) -> None:
        with self._lock:
            self._states[bookmaker] = turned(self._states[bookmaker], life, reason, exit_code)

    def feel(self, bookmaker: BookmakerId, pulse: Pulse) -> None:
        with self._lock:
            self._states[bookmaker] = replace(self._states[bookmaker], pulse=pulse)

    def of(self, bookmaker: BookmakerId) -> BookmakerState:
        return self._states[bookmaker]

    def all(self) -> tuple[BookmakerState, ...]:
        return tuple(self._states.values())
