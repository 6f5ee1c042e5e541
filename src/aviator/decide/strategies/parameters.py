"""What parameters of strategies have in common: their bounds, and rules that no single field can state. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from aviator.core.options import option
from aviator.core.types import CENT

LEAST_AUTO = Decimal("1.01")
MOST_MONEY = Decimal(1_000_000_000)
MOST_AUTO = Decimal(1_000_000)
AT_ENDS = ("stop", "restart")


def money(default: str, about: str) -> Any:
    """An amount above zero."""
    return option(Decimal(default), about, low=CENT, high=MOST_MONEY)


def auto_cash_out(default: str = "2.00", about: str = "cash out at this multiplier") -> Any:
    return option(Decimal(default), about, low=LEAST_AUTO, high=MOST_AUTO)


def at_end(about: str) -> Any:
    return option("stop", about, choices=AT_ENDS)


def cents_amiss(**values: Decimal) -> list[str]:
    """No site takes fractions of a cent."""
    return [f"{name} is {value}, but may have two decimals at most" for name, value in values.items() if value % CENT]


def all_cents_amiss(name: str, values: Iterable[Decimal], least: Decimal) -> list[str]:
    """The same for a list of them, each at least `least`."""
    wrong = [value for value in values if value < least or value % CENT]
    return [f"{name} holds {wrong[0]}, allowed: {least} and more, with two decimals at most"] if wrong else []
