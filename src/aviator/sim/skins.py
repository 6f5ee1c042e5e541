"""The six bookmakers as data: what server and page both need to know about a skin (its looks are in `web/skins/<slug>.css`).

Runs in the `sim` process; the page gets its part as JSON. The names are only names: no bookmaker's artwork is copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aviator.sim.formats import NumberFormat
from aviator.sim.texts import ENGLISH, SERBIAN, Texts


@dataclass(frozen=True)
class Timing:
    """Seconds at speed 1. Betting + ended + black is the `a` of "interval = a + 12·ln(multiplier)"."""

    betting_s: float
    ended_s: float
    black_s: float

    @property
    def a_s(self) -> float:
        return self.betting_s + self.ended_s + self.black_s


@dataclass(frozen=True)
class Skin:
    """One bookmaker's facts. `crowd` bounds the number of other players; `curve_in_front` draws the flight curve through the digits."""

    name: str
    slug: str
    language: Literal["en", "sr"]
    numbers: NumberFormat
    newest: Literal["left", "right"]
    shows_total_players: bool
    timing: Timing
    min_stake: Decimal
    max_stake: Decimal
    step: Decimal
    quick_amounts: tuple[Decimal, ...]
    crowd: tuple[int, int]
    online: int
    curve: str
    curve_in_front: bool
    rays: str
    cookie_bar: bool = False

    @property
    def texts(self) -> Texts:
        return ENGLISH if self.language == "en" else SERBIAN

    def players(self, players: int, total: int | None) -> str:
        return f"{players}/{total}" if self.shows_total_players and total is not None else str(players)


def _amounts(*values: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(v).quantize(Decimal("0.01")) for v in values)


def _stakes(minimum: int, maximum: int, step: int) -> dict[str, Decimal]:
    low, high, by = _amounts(minimum, maximum, step)
    return {"min_stake": low, "max_stake": high, "step": by}


SKINS: tuple[Skin, ...] = (
    Skin(
        "Admiral", "admiral", "en", NumberFormat(",", ".", "x", " RSD", False), "left", False, Timing(5.0, 3.6, 2.0),
        **_stakes(10, 50_000, 10), quick_amounts=_amounts(20, 50, 100, 500), crowd=(60, 180), online=0,
        curve="#e50539", curve_in_front=False, rays="rgba(255,255,255,.05)",
    ),
    Skin(
        "Mozzart", "mozzart", "sr", NumberFormat(".", ",", "x", " RSD", False), "left", True, Timing(5.5, 4.0, 1.7),
        **_stakes(10, 100_000, 5), quick_amounts=_amounts(50, 100, 200, 500), crowd=(180, 420), online=732,
        curve="#ffd34d", curve_in_front=True, rays="rgba(120,160,255,.07)", cookie_bar=True,
    ),
    Skin(
        "BalkanBet", "balkanbet", "sr", NumberFormat(" ", ".", "", "€", True), "right", False, Timing(6.0, 4.5, 2.1),
        **_stakes(10, 5_000, 5), quick_amounts=_amounts(10, 25, 50, 100), crowd=(40, 120), online=0,
        curve="#f59e2e", curve_in_front=False, rays="rgba(255,170,60,.06)",
    ),
    Skin(
        "Soccer", "soccer", "en", NumberFormat(",", ".", "X", "$", True), "left", True, Timing(5.2, 3.0, 2.4),
        **_stakes(10, 10_000, 10), quick_amounts=_amounts(10, 20, 50, 200), crowd=(90, 260), online=512,
        curve="#d7f75b", curve_in_front=True, rays="rgba(255,255,255,.06)",
    ),
    Skin(
        "Meridian", "meridian", "sr", NumberFormat(".", ",", "×", " KM", False), "right", False, Timing(5.6, 3.8, 1.9),
        **_stakes(10, 20_000, 10), quick_amounts=_amounts(10, 50, 100, 1000), crowd=(50, 150), online=0,
        curve="#a78bfa", curve_in_front=False, rays="rgba(109,40,217,.06)",
    ),
    Skin(
        "MaxBet", "maxbet", "en", NumberFormat(" ", ".", "x", "RSD ", True), "left", False, Timing(5.8, 4.2, 2.0),
        **_stakes(10, 30_000, 5), quick_amounts=_amounts(20, 100, 250, 1000), crowd=(80, 220), online=0,
        curve="#2dd4bf", curve_in_front=False, rays="rgba(80,220,200,.06)",
    ),
)

SKINS_BY_NAME = {skin.name: skin for skin in SKINS}
SKINS_BY_SLUG = {skin.slug: skin for skin in SKINS}
