"""When which fault strikes whom: drawn from a seed, the same plan for the same seed. Pure.

Each bookmaker suffers one fault after another, with time to come back between them; the faults that strike all come one after
another too, at times of their own, so that several bookmakers may be in trouble at once. Kinds are dealt from a deck that is
shuffled anew when it is empty: none is forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from tools.soak.kinds import KINDS, Kind, Lasts, Options, options_of

WARM_UP_S = 10.0
"""Of the clock, before the first fault."""
CALM_GAME_S = 90.0
CALM_S = 8.0
"""At the end nothing happens for so long, so that the last rounds settle."""
REST_S = (14.0, 40.0)
"""Of the clock, between two faults of a bookmaker."""
WIDE_REST_S = (14.0, 40.0)
CRASHES = 3
CRASHES_WITHIN_S = 600.0
"""At most so many of a bookmaker's workers are ended in this time: after five, giving up would be right."""
MIDDLE_S = (40.0, 200.0)
"""Of the game: a few blind spells last so long that rounds are missed, which the strip still shows."""
LONG_S = (700.0, 800.0)
"""Of the game: longer than any strip remembers."""
ENDS_BETS = frozenset({"limits_delete"})
"""After these only the built-in limits hold, which are reached within minutes."""
LONG_SHARE = 0.4
"""The one such spell takes at most this share of the run."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `at_s` seconds after the beginning, for `for_s` (both of the clock); no `bookmaker`: it strikes all."""

    at_s: float
    kind: str
    bookmaker: str | None
    for_s: float
    options: Options

    @property
    def end_s(self) -> float:
        return self.at_s + self.for_s


def draw(
    seed: int, seconds: float, speed: float, bookmakers: Sequence[str], kinds: Sequence[str] = tuple(KINDS), rest: float = 1.0
) -> list[Fault]:
    """All faults of a run in the order of their beginnings. `rest` multiplies the time between them."""
    rng = Random(seed)
    end_s = seconds - CALM_GAME_S / speed - CALM_S
    one = _deck([KINDS[k] for k in kinds if not KINDS[k].wide], rng)
    every = _deck([KINDS[k] for k in kinds if KINDS[k].wide], rng)
    rest_s, wide_rest_s = ((rest * low, rest * high) for low, high in (REST_S, WIDE_REST_S))
    faults = _lasting_one_last(list(_track(None, every, rng, speed, wide_rest_s, end_s)))
    blind = [KINDS[k] for k in kinds if KINDS[k].blind]
    long_one = rng.choice(list(bookmakers)) if blind and LONG_S[1] / speed <= LONG_SHARE * seconds else None
    for name in bookmakers:
        long = rng.choice(blind) if name == long_one else None
        faults += _track(name, one, rng, speed, rest_s, end_s, long)
    return sorted(faults, key=lambda f: f.at_s)


def _lasting_one_last(faults: Sequence[Fault]) -> list[Fault]:
    """The same faults with the same times between them, those after which hardly a bet is possible at the end."""
    rests = [after.at_s - before.end_s for before, after in pairwise(faults)]
    at_s, out = faults[0].at_s if faults else 0.0, list[Fault]()
    for fault, rest in zip(sorted(faults, key=lambda f: f.kind in ENDS_BETS), [*rests, 0.0], strict=False):
        out.append(replace(fault, at_s=round(at_s, 2)))
        at_s += fault.for_s + rest
    return out


def _deck(kinds: list[Kind], rng: Random) -> Iterator[Kind]:
    while kinds:
        yield from rng.sample(kinds, len(kinds))


def _track(
    bookmaker: str | None,
    deck: Iterator[Kind],
    rng: Random,
    speed: float,
    rest_s: tuple[float, float],
    end_s: float,
    long: Kind | None = None,
) -> Iterator[Fault]:
    """One fault after another; the third is `long`, where there is one, early enough to be over in time."""
    at_s, crashes, count = WARM_UP_S + rng.uniform(0, rest_s[1]), list[float](), 0
    while True:
        count += 1
        if long is not None and count == 3:
            kind, for_s = long, rng.uniform(*LONG_S) / speed
        elif next_one := _bearable(deck, crashes, at_s):
            kind, for_s = next_one, _duration_s(next_one, rng, speed)
        else:
            return
        if at_s + for_s > end_s:
            return
        yield Fault(round(at_s, 2), kind.name, bookmaker, round(for_s, 2), options_of(kind.name, rng, speed))
        if kind.crash:
            crashes.append(at_s)
        at_s += for_s + rng.uniform(*rest_s)


def _bearable(deck: Iterator[Kind], crashes: list[float], at_s: float) -> Kind | None:
    """The next kind of the deck that does not end a worker once too often."""
    worn_out = sum(at > at_s - CRASHES_WITHIN_S for at in crashes) >= CRASHES
    for _ in range(2 * len(KINDS)):
        kind = next(deck, None)
        if kind is None or not (kind.crash and worn_out):
            return kind
    return None  # there are no others


def _duration_s(kind: Kind, rng: Random, speed: float) -> float:
    """Of the clock."""
    if kind.lasts is Lasts.NOT:
        return 0.0
    span = MIDDLE_S if kind.blind and rng.random() < 0.25 else (kind.shortest_s, kind.longest_s)
    return rng.uniform(*span) / (speed if kind.lasts is Lasts.GAME else 1.0)


def summary(faults: Sequence[Fault]) -> dict[str, int]:
    """How many of each kind."""
    return dict(sorted(Counter(f.kind for f in faults).items()))
