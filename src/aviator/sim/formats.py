"""How a bookmaker writes numbers, and how it reads what a visitor types.

In: Decimals. Out: text as on the page (and back). Pure; runs in the `sim` process.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation

_CENT = Decimal("0.01")


def two_decimals(value: Decimal) -> str:
    """'1234.50': the neutral form used in the ledger and over the control endpoint."""
    return str(value.quantize(_CENT))


@dataclass(frozen=True)
class NumberFormat:
    """Habits: `1,234.56`, `1.234,56` or `1 234.56`; `x`, `X`, `×` or nothing after a multiplier; currency first or last."""

    thousands: str
    decimal: str
    suffix: str
    currency: str
    currency_first: bool
    prefix: str = ""
    """Before a multiplier."""

    def amount(self, value: Decimal, decimals: int = 2) -> str:
        """Money without its currency; digits beyond `decimals` are cut off."""
        value = value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
        return f"{value:,.{decimals}f}".translate({ord(","): self.thousands, ord("."): self.decimal})

    def money(self, value: Decimal) -> str:
        """Money with its currency, which carries its own space where there is one."""
        text = self.amount(value)
        return self.currency + text if self.currency_first else text + self.currency

    def multiplier(self, value: Decimal, decimals: int = 2) -> str:
        return self.prefix + self.amount(value, decimals) + self.suffix

    def parse(self, text: str) -> Decimal | None:
        """What a visitor typed; either decimal sign is taken where it cannot mean thousands. None when it is no number."""
        digits = text.strip().replace(" ", "")
        if self.thousands and self.thousands in digits and self.decimal in digits:
            digits = digits.replace(self.thousands, "")
        elif self.thousands and self.thousands in ".,":
            head, sign, tail = digits.rpartition(self.thousands)
            digits = digits.replace(self.thousands, "") if sign and len(tail) == 3 else head + (sign and ".") + tail
        try:
            value = Decimal(digits.replace(",", "."))
        except InvalidOperation:
            return None
        return value.quantize(_CENT) if value.is_finite() and 0 <= value < 10**9 else None
