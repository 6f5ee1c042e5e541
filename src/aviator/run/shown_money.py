"""Compares the currency that each bookmaker's window shows with the currencies of the settings.

In: settings, and what stands around the balance in each learned profile. Out: nothing, or a `UserMistake`. Engine and CLI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from aviator.core.config import Settings
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.run.jobs import Target
from aviator.see.regions import load

_CODES = {
    "€": "EUR", "£": "GBP", "₽": "RUB", "₴": "UAH", "₦": "NGN", "₹": "INR", "R$": "BRL", "ZŁ": "PLN", "KČ": "CZK", "₺": "TRY",
    "₾": "GEL", "₸": "KZT", "KM": "BAM", "DIN": "RSD", "FT": "HUF", "ЛВ": "BGN", "ДЕН": "MKD",
}  # fmt: skip
"""Signs of one currency only; $, kr and R stand for several."""


def currency_of(sign: str) -> str | None:
    """The ISO 4217 code of a sign beside a balance; None where it may be several or no currency."""
    sign = sign.strip(" .\u00a0").upper()
    return _CODES.get(sign) or (sign if re.fullmatch(r"[A-Z]{3}", sign) else None)


def shown_signs(settings: Settings, targets: Iterable[Target]) -> dict[str, str]:
    """Bookmaker with a play -> what its profile learned around the balance.

    Raises `UserMistake` for a profile that cannot be read.
    """
    played, signs = {play.bookmaker for play in settings.plays}, {}
    for target in (t for t in targets if t.bookmaker in played):
        balance = load(target.profile).fields.get(Field.BALANCE)
        signs[str(target.bookmaker)] = f"{balance.format.prefix}{balance.format.suffix}".strip() if balance else ""
    return signs


def check_shown_money(settings: Settings, signs: Mapping[str, str]) -> None:
    """`signs`: bookmaker -> what stands around its balance, empty where nothing was learned.

    Raises `UserMistake` where a window shows another currency than the settings say, and where windows that limits add up
    show different money and the settings do not name it.
    """
    played = {play.bookmaker for play in settings.plays}
    bookmakers = [b for b in settings.bookmakers if b.name in played]
    for b in bookmakers:
        shown = currency_of(signs.get(b.name, ""))
        if b.currency and shown and shown != b.currency:
            raise UserMistake(
                f"The window of {b.name} shows {signs[b.name]}, and the settings say currency = {b.currency!r}: correct it."
            )
    money = {b.name: b.currency or currency_of(signs.get(b.name, "")) or signs.get(b.name, "") for b in bookmakers}
    unnamed = [b.name for b in bookmakers if not b.currency and money[b.name]]
    if unnamed and len({m for m in money.values() if m}) > 1:
        each = ", ".join(f"{signs[name]} at {name}" for name in unnamed)
        raise UserMistake(
            f"Limits would add up different money ({each}): name the currency of each bookmaker, and its worth in [rates]."
        )
