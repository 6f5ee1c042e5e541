"""The closed list of facts (past tense) and commands (imperative) that travel between processes.

All are frozen dataclasses of plain values; `wire.topics` says for each who sends it, how it is delivered and how often.
Times are Unix seconds (UTC), money and multipliers `Decimal`, `None` means unknown.
"""

from dataclasses import dataclass
from decimal import Decimal

from aviator.core.types import BookmakerId, Phase, Source


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """A round is over and its multiplier is certain. `started_at` is None for a round recovered without its start."""

    bookmaker: BookmakerId
    started_at: float | None
    ended_at: float
    multiplier: Decimal
    players: int | None
    total_players: int | None
    total_win: Decimal | None
    source: Source
    confidence: float


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The game in flight: at the thresholds 1.5, 2, 3, 5, 10 and at most once a second."""

    bookmaker: BookmakerId
    round_started_at: float
    at: float
    multiplier: Decimal
    players: int | None
    total_win: Decimal | None


@dataclass(frozen=True, slots=True)
class EarningNoted:
    """My money after a round; stake, payout and profit are None where no bet was seen."""

    bookmaker: BookmakerId
    round_started_at: float | None
    at: float
    balance: Decimal
    stake: Decimal | None = None
    payout: Decimal | None = None
    profit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The game moved from one phase to another, along the legal transitions only."""

    bookmaker: BookmakerId
    at: float
    from_phase: Phase
    to_phase: Phase


@dataclass(frozen=True, slots=True)
class RgbSampled:
    """Mean and standard deviation of the colours of one region, 0..255."""

    bookmaker: BookmakerId
    at: float
    region: str
    r_mean: float
    g_mean: float
    b_mean: float
    r_std: float
    g_std: float
    b_std: float


@dataclass(frozen=True, slots=True)
class GapFound:
    """Rounds that happened and could not be read back: their number is an estimate from the clock law."""

    bookmaker: BookmakerId
    from_at: float
    to_at: float
    rounds_missing: int
    reason: str


@dataclass(frozen=True, slots=True)
class ScreenRead:
    """What is on a bookmaker's screen now, for faces; the newest replaces the one before."""

    bookmaker: BookmakerId
    at: float
    phase: Phase
    multiplier: Decimal | None
    balance: Decimal | None
    players: int | None
    total_players: int | None
    total_win: Decimal | None
    history: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class WorkerBeat:
    """A worker's own account of its work since it started, sent by the work loop itself about once a second."""

    bookmaker: BookmakerId
    at: float
    pid: int
    ticks: int
    ticks_skipped: int
    read_ms: float
    """Mean time of a tick's grab and read over the last second, in milliseconds."""
    fields_read: int
    cache_hits: int
    fallbacks: int
    unread: int
    rounds: int
    strip_agreed: int
    strip_disagreed: int


@dataclass(frozen=True, slots=True)
class WorkerFinished:
    """A worker's last word before it leaves on purpose; a pipe that ends without it is a crash."""

    bookmaker: BookmakerId
    at: float
    reason: str


@dataclass(frozen=True, slots=True)
class FitChanged:
    """The window stopped looking like its profile, or looks like it again; while it does not, nothing is read off it."""

    bookmaker: BookmakerId
    at: float
    fit: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Engine to worker: every `keep_all` event of this worker start up to `seq` is committed."""

    worker_start: float
    seq: int


@dataclass(frozen=True, slots=True)
class StopWorker:
    """Engine to worker: send what you have and leave."""


Fact = (
    RoundEnded
    | SnapshotTaken
    | EarningNoted
    | PhaseChanged
    | RgbSampled
    | GapFound
    | ScreenRead
    | WorkerBeat
    | WorkerFinished
    | FitChanged
)
Command = Acknowledge | StopWorker
Event = Fact | Command
