"""A table of text cells, and how plain text becomes one: encoding, delimiter, title lines, heading.

In: bytes or text. Out: a `Table` with its columns found. Pure. Every delimiter is tried over the whole text; one is
taken only if the columns make sense with it and no other gives other multipliers.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aviator.core.words import counted_verb
from aviator.record.rounds_file.columns import SAMPLE, Columns, UnclearColumns, by_heading, is_heading, without_heading
from aviator.record.rounds_file.numbers import NumberStyle, is_number, is_unread
from aviator.record.rounds_file.times import is_time

MAX_ROWS = 1_000_000
TOO_MANY_ROWS = f"it has more than the limit of {MAX_ROWS:,} rows: split it, and give the part with the latest rounds"
_TITLE_LINES = 10
"""Maximum number of lines above a heading."""
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces", "": "nothing"}
_BOMS = (("\ufeff".encode("utf-32-le"), "utf-32"), ("\ufeff".encode("utf-32-be"), "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip
_DATE_AND_TIME = re.compile(r"([0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}\.?)\s+([0-9]{1,2}:[0-9]{2}:[0-9]{2})")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")

Row = tuple[int, list[str]]
"""Number of the line (or row) in the file, and its cells."""


@dataclass(frozen=True, slots=True)
class Table:
    """`place`: what a row is called in messages. `bookmaker`: where the file says it for the whole table."""

    heading: list[str] | None
    rows: list[Row]
    columns: Columns
    place: str = "Line"
    bookmaker: str = ""
    remarks: list[str] = field(default_factory=list)


class NoTable(Exception):
    """The text is no table of rounds in this way; the message is a part of a sentence about the file."""


def decoded(data: bytes) -> list[tuple[str, str]]:
    """The text in each encoding that it may have, likeliest first, with the encoding's name. Empty where it is not text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            with suppress(UnicodeDecodeError):
                return _clean([(data.decode(encoding), encoding)])
            return []
    head = data[:4000]
    if head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
        with suppress(UnicodeDecodeError):
            return _clean([(data.decode(encoding), encoding)])
        return []
    with suppress(UnicodeDecodeError):
        return _clean([(data.decode("utf-8"), "utf-8")])
    return _clean([(data.decode(name, "replace"), name) for name in ("cp1252", "cp1250", "cp1251")])


def _clean(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(text, name) for text, name in texts if not _CONTROLS.search(text[:100_000])]


def table_of_text(text: str) -> Table:
    """The table in a text. Raises `NoTable`."""
    first = text[:200_000]
    found: list[Table] = []
    reasons: list[str] = []
    for delimiter in _DELIMITERS:
        if delimiter and delimiter not in first:
            continue
        try:
            found.append(table_of_rows(list(_split(text, delimiter))))
        except NoTable as error:
            reasons.append(str(error))
    if not found:
        clearest = [reason for reason in reasons if "cells under a heading" in reason or "limit" in reason]
        raise NoTable((clearest or reasons)[0] if reasons else "it is empty")
    best = max(found, key=lambda table: (table.heading is not None, _understood(table)))
    values = _values(best)
    for other in found:
        if other is not best and _understood(other) >= _understood(best) and _values(other) != values:
            raise NoTable("its columns can be separated in two ways")
    return best


def _split(text: str, delimiter: str) -> Iterator[Row]:
    """Rows that are not empty, with the number of their last line."""
    lines = io.StringIO(text, newline=None)
    try:
        if delimiter in (" ", ""):
            rows: Iterator[tuple[int, list[str]]] = (
                (i, _words(line) if delimiter else [line.strip().strip('"')]) for i, line in enumerate(lines, 1)
            )
        else:
            reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            rows = ((reader.line_num, row) for row in reader)
        for number, (i, row) in enumerate(rows):
            if number > MAX_ROWS:
                raise NoTable(TOO_MANY_ROWS)
            if any(cell.strip() for cell in row):
                yield i, row
    except csv.Error:
        raise NoTable("it has a cell above the limit of 128 kB, so it is no table of rounds") from None


def _words(line: str) -> list[str]:
    """Cells separated by spaces; a date and the time after it stay together."""
    line = _DATE_AND_TIME.sub("\\1\u2028\\2", line.strip())
    return [word.replace("\u2028", " ").strip('"') for word in re.split(r"[ \t]+", line)]


def table_of_rows(rows: list[Row], heading: Sequence[str] | None = None, place: str = "Line") -> Table:
    """The table of rows, with or without a heading among the first of them. Raises `NoTable`."""
    remarks: list[str] = []
    heading, rows = _headed(rows, heading, remarks)
    if heading is not None and not rows:
        raise NoTable("there are no rounds in it, only a heading")
    if not rows:
        raise NoTable("there are no rounds in it")
    if heading is not None:
        width = len(heading)
        for i, cells in rows:
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                raise NoTable(
                    f"{place} {i} has {len(cells)} cells under a heading of {width}: "
                    "numbers with a decimal comma need quotes or another delimiter"
                )
    else:
        rows = _without_titles(rows, remarks)
    sample = [cells for _, cells in _sample(rows)]
    try:
        columns = by_heading(heading, sample) if heading is not None else without_heading(sample)
    except UnclearColumns as error:
        raise NoTable(str(error)) from None
    if heading is None:
        _check_width(rows, place)
    return Table(list(heading) if heading is not None else None, rows, columns, place, "", [*remarks, *columns.remarks])


def _headed(rows: list[Row], heading: Sequence[str] | None, remarks: list[str]) -> tuple[list[str] | None, list[Row]]:
    """The heading, given or found among the first rows, and the rows below it."""
    if heading is None:
        at = next((i for i, (_, cells) in enumerate(rows[:_TITLE_LINES]) if is_heading(cells)), None)
        if at:
            remarks.append(f"{at:,} {'lines' if at > 1 else 'line'} above the heading left out")
        if at is None:
            return None, rows
        heading, rows = rows[at][1], rows[at + 1 :]
    names = list(heading)
    once = [row for row in rows if row[1] != names]
    if len(once) < len(rows):
        remarks.append(f"{counted_verb(len(rows) - len(once), 'row', 'repeat')} the heading: left out")
    return names, once


def _check_width(rows: list[Row], place: str) -> None:
    widths = [len([*_trimmed(cells)]) for _, cells in rows]
    most = max(set(widths), key=widths.count)
    for (i, _), width in zip(rows, widths, strict=True):
        if width > most:
            raise NoTable(f"{place} {i} has {width} cells where others have {most}")


def _trimmed(cells: Sequence[str]) -> list[str]:
    out = list(cells)
    while out and not out[-1].strip():
        out.pop()
    return out


def _without_titles(rows: list[Row], remarks: list[str]) -> list[Row]:
    """Leading rows that contain neither number nor time, such as a title, are left out when they are shaped unlike the rest."""
    usual = len(_trimmed(rows[-1][1]))
    begin = 0
    while begin < min(_TITLE_LINES, len(rows) - 1) and _is_title(rows[begin][1], usual):
        begin += 1
    if begin:
        remarks.append(f"{begin:,} {'lines' if begin > 1 else 'line'} above the rounds left out")
    return rows[begin:]


def _is_title(cells: Sequence[str], usual: int) -> bool:
    return len(_trimmed(cells)) != usual and not any(is_number(c) or is_time(c) or is_unread(c) for c in cells)


def _sample(rows: Sequence[Row]) -> list[Row]:
    """Rows from all parts of the table."""
    return list(rows[:: max(1, len(rows) // SAMPLE)])


def _cells(table: Table) -> list[str]:
    i = table.columns.multiplier
    return [cells[i] if i < len(cells) else "" for _, cells in table.rows]


def _understood(table: Table) -> float:
    cells = _cells(table)
    return sum(is_number(cell) or is_unread(cell) for cell in cells) / len(cells) + 0.5 * bool(table.columns.time)


def _values(table: Table) -> list[object]:
    cells = _cells(table)
    style = NumberStyle(cells)
    return [style.read(cell) for cell in cells]


def asks_for_columns(reason: str) -> str:
    """What a user can do about columns that are not clear."""
    return f"{reason}. Name it multiplier in a heading line (and ended_at its time)"
