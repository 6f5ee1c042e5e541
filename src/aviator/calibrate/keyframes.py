"""Chooses, of many pictures of a window, the few that differ most: they show all that the window ever looks like.

In: pictures, one after the other. Kept: at most `count`, by farthest-point sampling of their thumbnails (T. Gonzalez,
"Clustering to minimize the maximum intercluster distance", 1985), done as the pictures come.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from aviator.see.ink import Image

_THUMBNAIL_PX = 24


class KeyFrames:
    """A small collection of unlike pictures (rows x columns x BGRA) and when they were taken."""

    def __init__(self, count: int = 7) -> None:
        self._count = count
        self.pictures: list[Image] = []
        self.times: list[float] = []
        self._thumbnails: list[npt.NDArray[np.float32]] = []

    def offer(self, picture: Image, at: float) -> None:
        """Keep a copy of `picture` if it is unlike those kept; the two that are most alike make room for it."""
        thumbnail = cv2.resize(picture[:, :, :3], (_THUMBNAIL_PX, _THUMBNAIL_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
        nearest = min((self._apart(thumbnail, kept) for kept in self._thumbnails), default=np.inf)
        if len(self.pictures) >= self._count:
            closest, twin = self._closest()
            if nearest <= closest:
                return
            del self.pictures[twin], self.times[twin], self._thumbnails[twin]
        if nearest > 0:
            self.pictures.append(picture.copy())
            self.times.append(at)
            self._thumbnails.append(thumbnail)

    def _closest(self) -> tuple[float, int]:
        """How far apart the two most alike pictures are, and the later one of them."""
        pairs = [(self._apart(a, b), j) for j, b in enumerate(self._thumbnails) for a in self._thumbnails[:j]]
        return min(pairs)

    @staticmethod
    def _apart(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
        return float(np.abs(a - b).mean())
