"""Photographs of simulated windows in poses, with labels of all that they show: the truth that readings are compared with."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from aviator.cli.sim import Simulation, SimWindow
from aviator.core.clock import SystemClock
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see.capture import ScreenSource
from aviator.see.ink import Image
from aviator.sim.poses import random_pose
from aviator.sim.skins import SKINS_BY_NAME

TEXTS = tuple(f for f in Field if f not in (Field.BUTTON_1, Field.BUTTON_2, Field.PHASE, Field.HISTORY))

_SETTLE_S = 0.1
"""What a page has painted takes a moment to reach the display."""
_LOW_SHARE = 0.5
"""Half of the poses show multipliers below 12, as most rounds do."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A window's pixels (rows x columns x BGRA) and what the page says of itself: field -> {text, box, items, ...}."""

    pixels: Image
    labels: Mapping[str, Any]

    def value(self, field: Field) -> Decimal | None:
        """The number that a field of text shows; None where it shows none."""
        label = self.labels.get(field)
        return _decimal(label["text"]) if label and label.get("text") and label.get("text_box") else None

    def history(self) -> list[Decimal]:
        """The whole values on the strip, newest first."""
        strip = self.labels[Field.HISTORY]
        values = [_decimal(item["text"]) for item in strip["items"] if not item["cut"]]
        whole = [v for v in values if v is not None]
        return whole[::-1] if strip["newest"] == "right" else whole


def photographs(
    sim: Simulation, poses: int, seed: int, each: Callable[[str, Photograph], None], *, natural: bool = False
) -> None:
    """Take `poses` pictures of every window, all windows at the same time; `each` is called with the skin and the picture.

    `natural`: multipliers as the game draws them, P(X >= m) = 0.97/m; else of every size.
    """

    def shoot(window: SimWindow) -> None:
        for photograph in _of(sim, window, poses, Random(f"{seed} {window.skin}"), natural):
            each(window.skin, photograph)

    with ThreadPoolExecutor(len(sim.windows)) as pool:
        for job in [pool.submit(shoot, window) for window in sim.windows]:
            job.result()


def _of(sim: Simulation, window: SimWindow, poses: int, rng: Random, natural: bool) -> Iterator[Photograph]:
    skin = SKINS_BY_NAME[window.bookmaker]
    source = ScreenSource(SystemClock())
    try:
        for i in range(poses):
            pose = random_pose(skin, rng)
            if natural:
                pose |= {"multiplier": _drawn(rng), "history": [_drawn(rng) for _ in range(25)]}
            elif i < poses * _LOW_SHARE:
                pose["multiplier"] = f"{1 + 11 * rng.random() ** 2:.2f}"
            labels = post(f"{sim.control_url}/pose/{window.skin}", pose)["fields"]
            yield Photograph(_settled(source, window, labels[Field.HISTORY]["box"]), labels)
    finally:
        source.close()


def _drawn(rng: Random) -> str:
    return f"{max(1.0, 0.97 / (1 - rng.random())):.2f}"


def _settled(source: ScreenSource, window: SimWindow, strip: list[int]) -> Image:
    """The window's pixels once its strip has come to rest."""
    clock = SystemClock()
    x, y, w, h = strip
    last = b""
    for _ in range(50):
        clock.sleep(_SETTLE_S)
        pixels = source.grab(window.rect).pixels
        now = pixels[y : y + h, x : x + w].tobytes()
        if now == last:
            return pixels.copy()
        last = now
    raise UserMistake(f"{window.bookmaker}'s window does not come to rest: is the machine very busy?")


def _decimal(text: str) -> Decimal | None:
    """`1.234,56 RSD` -> 1234.56, `355/732` -> 355: the last mark with two digits behind it is the decimal one."""
    digits = [c for c in text.partition("/")[0] if c.isdigit() or c in ".,"]
    number = "".join(digits).strip(".,")
    if not number:
        return None
    if len(number) > 3 and number[-3] in ".,":
        return Decimal(f"{number[:-3].replace('.', '').replace(',', '')}.{number[-2:]}")
    return Decimal(number.replace(".", "").replace(",", ""))


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        result: dict[str, Any] = json.load(answer)
    return result
