"""A user's own strategy that looks at the money and at nothing else."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from aviator.core.bets import Decision, Played, StrategyState
from aviator.core.types import CENT


class Share:
    """A fiftieth of the money on each round."""

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision | None:
        return None if state.balance is None else Decision(((state.balance / 50).quantize(CENT),), (Decimal("1.80"),))


def strategy(parameters: Mapping[str, object]) -> Share:
    return Share()
