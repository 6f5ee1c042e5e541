"""The strip of past rounds as a second witness: aligns what the strip shows with what is recorded.

In: strip and record, both newest first. Out: how many rounds the record lacks, or None where that is not certain. Pure.

Certainty is counted in bits: a value m that agrees by chance has probability 0.97 * (1/m - 1/(m + 0.01)) under the game's
law, so each agreement is worth -log2 of it (1.00 is worth 4.7 bits, 1.50 about 8, 10.00 about 13), and a disagreement
costs what a misread value is unlikely to be.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aviator.core.types import CENT

ENOUGH_BITS = 24.0
"""An alignment must be this unlikely to be chance: one in sixteen million."""
LEAD_BITS = 12.0
"""The best alignment must lead the second best by this much."""
MISREAD_BITS = 14.0
"""What one disagreement costs."""
UNTIMELY_BITS = 16.0
"""What it costs to contradict the clock: equal neighbours can shift the strip by a round, but not the time that passed."""
_KEPT = 100
"""Values remembered of what the strip showed, at most."""
_CERTAIN_LAG = 1
"""The strip may not yet show this many of the newest recorded rounds."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The strip lies `missed` places ahead of the record (-1: it does not show the newest recorded round yet)."""

    missed: int
    bits: float
    disagreed: tuple[int, ...]
    """Indices into the strip where strip and record differ."""


def surprise(multiplier: Decimal) -> float:
    """Bits of information in seeing this very multiplier, from P(X >= m) = 0.97/m, P(1.00) = 1 - 0.97/1.01."""
    m = float(multiplier)
    chance = 1 - 0.97 / 1.01 if multiplier == 1 else 0.97 * (1 / m - 1 / (m + float(CENT)))
    return -math.log2(max(chance, 1e-12))


def align(strip: Sequence[Decimal], known: Sequence[Decimal], timely: Collection[int] | None = None) -> Alignment | None:
    """Where the strip continues the record; None when no place or more than one place is plausible.

    `timely`: numbers of missed rounds that the time that passed bears out.
    """
    candidates = sorted(
        (
            _compare(strip, known, missed, timely is None or max(0, missed) in timely)
            for missed in range(-_CERTAIN_LAG, len(strip))
        ),
        key=lambda a: a.bits,
        reverse=True,
    )
    if not candidates or candidates[0].bits < ENOUGH_BITS:
        return None
    if len(candidates) > 1 and candidates[0].bits - candidates[1].bits < LEAD_BITS:
        return None
    return candidates[0]


def _compare(strip: Sequence[Decimal], known: Sequence[Decimal], missed: int, timely: bool) -> Alignment:
    bits, disagreed = 0.0 if timely else -UNTIMELY_BITS, []
    for i in range(max(0, missed), min(len(strip), len(known) + missed)):
        if strip[i] == known[i - missed]:
            bits += surprise(strip[i])
        else:
            bits -= MISREAD_BITS
            disagreed.append(i)
    return Alignment(missed, bits, tuple(disagreed))


def fitting(strip: Sequence[Decimal], known: Sequence[Decimal], timely: Sequence[int]) -> int | None:
    """How many rounds were missed, where few values are on both strip and record and the clock has to help. None in doubt.

    `timely`: what the time that passed bears out, the best guess first. The true number is among those that fit; another one may
    fit by chance, but hardly be the better guess and agree in more. Where all that the strip shows is the best guess, and fewer
    would contradict the record, all is new.
    """
    places = [_compare(strip, known, missed, timely=True) for missed in timely]
    fits = [place for place in places if place.bits > 0 and not place.disagreed]
    if strip and known and timely and timely[0] == len(strip) and all(place.disagreed for place in places[1:]):
        return len(strip)
    return fits[0].missed if fits and fits[0].bits == max(place.bits for place in fits) else None


def beginning(strip: Sequence[Decimal], known: Sequence[Decimal], timely: Sequence[int]) -> int | None:
    """How many rounds were missed, where but a few are known: all of these stand on the strip where the clock expects them, or
    their values are so rare that they stand there by no chance. None in doubt.

    `timely`: what the time that passed bears out, the best guess first.
    """
    for missed in timely:
        if known == strip[missed : missed + len(known)]:
            return missed
    place = align(strip, known)
    return place.missed if place and place.missed >= 0 and not place.disagreed else None


def joined(newer: Sequence[Decimal], older: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """What two looks at the strip tell together: the newer one, and what the older one showed beyond it.

    The newer one alone where it does not surely continue the older.
    """
    place = align(newer, older) if older else None
    if place is None or place.missed < 0 or place.disagreed:
        return tuple(newer)
    return (*newer, *older[len(newer) - place.missed :])


class Glimpses:
    """What the strip showed since sight was lost: rounds leave it before it can be compared, and sooner than anybody can be sure
    that they lack."""

    def __init__(self) -> None:
        self._values: tuple[Decimal, ...] = ()

    def forget(self) -> None:
        self._values = ()

    def add(self, values: tuple[Decimal, ...]) -> None:
        if values != self._values[: len(values)]:
            self._values = joined(values, self._values)[:_KEPT]

    def beyond(self, values: Sequence[Decimal]) -> tuple[Decimal, ...]:
        """These values, and those beyond them that were seen before."""
        return joined(values, self._values)
