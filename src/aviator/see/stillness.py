"""A multiplier that does not move is not in flight: the page is frozen, whatever it shows. Pure.

In: looks. Out: the look's sight, or `FROZEN`. A multiplier grows by a cent at least every 0.12 s (at 1.00, e^(t/12)).
"""

from decimal import Decimal

from aviator.see.look import Look
from aviator.see.phase import Sight

FROZEN_S = 1.5
"""So long (of a game at its normal pace) the same score in flight: pages stall for a moment now and then."""


class Stillness:
    """Remembers since when the score in flight has stood still. `pace` as in `PhaseMachine`."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._score: Decimal | None = None
        self._since = 0.0

    def judge(self, look: Look) -> Sight:
        """The look's own sight, unless it shows a flight that has not moved for too long."""
        if look.sight is not Sight.FLYING or look.score is None or look.score != self._score:
            self._score, self._since = (look.score if look.sight is Sight.FLYING else None), look.at
            return look.sight
        return Sight.FROZEN if look.at - self._since >= FROZEN_S * self._pace else look.sight
