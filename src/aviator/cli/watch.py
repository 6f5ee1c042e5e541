"""Runs the engine in this process with a live table in front of it; shared by `run` and `demo`.

In: settings. Out: the engine's summary, and what the user sees meanwhile: a live table in a terminal, else one table every 10 s.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from time import monotonic, time

from rich.cells import cached_cell_len
from rich.live import Live
from rich.text import Text

from aviator.cli.betting_lines import block_lines, day_lines
from aviator.cli.console import Console
from aviator.cli.places import remember_run
from aviator.cli.table import live_table
from aviator.core.config import Settings
from aviator.core.errors import EXIT_CRASH, EXIT_OK
from aviator.core.words import counted
from aviator.run.engine import Engine, Summary
from aviator.run.lifecycle import Life
from aviator.run.logs import logging_to
from aviator.run.signals import StopSwitch
from aviator.run.state import EngineState, Tally
from aviator.see.evidence import DIFFERS

REDRAWS_HZ = 4
PLAIN_EVERY_S = 10.0
_MOST_PICTURES = 3
_CLOCK_MARGIN_S = 2.0

Show = Callable[[EngineState], None]


def watch(
    settings: Settings,
    seconds: float | None,
    switch: StopSwitch,
    also: Show = lambda _: None,
    *,
    play_money: bool = False,
    remember: Path | None = None,
) -> Summary:
    """Run until told to stop. `also` is called with every state, some times a second.

    Once the engine has started, other commands find its data without being told where: `remember` is its settings file.
    """
    console = Console()
    log_file = settings.data_dir / "logs" / "engine.log"
    with logging_to(log_file, settings.log_level), shown(console, f"data in {settings.data_dir}") as show:
        started = False

        def on_state(state: EngineState) -> None:
            nonlocal started
            if not started:
                started = True
                remember_run(settings.data_dir, remember)
            show(state)
            also(state)

        return Engine(settings, play_money=play_money).run(seconds, switch, on_state)


def conclude(summary: Summary, console: Console, evidence: Path | None = None) -> int:
    """Say how it went; the exit code. `evidence`: the folder with pictures of what differs."""
    for bookmaker in summary.bookmakers:
        if bookmaker.life is Life.FAULTED:
            console.print(f"{bookmaker.bookmaker} is not read any more: {bookmaker.reason}", style="red", soft_wrap=True)
        elif bookmaker.misfit:
            console.print(f"{bookmaker.bookmaker}: calibrate again: {bookmaker.misfit}", style="red", soft_wrap=True)
    rounds = sum(b.rounds for b in summary.bookmakers)
    recorded = f"{counted(rounds, 'round')} of {counted(len(summary.bookmakers), 'bookmaker')} recorded"
    console.print(f"{recorded} in {summary.seconds:.0f} s, {counted(summary.rows_written, 'row')}.", soft_wrap=True)
    _print_quality(summary, console)
    if evidence and any(b.tally.strip_disagreed for b in summary.bookmakers):
        print_disagreements(evidence, time() - summary.seconds, console)
    _print_betting(summary, console)
    return EXIT_CRASH if summary.faulted else EXIT_OK


def _print_quality(summary: Summary, console: Console) -> None:
    """How far what was read can be trusted, all bookmakers together; what nothing is known of is left out."""
    tally = reduce(Tally.plus, (b.tally for b in summary.bookmakers), Tally())
    shares = (
        ("{} of the rounds compared agree with the history strip", tally.accuracy),
        ("{} of the readings are sure", tally.read_share),
        ("{} needed a second opinion", tally.fallback_share),
    )
    if known := [text.format(f"{share:.1%}") for text, share in shares if share is not None]:
        console.print(f"{', '.join(known)}.", style="dim", soft_wrap=True)


def print_disagreements(evidence: Path, since: float, console: Console) -> None:
    """Where the rounds are drawn of which board and strip said different things; those that a run since then has drawn."""
    drawn = [path for path in evidence.glob(f"*/{DIFFERS}-*.png") if path.stat().st_mtime >= since - _CLOCK_MARGIN_S]
    newest = sorted(drawn, key=lambda path: -path.stat().st_mtime)[:_MOST_PICTURES]
    if newest:
        more = f" and {len(drawn) - len(newest):,} more" if len(drawn) > len(newest) else ""
        console.print(f"What differs is drawn in {', '.join(map(str, newest))}{more}.", soft_wrap=True)


def _print_betting(summary: Summary, console: Console) -> None:
    """Bets, profit, refusals and blocks of the day; nothing where nothing was bet."""
    if summary.betting is None:
        return
    now = time()
    lines = day_lines(summary.betting, now) or [Text("No bet was placed or refused today.")]
    for line in lines + block_lines(summary.betting, now):
        console.print(line, soft_wrap=True)


@contextmanager
def shown(console: Console, place: str) -> Iterator[Show]:
    """While the block lasts, its value draws a state whenever the last drawing is old enough. `place` stands below the table."""
    if not console.is_terminal:
        yield from _printed(console, place)
        return
    with Live(console=console, auto_refresh=False, transient=False) as live:
        drawn_at = 0.0

        def show(state: EngineState) -> None:
            nonlocal drawn_at
            if monotonic() - drawn_at >= 1 / REDRAWS_HZ:
                drawn_at = monotonic()
                live.update(live_table(state, console.width, place), refresh=True)
                _forget_texts()

        yield show


def _printed(console: Console, place: str) -> Iterator[Show]:
    """For pipes and files: a table now and then, and the last one."""
    last: EngineState | None = None
    printed_at = monotonic() - PLAIN_EVERY_S + 2  # the first one soon

    def show(state: EngineState) -> None:
        nonlocal last, printed_at
        last = state
        if monotonic() - printed_at >= PLAIN_EVERY_S:
            printed_at = monotonic()
            console.print(live_table(state, console.width, place))
            _forget_texts()

    yield show
    if last is not None:
        console.print(live_table(last, console.width, place))


def _forget_texts() -> None:
    """Rich remembers the widths of 4,096 texts: a megabyte of numbers long gone, in a process that is watched for growth."""
    cached_cell_len.cache_clear()
