"""Opens the files that rounds come in: plain text, JSON, JSON lines, SQLite, Excel, Parquet, gzip and zip.

In: a path. Out: tables of text cells. Raises `UserMistake` with one sentence for what is not such a file.
A file above `MAX_BYTES`, also after decompression, is refused, so that memory stays bounded.
"""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from aviator.core.errors import UserMistake
from aviator.core.extras import missing_sentence
from aviator.core.safe_text import bounded, printable, shown
from aviator.record.rounds_file.columns import is_heading
from aviator.record.rounds_file.numbers import is_number
from aviator.record.rounds_file.table import (
    MAX_ROWS,
    TOO_MANY_ROWS,
    NoTable,
    Row,
    Table,
    asks_for_columns,
    decoded,
    table_of_rows,
    table_of_text,
)

MAX_BYTES = 64 * 2**20
_TOO_LARGE = f"it has more than {MAX_BYTES // 2**20} MB: split it, and give the part with the latest rounds"
_PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_FOREIGN = {
    b"%PDF": "it is a PDF document: copy its table into a CSV file",
    b"\xd0\xcf\x11\xe0": "it is an old Excel file: save it as .xlsx or CSV",
    b"\x89PNG": "it is a picture: read it with `aviator read`", b"\xff\xd8\xff": "it is a picture: read it with `aviator read`",
    b"7z\xbc\xaf": "it is a 7z archive: unpack it and name the file in it",
    b"Rar!": "it is a RAR archive: unpack it and name the file in it",
    b"<!DO": "it is a web page: save its table as CSV", b"<htm": "it is a web page: save its table as CSV",
}  # fmt: skip


def tables_of(path: Path) -> list[Table]:
    """The tables of rounds in `path`. Raises `UserMistake`."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            head = file.read(16)
            if head == b"SQLite format 3\0":
                return _of_sqlite(path)
            # The size of a pipe is 0, so what is read is bounded too.
            size = path.stat().st_size
            data = head if size > MAX_BYTES else head + file.read(MAX_BYTES)
        if max(size, len(data)) > MAX_BYTES:
            raise NoTable(_TOO_LARGE)  # noqa: TRY301 - one place makes sentences of all reasons
        return _of_bytes(data, PurePosixPath(path.name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its content is damaged"
        raise UserMistake(f"The rounds of {name} cannot be read: {reason}.") from None
    except NoTable as error:
        reason = str(error)
        if "no heading" in reason or "headings may" in reason or "several columns" in reason:
            raise UserMistake(f"Which column of {name} is the multiplier? {asks_for_columns(_capital(reason))}.") from None
        if reason.startswith(("there are no rounds", "it is empty")):
            raise UserMistake(f"There are no rounds in {name}{', only a heading' * ('heading' in reason)}.") from None
        if reason.startswith(("Line ", "Row ")):
            number, _, rest = reason.partition(" has ")
            raise UserMistake(f"{number} of {name} has {rest}.") from None
        raise UserMistake(f"The rounds of {name} cannot be read: {reason}.") from None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _of_bytes(data: bytes, name: PurePosixPath, *, packed: bool = False) -> list[Table]:
    for magic, opened in _PACKED.items():
        if data.startswith(magic):
            if packed:
                raise NoTable("it is packed several times: unpack it")
            return _of_bytes(_unpacked(opened(io.BytesIO(data))), name.with_suffix(""), packed=True)
    if data.startswith(b"PK\x03\x04"):
        return _of_zip(data, packed=packed)
    if data.startswith(b"PAR1"):
        return _of_parquet(data)
    return _of_plain(data)


def _of_plain(data: bytes) -> list[Table]:
    for magic, reason in _FOREIGN.items():
        if data[:4].lower().startswith(magic.lower()):
            raise NoTable(reason)
    texts = decoded(data)
    if not texts:
        raise NoTable("it is no format that is known here: save it as CSV, JSON, SQLite or .xlsx")
    refusal: NoTable | None = None
    found: list[Table] = []
    for text, encoding in texts:
        if text.lstrip()[:1] in ("{", "["):
            return _of_json(text)
        try:
            table = table_of_text(text)
        except NoTable as error:
            refusal = refusal or error
            continue
        if not encoding.startswith("utf-8"):
            table.remarks.append(f"it is read as {encoding} text")
        found.append(table)
    # The encoding in which the heading makes sense; without a heading the numbers are the same in all.
    found.sort(key=lambda table: table.heading is None)
    if found:
        return found[:1]
    raise refusal or NoTable("it is no format that is known here: save it as CSV, JSON, SQLite or .xlsx")


def _unpacked(file: Any) -> bytes:
    try:
        with file:
            data: bytes = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        raise NoTable("it is packed and damaged: get it again, or unpack it yourself") from None
    if len(data) > MAX_BYTES:
        raise NoTable(_TOO_LARGE)
    return data


def _of_zip(data: bytes, *, packed: bool) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX")]
            if sum(info.file_size for info in members) > MAX_BYTES:
                raise NoTable(_TOO_LARGE)
            if any(info.filename == "xl/workbook.xml" for info in members):
                return _of_excel(data)
            if packed or len(members) != 1:
                raise NoTable(f"it is an archive of {len(members)} files: unpack it and name one")
            return _of_bytes(_unpacked(archive.open(members[0])), PurePosixPath(members[0].filename), packed=True)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise NoTable("it is packed and damaged, or it has a password: unpack it yourself") from None


def _of_excel(data: bytes) -> list[Table]:
    try:
        import openpyxl
    except ImportError as error:
        raise NoTable(f"{missing_sentence('openpyxl', error)} Or save it as CSV") from None
    found, reasons = [], []
    try:
        with closing(openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
            for sheet in book.worksheets:
                rows = list(_rows(sheet.iter_rows(values_only=True)))
                try:
                    found.append(table_of_rows(rows, place="Row"))
                except NoTable as error:
                    reasons.append(error)
    except (KeyError, TypeError, AttributeError, ValueError, zipfile.BadZipFile, SyntaxError):
        raise NoTable("it is a damaged Excel file: save it again, or as CSV") from None
    if len(found) > 1:
        raise NoTable("it has rounds on several sheets: save one of them as CSV")
    if not found:
        raise reasons[0] if reasons else NoTable("there are no rounds in it")
    return found


def _of_parquet(data: bytes) -> list[Table]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise NoTable(missing_sentence("pyarrow", error).rstrip(".")) from None
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows > MAX_ROWS:
            raise NoTable(TOO_MANY_ROWS)
        table = file.read()
        columns = [column.to_pylist() for column in table.columns]
    except (pa.ArrowException, OSError):
        raise NoTable("it is a damaged Parquet file") from None
    return [table_of_rows(list(_rows(zip(*columns, strict=True))), heading=table.column_names, place="Row")]


def _rows(rows: Any) -> Iterator[Row]:
    for i, cells in enumerate(rows, 1):
        if i > MAX_ROWS:
            raise NoTable(TOO_MANY_ROWS)
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield i, texts


def _text(value: Any) -> str:
    if value is None or isinstance(value, bytes | dict | list):
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _of_sqlite(path: Path) -> list[Table]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
            fitting = [name for name in names if is_heading(_column_names(connection, name))]
            if "rounds" in fitting:
                fitting = ["rounds"]
            if len(fitting) != 1:
                which = f"several tables with rounds ({', '.join(map(shown, fitting[:9]))})" if fitting else "no table of rounds"
                raise NoTable(f"this SQLite database has {which}: export one as CSV")
            heading = _column_names(connection, fitting[0])
            query = f"select * from {_identifier(fitting[0])}"  # noqa: S608 - the name is quoted
            rows = list(_rows(connection.execute(query)))
    except sqlite3.Error as error:
        raise NoTable(f"SQLite says: {bounded(printable(str(error)), 100)}") from None
    table = table_of_rows(rows, heading=heading, place="Row")
    table.remarks.append(f"it is a SQLite database: table {shown(fitting[0])}")
    return [table]


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column_names(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"pragma table_info({_identifier(table)})")]


def _of_json(text: str) -> list[Table]:
    try:
        value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError:
        raise NoTable("it is JSON with too many levels") from None
    except ValueError as error:
        try:
            value = [
                json.loads(line, parse_float=str, parse_int=str, parse_constant=str) for line in text.splitlines() if line.strip()
            ]
        except (ValueError, RecursionError):
            raise NoTable(f"it is no JSON: {bounded(printable(str(error)), 100)}") from None
    try:
        found = list(_lists(value, ()))
    except RecursionError:
        raise NoTable("it is JSON with too many levels") from None
    if not found:
        raise NoTable("it is JSON without a list of rounds that have a multiplier: save them as CSV")
    if len(found) > 1 and (len({path[:-1] for path, _ in found}) > 1 or not all(path for path, _ in found)):
        raise NoTable("it is JSON with several lists of rounds: keep one of them")
    tables = []
    for path, items in found:
        table = _table_of_json(items)
        tables.append(Table(table.heading, table.rows, table.columns, "Row", path[-1] if len(found) > 1 else "", table.remarks))
    return tables


def _lists(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Every list of rounds, with the keys that lead to it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(inner, (*path, key))
    elif isinstance(value, list) and value:
        if _is_rounds(value[:50]):
            yield path, value
        else:
            for i, inner in enumerate(value):
                yield from _lists(inner, (*path, str(i)))


def _is_rounds(items: Sequence[Any]) -> bool:
    if all(isinstance(item, dict) for item in items):
        return any(is_heading(list(_flat(item))) for item in items)
    if all(isinstance(item, list) for item in items):
        return len(items) > 1 and all(not any(isinstance(cell, dict | list) for cell in item) for item in items)
    return all(item is None or (isinstance(item, str) and is_number(item)) for item in items) and any(items)


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    """With the keys of inner objects beside the outer ones; of two equal ones the outer holds."""
    out = {key: value for key, value in item.items() if not isinstance(value, dict)}
    for value in item.values():
        if isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(inner, dict | list):
                    out.setdefault(key, inner)
    return out


def _table_of_json(items: list[Any]) -> Table:
    if len(items) > MAX_ROWS:
        raise NoTable(TOO_MANY_ROWS)
    if isinstance(items[0], dict):
        flat = [_flat(item) if isinstance(item, dict) else {} for item in items]
        heading = list(dict.fromkeys(key for item in flat for key in item))
        if len(heading) > 1000:
            raise NoTable("its objects have too many different keys")
        rows = [(i, [_text(item.get(key)) for key in heading]) for i, item in enumerate(flat, 1)]
        return table_of_rows(rows, heading=heading, place="Row")
    if isinstance(items[0], list):
        rows = [(i, [_text(cell) for cell in item] if isinstance(item, list) else []) for i, item in enumerate(items, 1)]
        return table_of_rows(rows, place="Row")
    return table_of_rows([(i, [_text(item)]) for i, item in enumerate(items, 1)], heading=["multiplier"], place="Row")
