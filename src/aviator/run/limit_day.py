"""The zone of the limit day: this machine's at the first start, and the one on record from then on.

In: the environment, the record. Out: a `LimitDay`. Engine process, at its start.
"""

from __future__ import annotations

import logging
import os
from datetime import datetime
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.decide.limit_day import LimitDay, offset_name
from aviator.record.safety import limit_zone
from aviator.record.store import Store

log = logging.getLogger(__name__)

_LOCALTIME = Path("/etc/localtime")


def local_zone(at: float) -> str:
    """This machine's zone: its IANA name where it is known and agrees with the local time, else its offset at `at`."""
    local = datetime.fromtimestamp(at).astimezone()
    for name in (os.environ.get("TZ", "").removeprefix(":"), _linked()):
        try:
            if name and LimitDay(name).start(at) == _midnight(local):
                return name
        except ValueError:
            continue
    offset = local.utcoffset()
    return offset_name(offset.total_seconds() if offset else 0.0)


def recorded_limit_day(store: Store, site: str, now: float) -> LimitDay:
    """Decided at the first start; a machine that moved to another zone does not move the day. Raises `UserMistake`."""
    here = local_zone(now)
    zone = limit_zone(store, site, here, now)
    if zone != here:
        log.info("the limit day goes by the zone %s on record; this machine's zone is %s", zone, here)
    try:
        return LimitDay(zone)
    except ValueError as error:
        raise UserMistake(f"The limits' day on record cannot be kept: {error}. Install the tzdata package.") from None


def _linked() -> str:
    """The zone that /etc/localtime is a link to."""
    try:
        return str(_LOCALTIME.readlink()).partition("zoneinfo/")[2]
    except OSError:
        return ""


def _midnight(local: datetime) -> float:
    return local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0).timestamp()
