"""What a worker is told at its start; travels to it by pickle of the standard library's process start, from our own engine."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from aviator.core.game import THRESHOLDS
from aviator.core.ports import Mind
from aviator.core.types import BookmakerId, Rect
from aviator.see.replay import Recording


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker is told at its start. `recent`: the last recorded rounds (multiplier, ended_at), newest first.

    `spool_dir`: where it leaves what the engine did not acknowledge.
    With a `recording` it reads that instead of the screen. `others`: the windows of other bookmakers; `screen`: all
    that there is of it, or of the recording's pictures. `mind` makes what decides about bets; None: nothing does.
    `epoch`: of the engine's clock, which all its workers share; `clock_file` shifts it in a simulation.
    `snapshots_hz`: snapshots per second of the game in flight, besides those at the `thresholds`.
    """

    bookmaker: BookmakerId
    window: Rect
    profile: Path
    hz: float
    growth_s: float
    evidence_dir: Path
    evidence: int
    recent: tuple[tuple[Decimal, float], ...]
    spool_dir: Path
    log_file: Path
    log_level: str
    recording: Recording | None = None
    others: tuple[Rect, ...] = ()
    screen: Rect | None = None
    mind: Callable[[], Mind] | None = None
    epoch: float | None = None
    clock_file: Path | None = None
    snapshots_hz: float = 1.0
    thresholds: tuple[Decimal, ...] = THRESHOLDS
