"""The slope of the last hour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.run.trend import LEAST_S, Trend


@given(st.floats(-1000, 1000), st.floats(-50, 50), st.floats(0, 1e6))
def test_a_line_has_its_slope(level: float, mb_per_h: float, start: float) -> None:
    trend = Trend()
    for i in range(100):
        trend.add(start + 10 * i, level + mb_per_h * i / 360)
    assert trend.per_hour == pytest.approx(mb_per_h, abs=0.01)


def test_a_short_time_tells_nothing() -> None:
    trend = Trend()
    for at in range(0, int(LEAST_S), 10):
        trend.add(float(at), float(at))
        assert trend.per_hour is None
    trend.add(LEAST_S, LEAST_S)
    assert trend.per_hour == pytest.approx(3600)


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    """A process grows until it has loaded what it needs; that is no leak."""
    trend = Trend()
    for i in range(1000):
        trend.add(10.0 * i, min(100.0, float(i)))
    assert trend.per_hour == pytest.approx(0, abs=1e-6)
