"""Draws what the running worker's reader does not read as the teacher does.

In: what was seen of a window, and the differences. Out: the window with these fields framed, and a crop of each value with
what it should be and what it is read as. Pure; calibration.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aviator.calibrate.label import Label
from aviator.calibrate.learn import Seen
from aviator.calibrate.readback import Difference
from aviator.core.types import Field
from aviator.see.difference import difference_picture
from aviator.see.ink import Image
from aviator.see.regions import Box

_MARGIN_PX = 12
"""Columns beside a value on its crop."""


def picture_of_differences(seen: Seen, differences: Sequence[Difference]) -> Image:
    """Values that are read as others come first. Each field shows the first of its values that differ."""
    chosen = sorted(differences, key=lambda one: one.read is None)
    labels = [seen.fields[one.field].labels[one.index] for one in chosen]
    first: dict[Field, Label] = {}
    for one, label in zip(chosen, labels, strict=True):
        first.setdefault(one.field, label)
    shot = max(seen.shots, key=lambda s: (len(s.screen.fields), len(s.screen.history)))
    window = np.ascontiguousarray(shot.picture[:, :, :3]).copy()
    boxes = [_shown(window, seen.survey.areas[field].box, label) for field, label in first.items()]
    rows = [(label.cut(_MARGIN_PX), str(one)) for label, one in zip(labels, chosen, strict=True)]
    return difference_picture(window, boxes, rows)


def _shown(window: Image, area: Box, label: Label) -> Box:
    """Where the value stands, after its area of the window was made to look as when it was seen."""
    x, y, w, h = area
    if label.pixels.shape[:2] != (h, w):
        return area
    window[y : y + h, x : x + w] = label.pixels[:, :, :3]
    left, right = label.columns
    return x + left, y, right - left, h
