"""The limit day: local midnights, also where clocks change, in a zone that does not move with the machine."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aviator.decide.limit_day import LimitDay, offset_name

HOUR_S = 3600.0


def unix(zone: str, *parts: int) -> float:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).timestamp()  # type: ignore[arg-type]


@pytest.mark.parametrize(("month", "day", "hours"), [(10, 26, 25), (3, 30, 23), (6, 1, 24)])
def test_a_day_on_which_clocks_change_is_one_day(month: int, day: int, hours: int) -> None:
    zone = "Europe/Belgrade"
    start = unix(zone, 2025, month, day)
    for quarter in range(4 * hours):
        assert LimitDay(zone).start(start + 900 * quarter) == start
    assert LimitDay(zone).start(start + hours * HOUR_S) == start + hours * HOUR_S


def test_days_follow_one_another_where_midnight_is_skipped_or_comes_twice() -> None:
    zone = "America/Havana"
    for month, first in ((3, 8), (11, 1)):
        day, at = LimitDay(zone), unix(zone, 2025, month, first)
        starts = [day.start(at + 600 * n) for n in range(6 * 72)]
        assert starts == sorted(starts)
        assert len(set(starts)) in (3, 4)


def test_a_fixed_offset_has_days_of_24_hours() -> None:
    day = LimitDay("+02:00")
    start = day.start(1_761_480_000.0)
    assert datetime.fromtimestamp(start, ZoneInfo("Etc/GMT-2")).hour == 0
    assert day.start(start + 24 * HOUR_S - 1) == start
    assert offset_name(timedelta(hours=-3, minutes=-30).total_seconds()) == "-03:30"
    assert LimitDay("-03:30").start(start) <= start


@pytest.mark.parametrize("zone", ["Nowhere/Nothing", "", "../etc/passwd", "+2"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="not known"):
        LimitDay(zone)
