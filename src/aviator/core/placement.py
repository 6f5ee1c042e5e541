"""Whether windows can be read where they are: wholly on monitors, and none over another. Pure.

In: rectangles of windows and monitors, in absolute pixels. Out: faults, one sentence each.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from aviator.core.types import Rect


def hidden_px(window: Rect, monitors: Sequence[Rect]) -> int:
    """How many pixels of `window` no monitor shows. Monitors may lie side by side, apart, or over each other (mirrored)."""
    shown = [part for monitor in monitors if (part := window.overlap(monitor))]
    xs = sorted({window.x, window.right, *(edge for part in shown for edge in (part.x, part.right))})
    ys = sorted({window.y, window.bottom, *(edge for part in shown for edge in (part.y, part.bottom))})
    hidden = 0
    for left, right in pairwise(xs):
        for top, bottom in pairwise(ys):
            cell = Rect(left, top, right - left, bottom - top)
            if not any(part.contains(cell) for part in shown):
                hidden += cell.w * cell.h
    return hidden


def placement_faults(windows: Mapping[str, Rect], monitors: Sequence[Rect]) -> list[str]:
    """What keeps these windows from being read; empty when nothing does."""
    faults = []
    for name, window in windows.items():
        if hidden := hidden_px(window, monitors):
            share = "" if hidden == window.w * window.h else f"{hidden / (window.w * window.h):.1%} of "
            faults.append(f"{share}the window of {name} ({described(window)}) does not lie on the screen")
    for (one, a), (other, b) in combinations(windows.items(), 2):
        if both := a.overlap(b):
            faults.append(f"the windows of {one} and {other} overlap ({described(both)}): each needs a place of its own")
    return faults


def described(rect: Rect) -> str:
    """A rectangle for people."""
    return f"{rect.w}x{rect.h} at {rect.x}, {rect.y}"
