"""Candidates with their costs, and the energy of the ink before each column, by hand."""

from itertools import accumulate, combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from aviator.see.joined import cheapest_path


def path(candidates: list[tuple[int, int, float]], energy: list[float]) -> list[int]:
    spent = [0.0, *accumulate(energy), sum(energy)]
    return (
        cheapest_path(*(list(x) for x in zip(*candidates, strict=True)), spent)
        if candidates
        else cheapest_path([], [], [], spent)
    )


def test_nothing_to_choose_from():
    assert path([], [1.0] * 5) == []


def test_two_that_explain_all_beat_one_that_explains_half():
    assert path([(0, 4, 0.1), (0, 8, 3.0), (4, 8, 0.1)], [1.0] * 8) == [0, 2]


def test_a_wide_one_beats_two_narrow_ones_that_fit_worse():
    assert path([(0, 4, 0.5), (0, 8, 0.2), (4, 8, 0.5)], [1.0] * 8) == [1]


def test_what_costs_more_than_it_explains_is_left_out():
    assert path([(0, 4, 5.0)], [1.0] * 4) == []


def test_ink_between_two_is_paid_for():
    """A candidate that starts later leaves the ink before it unexplained."""
    assert path([(0, 3, 0.1), (3, 6, 0.5), (4, 7, 0.1)], [1.0] * 7) == [0, 2]
    assert path([(0, 3, 0.1), (3, 7, 0.5), (4, 7, 0.1)], [1.0] * 7) == [0, 1]


def test_neighbours_may_share_one_column_but_not_two():
    assert path([(0, 4, 0.1), (3, 7, 0.1)], [1.0] * 7) == [0, 1]
    assert path([(0, 5, 0.1), (3, 8, 0.2)], [1.0] * 8) == [0]


def test_three_in_a_row_with_empty_columns_between():
    energy = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    assert path([(0, 2, 0.1), (4, 6, 0.1), (7, 9, 0.1)], energy) == [0, 1, 2]


blocks = st.tuples(st.integers(0, 8), st.integers(2, 4), st.integers(0, 30))


@settings(derandomize=True, deadline=None)
@given(st.lists(blocks, max_size=7), st.lists(st.integers(0, 9), min_size=13, max_size=13))
def test_no_other_choice_is_cheaper(drawn, energy):
    """Against every choice of candidates that do not overlap; sharing a column is left to the cases above."""
    candidates = sorted((x, x + w, c / 3) for x, w, c in drawn)
    chosen = path(candidates, [float(e) for e in energy])
    assert (
        cost(candidates, energy, chosen)
        <= min(
            cost(candidates, energy, subset)
            for n in range(len(candidates) + 1)
            for subset in combinations(range(len(candidates)), n)
            if all(candidates[a][1] <= candidates[b][0] for a, b in pairwise(subset))
        )
        + 1e-9
    )


def cost(candidates, energy, chosen) -> float:
    """What the chosen ones leave, and all ink beside them."""
    covered = {c for i in chosen for c in range(candidates[i][0], candidates[i][1])}
    return sum(candidates[i][2] for i in chosen) + sum(e for c, e in enumerate(energy) if c not in covered)
