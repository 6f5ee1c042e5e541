"""`aviator stats|export|verify`: what is on record, as tables, files, and against the truth.

In: a data folder or settings file. Out: tables or JSON on standard output; `verify` exits 1 when the record is not exact.
"""

import json
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from aviator.core.config import Settings, load, replace_data_dir
from aviator.core.errors import EXIT_CRASH, EXIT_OK
from aviator.record.queries import RETURN_TO_PLAYER, Summary, last_gaps, summaries
from aviator.record.store import open_reader

DataDir = Annotated[Path | None, typer.Option(help="The folder with aviator.db; else that of the settings file.")]
Config = Annotated[Path, typer.Option("-c", "--config", help="The settings file.")]
_DEFAULT = Path("aviator.toml")
_SHOWN_GAPS = 10


def stats(data_dir: DataDir = None, config: Config = _DEFAULT) -> None:
    """What is on record, beside the law of the game."""
    console = Console(highlight=False)
    with closing(open_reader(_database(data_dir, config))) as store:
        found, gaps = summaries(store), last_gaps(store, _SHOWN_GAPS)
    console.print(_overview(found))
    for gap in gaps:
        lost = f"about {gap.rounds_missing} rounds missing from {_time(gap.from_at)}"
        console.print(f"{gap.bookmaker}: {lost} ({gap.reason})", style="yellow", soft_wrap=True)
    if ends := [at for one in found for at in (one.first_at, one.last_at) if at is not None]:
        console.print(f"From {_time(min(ends))} to {_time(max(ends))}.")
    law = f"Below the headings: what the law P(X ≥ m) = {RETURN_TO_PLAYER}/m expects. Differences within chance mean nothing."
    console.print(law, style="dim", soft_wrap=True)


def export(
    table: Annotated[str, typer.Argument(help="rounds, snapshots, earnings, phases, rgb_samples, gaps …")],
    *,
    target: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; else TABLE.FORMAT.")] = None,
    format: Annotated[str, typer.Option(help="csv or parquet.")] = "csv",  # noqa: A002 - the option's name
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    data_dir: DataDir = None,
    config: Config = _DEFAULT,
) -> None:
    """Write one table to a CSV or Parquet file."""
    from aviator.record.export import export as write

    target = target or Path(f"{table}.{format}")
    count = write(table, _database(data_dir, config), target, format, overwrite=force)
    typer.echo(f"{count:,} rows of {table} are in {target}.")


def verify(
    ledger: Annotated[Path | None, typer.Option(help="The simulation's ledger; else DATA_DIR/sim/ledger.jsonl.")] = None,
    *,
    data_dir: DataDir = None,
    config: Config = _DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a sentence.")] = False,
) -> int:
    """Compare the record with what happened in a simulation."""
    from aviator.record.verify import verify as compare

    url = _database(data_dir, config)
    ledger = ledger or (data_dir or load(config).data_dir) / "sim" / "ledger.jsonl"
    report = compare(ledger, url)
    if as_json:
        by_bookmaker = {name: asdict(one) for name, one in report.by_bookmaker.items()}
        typer.echo(json.dumps({**asdict(report.total), "complete": report.total.complete, "by_bookmaker": by_bookmaker}))
        return EXIT_OK if report.total.flawless else EXIT_CRASH
    exact, sentence = verdict(ledger, url)
    typer.echo(sentence)
    return EXIT_OK if exact else EXIT_CRASH


def verdict(ledger: Path, url: str) -> tuple[bool, str]:
    """Is the record exact? And one line that says so."""
    from aviator.record.verify import verify as compare

    total = compare(ledger, url).total
    counts = f"{total.exact} of {total.happened} rounds exact ({total.from_strip} from the strip)"
    faults = f"{total.missing} missing, {total.wrong} wrong, {total.extra} extra"
    if not total.happened:
        return True, "Compared with the truth: no whole round fell into the time that was watched."
    return total.flawless, f"Compared with the truth: {counts}, {faults}; blind at the start for {total.blind_s or 0:.1f} s."


def _database(data_dir: Path | None, config: Path) -> str:
    settings = replace_data_dir(Settings(), data_dir) if data_dir else load(config)
    return settings.database_url


def _overview(found: list[Summary]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", border_style="bright_black", pad_edge=False)
    table.add_column("bookmaker", style="bold", no_wrap=True)
    for name in ("rounds", "strip", "gaps", "lost", "rejects"):
        table.add_column(name, justify="right", no_wrap=True)
    for share in found[0].shares if found else ():
        table.add_column(f"{share.label}\n[dim]{share.law:.2%}[/]", justify="right", no_wrap=True)
    for one in found:
        counts = (one.rounds, one.from_strip, one.gaps, one.rounds_missing, one.rejects)
        table.add_row(one.bookmaker, *(f"{n:,}" for n in counts), *(f"{share.observed:.2%}" for share in one.shares))
    return table


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S}"
