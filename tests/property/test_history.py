"""Aligning the strip with the record: the number of missed rounds or None, never another number."""

from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.see.history import ENOUGH_BITS, Alignment, align, fitting, joined, surprise

ONE = Decimal("1.00")
PLENTY_BITS = 2 * ENOUGH_BITS

repeatable = settings(derandomize=True, deadline=None, max_examples=300)
chance = st.integers(0, 2**32 - 1).map(Random)


def drawn(rng: Random) -> Decimal:
    """P(X >= m) = 0.97/m, two decimals, floored."""
    return max(ONE, Decimal(int(97 / (1 - rng.random()))).scaleb(-2))


def rounds(rng: Random, count: int, tricky: float = 0.3) -> list[Decimal]:
    """Newest first; a `tricky` share of them 1.00 or the same as the neighbour.

    Two equal neighbours above 50 do not happen: even one such value is nearly enough to align by.
    """
    out = [drawn(rng)]
    while len(out) < count:
        out.append(rng.choice([ONE, out[-1] if out[-1] < 50 else ONE]) if rng.random() < tricky else drawn(rng))
    return out


def shared_bits(true: list[Decimal], missed: int, shown: int) -> float:
    """What the rounds that stand both on the strip and on record are worth."""
    return sum(map(surprise, true[missed:shown]))


def misread(rng: Random, value: Decimal) -> Decimal:
    digits = list(str(value))
    i = rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
    digits[i] = rng.choice("0123456789".replace(digits[i], ""))
    wrong = max(ONE, rng.choice([Decimal("".join(digits)), value.scaleb(2), drawn(rng)]))
    return wrong if wrong != value else value + 1


def missed_of(place: Alignment | None) -> int | None:
    return place.missed if place else None


@repeatable
@given(chance, st.integers(-1, 30), st.integers(1, 25), st.integers(0, 100))
def test_the_number_of_missed_rounds_or_none(rng, missed, shown, recorded):
    true = rounds(rng, 160)
    strip = true[:shown] if missed >= 0 else true[1 : shown + 1]
    known = true[max(0, missed) :][:recorded]
    assert missed_of(align(strip, known)) in (missed, None)


@repeatable
@given(chance, st.integers(-1, 22), st.integers(2, 25), st.integers(1, 100))
def test_enough_in_common_is_always_found(rng, missed, shown, recorded):
    true = rounds(rng, 160, tricky=0.1)
    strip = true[:shown] if missed >= 0 else true[1 : shown + 1]
    known = true[max(0, missed) :][:recorded]
    both = true[1 : min(shown + 1, recorded)] if missed < 0 else true[missed : min(shown, missed + recorded)]
    place = align(strip, known)
    if sum(map(surprise, both)) >= PLENTY_BITS:
        assert place
        assert (place.missed, place.disagreed) == (missed, ())
        assert place.bits == sum(map(surprise, both))
    elif sum(map(surprise, both)) < ENOUGH_BITS:
        assert place is None


@repeatable
@given(chance, st.integers(0, 20), st.integers(8, 25))
def test_one_misread_value_never_misleads(rng, missed, shown):
    true = rounds(rng, 160)
    strip = true[:shown]
    i = rng.randrange(shown)
    strip[i] = misread(rng, strip[i])
    place = align(strip, true[missed:])
    assert missed_of(place) in (missed, None)
    if place:
        assert place.disagreed == ((i,) if i >= missed else ())


@repeatable
@given(chance, st.integers(0, 4), st.integers(14, 25))
def test_one_misread_value_among_many_does_no_harm(rng, missed, shown):
    true = rounds(rng, 160, tricky=0.0)
    strip = true[:shown]
    i = rng.randrange(shown)
    strip[i] = misread(rng, strip[i])
    assert missed_of(align(strip, true[missed:])) == missed


@repeatable
@given(chance, st.integers(0, 25), st.integers(0, 100))
def test_another_games_strip_is_refused(rng, shown, recorded):
    assert align(rounds(rng, shown or 1)[:shown], rounds(rng, 100)[:recorded]) is None


@repeatable
@given(chance, st.integers(8, 25))
def test_a_shuffled_strip_is_refused(rng, shown):
    true = [min(m, Decimal(50)) for m in rounds(rng, 100, tricky=0.0)]
    strip = true[:shown]
    neighbours = set(pairwise(true))
    while neighbours & set(pairwise(strip)):
        rng.shuffle(strip)
    assert align(strip, true) is None


def test_rounds_that_are_all_alike_tell_nothing():
    """Any shift of them fits."""
    assert align([ONE] * 20, [ONE] * 20) is None


def test_surprise_is_the_laws():
    assert 4.6 < surprise(ONE) < 4.7  # 3.96 % of all rounds
    assert 7.8 < surprise(Decimal("1.50")) < 8.0
    assert 13.3 < surprise(Decimal("10.00")) < 13.4
    assert surprise(Decimal(10) ** 9) <= 40  # no round is impossible


@repeatable
@given(chance, st.integers(0, 30), st.integers(1, 25), st.integers(0, 25))
def test_two_looks_tell_of_true_rounds_in_order(rng, passed, newer, older):
    true = rounds(rng, 60)
    told = joined(true[:newer], true[passed : passed + older])
    assert list(told) == true[: len(told)]
    assert len(told) in (newer, max(newer, passed + older))
    if shared_bits(true[:newer], passed, newer) > 3 * PLENTY_BITS and passed + older > newer:
        assert len(told) == passed + older


def test_looks_that_do_not_agree_are_not_joined():
    older = [Decimal(m) for m in ("1.50", "27.13", "3.21", "1.98", "8.40", "1.11", "2.22")]
    newer = [Decimal("5.05"), *older[:5]]
    assert joined(newer, older) == (Decimal("5.05"), *older)
    assert joined([*newer[:2], Decimal("9.99"), *newer[3:]], older)[2] == Decimal("9.99")
    assert len(joined([*newer[:2], Decimal("9.99"), *newer[3:]], older)) == len(newer)
    assert joined(newer, ()) == tuple(newer)


def test_the_clock_decides_where_few_values_are_shared():
    known = [Decimal(m) for m in ("1.50", "2.20", "1.50")]
    strip = [Decimal(m) for m in ("3.30", "1.07", "4.40", "1.50")]
    assert align(strip, known) is None
    assert fitting(strip, known, [3, 2]) == 3
    assert fitting(strip, known, [2, 4]) is None
    assert fitting([*strip, *known[1:2]], known, [3]) == 3
    # Both fit: the better guess must be borne out by no fewer values.
    assert fitting([Decimal("3.30"), *known], known, [1, 3]) == 1
    assert fitting([Decimal("3.30"), *known], known, [3, 1]) is None
    assert fitting([], known, [0]) is None
