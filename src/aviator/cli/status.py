"""`aviator status`: how the engine is, in plain words; `aviator pause|resume`: one bookmaker, without touching the others.

In: a data folder or settings file, and in it what the engine tells of itself. Out: a table and sentences, or JSON, on standard
output; exit code 0 when an engine runs and all is well, 1 when not.
"""

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import RenderableType
from rich.text import Text

from aviator.act.kill import LASTS
from aviator.cli.betting_lines import block_lines, clock_text, day_lines, profit
from aviator.cli.columns import Column, stacked
from aviator.cli.console import Console
from aviator.cli.invocation import with_program
from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, existing_folder, settings_of
from aviator.cli.table import multiplier, phase_text
from aviator.core.bets import Mode
from aviator.core.errors import EXIT_CRASH, EXIT_OK, UserMistake
from aviator.core.types import Phase
from aviator.core.words import counted
from aviator.run import control
from aviator.run.kill_flag import waiting
from aviator.run.lifecycle import Life, Pulse
from aviator.run.status import BettingStatus, BookmakerStatus, Status, read_status

_COLUMNS = {
    "bookmaker": 10, "worker": 10, "screen": 9, "rounds": 6, "last round": 16, "strip": 5, "gaps": 4,
    "restarts": 8, "agreement": 9, "memory": 7, "processor": 9,
}  # fmt: skip
"""The columns and their least widths. In a narrow terminal the last ones stand in a second table."""
_LIFE = {
    Life.STARTING: ("starting", "yellow"),
    Life.RUNNING: ("reads", "green"),
    Life.PAUSED: ("paused", "yellow"),
    Life.STOPPING: ("stopping", "yellow"),
    Life.STOPPED: ("stopped", "dim"),
    Life.CRASHED: ("crashed", "bold red"),
    Life.RESTARTING: ("restarts", "bold red"),
    Life.FAULTED: ("given up", "bold red"),
}
_PULSE = {Pulse.BLIND: ("blind", "bold red"), Pulse.STILL: ("hangs", "bold red")}
_DASH = Text("–", style="dim")

Name = Annotated[str, typer.Argument(help="The bookmaker, as it is called in the settings.")]


def status(
    *,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> int:
    """How the running engine is."""
    folder, now = existing_folder(data_dir, config), time.time()
    told = read_status(folder)
    problems = told.problems(now) if told and told.running else [_absent(told, folder, now)]
    if as_json:
        plain = msgspec.to_builtins(told) if told else {}
        well = {"running": bool(told and told.running), "well": not problems, "problems": problems}
        echo(json.dumps(well | plain, ensure_ascii=False))
        return EXIT_CRASH if problems else EXIT_OK
    console = Console()
    if told and told.running:
        _print(told, folder, now, console)
    for problem in problems:
        console.print(problem, style="bold red", soft_wrap=True)
    if not (told and told.running) and (kill := waiting(folder)):
        console.print(f"An engine that starts now bets nothing: {kill}.", style="bold red", soft_wrap=True)
    return EXIT_CRASH if problems else EXIT_OK


def pause(name: Name, *, data_dir: DataDir = None, config: Config = DEFAULT_CONFIG) -> None:
    """Look at one bookmaker no more, until `aviator resume`."""
    folder, name = _known(name, data_dir, config)
    wished = control.pause(folder, name)
    then = with_program(f"`aviator resume {_quoted(name)}` lets it go on")
    echo(f"{name} {'pauses' if wished else 'was to pause already'}; {then}.")


def resume(name: Name, *, data_dir: DataDir = None, config: Config = DEFAULT_CONFIG) -> None:
    """Let a bookmaker go on that was paused, or start again one that was given up."""
    folder, name = _known(name, data_dir, config)
    control.resume(folder, name)
    echo(f"{name} goes on.")


def _known(name: str, data_dir: Path | None, config: Path) -> tuple[Path, str]:
    """The data folder, and the bookmaker's name as it is written there. Raises `UserMistake` for one that is not there."""
    settings = settings_of(data_dir, config)
    folder, names = settings.data_dir, [b.name for b in settings.bookmakers]
    if not names:
        told = read_status(folder)
        if told is None:
            raise UserMistake(f"No engine has written its status in {folder} yet: name the settings file with -c.")
        names = [str(b.bookmaker) for b in told.bookmakers]
    for known in names:
        if known.casefold() == name.casefold():
            return folder, known
    raise UserMistake(f"There is no bookmaker {name}; there are {', '.join(names)}.")


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _absent(told: Status | None, folder: Path, now: float) -> str:
    if told is None:
        return f"AVIATOR is not running with the data in {folder}, and nothing tells that it ever was."
    if told.stopped_at is not None:
        return f"AVIATOR is not running; it stopped in order at {clock_text(told.stopped_at, now)}."
    return (
        f"AVIATOR is not running; last seen {clock_text(told.at, now)} as process {told.pid}, which ended out of order. "
        "Its next start completes the record."
    )


def _print(told: Status, folder: Path, now: float, console: Console) -> None:
    lasted = _duration(now - told.started_at)
    head = Text.assemble(("AVIATOR runs", "bold"), f" since {clock_text(told.started_at, now)} ({lasted}), process {told.pid}")
    console.print(head.append(f"; data in {folder}", style="dim"), soft_wrap=True)
    console.print(bookmakers_table(told, now, console.width))
    own = told.engine
    engine = "" if own is None else f", engine {own.memory_mb:.0f} MB and {own.cpu_percent:.0f} % of a core"
    spool = f", {told.spooled:,} in the spool" if told.spooled else ""
    rejected = f", {told.rejected:,} rejected" if told.rejected else ""
    database = "database in trouble" if told.database_fault else "database well"
    console.print(
        f"{database}, {counted(told.rows_written, 'row')} written{rejected}, {told.queue:,} in the queue{spool}{engine}.",
        style="dim",
        soft_wrap=True,
    )
    for line in _betting(told.betting, now) if told.betting else ():
        console.print(line, soft_wrap=True)


def _betting(betting: BettingStatus, now: float) -> list[Text]:
    """How betting is, and a line for each thing that keeps from it."""
    if betting.mode is Mode.WATCH:
        return [Text("It only watches: nothing is bet.", "dim")]
    armed = "armed" if betting.armed else "not armed, nothing is clicked"
    how = "on paper" if betting.mode is Mode.PAPER else f"live, {armed}"
    bets = (
        "no bet today" if not betting.bets_today else f"{betting.bets_today:,} bet{'s' * (betting.bets_today > 1)} today, profit "
    )
    lines = [Text(f"Betting {how}: {bets}").append(profit(betting.profit_today) if betting.bets_today else "")]
    lines += day_lines(betting, now)
    if betting.limits:
        limits = ", ".join(f"{f.name.replace('_', ' ')} {getattr(betting.limits, f.name):g}" for f in fields(betting.limits))
        lines.append(Text(f"Limits: {limits}.", "dim"))
    if betting.killed:
        lines.append(Text(f"Betting is stopped {LASTS}: {betting.killed}.", "bold red"))
    return lines + block_lines(betting, now)


def bookmakers_table(told: Status, now: float, width: int) -> RenderableType:
    """A row for each bookmaker, no wider than `width` characters."""
    left = ("bookmaker", "worker", "screen")
    columns = [Column(name, left=name in left, least=least) for name, least in _COLUMNS.items()]
    return stacked(columns, [_cells(bookmaker, now) for bookmaker in told.bookmakers], width)


def _cells(one: BookmakerStatus, now: float) -> list[Text]:
    last = Text.assemble(multiplier(one.last_multiplier), f" {_ago(now - one.last_at)}") if one.last_at else _DASH
    running = one.life is Life.RUNNING
    reads = running and one.pulse is Pulse.MOVING
    return [
        Text(one.bookmaker, "bold"),
        Text(*(_PULSE.get(one.pulse) if running else None) or _LIFE[one.life]),
        phase_text(one.phase) if reads or one.phase is Phase.OFFLINE else _DASH,
        Text(f"{one.rounds:,}"),
        last,
        Text(f"{one.from_strip:,}"),
        Text(f"{one.gaps:,}", "red" if one.gaps else ""),
        Text(f"{one.restarts}", "red" if one.restarts else ""),
        _DASH if one.accuracy is None else Text(f"{one.accuracy:.1%}", "green" if one.accuracy == 1 else "bold red"),
        _DASH if one.process is None else Text(f"{one.process.memory_mb:.0f} MB"),
        _DASH if one.process is None else Text(f"{one.process.cpu_percent:.0f} %"),
    ]


def _ago(seconds: float) -> str:
    return f"{_duration(max(0.0, seconds))} ago"


def _duration(seconds: float) -> str:
    """Two units at most: `12 s`, `5 min`, `2 h 13 min`, `3 d 4 h`."""
    s = int(seconds)
    if s < 120:
        return f"{s} s"
    if s < 7200:
        return f"{s // 60} min"
    return f"{s // 3600} h {s % 3600 // 60} min" if s < 172_800 else f"{s // 86_400} d {s % 86_400 // 3600} h"
