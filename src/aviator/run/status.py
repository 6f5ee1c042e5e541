"""What a running engine tells of itself: DATA_DIR/status.json, written once a second, read by `aviator status`.

In: the state of the bookmakers, the writer's figures, the health. Out: a `Status`, and from one that was read, what is wrong in
plain words. Times are Unix seconds.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Self

import msgspec
import psutil

from aviator.core.bets import Mode
from aviator.core.config import LimitSettings
from aviator.core.events import BettingBlocked
from aviator.core.files import replace_file
from aviator.core.types import BookmakerId, Phase
from aviator.record.stats import WriterStats
from aviator.run.health import ENGINE, Health, ProcessHealth
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState

STALE_S = 10.0
"""A status is written once a second; one that is so old says that its engine stands still, or cannot write."""


@dataclass(frozen=True, slots=True)
class BookmakerStatus:
    """One bookmaker. `reason`: why it is not running; `offline`: why nothing can be read. Counts are of this run."""

    bookmaker: BookmakerId
    life: Life
    pulse: Pulse
    phase: Phase
    reason: str
    offline: str
    rounds: int
    from_strip: int
    gaps: int
    rounds_lost: int
    restarts: int
    accuracy: float | None
    last_multiplier: Decimal | None
    last_at: float | None
    beat_at: float | None
    process: ProcessHealth | None
    pid: int | None

    @classmethod
    def of(cls, state: BookmakerState, process: ProcessHealth | None) -> "BookmakerStatus":
        multiplier, at = state.recent[0] if state.recent else (None, None)
        reason = "" if state.life in {Life.RUNNING, Life.STARTING} else state.reason
        offline = state.misfit and f"calibrate again: {state.misfit}"
        return cls(
            bookmaker=state.bookmaker, life=state.life, pulse=state.pulse, phase=state.phase, reason=reason,
            offline=offline or state.offline, rounds=state.rounds, from_strip=state.from_strip, gaps=state.gaps,
            rounds_lost=state.rounds_lost, restarts=state.restarts, accuracy=state.accuracy, last_multiplier=multiplier,
            last_at=at, beat_at=state.beat_at, process=process, pid=state.pid,
        )  # fmt: skip

    @property
    def problem(self) -> str:
        """What is wrong with it; empty when all is well, or as the user wished."""
        match self.life:
            case Life.FAULTED:
                return f"is not read any more: {self.reason.rstrip('.')}; `aviator resume` starts it again"
            case Life.CRASHED | Life.RESTARTING:
                return f"is being started again: {self.reason}"
            case Life.RUNNING if self.pulse is Pulse.STILL:
                return f"is {Pulse.STILL}"
            case Life.RUNNING if self.pulse is Pulse.BLIND or self.offline or self.phase is Phase.OFFLINE:
                return f"sees nothing of the game: {self.offline or 'nothing of it is recognised'}"
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Block:
    """Why nothing is bet at a bookmaker, or at "all" of them, and until when; None: until told otherwise."""

    bookmaker: str
    cause: str
    reason: str
    until: float | None = None

    @classmethod
    def of(cls, event: BettingBlocked) -> Self:
        return cls(event.bookmaker, event.cause, event.reason, event.until)


@dataclass(frozen=True, slots=True)
class BettingDay:
    """One bookmaker since the limit day began, in its own money. `refused`: wishes that came to no bet (refused,
    too late, undone); `refusal`: the last reason."""

    bookmaker: BookmakerId
    bets: int = 0
    profit: Decimal = Decimal(0)
    refused: int = 0
    refusal: str = ""
    refused_at: float | None = None


@dataclass(frozen=True, slots=True)
class BettingStatus:
    """`armed`: hands may click. `killed`: what pressed the kill switch, empty while nothing did. Bets and profit since
    midnight, of all bookmakers together; the profit is that of settled bets. `limits`: those in force."""

    mode: Mode
    armed: bool = False
    killed: str = ""
    bets_today: int = 0
    profit_today: Decimal = Decimal(0)
    blocks: tuple[Block, ...] = ()
    limits: LimitSettings | None = None
    days: tuple[BettingDay, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """A moment of the engine. `pid_started` tells its process from a later one of the same number; `stopped_at`: set by an engine
    that ended in order."""

    at: float
    started_at: float
    pid: int
    pid_started: float
    stopped_at: float | None
    bookmakers: tuple[BookmakerStatus, ...]
    rows_written: int
    queue: int
    spooled: int
    rejected: int
    database_fault: str | None
    engine: ProcessHealth | None
    betting: BettingStatus | None = None

    @property
    def running(self) -> bool:
        """Is the process that wrote it still there?"""
        if self.stopped_at is not None:
            return False
        with suppress(psutil.Error):
            return abs(psutil.Process(self.pid).create_time() - self.pid_started) < 1
        return False

    def problems(self, now: float) -> list[str]:
        """What is wrong at `now` with an engine that runs, one sentence each."""
        found = []
        if now - self.at > STALE_S:
            found.append(
                f"The engine has told nothing for {now - self.at:.0f} s: it stands still, or its data folder takes no file."
            )
        if self.database_fault:
            found.append(f"The database takes nothing at the moment. {self.database_fault}")
        return found + [f"{b.bookmaker} {b.problem}" for b in self.bookmakers if b.problem]


class StatusReporter:
    """Makes and writes the status of this process."""

    def __init__(self, path: Path, started_at: float) -> None:
        self._path = path
        self._started_at = started_at
        self._pid = os.getpid()
        self._pid_started = psutil.Process().create_time()

    def status(
        self,
        now: float,
        states: Iterable[BookmakerState],
        writer: WriterStats,
        health: Health | None,
        *,
        stopped: bool,
        betting: BettingStatus | None = None,
    ) -> Status:
        processes = {p.name: p for p in health.processes if p.alive} if health else {}
        return Status(
            at=now,
            started_at=self._started_at,
            pid=self._pid,
            pid_started=self._pid_started,
            stopped_at=now if stopped else None,
            bookmakers=tuple(BookmakerStatus.of(s, processes.get(s.bookmaker) if s.pid else None) for s in states),
            rows_written=writer.processed,
            queue=writer.queue,
            spooled=writer.spooled,
            rejected=writer.rejected,
            database_fault=writer.fault,
            engine=processes.get(ENGINE),
            betting=betting,
        )

    def write(self, status: Status) -> None:
        """Replace the file at once: a reader sees the old one or the new one, never a part. Raises `OSError`."""
        replace_file(self._path, msgspec.json.format(msgspec.json.encode(status)), sync=False)


def status_file(data_dir: Path) -> Path:
    """Where the engine of `data_dir` tells of itself."""
    return data_dir / "status.json"


def read_status(data_dir: Path) -> Status | None:
    """What was told last; None when nothing ever was, or nothing that this version understands."""
    try:
        return msgspec.json.decode(status_file(data_dir).read_bytes(), type=Status)
    except (OSError, msgspec.MsgspecError):
        return None
