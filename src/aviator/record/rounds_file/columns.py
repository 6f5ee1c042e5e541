"""Finds which column of a table is the multiplier, the time, the round's number, the bookmaker.

In: heading and cells. Out: `Columns`. Pure. A heading counts before the content; a name that says "multiplier" counts
before a general one such as `value`; where several columns remain, the user is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aviator.record.rounds_file.headings import (
    BOOKMAKERS,
    GENERAL,
    ID_WORDS,
    MULTIPLIER_STEMS,
    NOT_MULTIPLIER,
    TIME_WORDS,
    UNIT_WORDS,
)
from aviator.record.rounds_file.numbers import is_number, is_unread
from aviator.record.rounds_file.times import Kind, is_time, kind_of

_SEPARATORS = frozenset(",;|\t")
"""A cell that contains one of these is a whole line, separated in the wrong way."""
SAMPLE = 300
"""Maximum number of rows that are looked at to find out what a column contains."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Indices of columns. `time`: one column, or a date and a time of day."""

    multiplier: int
    time: tuple[int, ...] = ()
    id: int | None = None
    bookmaker: int | None = None
    source: int | None = None
    remarks: tuple[str, ...] = field(default=())


class UnclearColumns(Exception):
    """Which column is the multiplier cannot be found out; the message is a part of a sentence."""


def normalized(name: str) -> str:
    """A heading as words of small letters without accents, joined by `_`."""
    name = re.sub(r"([a-zа-я])([A-ZА-Я])", r"\1_\2", name.strip())
    name = name.casefold().replace("ı", "i").replace("ł", "l").replace("đ", "dj").replace("ß", "ss")
    decomposed = unicodedata.normalize("NFKD", name.replace("й", "\ue000"))
    name = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("\ue000", "й")
    words = [word for word in re.split(r"[\W_]+", name) if word]
    kept = [word for word in words if word not in UNIT_WORDS] or words
    return "_".join(kept) or name.strip()


def says_multiplier(name: str) -> bool:
    """Does a normalized heading mean the multiplier and nothing else?"""
    words = name.split("_")
    return any(word.startswith(MULTIPLIER_STEMS) for word in words) and not NOT_MULTIPLIER & set(words)


def is_heading(cells: Sequence[str]) -> bool:
    """Is this row a heading with a column for the multiplier?"""
    names = [normalized(cell) for cell in cells if len(cell) < SAMPLE and not _SEPARATORS & set(cell)]
    if any(is_number(cell) or is_time(cell) for cell in cells if cell.strip() not in ("", "x", "X")):
        return False
    return any(says_multiplier(name) or name in GENERAL for name in names)


def by_heading(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """The columns of a table with a heading. Raises `UnclearColumns`."""
    names = [normalized(cell) for cell in heading]
    numeric = [_share(rows, i, lambda cell: is_number(cell) and not is_time(cell)) for i in range(len(names))]
    certain = [i for i, name in enumerate(names) if says_multiplier(name)]
    # A file that names its column so and has no numbers in it is told where; others may only be mistaken.
    chosen = [i for i in certain if numeric[i] >= 0.5] or certain
    if not chosen:
        general = [i for i, name in enumerate(names) if name in GENERAL]
        chosen = [i for i in general if numeric[i] >= 0.5] or general
        others = [i for i in range(len(names)) if i not in general and _is_rival(rows, i, names[i])]
        if chosen and others and names[chosen[0]] in ("value", "point", "rate", "payout"):
            raise UnclearColumns("several columns have such numbers")
    exact = [i for i in chosen if names[i] == "multiplier"]
    if len(exact or chosen) != 1:
        raise UnclearColumns("no heading says so" if not chosen else f"{len(chosen)} headings may mean it")
    multiplier = (exact or chosen)[0]
    time, remarks = _times(names, rows, multiplier)
    return Columns(
        multiplier, time, _first(names, ID_WORDS, multiplier), _first(names, BOOKMAKERS, multiplier),
        _first(names, ("source",), multiplier), remarks,
    )  # fmt: skip


def _is_rival(rows: Sequence[Sequence[str]], i: int, name: str) -> bool:
    """Has a column of unknown meaning numbers with decimals such as multipliers have?"""
    if name in TIME_WORDS or name in ID_WORDS:
        return False
    return _share(rows, i, lambda cell: bool(re.fullmatch(r"\s*[0-9]+[.,][0-9]{1,2}\s*[xX×]?\s*", cell))) >= 0.5


def without_heading(rows: Sequence[Sequence[str]]) -> Columns:
    """The columns of a table without a heading: by their content alone. Raises `UnclearColumns`."""
    width = max((len(row) for row in rows), default=0)
    moments, numbers, texts = [], [], []
    for i in range(width):
        cells = [row[i] for row in rows if i < len(row) and not is_unread(row[i])]
        if not cells:
            continue
        if _share(rows, i, is_time) >= 0.9:
            moments.append(i)
        elif _share(rows, i, is_number) >= 0.5:
            numbers.append(i)
        else:
            texts.append(i)
    counters = [i for i in numbers if _counts(rows, i)]
    candidates = numbers if len(numbers) == 1 else [i for i in numbers if i not in counters]
    if len(candidates) != 1 or len(counters) > 1 or texts:
        raise UnclearColumns("there is no heading, and the content does not say")
    if len(numbers) > 2:
        raise UnclearColumns("there is no heading, and the content does not say")
    time = _joined(rows, moments)
    if moments and not time:
        raise UnclearColumns("there is no heading, and several columns are times")
    return Columns(candidates[0], time, counters[0] if len(numbers) == 2 else None)


def _counts(rows: Sequence[Sequence[str]], i: int) -> bool:
    """Does a column count up or down in whole numbers?"""
    cells = [row[i].strip() for row in rows if i < len(row)]
    if len(cells) < 5 or not all(re.fullmatch("[0-9]{1,18}", cell) for cell in cells):
        return False
    steps = {b > a for a, b in zip(map(int, cells), map(int, cells[1:]), strict=False) if a != b}
    return len(steps) == 1


def _times(names: Sequence[str], rows: Sequence[Sequence[str]], multiplier: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    ordered = sorted((TIME_WORDS.index(name), i) for i, name in enumerate(names) if name in TIME_WORDS)
    found = [i for _, i in ordered if i != multiplier]
    usable = [i for i in found if _share(rows, i, is_time) >= 0.5]
    if not usable:
        started = any(name.startswith(("start", "begin", "pocetak")) for name in names)
        remark = ("its times are the rounds' starts and are not used",) if started and not found else ()
        return tuple(found[:1]), remark
    best = usable[0]
    if len(usable) > 1 and _kind(rows, best) in (Kind.DATE, Kind.TIME_OF_DAY, Kind.NO_SECONDS):
        moments = [i for i in usable if _kind(rows, i) is Kind.MOMENT]
        return (moments[0],) if moments else (_joined(rows, usable) or (best,)), ()
    return (best,), ()


def _joined(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> tuple[int, ...]:
    """A single column, or the columns of date and time of day."""
    if len(columns) == 1:
        return (columns[0],)
    dates = [i for i in columns if _kind(rows, i) is Kind.DATE]
    clocks = [i for i in columns if _kind(rows, i) in (Kind.TIME_OF_DAY, Kind.NO_SECONDS)]
    return (dates[0], clocks[0]) if len(dates) == len(clocks) == 1 else ()


def _kind(rows: Sequence[Sequence[str]], i: int) -> Kind | None:
    return next((kind for row in rows if i < len(row) and (kind := kind_of(row[i]))), None)


def _first(names: Sequence[str], known: Sequence[str] | frozenset[str], multiplier: int) -> int | None:
    return next((i for i, name in enumerate(names) if name in known and i != multiplier), None)


def _share(rows: Sequence[Sequence[str]], i: int, fits: Callable[[str], bool]) -> float:
    cells = [row[i] for row in rows if i < len(row) and not is_unread(row[i])]
    return sum(map(fits, cells)) / len(cells) if cells else 0.0
