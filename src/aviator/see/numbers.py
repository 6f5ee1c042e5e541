"""What a number may look like on a site, and its value: `3,281.54x`, `1.234,56 RSD`, `1 000`, `355/732`.

In: text as read. Out: a Decimal, or None where the text is not a number of that format; nothing is guessed or mended.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """Separators and words around a number, and how many decimals it may have."""

    decimal: str = "."
    thousands: str = ""
    decimals: tuple[int, ...] = (2,)
    prefix: str = ""
    suffix: str = ""

    def parse(self, text: str) -> Decimal | None:
        """The value of `text`, or None when it breaks the format in any way."""
        body = _unspaced(text)
        if not body.startswith(_unspaced(self.prefix)):
            return None
        # With the decimals counted nothing can be missing before the suffix, and a curve often crosses it.
        if not body.endswith(_unspaced(self.suffix)) and not (len(self.decimals) == 1 and self.decimals[0]):
            return None
        body = body.removeprefix(_unspaced(self.prefix)).removesuffix(_unspaced(self.suffix))
        whole, mark, part = body.partition(self.decimal)
        if len(part) not in self.decimals or bool(mark) != bool(part) or not re.fullmatch("[0-9]*", part):
            return None
        if not _whole_number(self.thousands.strip()).fullmatch(whole):
            return None
        digits = whole.replace(self.thousands, "") if self.thousands else whole
        return Decimal(f"{digits}.{part}" if part else digits)


@lru_cache
def _whole_number(separator: str) -> re.Pattern[str]:
    """Digits without leading zeros; with a separator, in threes."""
    if not separator:
        return re.compile(r"0|[1-9][0-9]*")
    return re.compile(rf"0|[1-9][0-9]{{0,2}}(?:{re.escape(separator)}[0-9]{{3}})*")


def _unspaced(text: str) -> str:
    """Blanks only set off words and thousands: how wide they look tells nothing about the number."""
    return "".join(text.split())


def parse_players(text: str) -> tuple[Decimal, Decimal | None] | None:
    """`91` -> (91, None), `355/732` -> (355, 732); None for anything else."""
    match = re.fullmatch(r"([0-9]{1,6})(?:/([0-9]{1,6}))?", text.replace(" ", ""))
    return (Decimal(match[1]), Decimal(match[2]) if match[2] else None) if match else None
