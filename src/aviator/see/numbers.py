"""What a number may look like on a site, and its value: `3,281.54x`, `1.234,56 RSD`, `1 000`, `355/732`.

In: text as read. Out: a Decimal, or None where the text is not a number of that format; nothing is guessed or mended.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from aviator.core.options import option

GROUPING = ".,'"
"""Marks that part thousands somewhere in the world."""

_COUNT = rf"([0-9]{{1,6}}|[0-9]{{1,3}}[{GROUPING}][0-9]{{3}})"
_PLAYERS = re.compile(f"{_COUNT}(?:/{_COUNT})?")


@dataclass(frozen=True)
class NumberFormat:
    """Separators and words around a number, and how many decimals it may have.

    `thousands` is empty where none was seen: while a site has shown no number above 999 in a field, nobody can know how it parts
    them there. Then they may stand together, or be parted in threes by any one mark but the decimal one.
    """

    decimal: str = option(".", pattern=r"[^\w\s]", form="one sign", longest=1)
    thousands: str = option("", pattern=r"[^\w]?", form="one sign, or none", longest=1)
    decimals: tuple[int, ...] = option((2,), low=0, high=12, count=(1, 13))
    prefix: str = option("", longest=40)
    suffix: str = option("", longest=40)

    def parse(self, text: str) -> Decimal | None:
        """The value of `text`, or None when it breaks the format in any way."""
        match = self._pattern.fullmatch(_unspaced(text))
        if match is None:
            return None
        whole, part = match["whole"], match["part"] or ""
        if len(part) not in self.decimals:
            return None
        digits = whole if whole.isdigit() else "".join(c for c in whole if c.isdigit())
        return Decimal(f"{digits}.{part}" if part else digits)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """What a number of this format looks like without blanks."""
        prefix, suffix = re.escape(_unspaced(self.prefix)), re.escape(_unspaced(self.suffix))
        # With the decimals counted nothing can be missing before the suffix, and a curve often crosses it.
        at_will = "?" if len(self.decimals) == 1 and self.decimals[0] else ""
        return re.compile(
            f"{prefix}(?P<whole>{_whole_number(self)})(?:{re.escape(self.decimal)}(?P<part>[0-9]+))?(?:{suffix}){at_will}"
        )


def _whole_number(form: NumberFormat) -> str:
    """Digits without leading zeros, in threes where the separator is known, either way where it is not."""
    plain = "0|[1-9][0-9]*"
    if not form.thousands:
        marks = re.escape(GROUPING.replace(form.decimal, ""))
        return rf"{plain}|[1-9][0-9]{{0,2}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"
    if form.thousands.isspace():
        return plain
    return rf"0|[1-9][0-9]{{0,2}}(?:{re.escape(form.thousands)}[0-9]{{3}})*"


def _unspaced(text: str) -> str:
    """Blanks only set off words and thousands: how wide they look tells nothing about the number."""
    return "".join(text.split())


def parse_players(text: str) -> tuple[Decimal, Decimal | None] | None:
    """`91` -> (91, None), `355/732` -> (355, 732), `1,204` -> (1204, None); None for anything else."""
    match = _PLAYERS.fullmatch(_unspaced(text))
    if match is None:
        return None
    first, second = (Decimal(re.sub("[^0-9]", "", part)) if part else None for part in match.groups())
    return (first, second) if first is not None else None
