"""How a site writes its numbers, from some of them as read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from aviator.see.numbers import NumberFormat, parse_players

_CORE = re.compile(r"\d(?:[\d.,'/ ]*\d)?")

_SLIPS = 2
"""So many letters more than usual around a number are a slip; more are another text."""


def infer_format(texts: Sequence[str]) -> NumberFormat:
    """The format most of `texts` have. The decimal mark is the last mark with one or two digits behind it in most of them."""
    cores = [m for m in (_CORE.search(_plain(t)) for t in texts) if m]
    affixes = Counter((m.string[: m.start()].strip(), m.string[m.end() :].strip()) for m in cores)
    (prefix, suffix), _ = affixes.most_common(1)[0]
    # A text that lies over a field now and then is no number of it.
    numbers = [m.group() for m in cores if _fits(m, prefix + suffix)]
    ends = Counter(e[1] for n in numbers if (e := re.search(r"([.,])\d{1,2}$", n)))
    decimal = ends.most_common(1)[0][0] if ends else "."
    wholes = [n.rpartition(decimal)[0] or n for n in numbers] if ends else numbers
    marks = Counter(c for n in wholes for c in n if not c.isdigit() and c != "/")
    thousands = marks.most_common(1)[0][0] if marks else ""
    lengths = Counter(len(n.rpartition(decimal)[2]) if decimal in n else 0 for n in numbers) if ends else Counter({0: 1})
    # One odd length among many is a slip of who read them.
    decimals = tuple(sorted(n for n, count in lengths.items() if count >= 0.05 * lengths.total()))
    return NumberFormat(decimal, thousands, decimals, prefix, suffix)


def canonical(text: str, form: NumberFormat) -> tuple[str, Decimal] | None:
    """`text` as the format writes it, and its value; None when its number does not fit the format.

    Letters around the number are taken from the format: they are always the same, and often misread (× for x).
    """
    found = _CORE.search(_plain(text))
    if found is None or not _fits(found, form.prefix + form.suffix):
        return None
    core = found.group()
    written = f"{form.prefix}{core}{form.suffix}"
    pair = parse_players(core) if "/" in core else None
    value = pair[0] if pair else form.parse(written)
    return (written, value) if value is not None else None


def _fits(number: re.Match[str], affixes: str) -> bool:
    """Is there about as much around a number as usual?"""
    return len(number.string) - len(number.group()) <= len(affixes) + _SLIPS


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
