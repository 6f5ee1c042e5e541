"""Finds the past rounds: the best group of multipliers of one size in a row, several rows or a column.

In: tokens. Out: the tokens of the history in reading order. Not the multipliers of a table of bets (money stands beside them),
not a scale of the board (equal steps), not a choice of multipliers (few round numbers), not odds (many rows, words beside).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.phrases import mentions
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token
from aviator.see.ink import Image

Row = list[Token]

_SAME_SIZE = 1.35
_ROW_GAP = 7.0
"""Values of one row lie no further apart than so many heights of a digit."""
_COVERED_GAP = 45.0
_LINE_GAP = 3.2
_MONEY_NEAR = 14.0
_AT_EDGE = 0.5
"""A value this close to the picture's edge, in heights of a digit, may be cut between two digits and look whole."""
_TABS = ("bets", "players", "balance", "game")
"""Words about the game that may stand beside a strip."""
_LEAST_BARE = 5
"""Numbers without an x are a history only when so many stand in a row."""


def history(tokens: Sequence[Token], lines: Sequence[Line], picture: Image) -> tuple[list[Token], list[Token]]:
    """The values of past rounds, row by row, and those that are cut at an end; [] where there are none."""
    multipliers = [t for t in tokens if t.whole and t.value is not None and t.value >= 1 and (t.suffixed or _bare(t))]
    best: list[Token] = []
    best_worth = 0.0
    for suffixed in (True, False):
        chosen = [t for t in multipliers if t.suffixed or not suffixed]
        for group in _groups(chosen):
            values = [t for row in group for t in row]
            worth = _worth(group, values, tokens, lines, picture)
            if worth > best_worth:
                best, best_worth = values, worth
    whole = _uncut(best, picture)
    return whole, [t for t in best if not any(t is w for w in whole)]


def _bare(token: Token) -> bool:
    """A number with decimals and no x, or with one that was taken for a mark such as ± or %."""
    return not token.before and bool(token.decimals) and not token.money and len(token.after) <= 1


def _groups(tokens: Sequence[Token]) -> list[list[Row]]:
    """Rows of one size, and rows below one another joined."""
    rows: list[Row] = []
    for token in sorted(tokens, key=lambda t: t.core[0]):
        for row in rows:
            if _same_row(row, token):
                row.append(token)
                break
        else:
            rows.append([token])
    groups: list[list[Row]] = []
    for row in sorted(rows, key=lambda r: r[0].core[1]):
        for group in groups:
            if _next_row(group[-1], row):
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _same_row(row: Row, right: Token) -> bool:
    left = row[-1]
    height = max(left.height, right.height)
    alike = height <= _SAME_SIZE * min(left.height, right.height) + 1
    level = abs(left.middle[1] - right.middle[1]) < 0.45 * height
    gap = right.core[0] - (left.box[0] + left.box[2])
    # A toast covers the middle of a strip: what goes on behind it stands on the very same line.
    same_line = abs(left.middle[1] - right.middle[1]) < 0.12 * height + 0.6 and right.suffixed and any(t.suffixed for t in row)
    return alike and level and gap < (_COVERED_GAP if same_line else _ROW_GAP) * height + 8


def _next_row(above: Row, below: Row) -> bool:
    a, b = _height(above), _height(below)
    if max(a, b) > _SAME_SIZE * min(a, b) + 1:
        return False
    if not (above[0].suffixed or below[0].suffixed) and min(len(above), len(below)) < _LEAST_BARE - 1:
        return False
    if any(all(t.bare for t in a) and len(a) < _LEAST_BARE and b[0].suffixed for a, b in ((above, below), (below, above))):
        return False  # money above or below a strip
    gap = below[0].core[1] - (above[0].core[1] + above[0].core[3])
    over = min(above[-1].box[0] + above[-1].box[2], below[-1].box[0] + below[-1].box[2]) - max(above[0].core[0], below[0].core[0])
    return 0 < gap < _LINE_GAP * max(a, b) and over > 0


def _height(row: Row) -> float:
    return float(np.median([t.height for t in row]))


def _worth(group: list[Row], values: list[Token], tokens: Sequence[Token], lines: Sequence[Line], picture: Image) -> float:
    """How much a group looks like past rounds; 0 when it is none."""
    suffixed = sum(t.suffixed for t in values)
    if len(values) < 2 or (suffixed < 0.5 * len(values) and not _bare_strip(group, lines)):
        return 0.0
    if _is_choice([t.value for t in values if t.value is not None], [t.decimals for t in values]):
        return 0.0
    # In a list of bets the multipliers stand in a column; beside a row of them, money is a toast or a header.
    allowed = 0.7 if max(len(row) for row in group) >= 4 else 0.34
    strangers = [t for t in tokens if not any(t is v for v in values)]
    if sum(_has_money_beside(t, strangers) for t in values) > allowed * len(values):
        return 0.0
    if len(values) < 3 and not all(t.decimals == 2 for t in values):
        return 0.0
    height = picture.shape[0]
    top = 1.0 - 0.3 * (values[0].core[1] / height)
    return float((len(values) + 3 * (suffixed > 0.5 * len(values))) * top)


def _bare_strip(group: list[Row], lines: Sequence[Line]) -> bool:
    """Numbers without an x: one or two long rows that no word shares."""
    if len(group) > 2 or len(group[0]) < _LEAST_BARE or any(t.after for row in group for t in row):
        return False
    first, last = group[0][0], group[0][-1]
    own = {id(t.line) for row in group for t in row}
    for line in lines:
        _, y, _, h = line.box
        level = abs(y + h / 2 - first.middle[1]) < 0.6 * first.height
        near = first.core[0] - 12 * first.height < line.box[0] + line.box[2] and line.box[0] < last.core[0] + 14 * first.height
        tab = any(mentions(line.text, c) for c in _TABS)
        if level and near and not tab and id(line) not in own and sum(c.isalpha() for c in line.text) > 2:
            return False
    return True


def _is_choice(values: list[Decimal], decimals: list[int]) -> bool:
    """Rising or falling in equal steps, or a few whole numbers: a scale, or buttons to choose a multiplier."""
    steps = {b - a for a, b in pairwise(values)}
    if len(values) >= 3 and len(steps) == 1 and 0 not in steps:
        return True
    rising = all(step > 0 for step in steps) or all(step < 0 for step in steps)
    whole = sum(d == 0 for d in decimals)
    return (rising and len(values) >= 4 and whole >= 0.5 * len(values)) or whole > 0.7 * len(values)


def _has_money_beside(token: Token, tokens: Iterable[Token]) -> bool:
    """Is there a sum on the same row close by, or right below, as in a list of bets?"""
    x, _ = token.middle
    for other in tokens:
        if other is token or other.suffixed or not (other.money or other.decimals == 2) or not other.whole:
            continue
        if other.height > 1.3 * token.height + 1:
            continue
        level = abs(other.middle[1] - token.middle[1]) < 0.7 * token.height
        gap = max(other.core[0] - (token.core[0] + token.core[2]), token.core[0] - (other.core[0] + other.core[2]))
        below = (
            0 < other.core[1] - (token.core[1] + token.core[3]) < 1.2 * token.height
            and abs(other.middle[0] - x) < 2 * token.height
        )
        if (level and gap < _MONEY_NEAR * token.height) or (below and (other.money or token.before == "+")):
            return True
    return False


def _uncut(values: list[Token], picture: Image) -> list[Token]:
    """Without values at an end of a row that the picture or the strip cuts off."""
    if not values:
        return []
    suffixed = sum(t.suffixed for t in values) > 0.5 * len(values)
    usual = max({t.decimals for t in values}, key=[t.decimals for t in values].count)
    width = picture.shape[1]
    kept = []
    for i, token in enumerate(values):
        first = i == 0 or values[i - 1].core[0] > token.core[0]
        last = i + 1 == len(values) or values[i + 1].core[0] < token.core[0]
        left, right = token.box[0], token.box[0] + token.box[2]
        rim = 1 + _AT_EDGE * token.height
        if (first and left <= rim) or (last and right >= width - (1 if token.suffixed else rim)):
            continue
        short = token.decimals < min(usual, 2)
        if len(values) > 2 and ((suffixed and not token.suffixed and (first or last or short)) or ((first or last) and short)):
            continue
        if not shapes.clear(token.box, picture):
            continue
        kept.append(token)
    return kept


def newest_end(values: Sequence[Token], score: Decimal | None, ended: bool) -> str:
    """Where the newest value is: where the round that just ended appears, else at the left, as almost everywhere."""
    if ended and score is not None and len(values) > 1 and values[-1].value == score != values[0].value:
        return "right"
    return "left"
