"""Times as people write and read them on the command line."""

import re
from datetime import UTC, datetime, timedelta

from aviator.core.errors import UserMistake

_UNITS_S = {
    "s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800,
}  # fmt: skip
MOST_S = 4e9
"""No record is older, and no calendar needs to hold more."""


def moment(text: str, now: float, name: str = "--since") -> float:
    """Unix seconds of `2025-10-08`, `2025-10-08 10:40`, `today`, `yesterday`, or of a time ago such as `90 min` or `2d`.

    Without a zone the local one is meant. Raises `UserMistake`.
    """
    wanted = text.strip()
    midnight = datetime.fromtimestamp(now, UTC).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    if wanted.casefold() in {"today", "yesterday"}:
        return (midnight - timedelta(days=wanted.casefold() == "yesterday")).timestamp()
    if ago := re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+?)(?:s?)(?:\s+ago)?", wanted.casefold()):
        unit = _UNITS_S.get(ago[2])
        if unit and (seconds := float(ago[1]) * unit) <= MOST_S:
            return now - seconds
    try:
        return datetime.fromisoformat(wanted).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise UserMistake(
            f"{name} is {text[:40]!r}, allowed: 2025-10-08, 2025-10-08 10:40, today, yesterday, "
            "or a time ago such as 90min or 2d."
        ) from None


def local(at: float | None) -> str:
    """The local date and time to the second; a dash where there is none."""
    return "–" if at is None else f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
