"""What the game's law says of a sequence of rounds, and how far chance alone may take it from there. Pure mathematics.

The law (DOMAIN.md): P(X >= m) = 0.97/m for m of two decimals from 1.01 on, so P(X = 1.00) = 1 - 0.97/1.01 = 3.96 %, and
rounds do not depend on one another. Multipliers are whole numbers of hundredths here.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

RETURN_TO_PLAYER = 0.97
"""P(X >= m) = 0.97/m."""
LEAST_PER_BIN = 5
"""Expected rounds per bin below which the chi-squared test is not to be trusted (Cochran 1954)."""
MOST_BINS = 25
"""With more, every bin is so narrow that too few or too many 1.00 no longer stand out."""


def at_least(cents: int) -> float:
    """P(X >= cents/100)."""
    return 1.0 if cents <= 100 else RETURN_TO_PLAYER * 100 / cents


def exactly(cents: int) -> float:
    """P(X = cents/100)."""
    return at_least(cents) - at_least(cents + 1)


@cache
def equal_neighbours() -> float:
    """P(a round equals the one before it): the sum of P(X = m) squared, 0.46 %."""
    # Beyond 1000x the terms (0.97 * 0.01 / m²)² add up to less than 1e-13.
    return math.fsum(exactly(cents) ** 2 for cents in range(100, 100_000))


def bins(n: int) -> list[int]:
    """Edges that part `n` rounds into bins of about equal expected counts, in cents; the first bin begins at 100, the last is
    open. As many bins as there may be; a single one where there are too few rounds for two."""
    for count in range(min(MOST_BINS, n // LEAST_PER_BIN), 1, -1):
        edges = [100, *sorted({max(101, round(RETURN_TO_PLAYER * 100 * count / left)) for left in range(1, count)})]
        if n * min(_shares(edges)) >= LEAST_PER_BIN:
            return edges
    return [100]


def _shares(edges: Sequence[int]) -> list[float]:
    """The probability of each bin."""
    return [here - beyond for here, beyond in pairwise([*map(at_least, edges), 0.0])]


def chi_squared(multipliers: Sequence[int]) -> tuple[float, int] | None:
    """Pearson's statistic of these multipliers (cents) against the law, and its degrees of freedom.

    None where there are too few of them for two bins.
    """
    n = len(multipliers)
    edges = bins(n)
    if len(edges) < 2:
        return None
    counts = [0] * len(edges)
    for cents in multipliers:
        counts[max(0, bisect_right(edges, cents) - 1)] += 1
    statistic = math.fsum((seen - n * p) ** 2 / (n * p) for seen, p in zip(counts, _shares(edges), strict=True))
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
