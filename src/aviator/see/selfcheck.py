"""Does the window still look like the profile it is read by? Pure: a fold over looks, no clock, no input or output.

In: each tick's `Look`, whether anything moved, and a `Sign` of every field of text. Out: a `Verdict`. A page that is zoomed,
moved or laid out anew shows something where the fields are that is not what was learned, in nearly all fields, for as long
as it lasts; what ordinary play brings - dark moments, notices, dialogs of some seconds, dimmed or empty fields - hides a few
of them, or all for a moment. A picture that stands still proves nothing: pages hang, and say that the connection is lost.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import inf

import numpy as np

from aviator.core.types import Field, Method
from aviator.see.ink import Image
from aviator.see.look import Look
from aviator.see.phase import Sight
from aviator.see.regions import FieldSpec

SAMPLE_S = 0.25
"""Signs are taken so often; this and all times here are of a game at its usual pace."""
LONGEST_S = 1.0
"""A sign stands for no more time than this, however long nobody looked."""
STILL_AFTER_S = 6.0
"""Betting may last so long without anything moving where the fields are."""
LOST_S = 20.0
"""So far back goes what the verdict rests on. A dialog over everything may last four fifths of it."""
LOST_SHARE = 0.2
"""When less of what stands in the fields is what was learned, the window does not fit."""
FOUND_S = 3.0
FOUND_SHARE = 0.4
"""When so much of it is, for so long, the window fits again."""
SOUND_SHARE = 0.9
"""When less of it is, something is the matter, if only a notice: a reason to see whether the window is where it was."""
CONTRADICTIONS = 3
"""After so many ends in a row that the strip does not show, one of the two is not what it is taken for."""
CONFIRMATIONS = 2
OLD_S = 60.0
"""An end so long ago may have left the strip."""

_INK, _FAINT = 160, 64
_STROKES = 0.004
"""Less of a crop in ink is a speck, not text."""
_GROUND = 0.3
"""Text leaves at least so much of the ground to be seen."""
_FLAT = 6.0
"""Grey levels by which a plain cover's pixels differ from one another, on average."""


class Sign(Enum):
    """What stands where a field of text was learned."""

    READ = "its number, in its own glyphs"
    OTHER = "strokes that are not its glyphs"
    GONE = "another ground, with something on it"
    NOTHING = "nothing that could be read: empty, dimmed or covered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Does the window look like its profile? If not, why."""

    fit: bool
    reason: str = ""


FIT = Verdict(True)


def sign_of(field: Field, spec: FieldSpec, look: Look, crop: Image) -> Sign:
    """The sign of one field; `crop` are its pixels, rows x columns x BGRA."""
    if field is Field.HISTORY:
        if look.strip and len(look.strip.values) > 1:
            return Sign.READ
    elif reading := look.readings.get(field):
        # Tesseract reads digits of any size: that it can says nothing of whether they are those that were learned.
        return Sign.READ if reading.value is not None and reading.method is Method.GLYPHS else Sign.OTHER
    own = spec.inks[0]
    ink = np.concatenate([own.ink().of(row) for row in spec.cut_rows(crop)])
    if own.on_ground and (ink < _FAINT).mean() < _GROUND:
        return Sign.GONE if crop[:, :, :3].std(axis=(0, 1)).max() > _FLAT else Sign.NOTHING
    return Sign.OTHER if (ink >= _INK).mean() > _STROKES else Sign.NOTHING


@dataclass(frozen=True, slots=True)
class _Sample:
    lasted: float
    read: int
    shown: int


class SelfCheck:
    """One bookmaker's verdict. `pace` as in `PhaseMachine`."""

    def __init__(self, pace: float) -> None:
        self.verdict = FIT
        self._pace = pace
        self._known: set[Field] = set()
        """Fields that were read at least once: one that never was may not exist for this user."""
        self._samples: deque[_Sample] = deque()
        self._lasted = 0.0
        self._at: float | None = None
        self._moved_at = float("-inf")
        self._witnesses = _Witnesses(pace)
        self._contradicted = False

    def step(self, look: Look, moved: bool, signs: Callable[[], Mapping[Field, Sign]]) -> Verdict:
        """Take one tick. `moved`: did a region change? `signs` of all fields of text but the score; asked for when due."""
        self._witnesses.step(look)
        if moved:
            self._moved_at = look.at
        if self._at is None:
            self._at = look.at
        elif (passed := look.at - self._at) >= SAMPLE_S * self._pace:
            self._at = look.at
            # What happened while nobody looked is not known.
            self._take(look, min(passed, LONGEST_S * self._pace), signs())
            self._judge(signs)
        return self.verdict

    @property
    def doubtful(self) -> bool:
        """Is some of what stands in the fields lately not what was learned?"""
        return self._recent_share() < SOUND_SHARE

    def looks_right(self) -> bool:
        """Was most of it, lately, what was learned?"""
        return FOUND_SHARE <= self._recent_share() < inf

    def moved_on(self) -> None:
        """The window is looked at elsewhere from now on: what was seen until now says nothing of that."""
        self._samples.clear()
        self._lasted = 0.0

    def _take(self, look: Look, lasted: float, signs: Mapping[Field, Sign]) -> None:
        self._known |= {field for field, sign in signs.items() if sign is Sign.READ}
        told = [sign for field, sign in signs.items() if sign is not Sign.NOTHING and field in (self._known or signs)]
        score = look.readings.get(Field.SCORE)
        own = score is not None and score.value is not None and score.method is Method.GLYPHS
        read, shown = told.count(Sign.READ) + own, len(told) + own
        still = look.at - self._moved_at >= STILL_AFTER_S * self._pace
        if not shown or (still and not read):
            return
        self._samples.append(_Sample(lasted, read, shown))
        self._lasted += lasted
        while self._lasted - self._samples[0].lasted >= self._needed:
            self._lasted -= self._samples.popleft().lasted

    @property
    def _needed(self) -> float:
        # Where there is but one field beside the score, a notice may cover all there is while no round is in flight.
        return LOST_S * self._pace * (2 if len(self._known) == 1 else 1)

    def _judge(self, signs: Callable[[], Mapping[Field, Sign]]) -> None:
        if self.verdict.fit:
            if self._lasted >= self._needed and _share(self._samples) < LOST_SHARE:
                self._turn(Verdict(False, _described(signs(), self._known)))
            elif self._witnesses.contradictions >= CONTRADICTIONS:
                self._contradicted = True
                self._turn(Verdict(False, "the multiplier on the board and the history strip contradict each other"))
        elif self.looks_right() and (not self._contradicted or self._witnesses.confirmations >= CONFIRMATIONS):
            self._contradicted = False
            self._turn(FIT)

    def _turn(self, verdict: Verdict) -> None:
        self.verdict = verdict
        # What led to the last verdict must not be held against it again.
        self.moved_on()
        self._witnesses.forget()

    def _recent_share(self) -> float:
        """Infinite while too little was seen."""
        recent: list[_Sample] = []
        lasted = 0.0
        for sample in reversed(self._samples):
            recent.append(sample)
            lasted += sample.lasted
            if lasted >= FOUND_S * self._pace:
                return _share(recent)
        return inf


class _Witnesses:
    """Does each end that the board shows come to stand on the strip?"""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self.forget()

    def forget(self) -> None:
        self.contradictions = 0
        self.confirmations = 0
        """In a row, each."""
        self._shown: Counter[Decimal] = Counter()
        self._shown_at = 0.0
        self._absent = False

    def step(self, look: Look) -> None:
        if look.sight is Sight.ENDED and look.score is not None:
            self._shown[look.score] += 1
            self._shown_at = look.at
        elif look.sight is Sight.WAITING:
            self._compare(look)
        elif look.sight is Sight.FLYING and self._shown:
            # Only now: the strip may come to it as late as in betting.
            if self._absent:
                self.contradictions, self.confirmations = self.contradictions + 1, 0
            self._shown.clear()
            self._absent = False

    def _compare(self, look: Look) -> None:
        strip = look.strip
        if not self._shown or strip is None or not strip.settled or not strip.clear or not strip.values:
            return
        value, times = self._shown.most_common(1)[0]
        if value in strip.values:
            self.contradictions, self.confirmations = 0, self.confirmations + 1
        elif times > 1 and look.at - self._shown_at < OLD_S * self._pace:
            self._absent = True
            return
        self._shown.clear()
        self._absent = False


def _share(samples: Collection[_Sample]) -> float:
    """The share of what stands in the fields that is what was learned, over time."""
    shown = sum(s.lasted * s.shown for s in samples)
    return sum(s.lasted * s.read for s in samples) / shown if shown else 0.0


def _described(signs: Mapping[Field, Sign], known: Collection[Field]) -> str:
    wrong = [f for f, sign in signs.items() if sign in {Sign.OTHER, Sign.GONE} and f in (known or signs)]
    names = ", ".join(str(f).replace("_", " ") for f in wrong) or "what was learned"
    return f"{names} cannot be read where learned: the zoom, the layout or the window's place has changed"
