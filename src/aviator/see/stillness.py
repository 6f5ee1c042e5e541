"""A game that stands still for longer than it ever does is not played: its page is frozen, whatever it shows. Pure.

In: looks, and whether a pixel of their regions changed. Out: the look's sight, or `FROZEN`. In flight the multiplier itself must
rise: by a cent at least every 0.12 s (at 1.00, e^(t/12)). Betting and end must only move somehow: a bar, rays, players. Most
pages always do, some stand quite still: how long each of the two does, from its beginning to its end, is learned.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal

from aviator.core.types import Phase
from aviator.see.look import Look
from aviator.see.phase import LONGEST_S, Sight

FROZEN_S = 1.7
"""So long (of a game at its normal pace) nothing new: pages stall for a moment now and then, and a digit may be unreadable, which
as the first of two may cost a flight 1.4 s."""
CLEARLY = 2.0
"""A picture that stands still so many times longer than it used to is frozen."""
PASSAGES = 7
"""So many of the last bettings, and ends, tell how long they stand still; a page that froze in one of them is forgiven."""
ENOUGH = 2
PASSAGE_S = 2.0
"""What was over sooner was no betting and no end, or not the whole of it."""
STARE_S = 0.5
"""Between two looks no more time than this counts as watched: it may have moved meanwhile."""

_START_S = {Sight.WAITING: LONGEST_S[Phase.BETTING], Sight.ENDED: LONGEST_S[Phase.ENDED]}


class Stillness:
    """Remembers for how long the game has not moved. `pace` as in `PhaseMachine`. Where the page does not mark ends, a multiplier
    that stands may be the last one of its round."""

    def __init__(self, pace: float, *, marks_ends: bool = True) -> None:
        self._pace = pace
        self._flying_s = FROZEN_S if marks_ends else LONGEST_S[Phase.ENDED]
        self._at: float | None = None
        self._sight: Sight | None = None
        self._since = 0.0
        self._score: Decimal | None = None
        self._still = 0.0
        self._longest = 0.0
        self._passages: dict[Sight, deque[float]] = {sight: deque(maxlen=PASSAGES) for sight in _START_S}

    def judge(self, look: Look, moved: bool) -> Sight:
        """The look's own sight, unless the game has not moved for too long."""
        passed = 0.0 if self._at is None else look.at - self._at
        self._at = look.at
        if look.sight is Sight.NOTHING and self._sight is not Sight.FLYING:
            return look.sight
        self._still += min(passed, STARE_S * self._pace)
        self._longest = max(self._longest, self._still)
        if look.sight not in {self._sight, Sight.NOTHING}:
            self._begin(look)
        elif self._lives(look, moved):
            self._still = 0.0
        return Sight.FROZEN if self._still >= self.patience_s(self._sight) * self._pace else look.sight

    def patience_s(self, sight: Sight | None) -> float:
        """So long (of a game at its normal pace) may a page stand still while it looks like this."""
        if sight not in self._passages:
            return self._flying_s if sight is Sight.FLYING else float("inf")
        passages = sorted(self._passages[sight])
        if len(passages) < ENOUGH:
            return _START_S[sight]
        return max(FROZEN_S, CLEARLY * passages[len(passages) // 2])

    def _begin(self, look: Look) -> None:
        if self._sight in self._passages and look.at - self._since >= PASSAGE_S * self._pace:
            self._passages[self._sight].append(self._longest / self._pace)
        self._sight, self._since, self._score = look.sight, look.at, look.score
        self._still = self._longest = 0.0

    def _lives(self, look: Look, moved: bool) -> bool:
        if self._sight is not Sight.FLYING:
            return moved
        if look.score is None or look.score == self._score:
            return False
        self._score = look.score
        return True
