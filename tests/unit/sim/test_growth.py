from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.sim.growth import Curve, Exponential, Growth, RandomSteps, slow_start, three_phases

CURVES: tuple[Growth, ...] = (
    Exponential(), Exponential(1 / 0.06), Exponential(display_s=0.8), Curve(three_phases), Curve(slow_start), RandomSteps(),
)  # fmt: skip


@pytest.mark.parametrize("growth", CURVES, ids=("e12", "e06", "jumps", "three", "slow", "random"))
@given(seed=st.integers(0, 2**32), cents=st.integers(100, 100_000))
def test_a_multiplier_is_reached_when_it_is_said_to_be(growth: Growth, seed: int, cents: int) -> None:
    flight, wanted = growth.flight(Random(seed)), Decimal(cents).scaleb(-2)
    at_s = flight.seconds(wanted)
    assert flight.shown(at_s + 0.81) >= wanted
    assert flight.shown(at_s - 0.11) <= wanted


@pytest.mark.parametrize("growth", CURVES, ids=("e12", "e06", "jumps", "three", "slow", "random"))
@given(seed=st.integers(0, 2**32), times=st.lists(st.floats(0, 90), min_size=2).map(sorted))
def test_a_flight_begins_at_one_and_only_rises(growth: Growth, seed: int, times: list[float]) -> None:
    flight = growth.flight(Random(seed))
    shown = [flight.shown(at_s) for at_s in (0.0, *times)]
    assert shown[0] == 1
    assert shown == sorted(shown)


def test_the_six_bookmakers_fly_as_before() -> None:
    flight = Exponential().flight(Random(1))
    assert [flight.shown(t) for t in (-1.0, 8.4, 27.7)] == [Decimal("1.00"), Decimal("2.01"), Decimal("10.05")]
    assert flight.seconds(Decimal(2)) == pytest.approx(8.3178, abs=1e-3)
