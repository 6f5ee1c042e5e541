"""A table of the database into a CSV or Parquet file, a few thousand rows at a time. The program that asks for it.

Amounts stay exact: two decimals in CSV, `decimal128(18, 2)` in Parquet. Times are Unix seconds, unknown values empty.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aviator.core.errors import UserMistake
from aviator.core.extras import missing_sentence
from aviator.core.files import publish
from aviator.record.schema import Cents, metadata
from aviator.record.store import open_reader

FORMATS = ("csv", "parquet")
CHUNK_ROWS = 5_000

_Chunks = Iterator[Sequence[sa.Row[Any]]]


def export(table: str, url: str, target: Path, format: str, *, overwrite: bool = False) -> int:  # noqa: A002 (the word users know)
    """Write all rows of `table` to `target`, which appears only when complete; returns their number.

    Raises `UserMistake` for an unknown table or format, an existing target (without `overwrite`) or one that cannot be written.
    """
    if table not in metadata.tables:
        raise UserMistake(f"There is no table {table!r}: choose one of {', '.join(metadata.tables)}.")
    if format not in FORMATS:
        raise UserMistake(f"{format!r} is no export format: choose one of {', '.join(FORMATS)}.")
    if target.exists() and not overwrite:
        raise UserMistake(f"{target} is there already: name another file, or allow it to be overwritten.")
    write = _write_parquet if format == "parquet" else _write_csv
    source = metadata.tables[table]
    store = open_reader(url)
    try:
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder,
            store.engine.connect().execution_options(yield_per=CHUNK_ROWS) as connection,
        ):
            part = Path(folder, target.name)
            count = write(source, connection.execute(sa.select(source).order_by(source.c.id)).partitions(), part)
            publish(part)
            part.replace(target)
    except OSError as error:
        raise UserMistake(f"{target} cannot be written: {error.strerror or error}.") from None
    finally:
        store.close()
    return count


def _write_csv(table: sa.Table, chunks: _Chunks, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns.keys())
        for chunk in chunks:
            writer.writerows(chunk)
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
