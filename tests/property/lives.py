"""The lives of honest games, and somebody who watches them, well or badly.

A game's life is drawn first (rounds by the law, phases, the strip that gains a value at each crash and slides), then watched at
some frame rate from some moment on, with blind spells, covers over the strip and scores that could not be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from math import exp, log
from random import Random

from aviator.core.types import Field, Method, Reading
from aviator.see.look import Look, Strip
from aviator.see.phase import Sight

ONE = Decimal("1.00")
START = 1_700_000_000.0
SLIDE_S, SLIDE_STEPS = 0.3, 8
SETTLES_S = 0.09
TOAST_S = 3.5
READ_FOR, READ_EVERY = 3, 10


@dataclass
class Round:
    number: int
    multiplier: Decimal
    betting_at: float
    started_at: float
    ended_at: float
    black_at: float
    over_at: float


@dataclass
class Game:
    """`past`: the rounds before the first one, newest first. The strip shows `shown` values.

    For the first `fade_s` of its end, while the score turns from one colour to the other, a round shows nothing to go by.
    In `growth_s` seconds at the usual pace its multiplier grows e-fold; those who watch believe in 12.
    """

    pace: float
    fade_s: float
    shown: int
    past: list[Decimal]
    rounds: list[Round]
    growth_s: float = 12.0

    def values(self, newest: int) -> tuple[Decimal, ...]:
        """The strip after round number `newest` (-1: before the first) has ended, newest first."""
        new = [r.multiplier for r in self.rounds[max(0, newest + 1 - self.shown) : newest + 1]][::-1]
        return tuple((new + self.past)[: self.shown])


def drawn(rng: Random) -> Decimal:
    """P(X >= m) = 0.97/m, with more 1.00 than there really are; no flight longer than 50 s, for the sake of time."""
    return ONE if rng.random() < 0.1 else max(ONE, min(Decimal(int(97 / (1 - rng.random()))).scaleb(-2), Decimal(60)))


def played(rng: Random, pace: float, count: int) -> Game:
    betting, ended, black = (s * pace for s in (rng.uniform(5, 6), rng.uniform(3, 4.5), rng.uniform(0.3, 2.4)))
    at, rounds = START, []
    for i in range(count):
        m = rounds[-1].multiplier if rounds and rng.random() < 0.1 else drawn(rng)
        start = at + betting
        end = start + 12 * pace * log(m)
        rounds.append(Round(i, m, at, start, end, end + ended, end + ended + black))
        at = rounds[-1].over_at
    return Game(pace, rng.uniform(0, 0.5) * pace, rng.randint(11, 25), [drawn(rng) for _ in range(60)], rounds)


# --- somebody watches it ---


class Kind(Enum):
    """What the eye gets during a blind spell."""

    DROPPED = "no frames"
    NOTHING = "frames with nothing of the game on them"
    FROZEN = "the same picture again and again"


@dataclass
class Spell:
    begin: float
    end: float
    kind: Kind


@dataclass
class Watch:
    """When and how well: blind spells, `toasts` over the strip (from, values left), the shares of scores unread and misread.

    `covers` lie over the whole strip (from, to). From `illegible` on the score is read in READ_FOR frames of
    READ_EVERY, and an end is taken for betting in the others.
    """

    begin: float
    end: float
    hz: float
    blind: list[Spell] = field(default_factory=list)
    toasts: list[tuple[float, int]] = field(default_factory=list)
    unread: float = 0.0
    misread: float = 0.0
    covers: list[tuple[float, float]] = field(default_factory=list)
    illegible: Decimal | None = None


def looks(game: Game, watch: Watch, rng: Random) -> Iterator[tuple[Look, bool]]:
    """What is seen, and whether anything moved since the last look: rays do all the time."""
    at, k, seen = watch.begin, 0, 0
    picture, moved_at = None, 0.0
    last = Look(at, Sight.NOTHING, None, 0.0, None, {})
    while at < watch.end:
        while game.rounds[k].over_at <= at:
            k += 1
        blind = next((spell.kind for spell in watch.blind if spell.begin <= at < spell.end), None)
        if blind is None:
            now, strip = _strip(game, watch, k, at)
            if now != picture:
                picture, moved_at = now, at
            strip = Strip(strip.values, strip.clear, at - moved_at >= SETTLES_S, strip.confidence)
            last = _look(game, game.rounds[k], at, strip)
            if last.score and rng.random() < watch.misread:
                last = replace(last, score=drawn(rng))
            if watch.illegible and last.score and last.score >= watch.illegible and (seen := seen + 1) % READ_EVERY >= READ_FOR:
                last = replace(last, score=None, sight=Sight.FLYING if last.sight is Sight.FLYING else Sight.WAITING)
            if rng.random() < watch.unread:
                last = replace(last, score=None)
            yield last, True
        elif blind is Kind.NOTHING:
            picture = None
            yield Look(at, Sight.NOTHING, None, 0.0, Strip((), True, True, 1.0), {}), False
        elif blind is Kind.FROZEN:
            yield replace(last, at=at, strip=last.strip and replace(last.strip, settled=at - moved_at >= SETTLES_S)), False
        at += rng.uniform(0.8, 1.2) / watch.hz


def _strip(game: Game, watch: Watch, k: int, at: float) -> tuple[object, Strip]:
    """What the strip looks like, to tell whether it moved, and what can be read of it."""
    ended_at = game.rounds[k].ended_at
    newest = k if at >= ended_at else k - 1
    step = min(SLIDE_STEPS, int((at - ended_at) / (SLIDE_S * game.pace) * SLIDE_STEPS)) if newest == k else SLIDE_STEPS
    values = game.values(newest)
    toast = next((left for begin, left in watch.toasts if begin <= at < begin + TOAST_S * game.pace), None)
    if any(begin <= at < end for begin, end in watch.covers):
        toast = 0
    picture = (newest, step, toast)
    if step == 0:  # the new value is still outside
        values = game.values(newest - 1)
    elif step < SLIDE_STEPS:  # and now it is cut
        return picture, Strip((), False, False, 1.0)
    if toast is not None:
        return picture, Strip(values[:toast], False, False, 0.95)
    return picture, Strip(values, True, False, 0.97)


def _look(game: Game, current: Round, at: float, strip: Strip) -> Look:
    score: Decimal | None = None
    if at < current.started_at:
        sight = Sight.WAITING
    elif at < current.ended_at:
        sight = Sight.FLYING
        risen = exp((at - current.started_at) / (game.growth_s * game.pace))
        score = min(current.multiplier, Decimal(int(100 * risen + 1e-9)).scaleb(-2))
    elif at < current.ended_at + game.fade_s:
        sight = Sight.NOTHING
    elif at < current.black_at:
        sight, score = Sight.ENDED, current.multiplier
    else:
        sight = Sight.DARK
    readings = {
        Field.PLAYERS: Reading(Field.PLAYERS, Decimal(current.number), None, 1.0, Method.GLYPHS, at, Decimal(500)),
        Field.BALANCE: Reading(Field.BALANCE, Decimal(1000 + current.number), None, 1.0, Method.GLYPHS, at),
    }
    return Look(at, sight, score, 0.97 if score else 0.0, strip, readings)


def spell(rng: Random, game: Game, first: int, rounds: int, kind: Kind) -> Spell:
    """Blind from some moment of round `first` to some moment `rounds` later."""
    a, b = game.rounds[first], game.rounds[first + rounds]
    begin = rng.uniform(a.betting_at, a.over_at)
    end = rng.uniform(b.betting_at, b.over_at)
    return Spell(min(begin, end), max(begin, end), kind)


def toasts(rng: Random, game: Game) -> list[tuple[float, int]]:
    out, at = [], START
    while (at := at + TOAST_S + rng.expovariate(1 / (30 * game.pace))) < game.rounds[-1].over_at:
        out.append((at, rng.randint(0, game.shown)))
    return out


def seen_end(game: Game, number: int) -> float:
    """A moment at which round `number` has ended for long enough to be recorded."""
    return game.rounds[number].black_at - 0.01
