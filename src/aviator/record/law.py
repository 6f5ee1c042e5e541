"""The probabilities of a crash game's multipliers, and how far chance alone moves a record from them. Pure mathematics.

The law: P(X >= m) = R/m for m of two decimals from 1.01 on, so P(X = 1.00) = 1 - R/1.01, and rounds do not depend on one
another. R is the return to player: 0.97 in most games, 0.99 in some. Multipliers are whole numbers of hundredths here.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

RETURN_TO_PLAYER = 0.97
"""The usual R in P(X >= m) = R/m."""
LOWEST_RETURN, HIGHEST_RETURN = 0.94, 1.0
"""Range in which an estimated return is believed; known games return 95 to 99 %."""
LEAST_PER_BIN = 5
"""Expected rounds per bin below which the chi-squared test is not to be trusted (Cochran 1954)."""
MOST_BINS = 25
"""With more, every bin is so narrow that too few or too many 1.00 no longer stand out."""


@dataclass(frozen=True, slots=True)
class Return:
    """A return to player as the rounds show it: `low` to `high` contains it in 95 of 100 records.

    `least` to `most` contains it in 999 of 1,000: only a return outside is another one.
    """

    estimate: float
    low: float
    high: float
    least: float
    most: float


def estimate_return(multipliers: Sequence[int]) -> Return | None:
    """R from the share of rounds above 1.00; None without rounds.

    Given that a round is above 1.00 its multiplier does not depend on R, so this share contains all that the record
    tells about R. The interval is Wilson's (1927).
    """
    n = len(multipliers)
    if not n:
        return None
    above = sum(cents > 100 for cents in multipliers)
    return Return(1.01 * above / n, *_wilson(above / n, n, 1.96), *_wilson(above / n, n, 3.29))


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 1.01 * max(0.0, middle - half), 1.01 * min(1.0, middle + half)


def at_least(cents: int, back: float = RETURN_TO_PLAYER) -> float:
    """P(X >= cents/100). `back`: the return to player."""
    return 1.0 if cents <= 100 else back * 100 / cents


def exactly(cents: int, back: float = RETURN_TO_PLAYER) -> float:
    """P(X = cents/100)."""
    return at_least(cents, back) - at_least(cents + 1, back)


@cache
def _equal_above_1() -> float:
    # Beyond 1000x the terms (0.01 / m²)² add up to less than 1e-13.
    return math.fsum((100 / cents - 100 / (cents + 1)) ** 2 for cents in range(101, 100_000))


def equal_neighbours(back: float = RETURN_TO_PLAYER) -> float:
    """P(a round equals the one before it): the sum of P(X = m) squared, 0.46 % at 97 %."""
    return exactly(100, back) ** 2 + back * back * _equal_above_1()


def bins(n: int, back: float = RETURN_TO_PLAYER) -> list[int]:
    """Edges that part `n` rounds into bins of about equal expected counts, in cents; the first bin begins at 100, the last is
    open. As many bins as there may be; a single one where there are too few rounds for two."""
    for count in range(min(MOST_BINS, n // LEAST_PER_BIN), 1, -1):
        edges = [100, *sorted({max(101, round(back * 100 * count / left)) for left in range(1, count)})]
        if n * min(_shares(edges, back)) >= LEAST_PER_BIN:
            return edges
    return [100]


def _shares(edges: Sequence[int], back: float) -> list[float]:
    """The probability of each bin."""
    return [here - beyond for here, beyond in pairwise([*(at_least(edge, back) for edge in edges), 0.0])]


def chi_squared(multipliers: Sequence[int], back: float = RETURN_TO_PLAYER) -> tuple[float, int] | None:
    """Pearson's statistic of these multipliers (cents) against the law, and its degrees of freedom.

    None where there are too few of them for two bins.
    """
    n = len(multipliers)
    edges = bins(n, back)
    if len(edges) < 2:
        return None
    counts = [0] * len(edges)
    for cents in multipliers:
        counts[max(0, bisect_right(edges, cents) - 1)] += 1
    statistic = math.fsum((seen - n * p) ** 2 / (n * p) for seen, p in zip(counts, _shares(edges, back), strict=True))
    return statistic, len(edges) - 1


def chi_squared_tail(statistic: float, freedom: int) -> float:
    """P(chi-squared with `freedom` degrees of freedom >= `statistic`): the upper incomplete gamma Q(freedom/2, statistic/2)."""
    return 1.0 if statistic <= 0 else upper_gamma(freedom / 2, statistic / 2)


def upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function Q(a, x) for a > 0, x > 0.

    By the power series below a + 1 and the continued fraction (modified Lentz) above it, where each converges fast: Press et
    al., Numerical Recipes, 3rd edition, section 6.2; Abramowitz & Stegun 6.5.29 and 6.5.31.
    """
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        k = a
        while term > total * 1e-16:
            k += 1
            term *= x / k
            total += term
        return max(0.0, 1 - scale * total)
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    fraction = d
    for i in range(1, 10_000):
        weight = -i * (i - a)
        b += 2
        d = 1 / (weight * d + b or tiny)
        c = b + weight / c or tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return scale * fraction


def chance_range(n: int, p: float, miss: float = 0.05) -> tuple[int, int]:
    """The counts of something of probability `p` among `n` rounds within which chance stays, but for `miss` of all cases.

    The exact binomial: at most miss/2 of all cases lie below, and at most miss/2 above.
    """
    low = high = 0
    below = 0.0
    for count, chance in _binomial(n, p):
        if below + chance <= miss / 2:
            low = count + 1
        if below < 1 - miss / 2:
            high = count
        below += chance
    return low, high


def chance_of(count: int, n: int, p: float) -> float:
    """How probable a count at least this far on its side is, times two for the two sides (exact binomial)."""
    lower = upper = 0.0
    for k, chance in _binomial(n, p):
        lower += chance if k <= count else 0.0
        upper += chance if k >= count else 0.0
    return min(1.0, 2 * min(lower, upper))


def _binomial(n: int, p: float) -> list[tuple[int, float]]:
    """Counts with their probabilities, as far from the mean as any probability is worth counting."""
    spread = 12 * math.sqrt(n * p * (1 - p)) + 40
    counts = range(max(0, math.floor(n * p - spread)), min(n, math.ceil(n * p + spread)) + 1)
    whole, log_p, log_q = math.lgamma(n + 1), math.log(p), math.log1p(-p)
    return [(k, math.exp(whole - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q)) for k in counts]
