"""`aviator replay`: the rounds of a recording, a video or a folder of pictures, through the engine into a database.

In: the recording and the profile to read it by. Out: rows as `run` makes them, the progress meanwhile, a summary, and with
`--trace` a line of JSON for each frame looked at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic, time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from aviator.cli.console import Console
from aviator.cli.places import remember_run
from aviator.cli.table import multiplier
from aviator.cli.watch import Show, print_disagreements
from aviator.core.config import BookmakerSettings, MetricsSettings, ReadSettings, Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE, UserMistake
from aviator.core.words import counted
from aviator.run.engine import Engine, Summary
from aviator.run.jobs import targets
from aviator.run.lifecycle import Life
from aviator.run.logs import logging_to
from aviator.run.signals import StopSwitch, stop_on_signals
from aviator.run.state import BookmakerState, EngineState
from aviator.see.replay import Recording

_SHOWN_ROUNDS = 20
_TIMES = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
_PLAIN_EVERY_S = 10.0


def replay(
    recording: Annotated[Path, typer.Argument(help="A video, or a folder of pictures that follow one another by name.")],
    *,
    profile: Annotated[str, typer.Option(help="The profile to read it by: a name, or a .toml file.")],
    data_dir: Annotated[Path | None, typer.Option(help="The folder for the record; else aviator-data/replay-<time>.")] = None,
    name: Annotated[str, typer.Option(help="The bookmaker's name in the record; else the profile's.")] = "",
    hz: Annotated[float, typer.Option(help="Looks per second of the recording; at most each frame once.", min=1, max=60)] = 60.0,
    growth_s: Annotated[float, typer.Option(help="Seconds in which the multiplier grows e-fold.", min=0.1, max=120)] = 12.0,
    fps: Annotated[float, typer.Option(help="Pictures a second of a folder; a video knows its own.", min=0, max=1000)] = 0.0,
    start: Annotated[datetime | None, typer.Option(help="When it began; else by the file's date.", formats=_TIMES)] = None,
    window: Annotated[str, typer.Option(help="The window's place in the picture, as X,Y,WIDTH,HEIGHT; else all of it.")] = "",
    trace: Annotated[Path | None, typer.Option(help="Write what each frame was read as, a line of JSON each.")] = None,
) -> int:
    """Record the rounds of a video or a folder of pictures."""
    bookmaker = BookmakerSettings(
        name=name or Path(profile).stem,
        profile=profile,
        window=_numbers(window),
        growth_s=growth_s,
        source=str(recording),
        fps=fps,
        start=start.isoformat() if start else "",
        trace=str(trace or ""),
    )
    folder = data_dir or Path("aviator-data") / f"replay-{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 - the user's own time
    # No figures for Prometheus: a recording has a time of its own, and a live engine may be at that port.
    quiet = MetricsSettings(port=0)
    settings = Settings(data_dir=folder, read=ReadSettings(hz=hz), bookmakers=(bookmaker,), metrics=quiet)
    # Before anything is made: a mistake leaves nothing behind.
    (target,) = targets(settings)
    assert target.recording is not None
    console = Console()
    began = monotonic()
    log_file = folder / "logs" / "engine.log"
    with (
        logging_to(log_file, settings.log_level),
        stop_on_signals(StopSwitch()) as switch,
        _shown(console, target.recording) as show,
    ):
        summary = Engine(settings).run(switch=switch, watcher=show)
    remember_run(folder)
    return _conclude(summary, monotonic() - began, target.recording, settings, console)


def _numbers(window: str) -> tuple[int, ...]:
    parts = window.split(",") if window else []
    if len(parts) not in {0, 4} or not all(part.strip().isdigit() for part in parts):
        raise UserMistake(f"--window is {window!r}, allowed: X,Y,WIDTH,HEIGHT in the picture's pixels.")
    return tuple(map(int, parts))


def _frames(state: BookmakerState, recording: Recording) -> int:
    """How far into the recording it is, in frames."""
    passed = 0.0 if state.seen_at is None else state.seen_at - recording.start_at
    return min(recording.frames, round(passed * recording.fps) + (state.seen_at is not None))


@contextmanager
def _shown(console: Console, recording: Recording) -> Iterator[Show]:
    """A bar in a terminal; for pipes and files a line now and then."""
    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=console, disable=not console.is_terminal, transient=True,
    )  # fmt: skip
    said_at = monotonic()

    def show(state: EngineState) -> None:
        nonlocal said_at
        (one,) = state.bookmakers
        frames = _frames(one, recording)
        bar.update(task, completed=frames, description=f"{one.bookmaker}: {counted(one.rounds, 'round')}")
        if bar.disable and monotonic() - said_at >= _PLAIN_EVERY_S:
            said_at = monotonic()
            console.print(f"{frames / recording.frames:.0%} of {one.bookmaker}, {counted(one.rounds, 'round')}")

    with bar:
        task = bar.add_task("opening", total=recording.frames)
        yield show


def _conclude(summary: Summary, took_s: float, recording: Recording, settings: Settings, console: Console) -> int:
    """Say how it went; the exit code. Raises `UserMistake` when the recording could not be read to its end."""
    (state,) = summary.bookmakers
    tally = state.tally
    if state.exit_code == EXIT_USER_MISTAKE and not tally.ticks:
        raise UserMistake(state.reason)
    passed = tally.ticks / min(settings.read.hz, recording.fps)
    if state.exit_code == EXIT_OK:
        console.print(f"Stopped after {_time(passed)} of {_time(recording.seconds)}.", style="yellow")
    lost = f", about {state.rounds_lost} lost" if state.rounds_lost else ""
    strip = f" ({state.from_strip} from the history strip)" if state.from_strip else ""
    console.print(f"{counted(state.rounds, 'round')} of {state.bookmaker} recorded{strip}{lost}.", style="bold", soft_wrap=True)
    if state.rounds:
        shown = [value for value, _ in state.recent[: min(state.rounds, _SHOWN_ROUNDS)]][::-1]
        earlier = "… " if state.rounds > len(shown) else ""
        console.print(Text(earlier) + Text(" ").join(multiplier(value, "") for value in shown), soft_wrap=True)
    elif state.exit_code != EXIT_OK:  # not when the user stopped it
        console.print("Does the profile fit this recording, and does a round end in it?", style="yellow", soft_wrap=True)
    if compared := tally.strip_agreed + tally.strip_disagreed:
        console.print(f"The history strip agrees with {tally.strip_agreed} of {compared} rounds that it shows.", soft_wrap=True)
    if tally.strip_disagreed:
        print_disagreements(settings.data_dir / "evidence", time() - took_s, console)
    speed = f"{passed / took_s:.1f} times as fast as it was recorded" if took_s else "at once"
    looks = f"{tally.ticks:,} looks at {_time(passed)} of recording in {_time(took_s)}, {speed}"
    console.print(f"{looks}; {counted(tally.unread, 'field')} stayed unread.", soft_wrap=True)
    trace = f"; what was read off each frame is in {recording.trace}" if recording.trace else ""
    console.print(f"The data is in {settings.data_dir}: aviator.db, logs/{trace}.", soft_wrap=True)
    if state.exit_code == EXIT_USER_MISTAKE:
        raise UserMistake(state.reason)
    if state.life is Life.FAULTED:
        console.print(f"The recording was not read to its end: {state.reason}.", style="red", soft_wrap=True)
        return EXIT_CRASH
    return EXIT_OK


def _time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
