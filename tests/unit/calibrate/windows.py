"""Windows that never were: numbers in the glyphs of a known profile, words around them. What is on them is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import cv2
import numpy as np
from tests.unit.see.painting import Window, profile, set_line, written

from aviator.core.types import Field, Frame
from aviator.see.ink import Image, parse_colour
from aviator.see.regions import Box, Profile

PAGE = (30, 20, 20, 255)
WORDS = {"waiting": "WAITING FOR NEXT ROUND", "ended": "FLEW AWAY!"}
BUTTONS = {"waiting": ("bet", "BET"), "flight": ("cash_out", "CASH OUT"), "ended": ("bet", "BET")}
FIRST = ["1.24", "3.10", "17.45", "1.00", "2.22", "1.08", "5.96", "8.73"]
PERIOD_S = 0.2

Values = dict[Field, str]


@dataclass(slots=True)
class Moment:
    """What a window shows: its phase (waiting, flight or ended), plain digits of its fields, and past rounds, newest first."""

    phase: str
    values: Values
    past: list[str] = field(default_factory=lambda: list(FIRST))


class Site:
    """A bookmaker's window as `Moment`s, painted in rows x columns x BGRA."""

    def __init__(self, name: str) -> None:
        self.profile: Profile = profile(name)
        self._board = self._canvas()

    def text(self, f: Field, digits: str) -> str:
        return written(self.profile.fields[f].format, digits)

    def picture(self, moment: Moment) -> Image:
        window = Window(self.profile)
        for f, digits in moment.values.items():
            if f is not Field.SCORE:
                window.show(f, self.text(f, digits))
        window.strip([self.text(Field.HISTORY, v) for v in moment.past])
        for button in self.profile.buttons:
            window.colour(button, BUTTONS[moment.phase][0])
        window.pixels[(window.pixels == (255, 0, 255, 255)).all(axis=2)] = PAGE
        width, height = self.profile.window
        page = np.full((height, width, 4), PAGE, np.uint8)
        page[window.rect.y : window.rect.bottom, window.rect.x : window.rect.right] = window.pixels
        self._paint_board(page, moment)
        for button in self.profile.buttons.values():
            write(page, BUTTONS[moment.phase][1], button.box)
        return page

    def _canvas(self) -> Box:
        """The board: around the score and the region that tells the phase."""
        x, y, w, h = self.profile.phase.box
        left, _, wide, _ = self.profile.fields[Field.SCORE].box
        return min(x, left), y, max(x + w, left + wide) - min(x, left), h

    def _paint_board(self, page: Image, moment: Moment) -> None:
        x, y, w, h = self._board
        score = moment.values.get(Field.SCORE, "")
        band = "low" if len(score) <= 4 and score < "2" else "mid" if len(score) <= 4 else "high"
        (colour, *_) = self.profile.phase.centres[band if moment.phase == "flight" else moment.phase]
        page[y : y + h, x : x + w, 2::-1] = parse_colour(colour)
        if words := WORDS.get(moment.phase):
            write(page, words, (x, y, w, h // 5))
        if score:
            self._paint_score(page, self.text(Field.SCORE, score), moment.phase)

    def _paint_score(self, page: Image, text: str, when: str) -> None:
        """In the middle of the board, over whatever is there."""
        spec = self.profile.fields[Field.SCORE]
        atlas = self.profile.atlases[spec.font]
        line = set_line(atlas, text)
        large = line.repeat(atlas.line.scale, axis=0).repeat(atlas.line.scale, axis=1)
        x = self._board[0] + (self._board[2] - large.shape[1]) // 2
        y = spec.box[1] + spec.base - atlas.line.above * atlas.line.scale
        part = page[y : y + large.shape[0], x : x + large.shape[1], 2::-1]
        share = large[:, :, None] / 255
        ink = next(i for i in spec.inks if i.when == when)
        part[:] = np.round(share * np.array(parse_colour(ink.colour)) + (1 - share) * part)


def write(page: Image, words: str, box: Box) -> None:
    """Words in the middle of a box, as large as fits, dark on a light ground and light on a dark one."""
    x, y, w, h = box
    (wide, high), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 1, 2)
    scale = min(0.7, 0.8 * w / wide, 0.6 * h / high)
    left, low = x + int(w - scale * wide) // 2, y + int(h + scale * high) // 2
    light = page[y : y + h, x : x + w, :3].mean() > 128
    colour = (10, 10, 10, 255) if light else (255, 255, 255, 255)
    cv2.putText(page, words, (left, low), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 2 if scale > 0.5 else 1, cv2.LINE_AA)


def amounts(rng: Random) -> Values:
    """Other money, players and stakes each time, of every length."""
    return {
        Field.BALANCE: f"{rng.uniform(1, 10 ** rng.randint(2, 5)):.2f}",
        Field.PLAYERS: str(rng.randint(10, 999)),
        Field.TOTAL_WIN: f"{rng.uniform(100, 99_999):.2f}",
        Field.BET_AMOUNT_1: f"{rng.uniform(1, 999):.2f}",
        Field.BET_AMOUNT_2: f"{rng.uniform(1, 999):.2f}",
    }


def rounds(rng: Random, count: int, flights: int) -> Iterator[Moment]:
    """`count` rounds: the wait, so many moments of flight, the end. After each the strip moves on and the sums change."""
    past = list(FIRST)
    for _ in range(count):
        sums = amounts(rng)
        yield Moment("waiting", sums, list(past))
        crash = rng.choice([rng.uniform(1.5, 4), rng.uniform(5, 30)])
        for i in range(1, flights + 1):
            yield Moment("flight", {**sums, Field.SCORE: f"{crash ** (i / (flights + 1)):.2f}"}, list(past))
        last = f"{crash:.2f}"
        yield Moment("ended", {**sums, Field.SCORE: last}, list(past))
        past = [last, *past[:7]]


def frame(picture: Image, profile: Profile) -> Frame:
    """What a worker with this profile would see of the picture."""
    place = profile.extent()
    pixels = np.ascontiguousarray(picture[place.y : place.bottom, place.x : place.right])
    return Frame(pixels, place, 0.0, 0.0)
