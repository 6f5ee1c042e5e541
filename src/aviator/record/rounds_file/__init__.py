"""Reads rounds that somebody else collected, from text in many dialects, JSON, SQLite, Excel and Parquet.

In: a path. Out: sequences of rounds, oldest first, by bookmaker, and remarks on everything that was left out or changed.
Raises `UserMistake` with one sentence where a file cannot be read or can mean two things.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

from aviator.core.errors import UserMistake
from aviator.core.safe_text import printable, shown
from aviator.core.words import counted, counted_verb
from aviator.record.audit import SeenRound
from aviator.record.rounds_file.containers import tables_of
from aviator.record.rounds_file.numbers import NumberStyle, is_unread, is_whole
from aviator.record.rounds_file.table import Table
from aviator.record.rounds_file.times import AmbiguousTimes, CellTime, parse, resolve

_FEW_STEPS_BACK = 0.005
"""At most this share of times may go back (a clock change, a restart) in a file that is in order."""
_POLL_S = 3.0
"""Equal rounds that follow each other within this time, and a quarter of the usual interval, are one round."""


@dataclass(frozen=True, slots=True)
class RoundsFile:
    """`hundredths`: the file has whole numbers that can only mean hundredths (382 for 3.82x).

    `ids`: the rounds' own numbers by bookmaker, in the order of the rounds, where the file has them.
    """

    by_bookmaker: dict[str, list[SeenRound]]
    hundredths: bool
    ids: dict[str, list[int]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Round:
    cents: int
    at: float | None
    id: str
    place: int
    counted_at: float | None = None

    @property
    def number(self) -> int | None:
        return int(self.id) if self.id.isascii() and self.id.isdigit() and len(self.id) <= 18 else None


def read_rounds(path: Path) -> RoundsFile:
    """The rounds of `path`: a column `multiplier` (or score, crash, bust …), perhaps `ended_at` (or time …) and `bookmaker`."""
    name = printable(str(path))
    found: dict[str, list[_Round]] = {}
    remarks: list[str] = []
    hundredths = False
    for table in tables_of(path):
        rows, whole = _rounds(table, name, path.stem, remarks)
        hundredths = hundredths or whole
        for bookmaker, rounds in rows.items():
            found.setdefault(bookmaker, []).extend(rounds)
        remarks += [remark for remark in table.remarks if remark not in remarks]
    if not any(found.values()):
        raise UserMistake(f"There are no rounds in {name}: no row has a multiplier.")
    ordered, ids = {}, {}
    for bookmaker, rounds in found.items():
        mine: list[str] = []
        kept = _in_order(_once(rounds, mine), mine)
        ordered[bookmaker] = [(one.cents, one.at) for one in kept]
        numbers = [one.number for one in kept]
        # Rows of several bookmakers share their numbers, so a hole says nothing about one of them.
        if len(found) == 1 and all(number is not None for number in numbers):
            ids[bookmaker] = [number for number in numbers if number is not None]
        remarks += [f"{bookmaker}: {remark}" if len(found) > 1 else remark for remark in mine]
    return RoundsFile(ordered, hundredths, ids, tuple(map(printable, remarks)))


def _rounds(table: Table, name: str, default: str, remarks: list[str]) -> tuple[dict[str, list[_Round]], bool]:
    """The rounds of one table in the file's order, and whether they are in hundredths."""
    columns = table.columns
    cells = [_cell(row, columns.multiplier) for _, row in table.rows]
    style = NumberStyle(cells)
    times = _times(table, name, remarks)
    read: list[tuple[int, Decimal]] = []
    for index, (cell, (place, _)) in enumerate(zip(cells, table.rows, strict=True)):
        if is_unread(cell):
            continue
        number = style.read(cell)
        if number is None:
            unclear = ": it can mean two numbers" if style.is_ambiguous(cell) else ""
            raise UserMistake(f"{table.place} {place} of {name} has {shown(cell)} where the multiplier should be{unclear}.")
        read.append((index, number))
    if unread := len(cells) - len(read):
        remarks.append(f"{counted(unread, 'row')} without a multiplier left out")
    # 3125.00 is not hundredths, although it is a whole number.
    hundredths = bool(read) and all(m >= 100 and is_whole(cells[index]) for index, m in read)
    out: dict[str, list[_Round]] = {}
    for index, number in read:
        place, row = table.rows[index]
        if number < 1:
            raise UserMistake(f"{table.place} {place} of {name} has the multiplier {number}: there is none below 1.00.")
        bookmaker = _cell(row, columns.bookmaker) or table.bookmaker or default
        # Times of rounds that were taken from a history strip are estimates.
        at = None if _cell(row, columns.source) == "strip" else times[index]
        one = _Round(int(number if hundredths else number * 100), at, _cell(row, columns.id), place, times[index])
        out.setdefault(bookmaker, []).append(one)
    return out, hundredths


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _times(table: Table, name: str, remarks: list[str]) -> list[float | None]:
    if not table.columns.time:
        return [None] * len(table.rows)
    parsed: list[CellTime | None] = []
    unknown = 0
    for place, row in table.rows:
        cells = [_cell(row, i) for i in table.columns.time]
        if any(is_unread(cell) for cell in cells):
            unknown += 1
            parsed.append(None)
            continue
        text = " ".join(cells)
        moment = parse(text)
        if moment is None:
            raise UserMistake(
                f"{table.place} {place} of {name} has {shown(text)} where a time should be: "
                "write 2025-10-08 10:40:58 or Unix seconds."
            )
        parsed.append(moment)
    if unknown:
        remarks.append(counted_verb(unknown, "row", "have") + " no time")
    try:
        times, said = resolve(parsed)
    except AmbiguousTimes as error:
        raise UserMistake(f"The times of {name} cannot be read: {error}.") from None
    remarks += said
    return times


def _once(rounds: list[_Round], remarks: list[str]) -> list[_Round]:
    """Each round once: rows with the same number, or with the same time and multiplier, are one round."""
    by_id: dict[str, set[int]] = {}
    for one in rounds:
        if one.id:
            by_id.setdefault(one.id, set()).add(one.cents)
    clash = sum(len(values) > 1 for values in by_id.values())
    if clash:
        remarks.append(f"its round numbers are not used: {clash:,} of them stand at different multipliers")
        for one in rounds:
            one.id = ""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for one in rounds:
        keys: list[tuple[object, ...]] = [("id", one.id)] if one.id else []
        if one.counted_at is not None and not one.id:
            keys.append((one.counted_at, one.cents))
        if any(key in seen for key in keys):
            continue
        seen.update(keys)
        kept.append(one)
    if len(kept) < len(rounds):
        rows = counted_verb(len(rounds) - len(kept), "row", "repeat")
        remarks.append(f"{rows} a round that stands there several times: counted once")
    return kept


def _in_order(rounds: list[_Round], remarks: list[str]) -> list[_Round]:
    """Oldest first: sorted by time or number where the rows are out of order."""
    timed = [one for one in rounds if one.at is not None]
    times = [one.at for one in timed if one.at is not None]
    back = sum(b < a for a, b in pairwise(times))
    ahead = sum(b > a for a, b in pairwise(times))
    if back > ahead and back + ahead:
        rounds, times, back = rounds[::-1], times[::-1], ahead
    numbers = [one.number for one in rounds if one.number is not None]
    numbered = len(numbers) == len(rounds)
    if back > max(1, _FEW_STEPS_BACK * len(times)):
        if len(times) == len(rounds):
            rounds = sorted(rounds, key=lambda one: (one.at or 0.0, one.number or 0))
            remarks.append("its rows are out of order: sorted by time")
        elif numbered:
            rounds = sorted(rounds, key=lambda one: one.number or 0)
            remarks.append("its rows are out of order: sorted by their numbers")
        else:
            remarks.append(f"its times go back {counted(back, 'time')}: those intervals are not used")
    elif back:
        remarks.append(f"its times go back {counted(back, 'time')}: those intervals are not used")
    elif not times and numbered and len(rounds) > 1:
        rounds = _by_number(rounds, remarks)
    return _unpolled(rounds, remarks)


def _by_number(rounds: list[_Round], remarks: list[str]) -> list[_Round]:
    numbers = [one.number or 0 for one in rounds]
    if numbers == sorted(numbers):
        return rounds
    if numbers != sorted(numbers, reverse=True):
        remarks.append("its rows are out of order: sorted by their numbers")
    return sorted(rounds, key=lambda one: one.number or 0)


def _unpolled(rounds: list[_Round], remarks: list[str]) -> list[_Round]:
    """Without equal rounds that follow each other faster than a round can."""
    pairs = list(pairwise(rounds))
    steps = [b.at - a.at for a, b in pairs if a.at is not None and b.at is not None and b.at > a.at]
    if not steps:
        return rounds
    soon = min(_POLL_S, median(steps) / 4)
    repeated = {
        id(b)
        for a, b in pairs
        if not (a.id and b.id) and a.cents == b.cents and a.at is not None and b.at is not None and 0 <= b.at - a.at <= soon
    }
    if repeated:
        remarks.append(f"{counted_verb(len(repeated), 'row', 'repeat')} the round before within {soon:.1f} s: counted once")
    return [one for one in rounds if id(one) not in repeated]
