"""Flights are counted by the multiplier alone, whatever curve it follows and however much of it is read."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aviator.calibrate.trial import Flights


def counted(scores: list[str | None]) -> int:
    flights = Flights()
    for score in scores:
        flights.look(None if score is None else Decimal(score))
    return flights.over


def test_a_flight_is_over_when_a_lower_multiplier_follows() -> None:
    assert counted(["1.00", "1.20", "1.50", "1.50", None, None]) == 0
    assert counted(["1.00", "1.20", "1.50", "1.50", None, "1.00"]) == 1
    assert counted(["5.10", "5.30", "5.60", "1.00", "1.10", "1.30", "1.00"]) == 2


def test_a_countdown_is_no_flight() -> None:
    assert counted(["5.00", "4.00", "3.00", "2.00", "1.00"]) == 0


def test_a_misread_multiplier_makes_no_flight() -> None:
    assert counted(["2.00", "1.00", "2.00", "1.00"]) == 0


@given(st.lists(st.lists(st.integers(101, 10_000), min_size=3, max_size=20, unique=True), min_size=1, max_size=8), st.data())
def test_every_flight_that_rose_often_enough_is_counted_once(flights: list[list[int]], data: st.DataObject) -> None:
    scores: list[str | None] = []
    for flight in flights:
        scores.append("1.00")
        for cents in sorted(flight):
            scores += [f"{cents / 100:.2f}"] * data.draw(st.integers(1, 3)) + [None] * data.draw(st.integers(0, 2))
    assert counted([*scores, "1.00"]) == len(flights)
