"""The clock of a flight: honest readings are borne out, others are not, until they agree that the page itself jumped."""

from decimal import Decimal
from itertools import accumulate
from math import exp, log
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.see.flight import TOLERANCE_S, Flight, Growth

START = 1_700_000_000.0

repeatable = settings(derandomize=True, deadline=None)
chance = st.integers(0, 2**32 - 1).map(Random)
slowness = st.floats(0.25, 1.0)
rates = st.floats(5, 60)
crashes = st.floats(1.3, 300)


def shown(seconds: float, growth_s: float) -> Decimal:
    """What a page shows after so many seconds of flight: floored to two decimals."""
    return Decimal(int(100 * exp(max(0.0, seconds) / growth_s) + 1e-9)).scaleb(-2)


def readings(rng: Random, growth_s: float, hz: float, crash: float, begin_s: float = 0.0) -> list[tuple[Decimal, float]]:
    """(multiplier, at) from `begin_s` of flight to the crash, at an uneven rate, the page lagging by a little."""
    gaps = accumulate(rng.uniform(0.5, 1.5) / hz for _ in range(100_000))
    lag = 0.1 * growth_s / 12
    out = []
    for passed in gaps:
        if begin_s + passed > growth_s * log(crash):
            return out
        out.append((shown(begin_s + passed - rng.uniform(0, lag), growth_s), START + begin_s + passed))
    raise AssertionError("a longer flight than this test can fly")


def rising(series: list[tuple[Decimal, float]]) -> list[tuple[Decimal, float]]:
    """Without those that a shorter lag has overtaken: a page never counts down."""
    out: list[tuple[Decimal, float]] = []
    for m, at in series:
        out.append((max(m, out[-1][0]) if out else m, at))
    return out


@repeatable
@given(chance, slowness, rates, crashes)
def test_honest_readings_are_borne_out(rng: Random, pace, hz, crash):
    flight = Flight(START + rng.uniform(0, 0.15) * pace, 12 * pace)
    series = rising(readings(rng, 12 * pace, hz, crash))
    assert all(flight.accept(m, at) for m, at in series)
    if series:
        assert flight.last == series[-1][0]
        assert abs(flight.started_at - START) <= 0.25 * pace


@repeatable
@given(chance, slowness, rates, st.floats(2, 300), st.booleans())
def test_a_reading_off_the_clock_counts_for_nothing(rng: Random, pace, hz, crash, ahead):
    flight = Flight(START, 12 * pace)
    series = rising(readings(rng, 12 * pace, hz, crash))
    for i, (m, at) in enumerate(series):
        off = (2 * TOLERANCE_S + 0.2 + rng.expovariate(0.2)) * pace * (1 if ahead else -1)
        wrong = shown(at - START + off, 12 * pace)
        if i % 5 == 4 and wrong != m and (wrong > 1 or at - START > 2 * TOLERANCE_S * pace):
            before = (flight.last, flight.started_at)
            assert not flight.accept(wrong, at)
            assert (flight.last, flight.started_at) == before
        else:
            assert flight.accept(m, at)


@repeatable
@given(st.floats(2, 30))
def test_a_multiplier_never_falls(crash):
    flight = Flight(START, 12.0)
    top = shown(12 * log(crash), 12.0)
    assert flight.accept(top, START + 12 * log(crash))
    assert not flight.accept(top - Decimal("0.01"), START + 12 * log(crash) + 0.01)
    assert flight.last == top


@repeatable
@given(chance, slowness, st.floats(5, 30), st.floats(2, 20), st.floats(2, 60))
def test_when_the_page_jumps_the_clock_follows(rng: Random, pace, hz, seen_s, jump_s):
    """The page was behind and makes up for it: three readings that agree with one another are believed, two are not."""
    flight = Flight(START, 12 * pace)
    for m, at in rising(readings(rng, 12 * pace, hz, exp(seen_s / 12))):
        assert flight.accept(m, at)
    again = START + (seen_s + 1) * pace
    series = [(shown(at - START + jump_s * pace, 12 * pace), at) for at in (again + i / hz for i in range(60))]
    believed = [flight.accept(m, at) for m, at in series]
    first = believed.index(True)
    assert first >= 2
    assert all(believed[first:])
    assert series[first][0] > series[first - 2][0], "agreeing readings must rise"
    assert abs(flight.started_at - (START - jump_s * pace)) <= 0.15 * pace


@repeatable
@given(chance, st.lists(st.floats(1.5, 500), min_size=3, max_size=30))
def test_readings_at_odds_with_one_another_are_never_believed(rng: Random, values):
    """Noise: each is off the clock, and no three in a row lie on any other clock."""
    flight = Flight(START, 12.0)
    for i, value in enumerate(values):
        back = shown(12 * log(value), 12.0) if i % 2 else Decimal("1.02")
        assert not flight.accept(back, START + 1000 + i / 10)
    assert (flight.last, flight.started_at) == (None, START)


@repeatable
@given(chance, slowness, rates, crashes)
def test_the_end_is_explained_by_the_flight(rng: Random, pace, hz, crash):
    flight = Flight(START, 12 * pace)
    for m, at in rising(readings(rng, 12 * pace, hz, crash)):
        flight.accept(m, at)
    final = shown(12 * pace * log(crash), 12 * pace)
    ended_at = START + 12 * pace * log(crash) + rng.uniform(0, min(1 / hz, 0.3 * pace))
    assert flight.explains(final, ended_at)
    assert not flight.explains(max(final * 2, final + 1), ended_at)
    if flight.last is not None and flight.last > Decimal("1.01"):
        assert not flight.explains(flight.last - Decimal("0.01"), ended_at)
    assert not flight.explains(final, ended_at + (4 * TOLERANCE_S + 0.2) * pace)


@repeatable
@given(chance, st.floats(9, 15), st.floats(0.25, 1.0))
def test_a_sites_own_growth_is_learned(rng: Random, own, pace):
    """The site's constant differs from the usual 12 s by up to a quarter; nothing is learned from flights below 2x."""
    growth = Growth(12 * pace)
    for crash in (3, 8, 30, 5):
        assert growth.growth_s == 12 * pace or crash == 5
        for height in (crash, 1.8):
            flight = Flight(START, growth.growth_s)
            for m, at in rising(readings(rng, own * pace, 10 / pace, height)):
                flight.accept(m, at)
            growth.learn(flight)
    assert abs(growth.growth_s / pace - own) <= 0.03 * own


def test_one_strange_flight_does_not_spoil_what_was_learned():
    growth = Growth(12.0)
    for own in (11.0, 11.0, 30.0, 11.0, 11.0):
        flight = Flight(START, own)
        for m, at in readings(Random(1), own, 10, 20.0):
            flight.accept(m, at)
        growth.learn(flight)
    assert abs(growth.growth_s - 11) < 0.2


def test_a_short_flight_shows_no_growth():
    flight = Flight(START, 12.0)
    assert flight.growth_seen() is None
    for m, at in readings(Random(1), 12.0, 10, 2.2):
        flight.accept(m, at)
    assert flight.growth_seen() is None
