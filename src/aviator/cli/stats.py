"""`aviator stats`: what is on record, beside the law of the game, and whether the difference means anything.

In: a data folder, a settings file, or a file of anybody's rounds. Out: tables and a verdict in words, or JSON, on standard
output.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from aviator.cli.columns import Column, StackedTable
from aviator.cli.console import Console
from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, settings_of
from aviator.core.config import HIGHEST_LAW, LOWEST_LAW
from aviator.core.safe_text import printable
from aviator.core.words import counted
from aviator.record.audit import ALARM, Audit, Share, audit
from aviator.record.law import RETURN_TO_PLAYER
from aviator.record.queries import Gap, Summary, judged, last_gaps, summaries
from aviator.record.store import open_reader

_SHOWN_GAPS = 10


def stats(
    *,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    file: Annotated[
        Path | None, typer.Option(help="Judge a file of rounds instead: CSV, JSON, SQLite, Excel; multiplier[, ended_at] a row.")
    ] = None,
    law: Annotated[
        float | None,
        typer.Option(min=LOWEST_LAW, max=HIGHEST_LAW, help="The game's return, such as 0.97 or 0.99; else estimated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """What is on record, beside the law of the game."""
    found: list[Summary] = []
    gaps: list[Gap] = []
    remarks: tuple[str, ...] = ()
    if file:
        from aviator.record.rounds_file import read_rounds

        with _progress(f"Reading {file}"):
            rounds = read_rounds(file)
        remarks = rounds.remarks
        if rounds.hundredths:
            remarks = (*remarks, "it has whole numbers only: they are taken for hundredths")
        with _progress("Comparing the rounds with the law"):
            audits = {
                name: audit(sequence, given=law, ids=rounds.ids.get(name, ())) for name, sequence in rounds.by_bookmaker.items()
            }
    else:
        settings = settings_of(data_dir, config)
        laws = {one.name: one.law or None for one in settings.bookmakers}
        with closing(open_reader(settings.database_url)) as store:
            found, gaps = summaries(store), last_gaps(store, _SHOWN_GAPS)
            audits = {one.bookmaker: judged(store, one.bookmaker, law or laws.get(one.bookmaker)) for one in found}
    if as_json:
        echo(json.dumps(_plain(found, audits, remarks), ensure_ascii=False))
        return
    console = Console()
    for remark in remarks:
        console.print(Text(f"{file}: {remark}.", "yellow"), soft_wrap=True)
    if not audits:
        console.print("No round is on record yet.")
        return
    if not file:
        _print_record(found, gaps, console)
    _print_law(audits, console)


@contextmanager
def _progress(doing: str) -> Iterator[None]:
    """In a terminal, what takes long and for how long already, on standard error. It goes when the block ends."""
    columns = (SpinnerColumn(), TextColumn("{task.description} …", markup=False), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        bar.add_task(printable(doing), total=None)
        yield


def _print_record(found: list[Summary], gaps: list[Gap], console: Console) -> None:
    table = _table("bookmaker", "rounds", "strip", "gaps", "lost", "rejects", "from", "to")
    for one in found:
        counts = (one.rounds, one.from_strip, one.gaps, one.rounds_missing, one.rejects)
        table.add_row(one.bookmaker, *(f"{n:,}" for n in counts), *(_time(at) for at in (one.first_at, one.last_at)))
    console.print(table)
    for gap in gaps:
        lost = f"about {counted(gap.rounds_missing, 'round')} missing from {_time(gap.from_at)}"
        console.print(f"{gap.bookmaker}: {lost} ({gap.reason})", style="yellow", soft_wrap=True)


def _print_law(audits: Mapping[str, Audit], console: Console) -> None:
    example = next(iter(audits.values()))
    same = all(one.compared_with == example.compared_with for one in audits.values())
    shares = zip(("≥ 2.00", "≥ 10.00", "= 1.00", "repeated"), example.shares, strict=True)
    clock = (_head("between", "s"), _head("growth", "s"), _head("in time", "too long"))
    table = _table(
        "bookmaker",
        "rounds",
        _head("return", "law"),
        *(_head(label, f"{one.law:.2%}" if same else "") for label, one in shares),
        "χ² p",
        *clock,
    )
    for name, one in audits.items():
        table.add_row(Text(name), f"{one.rounds:,}", _return(one), *map(_share, one.shares), _chi_squared(one), *_clock(one))
    console.print(table)
    for name, one in audits.items():
        style = "yellow" if one.alarming else "green" if one.judged else "dim"
        first, *more = one.verdict()
        console.print(Text(f"{name}: ", "bold") + Text(f"{first}.", style), soft_wrap=True)
        for sentence in more:
            console.print(Text(f"  {sentence}.", style if one.alarming else "dim"), soft_wrap=True)
    console.print(f"\n{_LEGEND}", style="dim")


_LEGEND = """\
return: the share of stakes that the game returns, R, as its rounds show it; below it the R that the record is compared with.
Below the headings: the law P(X ≥ m) = R/m. Below a share: where it lies by chance in 95 of 100 records.
repeated: equal to the round before. χ² p: how often chance spreads multipliers no more evenly than these.
between, growth: from one end to the next pass between + growth · ln M seconds; in time: the intervals that do.
A figure is reported as unlikely when chance produces it in less than 1 of 1,000 records."""


def _return(one: Audit) -> Text:
    if one.returned is None:
        return Text("–", "dim")
    law = f"{one.compared_with:.1%}{' given' if one.given else ''}"
    return Text.assemble(f"{one.returned.estimate:.1%}", (f"\n{law}", "dim"))


def _share(share: Share) -> Text:
    if not share.of:
        return Text("–", "dim")
    digits = 1 if share.law > 0.05 else 2
    chance = f"{100 * share.low:.{digits}f}–{100 * share.high:.{digits}f}"
    return Text.assemble((f"{share.observed:.2%}", "bold red" if share.off else ""), (f"\n{chance}", "dim"))


def _chi_squared(one: Audit) -> Text:
    if one.chi_squared is None:
        return Text("–", "dim")
    p = one.chi_squared.p
    return Text(f"{p:.3f}") if p >= ALARM else Text(f"< {ALARM}", "bold red")


def _clock(one: Audit) -> tuple[Text, Text, Text]:
    if (clock := one.clock) is None:
        return Text("–", "dim"), Text("–", "dim"), Text("–", "dim")
    fits, long = clock.fitting / max(1, clock.intervals), clock.long / max(1, clock.intervals)
    return Text(f"{clock.a_s:.1f}"), Text(f"{clock.growth_s:.2f}"), Text.assemble(f"{fits:.1%}", (f"\n{long:.1%}", "dim"))


def _head(label: str, below: str) -> Text:
    return Text.assemble(f"{label}\n", (below, "dim"))


def _table(first: str, *others: str | Text) -> StackedTable:
    return StackedTable(Column(Text(first, "bold"), left=True), *map(Column, others))


def _plain(found: list[Summary], audits: Mapping[str, Audit], remarks: tuple[str, ...]) -> dict[str, Any]:
    """Everything as numbers; shares with the law and the range of chance, times in Unix seconds."""
    records = {str(one.bookmaker): asdict(one) for one in found}
    rows = []
    for name, one in audits.items():
        figures = asdict(one)
        for key in ("at_least_2", "at_least_10", "exactly_1", "equal_neighbours"):
            figures[key] |= {"observed": getattr(one, key).observed, "off": getattr(one, key).off}
        rows.append({"bookmaker": name} | records.get(name, {}) | figures | {"alarming": one.alarming, "verdict": one.verdict()})
    return {"return_to_player": RETURN_TO_PLAYER, "remarks": remarks, "bookmakers": rows}


def _time(at: float | None) -> str:
    return "–" if at is None else f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"
