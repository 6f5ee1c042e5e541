"""Pairs what happened with what was recorded: the cheapest edit from one sequence into the other, judged by value and time.

Pure. Equal neighbours are told apart by their times, a shifted or recovered time by its value and its place in the order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

REACH_S = 120.0
"""How far off a recorded time may be, as times of rounds recovered from the history strip are estimates."""
NEAR_S = 10.0
"""A row with another multiplier counts as that round read wrongly only when it is this near."""
_UNPAIRED = 1.0
_WRONG = 1.5
"""Less than one missing and one extra, more than either: a wrong pair never costs an exact one its place."""
_PER_REACH = 0.25
"""What the greatest time difference costs: never as much as leaving an exact pair apart."""
_PAIR, _MISSING, _EXTRA = range(3)


class Seen(NamedTuple):
    """A round's end (Unix seconds) and multiplier."""

    at: float
    multiplier: Decimal


def align(happened: Sequence[Seen], recorded: Sequence[Seen]) -> list[tuple[int, int]]:
    """Pairs of indices, rising in both; both sequences are sorted by time. What is in no pair is missing, or extra.

    Needleman and Wunsch's alignment (1970), computed only where times are within reach of one another, so that its cost
    grows with the length and not with its square.
    """
    times = [seen.at for seen in recorded]
    lows = [bisect_left(times, was.at - REACH_S) for was in happened]
    highs = [bisect_right(times, was.at + REACH_S) for was in happened]
    steps: list[tuple[int, list[int]]] = []
    low, costs = 0, [_UNPAIRED * j for j in range(highs[0] + 1 if highs else 1)]
    for was, next_low, next_high in zip(happened, lows, [*highs[1:], *highs[-1:]], strict=True):
        costs, moves = _row(was, recorded, costs, low, next_low, next_high)
        steps.append((next_low, moves))
        low = next_low
    return _walk_back(steps, low + len(costs) - 1)


def _row(
    was: Seen, recorded: Sequence[Seen], above: list[float], above_low: int, low: int, high: int
) -> tuple[list[float], list[int]]:
    """Costs of having dealt with this round and the first `low`..`high` records, and the last move to each."""
    costs: list[float] = []
    moves: list[int] = []
    above_high = above_low + len(above) - 1
    for j in range(low, high + 1):
        best, move = float("inf"), _EXTRA
        if j <= above_high:
            best, move = above[j - above_low] + _UNPAIRED, _MISSING
        if above_low < j <= above_high + 1:
            paired = above[j - 1 - above_low] + _pair_cost(was, recorded[j - 1])
            if paired <= best:
                best, move = paired, _PAIR
        if costs and costs[-1] + _UNPAIRED < best:
            best, move = costs[-1] + _UNPAIRED, _EXTRA
        costs.append(best)
        moves.append(move)
    return costs, moves


def _pair_cost(was: Seen, row: Seen) -> float:
    apart_s = abs(was.at - row.at)
    if apart_s > (REACH_S if was.multiplier == row.multiplier else NEAR_S):
        return float("inf")
    return _PER_REACH * apart_s / REACH_S + (0.0 if was.multiplier == row.multiplier else _WRONG)


def _walk_back(steps: list[tuple[int, list[int]]], j: int) -> list[tuple[int, int]]:
    """From the last cell to the first, collecting the pairs."""
    pairs = []
    i = len(steps)
    while i:
        low, moves = steps[i - 1]
        move = moves[j - low]
        if move == _PAIR:
            pairs.append((i - 1, j - 1))
        i -= move != _EXTRA
        j -= move != _MISSING
    return pairs[::-1]
