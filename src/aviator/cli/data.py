"""`aviator export|verify`: what is on record, as files, and against the truth.

In: a data folder or settings file. Out: files; a sentence or JSON on standard output; `verify` exits 1 when the
record is not exact.
"""

import json
import time
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, settings_of
from aviator.cli.times import moment
from aviator.core.errors import EXIT_CRASH, EXIT_OK
from aviator.core.words import counted


def export(
    table: Annotated[str, typer.Argument(help="rounds, snapshots, earnings, bets, bet_steps, phases, rgb_samples, gaps …")],
    *,
    target: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; else TABLE.FORMAT. - is standard output.")
    ] = None,
    format: Annotated[str, typer.Option(help="csv or parquet.")] = "csv",  # noqa: A002 - the option's name
    bookmaker: Annotated[str | None, typer.Option(help="Only this bookmaker's rows.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from then on: 2025-10-08 10:40, today, 2d (a time ago).")] = None,
    until: Annotated[str | None, typer.Option(help="Only before then.")] = None,
    keep_formulas: Annotated[
        bool, typer.Option("--keep-formulas", help="Do not neutralise text that a spreadsheet would run as a formula.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Write one table to a CSV or Parquet file."""
    from aviator.record.export import Selection
    from aviator.record.export import export as write

    now = time.time()
    chosen = Selection(bookmaker, moment(since, now) if since else None, moment(until, now, "--until") if until else None)
    to_output = str(target) == "-"
    path = None if to_output else target or Path(f"{table}.{format}")
    url = database(data_dir, config)
    count = write(table, url, path, format, overwrite=force, selection=chosen, keep_formulas=keep_formulas)
    where = "standard output" if to_output else path
    echo(f"{counted(count, 'row')} of {table} {'is' if count == 1 else 'are'} in {where}.", err=to_output)


def verify(
    ledger: Annotated[Path | None, typer.Option(help="The simulation's ledger; else DATA_DIR/sim/ledger.jsonl.")] = None,
    *,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a sentence.")] = False,
) -> int:
    """Compare the record with what happened in a simulation."""
    from aviator.record.verify import verify as compare

    url = database(data_dir, config)
    ledger = ledger or settings_of(data_dir, config).data_dir / "sim" / "ledger.jsonl"
    report = compare(ledger, url)
    if as_json:
        by_bookmaker = {name: asdict(one) for name, one in report.by_bookmaker.items()}
        echo(json.dumps({**asdict(report.total), "complete": report.total.complete, "by_bookmaker": by_bookmaker}))
        return EXIT_OK if report.total.flawless else EXIT_CRASH
    exact, sentence = verdict(ledger, url)
    echo(sentence)
    return EXIT_OK if exact else EXIT_CRASH


def verdict(ledger: Path, url: str, recorded: int | None = None, only: Collection[str] | None = None) -> tuple[bool, str]:
    """Is the record exact? And one line that says so. `recorded`: how many rounds the user was told of; `only`: of these
    bookmakers."""
    from aviator.record.verify import verify as compare

    total = compare(ledger, url, only).total
    counts = f"{total.exact} of {counted(total.happened, 'round')} exact ({total.from_strip} from the strip)"
    faults = f"{total.missing} missing, {total.wrong} wrong, {total.extra} extra"
    if not total.happened:
        return True, "Compared with the truth: no whole round fell into the time that was watched."
    more = (recorded or 0) - total.recorded
    beside = ""
    if more > 0:
        beside = f" {counted(more, 'more recorded round')} began before the watching or ended with it: not compared."
    blind = f"the games ran for {total.blind_s or 0:.1f} s before they were watched."
    return total.flawless, f"Compared with the truth: {counts}, {faults}; {blind}{beside}"


def database(data_dir: Path | None, config: Path) -> str:
    """The URL of the data folder's database, else of the settings file's."""
    return settings_of(data_dir, config).database_url
