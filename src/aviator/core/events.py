"""The closed list of facts (past tense) and commands (imperative) that travel between processes.

All are frozen dataclasses of plain values; `wire.topics` says for each who sends it, how it is delivered and how often.
Times are Unix seconds (UTC), money and multipliers `Decimal`, `None` means unknown.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.types import BookmakerId, Phase, Source

READ_MS_BUCKETS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
"""Upper bounds in milliseconds of `WorkerBeat.read_ms_counts`."""


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
    """The game in flight: at thresholds (by default 1.5, 2, 3, 5, 10) and at a fixed rate (by default once a second)."""

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
    """The game moved from one phase to another, along the legal transitions only. `reason`: why it went OFFLINE."""

    bookmaker: BookmakerId
    at: float
    from_phase: Phase
    to_phase: Phase
    reason: str = ""


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
    useful_at: float | None = None
    """When something of the game was last recognised on the screen; None before it was."""
    offline: str = ""
    """Why nothing of the game can be read now; empty while it can."""
    read_ms_counts: tuple[int, ...] = ()
    """Ticks by the time of their grab and read, since the start: as many as took at most READ_MS_BUCKETS[i] ms (and more than
    the one before), the last one those that took longer."""


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
class LifeChanged:
    """A bookmaker's worker went from one state of its life to another (`run.lifecycle`); told by the engine."""

    bookmaker: BookmakerId
    at: float
    from_state: str
    to_state: str
    reason: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class BetRequested:
    """A strategy wishes to bet on the round whose betting began at `betting_at`; nothing may be clicked after `deadline`.
    `mode` is for the record."""

    bookmaker: BookmakerId
    request_id: str
    at: float
    panel: int
    stake: Decimal
    auto_cash_out: Decimal | None
    betting_at: float
    deadline: float
    strategy: str
    mode: Mode = Mode.WATCH


@dataclass(frozen=True, slots=True)
class KeepRequested:
    """The session wants a harmless click, lest the site log us out; not after `deadline`."""

    bookmaker: BookmakerId
    request_id: str
    at: float
    deadline: float


@dataclass(frozen=True, slots=True)
class BetChanged:
    """All that is known of a bet now; told anew, whole, whenever more is known. `outcome` None: it is under way.

    `requested_at`: the wish's own time, the only one that a bet has which was never placed.
    """

    bookmaker: BookmakerId
    request_id: str
    panel: int
    round_started_at: float | None
    stake: Decimal
    auto_cash_out: Decimal | None
    mode: Mode
    outcome: Outcome | None
    placed_at: float | None
    settled_at: float | None
    payout: Decimal | None
    strategy: str
    reason: str
    requested_at: float | None = None

    @classmethod
    def of(cls, order: BetOrder, mode: Mode, requested_at: float, outcome: Outcome | None = None, reason: str = "") -> Self:
        """An order of which nothing more is known."""
        return cls(
            bookmaker=order.bookmaker, request_id=order.request_id, panel=order.panel, round_started_at=None, stake=order.stake,
            auto_cash_out=order.auto_cash_out, mode=mode, outcome=outcome, placed_at=None, settled_at=None, payout=None,
            strategy=order.strategy, reason=reason, requested_at=requested_at,
        )  # fmt: skip

    @property
    def given_up(self) -> bool:
        """Is it certain that nothing will ever tell what became of it?"""
        return self.outcome is Outcome.UNCERTAIN and self.settled_at is not None


@dataclass(frozen=True, slots=True)
class BetStepTaken:
    """One step of a bet: `result` None when it is only intended, which is told before it is done. `detail` is what was seen."""

    bookmaker: BookmakerId
    request_id: str
    step: int
    at: float
    intent: str
    result: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class BettingBlocked:
    """Betting at a bookmaker stops: why, and until when (None: until told otherwise). `mode`: of the bets that it concerns."""

    bookmaker: BookmakerId
    at: float
    cause: str
    reason: str
    until: float | None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class BettingFreed:
    """What blocked betting does no longer."""

    bookmaker: BookmakerId
    at: float
    cause: str
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Engine to worker: every `keep_all` event of this worker start up to `seq` is committed."""

    worker_start: float
    seq: int


@dataclass(frozen=True, slots=True)
class StopWorker:
    """Engine to worker: send what you have and leave."""


@dataclass(frozen=True, slots=True)
class PauseWorker:
    """Engine to worker: look at nothing until told to go on, but keep the heart beating."""


@dataclass(frozen=True, slots=True)
class ResumeWorker:
    """Engine to worker: go on after a pause. What happened meanwhile was not seen."""


@dataclass(frozen=True, slots=True)
class TellBet:
    """Engine to worker: what has become of one of its bets."""

    request_id: str
    panel: int
    stake: Decimal
    auto_cash_out: Decimal | None
    outcome: Outcome | None
    payout: Decimal | None


@dataclass(frozen=True, slots=True)
class TellKept:
    """Engine to worker: its wish for a click was fulfilled (`done`), or not."""

    request_id: str
    done: bool


@dataclass(frozen=True, slots=True)
class TellMoney:
    """Engine to worker: the money that is played with there now, as it is on the screen or on paper."""

    balance: Decimal


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
    | LifeChanged
    | BetRequested
    | KeepRequested
    | BetChanged
    | BetStepTaken
    | BettingBlocked
    | BettingFreed
)
Command = Acknowledge | StopWorker | PauseWorker | ResumeWorker | TellBet | TellKept | TellMoney
Event = Fact | Command
