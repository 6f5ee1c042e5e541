"""The limit day: from one local midnight to the next in a zone that is decided once. Pure.

In: a zone, an IANA name ("Europe/Belgrade") or a fixed offset ("+02:00"). Out: when the day of a time began. In an IANA zone the
day on which clocks change has 23 or 25 hours; in a fixed offset every day has 24.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


class LimitDay:
    """Raises ValueError where this machine does not know the zone."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self._zone = _zone(zone)

    def start(self, at: float) -> float:
        """When the day began that `at` lies in, Unix seconds."""
        local = datetime.fromtimestamp(at, self._zone)
        # With the zone and not with the offset of this moment: they differ on the day on which clocks change. A midnight that
        # comes twice counts the first time, one that does not come is the moment at which it was skipped.
        start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()
        return min(start, at)

    def date(self, at: float) -> str:
        """The date of the day that `at` lies in, as 2026-12-01."""
        return datetime.fromtimestamp(at, self._zone).date().isoformat()


def _zone(name: str) -> tzinfo:
    if offset := _OFFSET.fullmatch(name):
        sign, hours, minutes = offset.groups()
        return timezone((-1 if sign == "-" else 1) * timedelta(hours=int(hours), minutes=int(minutes)))
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"the zone {name} is not known here") from error


def offset_name(seconds: float) -> str:
    """A fixed offset's name: "+02:00"."""
    minutes = round(abs(seconds) / 60)
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
