"""Reads the multipliers of a column: decimal dot or comma, thousands separators, a suffix `x`.

In: the cells of one column. Out: `Decimal`, None for cells that say "not read". Pure.
The meaning of a separator is decided over the whole column, because `1,234` alone can mean two numbers.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

MAX_MULTIPLIER = Decimal(10) ** 12
_LONGEST_NUMBER = 40
_ENOUGH = 20
"""Minimum number of cells before most of them having three decimals says that these are decimals."""
_UNREAD = frozenset(
    (
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        "?",
        "??",
        "n/a",
        "na",
        "#n/a",
        "#value!",
        "none",
        "null",
        "nil",
        "nan",
        "nat",
        "<na>",
        "(null)",
        "\\n",
        "undefined",
        "unknown",
        "unread",
        "missing",
        ".",
        "*",
    )
)
_MARKS = "xX×хХ"
"""Multiplication signs: Latin, the sign itself, Cyrillic."""
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f ]")
_PLAIN = re.compile(r"[0-9]+")
_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]")
_DECIMAL = re.compile(r"([0-9]*)([.,])([0-9]+)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'’\u0020])[0-9]{3})(?:\1[0-9]{3})*(?:([.,])([0-9]+))?")


def is_unread(text: str) -> bool:
    """Does a cell say that its value is not known?"""
    return text.strip().casefold() in _UNREAD


def _bare(text: str) -> str:
    """Without spaces around it and without a multiplication sign in front or behind."""
    if len(text) > _LONGEST_NUMBER:
        return ""
    text = _SPACES.sub(" ", text).strip()
    return (text[1:] if text[:1] in _MARKS else text[:-1] if text[-1:] in _MARKS else text).strip()


def decimal_mark(text: str) -> str | None:
    """The decimal separator that this cell proves, if any; `1,234` and `1.234` prove nothing."""
    text = _bare(text)
    if match := _DECIMAL.fullmatch(text):
        whole, mark, digits = match.groups()
        ambiguous = len(digits) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
        return None if ambiguous else mark
    match = _GROUPED.fullmatch(text)
    if match is None:
        return None
    group, mark = match[1], match[2]
    if mark:
        return mark if mark != group else None
    # `1.234.567` groups by dots, so its decimals would follow a comma, and the other way round.
    return {".": ",", ",": "."}.get(group)


def is_number(text: str) -> bool:
    """Can this cell be a number, whatever its separators mean?"""
    text = _bare(text)
    return any(p.fullmatch(text) for p in (_PLAIN, _EXPONENT, _DECIMAL)) or _groups(text)


def is_whole(text: str) -> bool:
    """Is this cell a whole number without any separator?"""
    return _PLAIN.fullmatch(_bare(text)) is not None


def _groups(text: str) -> bool:
    match = _GROUPED.fullmatch(text)
    return match is not None and (match[2] is None or match[1] != match[2])


class NumberStyle:
    """What `.` and `,` mean in one column."""

    def __init__(self, cells: Iterable[str]) -> None:
        marks, ambiguous, numbers = set(), {".": 0, ",": 0}, 0
        for cell in cells:
            numbers += not is_unread(cell)
            if mark := decimal_mark(cell):
                marks.add(mark)
            elif match := _DECIMAL.fullmatch(_bare(cell)):
                ambiguous[match[2]] += 1
        if not marks and numbers >= _ENOUGH:
            # Three decimals everywhere are decimals: no game ends above 1,000 in most rounds.
            marks = {mark for mark, count in ambiguous.items() if 2 * count > numbers}
        self._decimal = marks.pop() if len(marks) == 1 else None

    def is_ambiguous(self, text: str) -> bool:
        """Can this cell mean two numbers, and nothing in its column says which?"""
        text = _bare(text)
        if self._decimal or decimal_mark(text):
            return False
        return _DECIMAL.fullmatch(text) is not None

    def read(self, text: str) -> Decimal | None:
        """The number of a cell; None where it is none, is ambiguous, or is too large for a multiplier."""
        if self.is_ambiguous(text):
            return None
        mark = decimal_mark(text) or self._decimal or "."
        text = _bare(text)
        if self._decimal and mark != self._decimal and _DECIMAL.fullmatch(text) is None:
            return None
        if _PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text):
            plain = text
        elif (match := _DECIMAL.fullmatch(text)) and match[2] == mark:
            plain = text.replace(",", ".")
        elif _groups(text):
            match = _GROUPED.fullmatch(text)
            if match is None or match[1] == mark or (match[2] and match[2] != mark):
                return None
            plain = text.replace(match[1], "").replace(",", ".")
        else:
            return None
        if not plain.isascii():
            return None
        number = Decimal(plain)
        return number if number <= MAX_MULTIPLIER else None
