"""Made-up rounds and bets, on which a strategy is tried before it may bet."""

from decimal import Decimal

from aviator.core.bets import Outcome, OwnBet, Played

TRIED = tuple(Played(Decimal(m) if m else None, 60.0 * i) for i, m in enumerate(("1.00", "1.52", "", "30.17", "2.00") * 20))
LOW = tuple(Played(Decimal("1.00"), 60.0 * i) for i in range(100))
WON = OwnBet("won", Decimal(10), Decimal(2), Outcome.PLACED, Decimal(20), 5900.0)
LOST = OwnBet("lost", Decimal(10), Decimal(2), Outcome.PLACED, Decimal(0), 5900.0)
REFUSED = OwnBet("refused", Decimal(10), Decimal(2), Outcome.REFUSED, None, 5900.0)
