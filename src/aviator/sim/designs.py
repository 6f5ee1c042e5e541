"""The space of generated pages: every dimension of a page's design is drawn independently from the seed.

In: a seed. Out: a `Design`, whose fields name the draws. Each difficulty of real pages has a share of at least 15 % of all
pages. Pure; runs in the `sim` process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from random import Random

Shares = Mapping[str, float]
"""Value -> its share of all pages; the shares add up to 1."""


def _even(*values: str) -> Shares:
    return {value: 1 / len(values) for value in values}


def _yes(share: float) -> Shares:
    return {"yes": share, "no": 1 - share}


SPACE: Mapping[str, Shares] = {
    "theme": _even("black", "navy", "purple", "white", "cream", "green"),
    "font": _even("Lato", "Montserrat", "Open Sans", "Oswald", "Roboto", "Rubik", "DejaVu Sans", "DejaVu Sans Mono"),
    "layout": _even("board-right", "board-left", "board-full", "board-low"),
    "language": _even("en", "en-terse", "en-space", "sr", "ru", "pt", "es", "de", "fr", "tr", "it", "pl", "ka", "el", "ro", "uk"),
    "number_format": _even("1,234.56x", "1.234,56x", "1 234.56", "1234.56X", "1,234.56×", "x1234.56"),
    "currency": _even("$ before", "€ after", "RSD after", "none"),
    "score_renderer": {"html": 0.55, "canvas": 0.25, "svg": 0.2},
    "score_size": _even("small", "medium", "large"),
    "score_motion": {"none": 0.4, "bob": 0.2, "pulse": 0.2, "grow": 0.2},
    "score_end": {"same": 0.2, "smaller": 0.2, "lower": 0.2, "prefixed": 0.2, "explosion": 0.2},
    "score_end_colour": {"red": 0.6, "same": 0.2, "other": 0.2},
    "before_round": {"message": 0.4, "countdown": 0.2, "message and countdown": 0.2, "nothing": 0.2},
    "message_place": _even("above", "below", "top"),
    "strip_place": {"top": 0.4, "bottom of board": 0.2, "column": 0.2, "below the fold": 0.1, "none": 0.1},
    "strip_items": {"plain": 0.25, "pills": 0.25, "bordered pills": 0.25, "band pills": 0.25},
    "strip_newest": _even("first", "last"),
    "strip_rows": {"1": 0.8, "2": 0.2},
    "strip_blank": _yes(0.2),
    "strip_cut": _yes(0.5),
    "strip_decimals": {"2": 0.85, "1": 0.15},
    "growth": {"e^(t/12)": 0.2, "e^(0.06t)": 0.2, "random steps": 0.15, "three phases": 0.15, "slow start": 0.15, "jumps": 0.15},
    "pause": {"none": 0.3, "short": 0.4, "long": 0.3},
    "background": _even("plain", "rays", "stars", "curve in front"),
    "board_colour": {"fixed": 0.8, "changes": 0.2},
    "tagline": _yes(0.2),
    "logo_with_phase_word": _yes(0.2),
    "advert_with_money": _yes(0.2),
    "chart_with_ticks": _yes(0.2),
    "other_bets": {"none": 0.4, "table": 0.3, "table headed USER": 0.3},
    "panels": {"2": 0.4, "1": 0.4, "none": 0.2},
    "stake": {"filled": 0.8, "empty": 0.2},
    "balance": _yes(0.8),
    "players": {"none": 0.4, "n": 0.3, "n/m": 0.3},
}
"""Every dimension with its values and their shares."""


@dataclass(frozen=True)
class Design:
    """A page's draws; the fields are the dimensions of `SPACE`."""

    theme: str
    font: str
    layout: str
    language: str
    number_format: str
    currency: str
    score_renderer: str
    score_size: str
    score_motion: str
    score_end: str
    score_end_colour: str
    before_round: str
    message_place: str
    strip_place: str
    strip_items: str
    strip_newest: str
    strip_rows: str
    strip_blank: str
    strip_cut: str
    strip_decimals: str
    growth: str
    pause: str
    background: str
    board_colour: str
    tagline: str
    logo_with_phase_word: str
    advert_with_money: str
    chart_with_ticks: str
    other_bets: str
    panels: str
    stake: str
    balance: str
    players: str

    def draws(self) -> dict[str, str]:
        """Dimension -> what was drawn."""
        return asdict(self)


def draw_design(seed: int) -> Design:
    """The design of page `seed`. A dimension that is added later leaves the draws of the others as they are."""
    drawn = {}
    for f in fields(Design):
        shares = SPACE[f.name]
        drawn[f.name] = Random(f"{seed}/{f.name}").choices(list(shares), list(shares.values()))[0]
    return Design(**drawn)
