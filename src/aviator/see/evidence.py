"""Keeps the crops of what could not be read: PNG files in a folder that never holds more than `limit` of them."""

import logging
from collections import deque
from pathlib import Path

import cv2

from aviator.see.ink import Image

log = logging.getLogger(__name__)

DIFFERS = "differs"
"""Instead of a field: the window at the end of a round of which the strip says something else than the board."""
EVERY_S = 5.0
"""At most one crop per field in this time: a field that stays unread looks the same each tick."""


class Evidence:
    """One bookmaker's evidence folder; made when the first crop is kept."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._last: dict[str, float] = {}
        self._kept: deque[Path] | None = None
        """Oldest first; looked up once, for the folder is this process's own."""
        self._failed = False

    def keep(self, field: str, crop: Image, at: float, reason: str) -> None:
        """Save `crop` of a field, or of DIFFERS, as FIELD-TIME-REASON.png.

        A full disk or folder costs the crop, never the worker.
        """
        if self._limit == 0 or at - self._last.get(field, float("-inf")) < EVERY_S:
            return
        self._last[field] = at
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._kept is None:
                self._kept = deque(sorted(self._folder.glob("*.png"), key=lambda p: p.stat().st_mtime))
            while len(self._kept) >= self._limit:
                self._kept[0].unlink(missing_ok=True)
                self._kept.popleft()
            path = self._folder / f"{field}-{at:.2f}-{reason}.png"
            self._kept.append(path)  # even a failed write may leave the beginning of a file
            self._tell("" if cv2.imwrite(str(path), crop[:, :, :3]) else f"{path.name} cannot be written")
        except (OSError, cv2.error) as error:
            self._tell(str(error))

    def _tell(self, fault: str) -> None:
        if fault and not self._failed:
            log.warning("Evidence cannot be kept in %s: %s", self._folder, fault)
        self._failed = bool(fault)
