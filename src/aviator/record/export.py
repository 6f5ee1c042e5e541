"""A table of the database into a CSV or Parquet file, a few thousand rows at a time. The program that asks for it.

Amounts stay exact: two decimals in CSV, `decimal128(18, 2)` in Parquet. Times are Unix seconds, unknown values empty; in
CSV each time stands a second time as local time, and text that a spreadsheet would run as a formula is neutralised.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.extras import missing_sentence
from aviator.core.safe_text import printable
from aviator.record.schema import Cents, metadata
from aviator.record.store import open_reader

FORMATS = ("csv", "parquet")
CHUNK_ROWS = 5_000
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_TIMES = ("ended_at", "at", "placed_at", "from_at", "round_started_at")
"""The column by which rows are chosen: the first of these that a table has."""

_Chunks = Iterator[Sequence[sa.Row[Any]]]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows to export: one bookmaker's, from `since` on and before `until` (Unix seconds); None: all."""

    bookmaker: str | None = None
    since: float | None = None
    until: float | None = None


ALL = Selection()


def export(
    table: str,
    url: str,
    target: Path | None,
    format: str,  # noqa: A002 (the word users know)
    *,
    overwrite: bool = False,
    selection: Selection = ALL,
    keep_formulas: bool = False,
) -> int:
    """Write rows of `table` to `target`, which appears only when complete; returns their number. None: standard output.

    Raises `UserMistake` for an unknown table or format, an existing target (without `overwrite`) or one that cannot be written.
    """
    if table not in metadata.tables:
        raise UserMistake(f"There is no table {table!r}: choose one of {', '.join(metadata.tables)}.")
    if format not in FORMATS:
        raise UserMistake(f"{format!r} is no export format: choose one of {', '.join(FORMATS)}.")
    if target is not None and target.exists() and not overwrite:
        raise UserMistake(f"{target} is there already: add --force to overwrite it, or name another file with -o.")
    source = metadata.tables[table]
    query = _selected(source, selection)
    store = open_reader(url)
    try:
        with (
            tempfile.TemporaryDirectory(dir=target.parent if target else None, prefix=".export-") as folder,
            store.engine.connect().execution_options(yield_per=CHUNK_ROWS) as connection,
        ):
            part = Path(folder, target.name if target else "output")
            chunks = connection.execute(query).partitions()
            if format == "parquet":
                count = _write_parquet(source, chunks, part)
            else:
                count = _write_csv(source, chunks, part, keep_formulas=keep_formulas)
            if target is None:
                _to_standard_output(part)
            else:
                part.replace(target)
    except OSError as error:
        raise UserMistake(f"{target or 'Standard output'} cannot be written: {error.strerror or error}.") from None
    finally:
        store.close()
    return count


def _to_standard_output(path: Path) -> None:
    """As it is to a pipe or a file; a terminal obeys no text of somebody else."""
    if sys.stdout.isatty():
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            sys.stdout.writelines(printable(line.replace("\r\n", "\n")) for line in lines)
    else:
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()


def _selected(table: sa.Table, selection: Selection) -> sa.Select[Any]:
    query = sa.select(table).order_by(table.c.id)
    at = next((table.c[name] for name in _TIMES if name in table.c), None)
    if selection.bookmaker is not None:
        if "bookmaker" not in table.c:
            raise UserMistake(f"The table {table.name} has no bookmaker to choose.")
        query = query.where(table.c.bookmaker == selection.bookmaker)
    if selection.since is not None or selection.until is not None:
        if at is None:
            raise UserMistake(f"The table {table.name} has no times to choose by.")
        query = query if selection.since is None else query.where(at >= selection.since)
        query = query if selection.until is None else query.where(at < selection.until)
    return query


def _time_columns(table: sa.Table) -> list[int]:
    """The columns with Unix seconds."""
    return [i for i, name in enumerate(table.columns.keys()) if name == "at" or name.endswith("_at")]


def _local(at: float | None) -> str | None:
    """Local date and time with the offset of the zone."""
    return None if at is None else datetime.fromtimestamp(at, UTC).astimezone().isoformat(" ", "milliseconds")


def _neutral(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def _write_csv(table: sa.Table, chunks: _Chunks, path: Path, *, keep_formulas: bool) -> int:
    count = 0
    times = _time_columns(table)
    names = table.columns.keys()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, *(f"{names[i]}_local" for i in times)])
        for chunk in chunks:
            for row in chunk:
                cells = row if keep_formulas else map(_neutral, row)
                writer.writerow([*cells, *(_local(row[i]) for i in times)])
            count += len(chunk)
    return count


def _write_parquet(table: sa.Table, chunks: _Chunks, path: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UserMistake(missing_sentence("pyarrow", error)) from None
    kinds = {float: pa.float64(), int: pa.int64(), str: pa.string(), Decimal: pa.decimal128(18, 2)}
    fields = [pa.field(column.name, kinds[_python_type(column)], nullable=bool(column.nullable)) for column in table.columns]
    schema = pa.schema(fields)
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for chunk in chunks:
            columns = zip(*chunk, strict=True)
            writer.write_table(pa.table([pa.array(values, f.type) for values, f in zip(columns, fields, strict=True)], schema))
            count += len(chunk)
    return count


def _python_type(column: sa.Column[Any]) -> type:
    return Decimal if isinstance(column.type, Cents) else column.type.python_type
