"""Reads the times of a column: Unix seconds to nanoseconds, ISO 8601, day or month first, as JavaScript prints them.

In: the cells of one column in the file's order. Out: Unix seconds, or a time of day, with remarks for the user. Pure.
Only differences between times count, so a time without a zone is taken as UTC.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import pairwise

DAY_S = 86_400.0
_THIS_MILLENNIUM = 9.4e8
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Below this number a Unix time has so many units per second."""
_LONGEST_TIME = 100
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2})(?P<f>[.,][0-9]+)?)?(?:\s*(?P<ap>[APap])\.?\s?[Mm]\.?)?"
_ZONE = r"(?:\s*(?P<z>Z|UTC|GMT)?\s*(?P<o>[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?(?:\s*\([^)]*\)|\s+[A-Z]{3,4})?)"
_AFTER_DATE = rf"(?:[\sT,]+(?:at\s+|u\s+)?{_TIME}{_ZONE})?"
_YEAR_FIRST = re.compile(rf"(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_AFTER_DATE}")
_YEAR_LAST = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[-/.])\s?(?P<b>[0-9]{{1,2}})(?P=sep)\s?(?P<y>[0-9]{{4}}|[0-9]{{2}})\.?{_AFTER_DATE}"
)
_DAY_NAME = r"(?:[A-Za-z]{3,9},?\s+)?"
_NAMED = (
    re.compile(rf"{_DAY_NAME}(?P<n>[A-Za-z]{{3,9}})\.?\s+(?P<d>[0-9]{{1,2}}),?\s+(?P<y>[0-9]{{4}}){_AFTER_DATE}"),
    re.compile(rf"{_DAY_NAME}(?P<d>[0-9]{{1,2}})[\s-](?P<n>[A-Za-z]{{3,9}})\.?,?[\s-](?P<y>[0-9]{{4}}){_AFTER_DATE}"),
    re.compile(rf"{_DAY_NAME}(?P<n>[A-Za-z]{{3,9}})\s+(?P<d>[0-9]{{1,2}})\s+{_TIME}{_ZONE}\s+(?P<y>[0-9]{{4}})"),
)
_CLOCK_TIME = re.compile(_TIME)
_UNIX = re.compile(r"[0-9]{9,20}(?:[.,][0-9]+)?|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_COMPACT = re.compile(r"([0-9]{8})T?([0-9]{6})(Z?)")


class Kind(StrEnum):
    """What one cell contains. MOMENT: a date and a time of day with seconds."""

    MOMENT = "moment"
    DATE = "date"
    TIME_OF_DAY = "time of day"
    NO_SECONDS = "no seconds"


@dataclass(frozen=True, slots=True)
class CellTime:
    """`at`: Unix seconds or seconds since midnight. `swapped`: the same with day and month exchanged, where that is a date.

    `zoned`: does it name its zone? None where that makes no difference.
    """

    kind: Kind
    at: float | None
    swapped: float | None = None
    zoned: bool | None = None


def is_time(text: str) -> bool:
    """Is this cell a time or a date?"""
    return parse(text) is not None


def kind_of(text: str) -> Kind | None:
    """What this cell contains; None where it is no time."""
    found = parse(text)
    return found.kind if found else None


def parse(text: str) -> CellTime | None:
    """One cell. For a numeric date `at` has the day first and `swapped` the month first; None where there is no such date."""
    text = text.strip()
    if len(text) > _LONGEST_TIME:
        return None
    if _UNIX.fullmatch(text):
        return _unix(float(text.replace(",", ".")))
    if match := _COMPACT.fullmatch(text):
        text = f"{match[1][:4]}-{match[1][4:6]}-{match[1][6:]} {match[2][:2]}:{match[2][2:4]}:{match[2][4:]}{match[3]}"
    if match := _YEAR_FIRST.fullmatch(text):
        return _moment(match, int(match["m"]), int(match["d"]))
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(match)
    for pattern in _NAMED:
        match = pattern.fullmatch(text)
        if match and match["n"].lower()[:3] in _MONTHS:
            return _moment(match, _MONTHS.index(match["n"].lower()[:3]) + 1, int(match["d"]))
    if match := _CLOCK_TIME.fullmatch(text):
        seconds = _seconds(match)
        if seconds is not None:
            return CellTime(Kind.TIME_OF_DAY if match["s"] else Kind.NO_SECONDS, seconds)
    return None


def _year_last(match: re.Match[str]) -> CellTime | None:
    if len(match["y"]) == 2 and match["sep"] == "-":
        return None  # 25-10-09 can be three dates
    day_first = _moment(match, int(match["b"]), int(match["a"]))
    month_first = _moment(match, int(match["a"]), int(match["b"])) if match["sep"] != "." else None
    some = day_first or month_first
    if some is None:
        return None
    return CellTime(some.kind, day_first.at if day_first else None, month_first.at if month_first else None, some.zoned)


def _unix(number: float) -> CellTime | None:
    for limit, units in _UNITS:
        if number < limit:
            return CellTime(Kind.MOMENT, number / units, None, None) if number / units > _THIS_MILLENNIUM else None
    return None


def _seconds(match: re.Match[str]) -> float | None:
    """Seconds since midnight."""
    hour, minute, second = int(match["h"]), int(match["mi"]), int(match["s"] or 0)
    if match["ap"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (match["ap"] in "Pp")
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3600.0 + minute * 60 + second + float((match["f"] or ".0").replace(",", "."))


def _moment(match: re.Match[str], month: int, day: int) -> CellTime | None:
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    with suppress(ValueError, OverflowError):
        zone, zoned = UTC, False
        if offset := match["o"]:
            digits = offset[1:].replace(":", "").ljust(4, "0")
            minutes = int(digits[:2]) * 60 + int(digits[2:])
            zone, zoned = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes)), True
        midnight = datetime(year, month, day, tzinfo=zone).timestamp()
        if match["h"] is None:
            return CellTime(Kind.DATE, midnight)
        seconds = _seconds(match)
        if seconds is None or midnight <= 0:
            return None
        return CellTime(Kind.MOMENT if match["s"] else Kind.NO_SECONDS, midnight + seconds, None, zoned or bool(match["z"]))
    return None


class AmbiguousTimes(Exception):
    """The column's times can mean different things; the message says which."""


def resolve(cells: Sequence[CellTime | None]) -> tuple[list[float | None], list[str]]:
    """Unix seconds of every cell, and remarks. Raises `AmbiguousTimes` where two readings differ and nothing decides."""
    known = [cell for cell in cells if cell]
    remarks: list[str] = []
    kinds = {cell.kind for cell in known}
    if kinds == {Kind.TIME_OF_DAY}:
        return _unwrapped([cell.at if cell else None for cell in cells])
    if Kind.MOMENT not in kinds:
        if kinds:
            remarks.append("the times have no seconds or no time of day and are left out")
        return [None] * len(cells), remarks
    if len(kinds) > 1:
        left = sum(cell.kind is not Kind.MOMENT for cell in known)
        remarks.append(f"{left:,} times without a date or without seconds are left out")
        cells = [cell if cell and cell.kind is Kind.MOMENT else None for cell in cells]
        known = [cell for cell in cells if cell]
    if {cell.zoned for cell in known} >= {True, False}:
        raise AmbiguousTimes("some times have a zone and others have none")
    if any(cell.swapped is not None or cell.at is None for cell in known):
        return [*_date_order(cells, remarks)], remarks
    return [cell.at if cell else None for cell in cells], remarks


def _date_order(cells: Sequence[CellTime | None], remarks: list[str]) -> list[float | None]:
    """Day first or month first: what one cell proves holds for all; otherwise the order that keeps the dates together."""
    known = [cell for cell in cells if cell]
    day_first = [cell.at for cell in known if cell.at is not None]
    month_first = [cell.swapped for cell in known if cell.swapped is not None]
    if len(day_first) < len(known) and len(month_first) < len(known):
        raise AmbiguousTimes("some dates have the day first and others the month")
    if len(month_first) < len(known):
        return [cell.at if cell else None for cell in cells]
    if len(day_first) == len(known):
        spans = [max(times) - min(times) for times in (day_first, month_first)]
        if abs(spans[0] - spans[1]) < 1:
            remarks.append("its dates can have the day or the month first; the intervals are the same")
            return [cell.at if cell else None for cell in cells]
        if max(spans) < 3 * min(spans):
            raise AmbiguousTimes("its dates can have the day or the month first: write them as 2025-10-08")
        if spans[0] < spans[1]:
            remarks.append("its dates are read with the day first, which keeps them together")
            return [cell.at if cell else None for cell in cells]
    remarks.append("its dates are read with the month first")
    return [cell.swapped if cell else None for cell in cells]


def _unwrapped(times: Sequence[float | None]) -> tuple[list[float | None], list[str]]:
    """Times of day with days added at each midnight, where the rows are in order, oldest or newest first."""
    known = [at for at in times if at is not None]
    for direction in (1, -1):
        steps = [(b - a) * direction % DAY_S for a, b in pairwise(known)]
        if all(step < DAY_S / 2 for step in steps):
            out: list[float | None] = []
            at, before = 0.0, None
            for time in times:
                if time is not None:
                    at += 0.0 if before is None else direction * ((time - before) * direction % DAY_S)
                    before = time
                out.append(None if time is None else _THIS_MILLENNIUM * 2 + at)
            midnights = sum((b - a) * direction < 0 for a, b in pairwise(known))
            remark = f"its times have no date: a new day begins where they go back ({midnights:,} times)"
            return out, [remark] if midnights else []
    return [None] * len(times), ["its times have no date and are not in order: they are left out"]
