"""Drawn screens: text painted on a picture, and the lines that a recogniser would make of it."""

from __future__ import annotations

import cv2
import numpy as np

from aviator.calibrate.teacher import Letter, Line
from aviator.see.ink import Image
from aviator.see.regions import Box

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_CAPITAL_PX = 22
"""How high a digit of the font is at scale 1."""


class Page:
    """A picture to write on; `lines` is what a perfect recogniser finds."""

    def __init__(self, width: int = 1000, height: int = 640, ground: tuple[int, int, int] = (24, 20, 18)) -> None:
        self.picture: Image = np.full((height, width, 3), ground, np.uint8)
        self.lines: list[Line] = []

    def write(
        self,
        text: str,
        x: int,
        y: int,
        height: int = 14,
        colour: tuple[int, int, int] = (230, 230, 230),
        confidence: float = 0.99,
    ) -> Box:
        """Text with its top left corner at x, y; returns the line's box. What is not ASCII is drawn as letters of its width."""
        scale = height / _CAPITAL_PX
        thick = max(1, round(height / 12))
        drawn = "".join(c if c.isascii() else "x" if c == "×" else "W" for c in text)
        edges = [cv2.getTextSize(drawn[:i], _FONT, scale, thick)[0][0] for i in range(len(drawn) + 1)]
        cv2.putText(self.picture, drawn, (x, y + height), _FONT, scale, colour, thick, cv2.LINE_AA)
        box = (x - 4, y - 4, edges[-1] + 8, height + 8)
        letters = tuple(Letter(c, confidence, x + edges[i], x + edges[i + 1]) for i, c in enumerate(text) if not c.isspace())
        self.lines.append(Line(text, confidence, box, letters))
        return box

    def patch(self, box: Box, colour: tuple[int, int, int]) -> None:
        x, y, w, h = box
        cv2.rectangle(self.picture, (x, y), (x + w, y + h), colour, -1)

    def button(self, text: str, box: Box, colour: tuple[int, int, int], sum_: str = "") -> None:
        """A coloured rectangle with a word in its middle, and a sum below it."""
        self.patch(box, colour)
        x, y, w, h = box
        self.write(text, x + w // 2 - 6 * len(text), y + h // 4, 15)
        if sum_:
            self.write(sum_, x + w // 2 - 5 * len(sum_), y + h // 2 + 6, 13)


GREEN, RED, ORANGE = (40, 160, 50), (40, 40, 200), (20, 120, 240)


def game(past: tuple[str, ...] = ("1.24x", "3.10x", "1.00x", "17.45x", "2.22x", "1.08x")) -> Page:
    """A page with a header, a strip and two bet panels; the board is still empty."""
    page = Page()
    page.write("Balance", 780, 12)
    page.write("1,204.50 USD", 860, 12, 14, (40, 200, 60))
    for i, value in enumerate(past):
        page.write(value, 300 + 90 * i, 50, 13)
    page.write("355/732 Bets", 20, 80)
    page.write("4,074.05", 180, 60)
    page.write("Total win EUR", 170, 80, 11)
    cv2.rectangle(page.picture, (290, 90), (980, 470), (60, 50, 40), 1)
    for i, x in enumerate((300, 660)):
        page.write("10.00" if i == 0 else "25.00", x + 40, 510, 15)
        for j, quick in enumerate(("10", "20", "50", "100")):
            page.write(quick, x + 20 + 60 * (j % 2), 545 + 25 * (j // 2), 11)
        page.button("BET", (x + 150, 500, 170, 80), GREEN, "10.00 USD" if i == 0 else "25.00 USD")
    return page
