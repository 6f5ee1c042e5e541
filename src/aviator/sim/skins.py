"""The six bookmakers as data: what server and page both need to know about a skin (its looks are in `web/skins/<slug>.css`).

Runs in the `sim` process; the page gets its part as JSON. The names are only names: no bookmaker's artwork is copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from aviator.sim.designs import Design
from aviator.sim.formats import NumberFormat
from aviator.sim.growth import Exponential, Growth
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
class Stakes:
    """What a bet may be: limits, the step of − and +, and the quick amounts."""

    minimum: Decimal
    maximum: Decimal
    step: Decimal
    quick: tuple[Decimal, ...]


@dataclass(frozen=True)
class Skin:
    """One bookmaker's facts. `crowd` bounds the number of other players; `online` is the m of "n/m players", None if hidden.

    A generated page has a `design`, and `words` in its own language.
    """

    name: str
    slug: str
    language: Literal["en", "sr"]
    numbers: NumberFormat
    newest: Literal["left", "right"]
    timing: Timing
    stakes: Stakes
    crowd: tuple[int, int]
    curve: str
    rays: str
    curve_in_front: bool = False
    online: int | None = None
    cookie_bar: bool = False
    growth: Growth = Exponential()
    design: Design | None = None
    words: Texts | None = None

    @property
    def texts(self) -> Texts:
        return self.words or (ENGLISH if self.language == "en" else SERBIAN)

    @property
    def strip_decimals(self) -> int:
        """Decimals of past rounds on the page."""
        return int(self.design.strip_decimals) if self.design else 2

    def players(self, players: int, total: int | None) -> str:
        return str(players) if total is None or self.online is None else f"{players}/{total}"


def _stakes(minimum: int, maximum: int, step: int, *quick: int) -> Stakes:
    low, high, by, *amounts = (Decimal(value).quantize(Decimal("0.01")) for value in (minimum, maximum, step, *quick))
    return Stakes(low, high, by, tuple(amounts))


SKINS: tuple[Skin, ...] = (
    Skin(
        name="Admiral",
        slug="admiral",
        language="en",
        numbers=NumberFormat(",", ".", "x", currency=" RSD", currency_first=False),
        newest="left",
        timing=Timing(5.0, 3.6, 2.0),
        stakes=_stakes(10, 50_000, 10, 20, 50, 100, 500),
        crowd=(60, 180),
        curve="#e50539",
        rays="rgba(255,255,255,.05)",
    ),
    Skin(
        name="Mozzart",
        slug="mozzart",
        language="sr",
        numbers=NumberFormat(".", ",", "x", currency=" RSD", currency_first=False),
        newest="left",
        timing=Timing(5.5, 4.0, 1.7),
        stakes=_stakes(10, 100_000, 5, 50, 100, 200, 500),
        crowd=(180, 420),
        curve="#ffd34d",
        rays="rgba(120,160,255,.07)",
        curve_in_front=True,
        online=732,
        cookie_bar=True,
    ),
    Skin(
        name="BalkanBet",
        slug="balkanbet",
        language="sr",
        numbers=NumberFormat(" ", ".", "", currency="€", currency_first=True),
        newest="right",
        timing=Timing(6.0, 4.5, 2.1),
        stakes=_stakes(10, 5_000, 5, 10, 25, 50, 100),
        crowd=(40, 120),
        curve="#f59e2e",
        rays="rgba(255,170,60,.06)",
    ),
    Skin(
        name="Soccer",
        slug="soccer",
        language="en",
        numbers=NumberFormat(",", ".", "X", currency="$", currency_first=True),
        newest="left",
        timing=Timing(5.2, 3.0, 2.4),
        stakes=_stakes(10, 10_000, 10, 10, 20, 50, 200),
        crowd=(90, 260),
        curve="#d7f75b",
        rays="rgba(255,255,255,.06)",
        curve_in_front=True,
        online=512,
    ),
    Skin(
        name="Meridian",
        slug="meridian",
        language="sr",
        numbers=NumberFormat(".", ",", "×", currency=" KM", currency_first=False),
        newest="right",
        timing=Timing(5.6, 3.8, 1.9),
        stakes=_stakes(10, 20_000, 10, 10, 50, 100, 1000),
        crowd=(50, 150),
        curve="#a78bfa",
        rays="rgba(109,40,217,.06)",
    ),
    Skin(
        name="MaxBet",
        slug="maxbet",
        language="en",
        numbers=NumberFormat(" ", ".", "x", currency="RSD ", currency_first=True),
        newest="left",
        timing=Timing(5.8, 4.2, 2.0),
        stakes=_stakes(10, 30_000, 5, 20, 100, 250, 1000),
        crowd=(80, 220),
        curve="#2dd4bf",
        rays="rgba(80,220,200,.06)",
    ),
)

SKINS_BY_NAME = {skin.name: skin for skin in SKINS}
