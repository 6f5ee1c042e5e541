"""Known good profiles, of the six simulated bookmakers: what tests and benches read by."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from aviator.core.clock import SystemClock
from aviator.core.types import Rect
from aviator.see import anchor, regions
from aviator.see.capture import ScreenSource

PROFILES = Path(__file__).parent / "profiles"

LANDMARKS = {"admiral": (189, 84, 96, 24), "meridian": (10, 86, 96, 24)}
"""Patches of the pages that always look the same: the shipped profiles have none."""


STILL_S, PATIENCE_S = 1.0, 20.0


def landmarked(slug: str, window: Rect) -> regions.Profile:
    """The known profile, with a landmark from what the window shows, once a page that was just opened has settled."""
    x, y, w, h = box = LANDMARKS[slug]
    clock = SystemClock()
    with closing(ScreenSource(clock)) as screen:
        deadline = clock.monotonic() + PATIENCE_S
        picture, since = anchor.grey(screen.grab(window).pixels[y : y + h, x : x + w]), clock.monotonic()
        while clock.monotonic() - since < STILL_S or picture.std() < 1:
            assert clock.monotonic() < deadline, "the page does not come to rest"
            clock.sleep(0.05)
            now = anchor.grey(screen.grab(window).pixels[y : y + h, x : x + w])
            if not np.array_equal(now, picture):
                picture, since = now, clock.monotonic()
    return replace(regions.load(PROFILES / f"{slug}.toml"), anchor=regions.AnchorSpec(box, picture=picture))
