"""Finds my money, the number of players and what they won.

In: tokens that are neither score nor history nor in a bet panel, and all lines as their captions. Out: tokens, or None where
nothing says what a number is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aviator.calibrate.phrases import fold, mentions, says, share
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token
from aviator.see.ink import Image
from aviator.see.regions import Box

_CELL_GAP = 7.0
_A_FEW = 10
"""Fractions of smaller numbers need a word to be players: a button may halve the stake, ½."""


_ELSEWHERE = ("SPOR", "DEPORT")
"""`Apostas esportivas` and the like in a page's menu lead to another page; they say nothing of the sum beside them."""
_MOSTLY = 0.38
"""A caption for players consists of words for them to this share at least."""
_A_WORD = 2
"""More letters than this are a word, not an icon."""


class Captions:
    """Which words stand beside a number: on its own line, left or right of it, above or below."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        worded = [ln for ln in lines if any(c.isalpha() for c in ln.text) and len(ln.text) < 40]
        self._worded = [ln for ln in worded if not any(word in fold(ln.text) for word in _ELSEWHERE)]

    def near(self, token: Token, concept: str) -> float:
        """1 for a caption on the same line or right beside it, less for one further away, 0 for none."""
        own = token.line.text
        if any(c.isalpha() for c in own) and _own_word(token, concept):
            return 1.0
        best = 0.0
        for line in self._worded:
            if line is token.line or not (says(line.text, concept) or (len(line.text) > 5 and _speaks_of(line.text, concept))):
                continue
            best = max(best, _closeness(token.box, line.box))
        return best


def _speaks_of(text: str, concept: str) -> bool:
    """Players are counted by a few words; a title such as "Aviator - play online" is about more."""
    return mentions(text, concept) and (concept != "players" or share(text, concept) > _MOSTLY)


def _own_word(token: Token, concept: str) -> bool:
    """Is the concept named on the token's own line, beside the number?"""
    words = token.line.text.replace(token.number, " ")
    parts = [token.before, token.after, words, *re.split(r"\s{2,}|[|·•]", words)]
    if concept == "players" and token.after.startswith("在"):
        return True
    return any(p and says(p, concept) for p in parts) or mentions(words, concept)


def _closeness(token: Box, caption: Box) -> float:
    """Captions stand left of a number on its row, at some distance in a list of sums; or above or below it."""
    x, y, w, h = token
    cx, cy, cw, ch = caption
    height = max(h, 0.7 * ch)
    level = abs((y + h / 2) - (cy + ch / 2)) < 0.75 * height
    left, right = x - (cx + cw), cx - (x + w)
    if level and -0.5 * height < left < 14 * height:
        return 1.0 - max(0.0, left) / (50 * height)
    if level and -0.5 * height < right < 3 * height:
        return 0.95 - max(0.0, right) / (30 * height)
    over = min(x + w, cx + cw) - max(x, cx)
    above, below = y - (cy + ch), cy - (y + h)
    if over > 0 and -0.4 * height < above < 1.6 * height:
        return 0.72 - max(0.0, above) / (10 * height)
    if over > 0 and -0.4 * height < below < 1.6 * height:
        return 0.7 - max(0.0, below) / (10 * height)
    return 0.0


def balance(tokens: Sequence[Token], captions: Captions, picture: Image, game: bool) -> Token | None:
    """My money: captioned as such, or a sum at the top that is nothing else."""
    height, width = picture.shape[:2]
    height = max(height, 0.8 * width)  # the header of a page may have been cut out alone
    values = [t.value for t in tokens if t.money or t.decimals]
    best, best_worth = None, 1.0
    for token in tokens:
        if token.value is None or not token.whole or token.suffixed or token.fraction or token.before in {"+", "-"}:
            continue
        named = captions.near(token, "balance")
        if not (token.money or token.decimals == 2 or (named and token.alone) or named == 1.0):
            continue
        other = max(captions.near(token, c) for c in ("total_win", "other_money", "stake", "bets"))
        if other > named or (not named and (in_list(token, tokens, captions.lines) or _in_row(token, tokens))):
            continue
        x, y = token.middle
        if not named and not token.money and x < 0.5 * width:
            continue
        worth = 1.6 * named + 0.6 * token.money + 0.3 * (token.decimals == 2)
        worth += 0.6 * (y < 0.25 * height) + 0.2 * (y < 0.12 * height) + 0.25 * (x > 0.5 * width)
        worth += 0.4 * (values.count(token.value) > 1 and y < 0.25 * height) - 0.4 * (not token.alone and not token.money)
        worth -= 0.6 * (y > 0.3 * height and not named) + (not game and not named)
        if worth > best_worth:
            best, best_worth = token, worth
    return best


def in_list(token: Token, tokens: Sequence[Token], lines: Sequence[Line], reach: float = 40.0) -> bool:
    """One of several sums below one another, no further than `reach` heights away, or on the row of a player's name, which
    sites mask with asterisks."""
    x, y, w, h = token.core
    peers = [
        t
        for t in tokens
        if (t.money or t.decimals)
        and not t.times
        and abs(t.height - h) <= max(1, 0.25 * h)
        and min(abs(t.core[0] - x), abs(t.core[0] + t.core[2] - x - w), abs(t.middle[0] - token.middle[0])) < 0.8 * h
        and abs(t.core[1] - y) < reach * h
    ]
    if len(peers) >= 3 or any(t.times and _beside(t, token) for t in tokens):
        return True
    return _after_name(token, lines)


def _beside(multiplier: Token, token: Token) -> bool:
    """Does the sum follow a multiplier on its row, as what somebody won does?"""
    level = abs(multiplier.middle[1] - token.middle[1]) < 0.6 * token.height
    alike = multiplier.height < 1.6 * token.height
    return level and alike and 0 < token.core[0] - (multiplier.box[0] + multiplier.box[2]) < 5 * token.height


def _in_row(token: Token, tokens: Sequence[Token]) -> bool:
    """One of at least three numbers of one size beside one another: a strip that could not be read as such."""
    h = token.height
    level = [t for t in tokens if abs(t.middle[1] - token.middle[1]) < 0.4 * h and abs(t.height - h) <= max(1, 0.25 * h)]
    return len([t for t in level if abs(t.middle[0] - token.middle[0]) < 20 * h]) >= 3 and not token.money


def _after_name(token: Token, lines: Sequence[Line]) -> bool:
    """Does a masked name lead its row, cell by cell without a wide gap?"""
    x, _, _, h = token.core
    level = [ln for ln in lines if abs(ln.box[1] + ln.box[3] / 2 - token.middle[1]) < h]
    for line in sorted(level, key=lambda ln: -ln.box[0]):
        if line.box[0] >= x:
            continue
        if x - (line.box[0] + line.box[2]) > _CELL_GAP * h:
            return False
        if line.text.count("*") > 1:
            return True
        x = line.box[0]
    return False


def players(tokens: Sequence[Token], captions: Captions) -> Token | None:
    """n/m, or a whole number with a word for players; a number of bets is second best."""
    best, best_worth = None, 0.5
    for token in tokens:
        if token.value is None or not token.whole or token.suffixed or token.money or token.decimals:
            continue
        named, bets = captions.near(token, "players"), captions.near(token, "bets")
        plain = token.fraction and token.alone and "/" in token.line.text and max(token.fraction) >= _A_FEW
        worth = 1.2 * named + 0.8 * bets + (0.55 if plain else 0.0)
        if token.integer and not named and not bets:
            worth = 0.7 if _leads_sums(token, tokens) else 0.0
        if token.integer and bets and not named and not token.alone and not _own_word(token, "bets"):
            worth = 0.0
        if token.fraction and not token.alone and not named and _speaks_otherwise(token):
            worth = 0.0
        if re.search(r"[.,']", token.number) and not token.fraction and not named:
            worth = 0.0
        if worth > best_worth:
            best, best_worth = token, worth
    return best


def _speaks_otherwise(token: Token) -> bool:
    """Are there words on its line that are not about bets? `24/7 support`."""
    words = token.line.text.replace(token.number, " ")
    return sum(c.isalpha() for c in words) > _A_WORD and not _own_word(token, "bets")


def _leads_sums(token: Token, tokens: Sequence[Token]) -> bool:
    """Does it open a row of sums, number of bets | staked | won? Then two sums with a currency of its own size follow."""
    row = [
        t
        for t in tokens
        if t is not token
        and abs(t.middle[1] - token.middle[1]) < 0.6 * token.height
        and t.core[0] > token.core[0]
        and abs(t.height - token.height) <= max(2, 0.3 * token.height)
    ]
    return len(row) == 2 and all(t.money and t.decimals == 2 and t.alone for t in row) and token.bare and token.alone


def total_win(tokens: Sequence[Token], captions: Captions, players_token: Token | None) -> Token | None:
    """What all players won: captioned, or the last sum of the row that the number of players opens."""
    best, best_worth = None, 0.5
    for token in tokens:
        if token.value is None or not token.whole or token.suffixed or token.fraction or not (token.decimals or token.money):
            continue
        worth = captions.near(token, "total_win") - 0.3 * (not token.alone)
        if worth > best_worth and not captions.near(token, "balance") > worth:
            best, best_worth = token, worth
    if best is None and players_token is not None and _leads_sums(players_token, tokens):
        row = [t for t in tokens if abs(t.middle[1] - players_token.middle[1]) < 0.6 * players_token.height and t.money]
        best = max(row, key=lambda t: t.core[0])
    return best
