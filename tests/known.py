"""Known good profiles, of the six simulated bookmakers: what tests and benches read by."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from aviator.core.clock import SystemClock
from aviator.core.types import Rect
from aviator.see import anchor, regions
from aviator.see.capture import ScreenSource

PROFILES = Path(__file__).parent / "profiles"

LANDMARKS = {"admiral": (189, 84, 96, 24), "meridian": (10, 86, 96, 24)}
"""Patches of the pages that always look the same: the shipped profiles have none."""


def landmarked(slug: str, window: Rect) -> regions.Profile:
    """The known profile, with a landmark from what the window shows now."""
    with closing(ScreenSource(SystemClock())) as screen:
        pixels = screen.grab(window).pixels
    x, y, w, h = box = LANDMARKS[slug]
    picture = anchor.grey(pixels[y : y + h, x : x + w])
    return replace(regions.load(PROFILES / f"{slug}.toml"), anchor=regions.AnchorSpec(box, picture=picture))
