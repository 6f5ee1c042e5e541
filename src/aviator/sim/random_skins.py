"""Turns a drawn design into a bookmaker that the game server can run.

In: a seed. Out: a `Skin` with its design. Pure; runs in the `sim` process.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from aviator.sim.designs import draw_design
from aviator.sim.formats import NumberFormat
from aviator.sim.growth import Curve, Exponential, Growth, RandomSteps, slow_start, three_phases
from aviator.sim.phrases import PHRASES
from aviator.sim.skins import SKINS, Skin, Timing
from aviator.sim.texts import ENGLISH

_NUMBERS = {
    "1,234.56x": (",", ".", "x", ""),
    "1.234,56x": (".", ",", "x", ""),
    "1 234.56": (" ", ".", "", ""),
    "1234.56X": ("", ".", "X", ""),
    "1,234.56×": (",", ".", "×", ""),
    "x1234.56": ("", ".", "", "x"),
}
_CURRENCIES = {"$ before": ("$", True), "€ after": (" €", False), "RSD after": (" RSD", False), "none": ("", False)}
_GROWTH: dict[str, Growth] = {
    "e^(t/12)": Exponential(),
    "e^(0.06t)": Exponential(1 / 0.06),
    "random steps": RandomSteps(),
    "three phases": Curve(three_phases),
    "slow start": Curve(slow_start),
    "jumps": Exponential(display_s=0.8),
}
_BLACK_S = {"none": 0.0, "short": 0.6, "long": 2.4}


def random_skin(seed: int) -> Skin:
    """Page number `seed`."""
    design, rng = draw_design(seed), Random(f"{seed}/times")
    thousands, decimal, suffix, prefix = _NUMBERS[design.number_format]
    currency, first = _CURRENCIES[design.currency]
    words = PHRASES[design.language]
    texts = replace(ENGLISH, flew_away=words.ended, waiting=words.waiting, bet=words.bet, cancel=words.cancel,
                    cash_out=words.cash_out, players=words.players, stake=words.stake)  # fmt: skip
    return replace(
        SKINS[seed % len(SKINS)],
        name=f"Page {seed}",
        slug=f"page-{seed}",
        words=texts,
        numbers=NumberFormat(thousands, decimal, suffix, currency=currency, currency_first=first, prefix=prefix),
        newest="left",
        timing=Timing(rng.uniform(4.0, 8.0), rng.uniform(1.5, 4.5), _BLACK_S[design.pause]),
        online=rng.randint(400, 1500) if design.players == "n/m" else None,
        cookie_bar=False,
        growth=_GROWTH[design.growth],
        design=design,
    )
