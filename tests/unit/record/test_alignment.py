"""Which recorded round is which: equal neighbours, shifted times, and random losses."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from aviator.record.alignment import Seen, align


def seen(*rounds: tuple[float, str]) -> list[Seen]:
    return [Seen(at, Decimal(multiplier)) for at, multiplier in rounds]


TRUTH = seen((20, "1.50"), (40, "2.00"), (60, "2.00"), (80, "7.31"), (100, "1.00"))


def test_all_there():
    assert align(TRUTH, TRUTH) == [(i, i) for i in range(5)]


def test_nothing_recorded_or_nothing_happened():
    assert align(TRUTH, []) == []
    assert align([], TRUTH) == []
    assert align([], []) == []


def test_of_equal_neighbours_the_one_near_in_time_is_there():
    assert align(TRUTH, [*TRUTH[:1], *TRUTH[2:]]) == [(0, 0), (2, 1), (3, 2), (4, 3)]
    assert align(TRUTH, [*TRUTH[:2], *TRUTH[3:]]) == [(0, 0), (1, 1), (3, 2), (4, 3)]


def test_a_wrong_multiplier_is_that_round():
    recorded = [*TRUTH[:3], *seen((80.2, "7.37")), *TRUTH[4:]]
    assert align(TRUTH, recorded) == [(i, i) for i in range(5)]


def test_an_unrelated_row_is_no_wrong_reading():
    recorded = [*TRUTH[:3], *seen((91, "3.00")), *TRUTH[4:]]
    assert align(TRUTH, recorded) == [(0, 0), (1, 1), (2, 2), (4, 4)]


def test_times_recovered_from_the_strip_may_be_a_minute_off():
    recorded = [Seen(round_.at + 55, round_.multiplier) for round_ in TRUTH]
    assert align(TRUTH, recorded) == [(i, i) for i in range(5)]


def test_a_shift_is_one_missing_and_one_extra_not_five_wrong():
    recorded = [*TRUTH[1:], *seen((101, "9.99"))]
    assert align(TRUTH, recorded) == [(1, 0), (2, 1), (3, 2), (4, 3)]


def test_rows_out_of_reach_are_extra():
    early, late = seen((-1_000, "1.50")), seen((5_000, "1.00"))
    assert align(TRUTH, [*early, *TRUTH, *late]) == [(i, i + 1) for i in range(5)]
    assert align(seen((0, "1.00"), (9_000, "1.00")), seen((4_000, "1.00"), (9_000, "1.00"))) == [(1, 1)]


multipliers = st.integers(100, 104).map(lambda n: Decimal(n) / 100)
histories = st.lists(st.tuples(st.floats(1, 200), multipliers), max_size=40)


@given(histories, st.data())
def test_whatever_is_lost_the_rest_is_found_in_its_place(history: list[tuple[float, Decimal]], data: st.DataObject):
    at, truth = 0.0, []
    for interval, multiplier in history:
        at += interval
        truth.append(Seen(at, multiplier))
    kept = [i for i in range(len(truth)) if data.draw(st.booleans())]
    assert align(truth, [truth[i] for i in kept]) == [(i, j) for j, i in enumerate(kept)]
