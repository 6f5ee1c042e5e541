"""Keeps what hands saw while they placed a bet: the crops that were read, for `aviator audit`.

In: crops of each look. Out: FOLDER/<request_id>/NN-field.png, NN the number of the look; only what changed since the look before.
Bounded: so many looks of a request, so many requests. Thread `hands` of the engine process.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

import cv2

from aviator.core.types import Field
from aviator.see.ink import Image

log = logging.getLogger(__name__)

LOOKS = 60
"""So many looks of one request are kept: the last ones take the place of the one before."""
REQUESTS = 500
_LEFT_OUT = {Field.PHASE, Field.SCORE}
"""Large, ever changing, and nothing to do with money."""


class Keepsakes:
    """The evidence of one bookmaker's bets. Nothing is kept before `begin` and after `end`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._request: Path | None = None
        self._look = 0
        self._last: dict[Field, bytes] = {}
        self._failed = False

    def begin(self, request_id: str) -> None:
        """From now on what is seen belongs to this request; the oldest requests beyond REQUESTS go."""
        self._request, self._look = self._folder / request_id, 0
        self._last.clear()
        try:
            if self._folder.is_dir():
                kept = sorted((p for p in self._folder.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime)
                for old in kept[: max(0, len(kept) - REQUESTS + 1)]:
                    shutil.rmtree(old, ignore_errors=True)
            self._request.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._fail(error)

    def end(self) -> None:
        self._request = None

    def keep(self, crops: Mapping[Field, Image]) -> None:
        """One look. A full disk or folder costs the crops, never the bet."""
        if self._request is None:
            return
        fresh = {f: crop for f, crop in crops.items() if f not in _LEFT_OUT and self._last.get(f) != crop.tobytes()}
        if not fresh:
            return
        self._look = min(self._look + 1, LOOKS)
        try:
            for field, crop in fresh.items():
                self._last[field] = crop.tobytes()
                cv2.imwrite(str(self._request / f"{self._look:02}-{field}.png"), crop[:, :, :3])
            self._failed = False
        except (OSError, cv2.error) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        if not self._failed:
            log.warning("What hands see cannot be kept in %s: %s", self._folder, error)
        self._failed = True
