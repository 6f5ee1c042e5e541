"""Keeps the crops of what could not be read: PNG files in a folder that never holds more than `limit` of them."""

import logging
from pathlib import Path

import cv2

from aviator.core.types import Field
from aviator.see.ink import Image

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""At most one crop per field in this time: a field that stays unread looks the same each tick."""


class Evidence:
    """One bookmaker's evidence folder; made when the first crop is kept."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._last: dict[Field, float] = {}
        self._failed = False

    def keep(self, field: Field, crop: Image, at: float, reason: str) -> None:
        """Save `crop` as FIELD-TIME-REASON.png; a full disk or folder costs the crop, never the worker."""
        if self._limit == 0 or at - self._last.get(field, float("-inf")) < EVERY_S:
            return
        self._last[field] = at
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            files = sorted(self._folder.glob("*.png"), key=lambda p: p.stat().st_mtime)
            for old in files[: max(0, len(files) - self._limit + 1)]:
                old.unlink(missing_ok=True)
            cv2.imwrite(str(self._folder / f"{field}-{at:.2f}-{reason}.png"), crop[:, :, :3])
            self._failed = False
        except (OSError, cv2.error) as error:
            if not self._failed:
                log.warning("Evidence cannot be kept in %s: %s", self._folder, error)
            self._failed = True
