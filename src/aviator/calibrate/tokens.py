"""Cuts lines of recognised text into tokens: numbers with what stands right before and after them.

In: lines with the columns of their letters. Out: tokens such as `3,281.54x`, `RSD 3 104.86`, `355/732`, `796在线`, each with
the box of its ink. A line may join several values; a blank may part thousands or values, which its width tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from aviator.calibrate import shapes
from aviator.calibrate.teacher import Line
from aviator.see.ink import Image
from aviator.see.regions import Box

_BLANK = r"[ '’\u00a0]"
_COUNT = rf"(?:\d{{1,3}}(?:,\d{{3}}|{_BLANK}\d{{3}})+|\d{{1,6}})"
_OF = r"\s?(?:/|of|de|von|sur)\s?"
_NUMBER = re.compile(
    rf"{_COUNT}{_OF}{_COUNT}(?![\d/])"
    r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?(?!\d)"  # lakhs and crores
    rf"|\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)"
    r"|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?(?!\d)"
    r"|\d+(?:[.,]\d+)?"
)
_TIMES = re.compile(r"[xX×хХ✕✖]")
_MONEY_SIGNS = "$€£₽₴₹₦¥￥₺₸₾฿₫₱₩₵¢₿৳₼₲₡"
_CURRENCY = (
    rf"[{_MONEY_SIGNS}]|[A-Z]{{1,4}}\$|GH[₵¢]|F ?CFA|[KTU][Ss]h\.?|Rs\.?|Rp\.?|Bs\.?|S/\.?|Kz|Mt|m?BTC|din\.?|дин\.?|z[łlt]"
    r"|[lL]ei|[kK]r\.?|Fr\.?|Ft|Kč|KM|l[vw]\.?|лв\.?|руб\.?|р\.|грн\.?|ден\.?|тг|сум|сом"
)
"""Signs and words of currencies that are not just capitals."""
_NO_MONEY = "X|AM|PM|FPS|UTC|GMT|HD|[KMG]B|K?HZ|MS|MIN|SEC|HRS?|PTS|PX"
"""Capitals behind a number that are none."""
_MONEY_WORD = re.compile(rf"{_CURRENCY}|(?!(?:{_NO_MONEY})$)[A-Z]{{2,4}}|[RPp]", re.ASCII)
_BEFORE_MONEY = re.compile(rf"(?:^|\s)({_CURRENCY}|[A-Z]{{3}}|[RPNK]) $")
"""A currency that a blank parts from the number behind it; N is often read for ₦."""
_SHORTENED = re.compile(r"[KkMmBb]|тыс\.?|млн\.?")
"""`1.5K` is rounded: no exact value."""
_MISTAKEN = re.compile(r"(?<=[\d.,])([lI|oO])(?=[\d.,xX×])")
"""Letters amid a number that are taken for digits: l and I for 1, o for 0. Such a number is never sure."""
_UNSURE = 0.9
_CENTS = re.compile(r"[.,](\d{1,2})$")
_ADDRESS = re.compile(r"://|www\.|\.[a-z]{2,}/|[?&]\w+=")
_DECORATION = "()[]{}|·•.,:;!?+-–—=~"
_LEGIBLE_PX = 5
"""Lower digits are guesses, whatever the recogniser's confidence."""
_WIDE_BLANK = 0.55
"""A blank wider than this share of the line's height parts two values, a narrower one thousands."""


@dataclass(frozen=True)
class Token:
    """A number on the screen. `before` and `after`: what its word has on either side, currency words included."""

    number: str
    before: str
    after: str
    confidence: float
    line: Line
    core: Box
    box: Box
    whole: bool = True
    """False for numbers within codes, clocks, names and addresses."""
    alone: bool = True
    """Is it all that its line says?"""

    @cached_property
    def text(self) -> str:
        head = self.before + (" " if self.before[-1:].isalpha() and not self.times else "")
        tail = (" " if self.after[:1].isalpha() and not self.times else "") + self.after
        return f"{head}{self.number}{tail}"

    @cached_property
    def value(self) -> Decimal | None:
        return number(self.number)

    @cached_property
    def suffixed(self) -> bool:
        """Does an x follow, or lead as in `x1.24`, and no word besides?"""
        return self.times and (not self.before or bool(_TIMES.fullmatch(self.before)))

    @cached_property
    def times(self) -> bool:
        """Does an x follow, words before it or not, or lead and nothing follow?"""
        return bool(_TIMES.fullmatch(self.after or self.before))

    @cached_property
    def money(self) -> bool:
        """Does a currency stand before or after?"""
        signs = [s for s in (self.before, self.after) if s]
        return not self.times and (self.before in {"N", "K"} or any(_MONEY_WORD.fullmatch(s) for s in signs))

    @cached_property
    def decimals(self) -> int:
        """Digits behind the decimal mark."""
        match = _CENTS.search(self.number)
        return len(match[1]) if match else 0

    @cached_property
    def fraction(self) -> tuple[Decimal, Decimal] | None:
        """n and m of n/m."""
        n, m = (number(part) for part in self.number.partition("/")[::2])
        return (n, m) if n is not None and m is not None else None

    @property
    def integer(self) -> bool:
        return self.value is not None and not self.decimals and not self.fraction

    @property
    def bare(self) -> bool:
        """A number and nothing else."""
        return not self.before and not self.after

    @property
    def height(self) -> int:
        return self.core[3]

    @property
    def middle(self) -> tuple[float, float]:
        return self.core[0] + self.core[2] / 2, self.core[1] + self.core[3] / 2


def number(text: str) -> Decimal | None:
    """`3,281.54` -> 3281.54, `1.234,56` -> 1234.56, `1 000` -> 1000, `1,5` -> 1.5; of `n/m` the n; None for anything else."""
    body = re.sub(r"\s|['’]", "", text.partition("/")[0])
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", body):
        return None
    whole, mark, part = re.match(r"(.*?)([.,]?)(\d*)$", body).groups() if not body.isdigit() else (body, "", "")  # type: ignore[union-attr]
    if mark and len(part) == 3 and len(whole) <= 3 * (1 + whole.count(mark)) and not whole.startswith("0"):
        whole, part = whole + part, ""  # three digits behind the last mark are thousands: no game writes three decimals
    digits = re.sub(r"[.,]", "", whole) or "0"
    return Decimal(f"{digits}.{part}" if part else digits)


def tokens(lines: Iterable[Line], picture: Image) -> list[Token]:
    """All numbers on the picture."""
    return [token for line in lines for token in _of_line(line, picture) if token.height >= _LEGIBLE_PX]


def _of_line(line: Line, picture: Image) -> list[Token]:
    text, columns = _columns(line)
    if _MISTAKEN.search(text):
        text = _MISTAKEN.sub(lambda m: "0" if m[1] in "oO" else "1", text)
        line = replace(line, confidence=min(line.confidence, _UNSURE))
    spans = _spans(text, columns, line.box[3])
    if not spans:
        return []
    found: list[Token] = []
    edges = _ink_edges(line, picture, text, columns, spans)
    for (start, end), (left, right) in zip(spans, edges, strict=True):
        found.append(_token(line, picture, text, columns, (start, end), (left, right)))
    if len(found) > 1:
        found = [replace(t, alone=False) for t in found]
    return found


def _token(
    line: Line, picture: Image, text: str, columns: list[tuple[int, int]], span: tuple[int, int], ink: tuple[int, int]
) -> Token:
    start, end = span
    before, after, whole = _surroundings(text, start, end)
    first, last = start - len(before), end + len(after)
    left = min(ink[0], columns[first][0]) if before.strip() else ink[0]
    right = max(ink[1], columns[last - 1][1]) if after.strip() else ink[1]
    _, y, _, h = line.box
    core = shapes.ink_box(picture, (ink[0], y, ink[1] - ink[0], h))
    outer = shapes.ink_box(picture, (left, y, right - left, h)) if (left, right) != ink else core
    slack = core[3] // 4  # a currency sign may stand out a little; more than that is not of this text
    top, low = max(outer[1], core[1] - slack), min(outer[1] + outer[3], core[1] + core[3] + slack)
    top, low = min(top, core[1]), max(low, core[1] + core[3])
    first_px, last_px = min(outer[0], core[0]), max(outer[0] + outer[2], core[0] + core[2])
    outer = (first_px, top, last_px - first_px, low - top)
    letters = [c for c in line.letters if c.right > left and c.left < right]
    confidence = min([line.confidence, *(c.confidence for c in letters)])
    rest = (text[:first] + text[last:]).strip(_DECORATION + " ")
    word = text[:start].rpartition(" ")[2] + text[start:].partition(" ")[0]
    return Token(
        re.sub(rf"(?<=\d){_OF}(?=\d)", "/", text[start:end]),
        before.strip().lstrip("([{|·•:"),
        after.strip().rstrip(")]}|·•.,;:!"),
        confidence,
        line,
        core,
        outer,
        whole and not _ADDRESS.search(word),
        not rest,
    )


def _columns(line: Line) -> tuple[str, list[tuple[int, int]]]:
    """The line's text, x set off from a digit behind it, and each character's left and right; a blank lies between others."""
    letters = list(line.letters)
    x, _, w, _ = line.box
    if "".join(c.char for c in letters) != "".join(line.text.split()):
        step = w / max(1, len(line.text))
        columns = [(int(x + i * step), int(x + (i + 1) * step)) for i in range(len(line.text))]
        return line.text, columns
    leading = bool(_TIMES.match(line.text)) and line.text[-1:].isdigit()  # `x1.24x3.10`
    out, columns, i = "", [], 0
    for at, char in enumerate(line.text):
        if char.isspace():
            out, columns = (
                out + " ",
                [*columns, (columns[-1][1] if columns else x, letters[i].left if i < len(letters) else x + w)],
            )
            continue
        letter, i = letters[i], i + 1
        amid = _TIMES.fullmatch(char) and line.text[at + 1 : at + 2].isdigit() and line.text[at - 1 : at].isdigit() and at
        parts = [(char, (letter.left, letter.right))]
        if amid:
            rim = letter.left if leading else letter.right
            parts.insert(0 if leading else 1, (" ", (rim, rim)))
        out, columns = out + "".join(c for c, _ in parts), [*columns, *(column for _, column in parts)]
    return out, columns


def _spans(text: str, columns: Sequence[tuple[int, int]], height: int) -> list[tuple[int, int]]:
    """Start and end of the numbers in `text`; thousands parted by a wide blank are two numbers."""
    spans, at = [], 0
    while match := _NUMBER.search(text, at):
        start, end = match.span()
        for i in range(start, end):
            wide = text[i] == " " and columns[i][1] - columns[i][0] > _WIDE_BLANK * height
            if wide and text[i - 1].isdigit() and text[i + 1].isdigit():
                end = i
                break
        spans.append((start, end))
        at = end
    return spans


def _surroundings(text: str, start: int, end: int) -> tuple[str, str, bool]:
    """What stands right before and after the number, and whether it is one in its own right."""
    head = re.search(r"[^\s\d]*$", text[:start])[0]  # type: ignore[index]
    tail = re.match(r"[^\s\d]*", text[end:])[0]  # type: ignore[index]
    rim = text[: start - len(head)][-1:] if head else ""
    stuck = bool(rim.isdigit()) or (text[end + len(tail) : end + len(tail) + 1].isdigit() and bool(tail))
    naira = head == "#" and bool(_CENTS.search(text[start:end]))
    coded = head.endswith(("*", "_", "#", "@", "/")) and head != "S/" and not naira
    whole = not (coded or tail.startswith(("*", "_", "/", "%", "@", "s)")) or _SHORTENED.fullmatch(tail.strip(_DECORATION)))
    if stuck and (rim.isdigit() or not _TIMES.fullmatch(tail.strip(_DECORATION))):
        whole = whole and not re.search(
            r"[:.,/*_\-a-zA-Z]", (head if rim.isdigit() else "") + (tail if not rim.isdigit() else "")
        )
    if not rim.isdigit():
        head = re.split("[:：]", head)[-1]
    return head or _parted_head(text[:start]), _with_parted_tail(tail, text[start:end], text[end:]), whole


def _parted_head(before: str) -> str:
    """A currency, or the x of `x 1.24`, that a blank parts from its number."""
    word = _BEFORE_MONEY.search(before) or re.fullmatch(rf"({_TIMES.pattern}) ", before)
    return word[1] + " " if word else ""


def _with_parted_tail(tail: str, number_: str, after: str) -> str:
    """`tail`, and a currency behind it; or the x of `1.24 x`."""
    if tail.strip(_DECORATION):
        return tail
    word = re.match(rf"{re.escape(tail)} (?:{_MONEY_WORD.pattern})(?=\s|$|\))", after)
    if word is None and not tail and _CENTS.search(number_):
        word = re.match(rf" {_TIMES.pattern}(?=\s|$|\))", after)
    return word[0] if word else tail


def _ink_edges(
    line: Line, picture: Image, text: str, columns: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans' left and right, moved to where the ink begins and ends, at most half way to the next letters: the recogniser's
    columns are only about right."""
    x, y, w, h = shapes.clip(line.box, picture)
    profile: shapes.Mask = np.asarray(shapes.ink(picture[y : y + h, x : x + w, :3]).any(axis=0))
    reach = max(3, round(0.7 * h))
    out = []
    for start, end in spans:
        left, right = columns[start][0], columns[end - 1][1]
        low = (columns[start - 1][0 if text[start - 1] == " " else 1] + left) // 2 if start else x
        high = (right + columns[end][1 if text[end] == " " else 0]) // 2 if end < len(columns) else x + w
        out.append(
            (
                _edge(profile, left - x, -1, max(low, left - reach) - x) + x,
                _edge(profile, right - 1 - x, 1, min(high, right + reach) - x) + x + 1,
            )
        )
    return out


def _edge(profile: shapes.Mask, at: int, step: int, limit: int) -> int:
    """Outwards from `at` to the last column of its stroke; inwards where it stands beside the stroke."""
    at = min(max(at, 0), len(profile) - 1)
    while 0 <= at + step < len(profile) and profile[at] and profile[at + step] and (limit - at) * step > 0:
        at += step
    return at
