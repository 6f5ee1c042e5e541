"""Glyphs that touch: of all ways to set candidates side by side, the one that leaves the least ink unexplained. Pure.

In: candidates (where they start and end, and the energy they leave unexplained under them) by ascending start, and the ink's
energy before each column. Out: the indices of the chosen ones, left to right. Dynamic programming over columns.
"""

from collections.abc import Sequence


def cheapest_path(starts: Sequence[int], ends: Sequence[int], costs: Sequence[float], spent: Sequence[float]) -> list[int]:
    """Candidates stand side by side, or share one column of anti-aliasing; ink between them costs its energy."""
    # arrivals[c]: the cheapest path whose last candidate ends at column c: (its cost, that candidate).
    arrivals: dict[int, tuple[float, int]] = {}
    back: list[int] = []
    # The cheapest path that ends at or before column `reached`, less all ink before its end: what lies behind is added later.
    best, best_from, reached = 0.0, -1, 0
    for i, x in enumerate(starts):
        while reached <= x:
            if (arrival := arrivals.get(reached)) and arrival[0] - spent[reached] < best:
                best, best_from = arrival[0] - spent[reached], arrival[1]
            reached += 1
        cost, before = best + spent[x], best_from
        # A neighbour that shares a column: what both leave of it counts twice, and gains nothing.
        if (arrival := arrivals.get(x + 1)) and arrival[0] < cost and starts[arrival[1]] < x:
            cost, before = arrival
        back.append(before)
        cost += costs[i]
        if (arrival := arrivals.get(ends[i])) is None or cost < arrival[0]:
            arrivals[ends[i]] = (cost, i)
    for column, (cost, i) in arrivals.items():
        if column >= reached and cost - spent[column] < best:
            best, best_from = cost - spent[column], i
    path, i = [], best_from
    while i >= 0:
        path.append(i)
        i = back[i]
    return path[::-1]
