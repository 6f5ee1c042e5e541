"""The law of the game: against tables of the chi-squared and the binomial distribution, and against itself."""

import math
from itertools import pairwise
from random import Random

import pytest

from aviator.record import law
from aviator.sim.chain import Chain

# Abramowitz & Stegun, table 26.8: percentage points of the chi-squared distribution.
TABLE = [
    (1, 0.05, 3.84146), (1, 0.001, 10.8276), (2, 0.1, 4.60517), (3, 0.99, 0.114832), (5, 0.5, 4.35146), (10, 0.05, 18.3070),
    (10, 0.995, 2.15586), (24, 0.05, 36.4151), (24, 0.99, 10.8564), (30, 0.001, 59.7031), (100, 0.05, 124.342),
]  # fmt: skip


@pytest.mark.parametrize(("freedom", "tail", "statistic"), TABLE)
def test_the_tail_of_chi_squared(freedom: int, tail: float, statistic: float) -> None:
    assert law.chi_squared_tail(statistic, freedom) == pytest.approx(tail, rel=1e-4)


@pytest.mark.parametrize("freedom", [1, 2, 5, 24, 25, 100])
def test_the_series_and_the_fraction_meet(freedom: int) -> None:
    """At a + 1 the one hands over to the other: no step there, and for even degrees the closed form of Poisson sums."""
    at = 2 * (freedom / 2 + 1)
    below, above = (law.chi_squared_tail(at * (1 + side * 1e-9), freedom) for side in (-1, 1))
    assert below == pytest.approx(above, rel=1e-7)
    if freedom % 2 == 0:
        for x in (0.1, 5.0, 60.0, 200.0):
            exact = math.fsum(math.exp(k * math.log(x / 2) - x / 2 - math.lgamma(k + 1)) for k in range(freedom // 2))
            assert law.chi_squared_tail(x, freedom) == pytest.approx(exact, rel=1e-10)


def test_no_difference_at_all() -> None:
    assert law.chi_squared_tail(0.0, 5) == 1.0
    assert law.chi_squared_tail(1e4, 5) < 1e-300


def test_the_law_adds_up() -> None:
    assert law.at_least(100) == 1
    assert law.exactly(100) == pytest.approx(0.0396, abs=5e-5)
    assert law.at_least(200) == 0.485
    assert math.fsum(map(law.exactly, range(100, 10_000))) + law.at_least(10_000) == pytest.approx(1)
    assert law.equal_neighbours() == pytest.approx(0.0046, abs=5e-5)


@pytest.mark.parametrize("n", [10, 57, 100, 1766, 1_000_000])
def test_bins_are_about_equal_and_never_too_small(n: int) -> None:
    edges = law.bins(n)
    tails = [*map(law.at_least, edges), 0.0]
    shares = [a - b for a, b in pairwise(tails)]
    assert edges[0] == 100
    assert min(shares) * n >= 5
    assert max(shares) / min(shares) < 1.4
    if n >= 1766:
        assert edges[:2] == [100, 101], "the 1.00 stand alone, for they are what bad collectors miss"


def test_too_few_rounds_for_a_test() -> None:
    assert law.chi_squared([100, 200, 300]) is None
    assert law.chi_squared([]) is None


def test_rounds_of_the_law_pass_and_others_do_not() -> None:
    """Of 200 records that follow the law about one in twenty has p below 0.05, so p is a probability indeed."""
    chain = Chain("audit")
    ps = []
    for _ in range(200):
        tested = law.chi_squared([int(chain.next_round()[1] * 100) for _ in range(500)])
        assert tested
        ps.append(law.chi_squared_tail(*tested))
    assert 2 <= sum(p < 0.05 for p in ps) <= 20
    assert 70 <= sum(p < 0.5 for p in ps) <= 130
    rng = Random(1)
    other = law.chi_squared([max(100, int(99 / (1 - rng.random()))) for _ in range(20_000)])
    assert other
    assert law.chi_squared_tail(*other) < 1e-3, "a game that returns 99 % is another game"


# Exact binomial: 10 throws of a coin lie in 2..8, 100 in 40..60 (Clopper and Pearson's tails, from tables).
@pytest.mark.parametrize(("n", "p", "expected"), [(10, 0.5, (2, 8)), (100, 0.5, (40, 60)), (20, 0.1, (0, 5)), (0, 0.3, (0, 0))])
def test_where_chance_stays(n: int, p: float, expected: tuple[int, int]) -> None:
    assert law.chance_range(n, p) == expected


@pytest.mark.parametrize(("count", "n", "p", "expected"), [(0, 10, 0.5, 2 / 1024), (10, 10, 0.5, 2 / 1024), (5, 10, 0.5, 1.0)])
def test_how_rare_a_count_is(count: int, n: int, p: float, expected: float) -> None:
    assert law.chance_of(count, n, p) == pytest.approx(expected)


def test_large_records_are_no_trouble() -> None:
    n, p = 2_000_000, law.exactly(100)
    low, high = law.chance_range(n, p)
    spread = math.sqrt(n * p * (1 - p))
    assert (n * p - low) / spread == pytest.approx(1.96, abs=0.01)
    assert (high - n * p) / spread == pytest.approx(1.96, abs=0.01)
    assert law.chance_of(round(n * p + 3 * spread), n, p) == pytest.approx(0.0027, abs=1e-4)
    assert law.chance_of(n, n, p) == 0.0
