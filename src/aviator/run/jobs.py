"""From settings to jobs: which windows are followed, checked before anything is started.

In: settings, the screen and the profiles there are. Out: one `Job` per enabled bookmaker. Raises `UserMistake` with the key that
is wrong. Engine process.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from aviator.core.config import BookmakerSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.files import file_name
from aviator.core.game import THRESHOLDS
from aviator.core.placement import described, placement_faults
from aviator.core.ports import Mind
from aviator.core.types import BookmakerId, Rect
from aviator.run.processes import SEE, Row
from aviator.run.restart import NEVER
from aviator.run.state import PastRound, SharedGameState
from aviator.run.supervisor import Job
from aviator.see.capture import monitor_rects, screen_rect
from aviator.see.eye import fitting
from aviator.see.regions import NoProfile, find_profile
from aviator.see.replay import Recording, examine
from aviator.see.settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class Target:
    """A bookmaker's window, found on the screen or in a recording's pictures, and the profile to read it by."""

    bookmaker: BookmakerId
    window: Rect
    profile: Path
    growth_s: float
    recording: Recording | None = None
    screen: Rect | None = None
    """All that the source can show."""
    thresholds: tuple[Decimal, ...] = THRESHOLDS


def targets(settings: Settings) -> tuple[Target, ...]:
    """What `settings` tell to follow. Raises `UserMistake` with everything that keeps it from being followed."""
    found, faults = examine_windows(settings)
    if faults:
        raise UserMistake(" ".join(faults))
    return found


def examine_windows(settings: Settings) -> tuple[tuple[Target, ...], list[str]]:
    """The windows that can be followed, and a sentence for each fault. Raises `UserMistake` where there is nothing to follow."""
    followed = [b for b in settings.bookmakers if b.enabled]
    if not followed:
        raise UserMistake("No bookmaker is enabled: add a [[bookmakers]] table to the settings, or set its enabled = true.")
    _refuse_twins(b.name for b in followed)
    found, faults = [], _misplaced([b for b in followed if not b.source], settings)
    unknown: dict[str, list[NoProfile]] = {}
    for bookmaker in followed:
        try:
            found.append(_recorded(bookmaker, settings) if bookmaker.source else _on_screen(bookmaker, settings))
        except NoProfile as missing:
            unknown.setdefault(missing.place, []).append(missing)
        except UserMistake as mistake:
            faults.append(str(mistake))
    return tuple(found), list(dict.fromkeys([*faults, *map(_without_profile, unknown.values())]))


def _without_profile(missing: Sequence[NoProfile]) -> str:
    """All bookmakers in one sentence."""
    if len(missing) == 1:
        return str(missing[0])
    names = list(dict.fromkeys(one.name for one in missing))
    commands = ", ".join(f"`aviator calibrate {name}`" for name in names)
    return f"There are no profiles {', '.join(map(repr, names))} in {missing[0].place}: learn them with {commands}."


def _misplaced(bookmakers: Sequence[BookmakerSettings], settings: Settings) -> list[str]:
    """Windows off the screen and windows over one another: a pixel that another window covers cannot be read."""
    if not bookmakers:
        return []
    screen = screen_rect(settings.screen.monitor)
    windows = {b.name: b.rect(settings.screen.layout, screen) for b in bookmakers}
    wrong = placement_faults(windows, monitor_rects())
    cure = "Correct window, cell or layout in the settings."
    return [f"{fault[:1].upper()}{fault[1:]}. {cure}" for fault in wrong]


def _refuse_twins(names: Iterable[str]) -> None:
    """Two workers must not write one log: the names must differ in more than signs and capitals."""
    known: dict[str, str] = {}
    for name in names:
        if (other := known.setdefault(file_name(name), name)) != name:
            raise UserMistake(f"The bookmakers {other!r} and {name!r} would share their log and other files: rename one of them.")


def _on_screen(bookmaker: BookmakerSettings, settings: Settings) -> Target:
    everything = screen_rect(0)
    window = bookmaker.rect(settings.screen.layout, screen_rect(settings.screen.monitor))
    return Target(
        BookmakerId(bookmaker.name),
        window,
        _profile(bookmaker, window),
        bookmaker.growth_s,
        screen=everything,
        thresholds=bookmaker.thresholds,
    )


def _recorded(bookmaker: BookmakerSettings, settings: Settings) -> Target:
    trace = Path(bookmaker.trace) if bookmaker.trace else None
    recording = examine(Path(bookmaker.source), bookmaker.fps, bookmaker.start_at, trace)
    everything = Rect(0, 0, *recording.size)
    window = bookmaker.rect(settings.screen.layout, everything)
    if not everything.contains(window):
        size = f"{recording.size[0]}x{recording.size[1]}"
        raise UserMistake(
            f"The window of {bookmaker.name} ({described(window)}) does not lie in the pictures of {recording.path} ({size}): "
            "correct its window or cell in the settings."
        )
    profile = _profile(bookmaker, window)
    # A live worker may be right about its screen tomorrow; a recording that does not fit its profile never will.
    fitting(profile, bookmaker.name, window)
    return Target(BookmakerId(bookmaker.name), window, profile, bookmaker.growth_s, recording, everything, bookmaker.thresholds)


def refuse_repeats(found: Iterable[Target], past: Mapping[BookmakerId, Sequence[PastRound]]) -> None:
    """Raises `UserMistake` where a recording would be recorded on top of rounds of its own time. `past`: newest first."""
    for target in found:
        if target.recording and (known := past[target.bookmaker]) and known[0][1] >= target.recording.start_at:
            raise UserMistake(
                f"The database holds rounds of {target.bookmaker} from the time of {target.recording.path} or after it: "
                "record it under another name or in another data folder, or tell when it began."
            )


def _profile(bookmaker: BookmakerSettings, window: Rect) -> Path:
    name = bookmaker.profile or bookmaker.name.lower()
    return Path(name) if name.endswith(".toml") else find_profile(name, window)


def job(
    target: Target,
    settings: Settings,
    state: SharedGameState,
    row: Row = SEE,
    others: Sequence[Rect] = (),
    mind: Callable[[], Callable[[], Mind] | None] = lambda: None,
    time: tuple[float | None, Path | None] = (None, None),
) -> Job:
    """The worker that follows `target`; `others`: windows of other bookmakers on the same screen. `mind`: asked at each start for
    what makes the worker's mind. `time`: the epoch of the engine's clock, and the file that shifts it in a simulation."""
    name = file_name(target.bookmaker)
    if recording := target.recording:
        row = replace(row, restart=NEVER)

    def worker_settings() -> WorkerSettings:
        return WorkerSettings(
            bookmaker=target.bookmaker,
            window=target.window,
            profile=target.profile,
            hz=min(settings.read.hz, recording.fps) if recording else settings.read.hz,
            growth_s=target.growth_s,
            evidence_dir=settings.data_dir / "evidence" / name,
            evidence=settings.read.evidence,
            recent=state.of(target.bookmaker).recent,
            spool_dir=settings.spool_dir,
            log_file=settings.data_dir / "logs" / f"see-{name}.log",
            log_level=settings.log_level,
            recording=recording,
            others=tuple(others),
            screen=target.screen,
            mind=mind(),
            epoch=time[0],
            clock_file=time[1],
            snapshots_hz=settings.record.snapshots_hz,
            thresholds=target.thresholds,
        )

    return Job(target.bookmaker, row, worker_settings)
