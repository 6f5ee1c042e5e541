"""Reads rounds that somebody else collected: a text file of multipliers, with times where it has them.

In: a file with columns parted by commas, semicolons or tabs, with a heading or without. Out: sequences of rounds, oldest
first, by bookmaker. Raises `UserMistake` with the line that cannot be read.
"""

import csv
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.core.safe_text import shown
from aviator.record.audit import SeenRound

_MULTIPLIERS = ("multiplier", "score", "crash", "crash_point", "bust", "result", "odds", "value")
_TIMES = ("ended_at", "timestamp", "time", "datetime", "date", "at")
_FORMATS = ("%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")
_THIS_MILLENNIUM = 9.4e8


_MOST_DIGITS = 14
"""Larger numbers are no multipliers; with millions of digits they would take minutes to convert."""


@dataclass(frozen=True, slots=True)
class RoundsFile:
    """`hundredths`: the file has whole numbers that can only mean hundredths (382 for 3.82x)."""

    by_bookmaker: dict[str, list[SeenRound]]
    hundredths: bool


@dataclass(frozen=True, slots=True)
class _Columns:
    multiplier: int
    ended_at: int | None = None
    bookmaker: int | None = None
    source: int | None = None


def read_rounds(path: Path) -> RoundsFile:
    """The rounds of `path`: a column `multiplier` (or score, crash, bust …), perhaps `ended_at` (or time …) and `bookmaker`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UserMistake(f"The rounds of {path} cannot be read: {reason}.") from None
    lines = text.splitlines()
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    rows = [(i, row) for i, row in enumerate(csv.reader(lines, delimiter=delimiter), 1) if any(cell.strip() for cell in row)]
    if not rows:
        raise UserMistake(f"There are no rounds in {path}.")
    columns, headed = _columns(path, rows[0][1])
    rows = rows[headed:]
    comma = delimiter != ","
    multipliers = [_multiplier(path, i, _cell(row, columns.multiplier), comma) for i, row in rows]
    if not multipliers:
        raise UserMistake(f"There are no rounds in {path}, only a heading.")
    hundredths = all(m == m.to_integral_value() and m >= 100 for m in multipliers)
    found: dict[str, list[SeenRound]] = {}
    for (i, row), multiplier in zip(rows, multipliers, strict=True):
        if multiplier < 1:
            raise UserMistake(f"Line {i} of {path} has the multiplier {multiplier}: there is none below 1.00.")
        name = _cell(row, columns.bookmaker) or path.stem
        # Times of rounds that were taken from a history strip are estimates.
        estimated = _cell(row, columns.source) == "strip"
        ended_at = None if estimated or columns.ended_at is None else _time(path, i, _cell(row, columns.ended_at))
        found.setdefault(name, []).append((int(multiplier if hundredths else multiplier * 100), ended_at))
    return RoundsFile({name: _in_order(rounds) for name, rounds in found.items()}, hundredths)


def _columns(path: Path, first: Sequence[str]) -> tuple[_Columns, bool]:
    """Where things stand, and whether the first line is a heading. Without one the content has to tell."""
    names = [cell.strip().lower() for cell in first]

    def named(known: Sequence[str]) -> int | None:
        return next((names.index(name) for name in known if name in names), None)

    if (multiplier := named(_MULTIPLIERS)) is not None:
        return _Columns(multiplier, named(_TIMES), named(("bookmaker",)), named(("source",))), True
    times = [i for i, cell in enumerate(first) if _moment(cell) is not None]
    numbers = [i for i, cell in enumerate(first) if i not in times and _number(cell, comma=False) is not None]
    if len(numbers) != 1 or len(times) > 1:
        raise UserMistake(f"Which column of {path} is the multiplier? Name it so in a heading line (and ended_at its time).")
    return _Columns(numbers[0], times[0] if times else None), False


def _in_order(rounds: list[SeenRound]) -> list[SeenRound]:
    """Oldest first: many files begin with the newest."""
    times = [at for _, at in rounds if at is not None]
    return rounds[::-1] if len(times) > 1 and times[0] > times[-1] else rounds


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _multiplier(path: Path, line: int, text: str, comma: bool) -> Decimal:
    number = _number(text, comma)
    if number is None:
        raise UserMistake(f"Line {line} of {path} has {shown(text)} where the multiplier should be.")
    return number


def _number(text: str, comma: bool) -> Decimal | None:
    with suppress(InvalidOperation):
        number = Decimal((text.replace(",", ".") if comma else text).strip().rstrip("xX×"))
        return number if number.is_finite() and number.adjusted() < _MOST_DIGITS else None
    return None


def _time(path: Path, line: int, text: str) -> float | None:
    if not text:
        return None
    moment = _moment(text)
    if moment is None:
        raise UserMistake(
            f"Line {line} of {path} has {shown(text)} where a time should be: write 2025-10-08 10:40:58 or Unix seconds."
        )
    return moment


def _moment(text: str) -> float | None:
    """Unix seconds. Only differences count, so a time without a zone may be in any."""
    with suppress(ValueError):
        seconds = float(text)
        return seconds if seconds > _THIS_MILLENNIUM else None
    with suppress(ValueError):
        return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC).timestamp()
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC).timestamp()
    return None
