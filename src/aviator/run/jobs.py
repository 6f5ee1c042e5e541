"""From settings to jobs: which windows are followed, checked before anything is started.

In: settings, the screen and the profiles there are. Out: one `Job` per enabled bookmaker. Raises `UserMistake` with the key that
is wrong. Engine process.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from aviator.core.config import Settings
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId, Rect
from aviator.run.processes import SEE, Row
from aviator.run.state import SharedGameState
from aviator.run.supervisor import Job
from aviator.see.capture import screen_rect
from aviator.see.regions import find_profile
from aviator.see.worker import WorkerSettings


@dataclass(frozen=True, slots=True)
class Target:
    """A bookmaker's window, found on the screen, and the profile to read it by."""

    bookmaker: BookmakerId
    window: Rect
    profile: Path
    growth_s: float


def targets(settings: Settings) -> tuple[Target, ...]:
    """What `settings` tell to follow. Raises `UserMistake` when it cannot be followed."""
    followed = [b for b in settings.bookmakers if b.enabled]
    if not followed:
        raise UserMistake("No bookmaker is enabled: add a [[bookmakers]] table to the settings, or set its enabled = true.")
    screen = screen_rect(settings.screen.monitor)
    everything = screen_rect(0)
    found = []
    for bookmaker in followed:
        window = bookmaker.rect(settings.screen.layout, screen)
        if not everything.contains(window):
            raise UserMistake(
                f"The window of {bookmaker.name} ({_text(window)}) does not lie on the screen ({_text(everything)}): "
                f"correct its window or cell in the settings."
            )
        profile = find_profile(bookmaker.profile or bookmaker.name.lower(), window)
        found.append(Target(BookmakerId(bookmaker.name), window, profile, bookmaker.growth_s))
    return tuple(found)


def job(target: Target, settings: Settings, state: SharedGameState, row: Row = SEE) -> Job:
    """The worker that follows `target`."""
    name = file_name(target.bookmaker)

    def worker_settings() -> WorkerSettings:
        return WorkerSettings(
            bookmaker=target.bookmaker,
            window=target.window,
            profile=target.profile,
            hz=settings.read.hz,
            growth_s=target.growth_s,
            evidence_dir=settings.data_dir / "evidence" / name,
            evidence=settings.read.evidence,
            recent=state.of(target.bookmaker).recent,
            log_file=settings.data_dir / "logs" / f"see-{name}.log",
            log_level=settings.log_level,
        )

    return Job(target.bookmaker, row, worker_settings)


def file_name(bookmaker: str) -> str:
    """A bookmaker's name as part of a file name on any system."""
    return re.sub(r"[^\w-]+", "-", bookmaker.lower()).strip("-") or "bookmaker"


def _text(rect: Rect) -> str:
    return f"{rect.w}x{rect.h} at {rect.x}, {rect.y}"
