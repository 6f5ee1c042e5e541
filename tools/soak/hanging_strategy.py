"""A user's strategy for the soak: a fixed stake, and it hangs while a file with its own name and the suffix `.hang` exists."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from aviator.core.bets import Decision, Played, StrategyState

HANG_SUFFIX = ".hang"


class FixedThatHangs:
    """The same stake on every round."""

    def decide(self, history: Sequence[Played], state: StrategyState) -> Decision:  # noqa: ARG002 - one shape for all strategies
        while Path(__file__).with_suffix(HANG_SUFFIX).exists():
            pass
        return Decision(bet_amounts=(Decimal("12.50"),), auto_stops=(Decimal("1.50"),))


def strategy(parameters: Mapping[str, Any]) -> FixedThatHangs:
    return FixedThatHangs(**parameters)
