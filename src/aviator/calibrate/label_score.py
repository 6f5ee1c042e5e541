"""Tells what the score showed on pictures of the board, in which colour, and whether in flight or at a round's end.

In: snaps of the score's area and the colours in which the score was seen. Out: labels by colour. The game's law helps: in
flight the multiplier only rises, so a label out of order is a slip of the teacher's.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import median

import numpy as np

from aviator.calibrate.album import Snap
from aviator.calibrate.areas import Area, Shot
from aviator.calibrate.colours import away, colour_in, text_ink
from aviator.calibrate.label import Columns, Label, evenly, settle
from aviator.calibrate.teacher import Spelling, Teacher
from aviator.core.types import Field, Phase
from aviator.see.floating import digit_rows
from aviator.see.glyphs import INKED
from aviator.see.ink import Colour, Image
from aviator.see.numbers import NumberFormat
from aviator.see.regions import InkSpec

_MOST_NAMED = 150
_SAME_COLOUR = 48
"""Scores whose colours are this close are written in one colour."""
_STANDS = 3.0
"""A picture of the score that stays for so many times the usual time is of a round that is over."""
_STANDS_MOST = 20.0
"""A picture counts for so many at most: when nobody looked for a while, it did not stand for all that time."""
_RARE = 0.02
"""A colour in which the score was seen for less than this share of the time belongs to one that fades into another."""
_MOVES, _CLEARLY = 2, 2
"""So many sightings, and so many times as many as say otherwise, show by their motion whether a colour is that of flight."""
_PURE = 250
_MARKED = re.compile(r"\d[.,]\d{1,2}(?!\d)")
_NEAR = 1.3
"""In a flight a multiplier is at most so many times the one read before it."""
_EDGE = 2
"""Columns of soft edges beside the strokes."""
FLIGHT, ENDED = "flight", "ended"


@dataclass(frozen=True, slots=True)
class ScoreLabels:
    """Labels of the score, how it is written, its inks, and for every snap named which it was: flight, ended or nothing."""

    labels: tuple[Label, ...]
    format: NumberFormat
    inks: tuple[InkSpec, ...]
    whens: tuple[tuple[float, str], ...]


@dataclass(slots=True)
class _Sighting:
    """The score as it was seen once: its colour, its pixels and those beside it; what words on the picture said, and votes of
    its motion, for flight or for ended; for how many pictures it stood."""

    colour: Colour
    inside: Image
    beside: Image
    words: str
    motion: Counter[str]
    stood: float


def label_score(
    snaps: Sequence[Snap], shots: Sequence[Shot], area: Area, teacher: Teacher, *, floats: bool = False
) -> ScoreLabels | None:
    """None where no number could be read. `floats`: it moves, so that its rows are looked for on each picture."""
    stood = _stood(snaps)
    still = evenly([s for s in snaps if stood[s.at] > _STANDS], _MOST_NAMED // 2)
    # An end is one picture among the hundreds of a flight.
    chosen = sorted({s.at: s for s in (*evenly(snaps, _MOST_NAMED - len(still)), *still)}.values(), key=lambda s: s.at)
    spelled = teacher.spell([s.pixels for s in chosen])
    settled = settle(_with_their_marks([(s.text, s.confidence) for s in spelled]))
    if settled is None:
        return None
    form, texts = settled
    found = [(s, p, t) for s, p, t in zip(chosen, spelled, texts, strict=True) if t]
    motion = _motion(stood, [(s.at, t[1]) for s, _, t in found])
    sightings = [
        _sighting(s.pixels, _reach(p, s.pixels), area, "", m, stood[s.at]) for (s, p, _), m in zip(found, motion, strict=True)
    ]
    sightings += [_sighted(shot, area) for shot in shots if _in_place(shot, area)]
    inks = _inks(sightings)
    labels = [
        Label(snap.pixels, place[0], text[0], place[1], snap.at, text[1])
        for snap, spelling, text in found
        if (place := _place(snap.pixels, spelling, inks, None if floats else area))
    ]
    whens = {s.at: "" for s in chosen} | {label.at: label.ink.when for label in labels}
    used = {label.ink for label in labels}
    return ScoreLabels(tuple(_rising(labels)), form, tuple(i for i in inks if i in used), tuple(whens.items()))


def together(ways: Sequence[ScoreLabels]) -> ScoreLabels | None:
    """The labels of all ways in which the score is drawn, in the order of time; None where none was read."""
    read = [way for way in ways if way.labels]
    if not read:
        return None
    labels = sorted((label for way in read for label in way.labels), key=lambda label: label.at)
    whens: dict[float, str] = {}
    for at, when in (item for way in read for item in way.whens):
        whens[at] = whens.get(at) or when
    inks = dict.fromkeys(ink for way in read for ink in way.inks)
    return ScoreLabels(tuple(labels), read[0].format, tuple(inks), tuple(whens.items()))


def _with_their_marks(texts: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Readings in order of time, with no confidence in those that lost their decimal mark: the plane flies over it, always at the
    same multipliers. 205 soon after 2.04 is no 205, nor does this site write whole numbers."""
    digits = [re.sub(r"\D", "", text) for text, _ in texts]
    marked = [i for i, (text, _) in enumerate(texts) if _MARKED.search(text)]
    out = list(texts)
    for i in {i for i, number in enumerate(digits) if number} - set(marked):
        place = bisect_left(marked, i)
        pairs = [(j, i) for j in marked[:place][-1:]] + [(i, j) for j in marked[place:][:1]]
        if any(int(digits[a]) <= int(digits[b]) <= _NEAR * int(digits[a]) for a, b in pairs):
            out[i] = texts[i][0], 0.0
    return out


def _stood(snaps: Sequence[Snap]) -> dict[float, float]:
    """For how many pictures of a flight each one stood, by its time."""
    stays = {a.at: b.at - a.at for a, b in pairwise(snaps)}
    usual = median(stays.values()) if stays else 0.0
    return {s.at: min(stays.get(s.at, 0.0) / usual, _STANDS_MOST) if usual else 1.0 for s in snaps}


def _motion(stood: Mapping[float, float], read: Sequence[tuple[float, Decimal]]) -> list[Counter[str]]:
    """For each reading: does the number rise on, as in flight, or stand still or fall, as at the end?"""
    votes = []
    for i, (at, value) in enumerate(read):
        before, after = (read[i - 1][1] if i else None), (read[i + 1][1] if i + 1 < len(read) else None)
        rises_on = after is not None and after > value
        highest = before is not None and after is not None and before <= value > after
        still = (before == value) + (after == value) + highest + 2 * (stood[at] > _STANDS)
        votes.append(Counter({FLIGHT: 2 * rises_on, ENDED: still}))
    return votes


def _in_place(shot: Shot, area: Area) -> bool:
    """Was the score of an interpreted picture found where the score stands? Now and then another number is taken for it."""
    if (found := shot.screen.fields.get(Field.SCORE)) is None:
        return False
    x, y, w, h = area.box
    across, down = found.core[0] + found.core[2] // 2 - x, found.core[1] + found.core[3] // 2 - y
    return 0 <= across < w and 0 <= down < h


def _sighted(shot: Shot, area: Area) -> _Sighting:
    """The score on a picture that was interpreted."""
    x, y, w, h = area.box
    core = shot.screen.fields[Field.SCORE].core
    words = "" if shot.screen.phase is None else ENDED if shot.screen.phase is Phase.ENDED else FLIGHT
    columns = max(0, core[0] - x), core[0] + core[2] - x
    return _sighting(shot.picture[y : y + h, x : x + w], columns, area, words, Counter(), 1.0)


def _sighting(pixels: Image, columns: Columns, area: Area, words: str, motion: Counter[str], stood: float) -> _Sighting:
    top = area.core[1] - area.box[1]
    low, margin = top + area.core[3], area.height // 5
    inside = pixels[top:low, columns[0] : columns[1]]
    around = np.ones(pixels.shape[:2], np.bool_)
    around[max(0, top - margin) : low + margin, max(0, columns[0] - margin) : columns[1] + margin] = False
    beside = pixels[around][None]
    return _Sighting(colour_in(inside, beside), inside, beside, words, motion, stood)


def _inks(sightings: Sequence[_Sighting]) -> list[InkSpec]:
    """The colours in which the score is written, each with what it means. The longest seen come first."""
    groups: list[list[_Sighting]] = []
    for colour, _ in Counter(s.colour for s in sightings).most_common():
        alike = next((g for g in groups if _apart(g[0].colour, colour) < _SAME_COLOUR), None)
        members = [s for s in sightings if s.colour == colour]
        if alike is None:
            groups.append(members)
        else:
            alike += members
    lasting = [(sum(s.stood for s in g), g) for g in groups]
    usual = sorted(((t, g) for t, g in lasting if t >= _RARE * sum(t for t, _ in lasting)), key=lambda x: x[0], reverse=True)
    # At the crash the score fades from one colour into another.
    pure = [
        g
        for t, g in usual
        if not any(
            _between(g[0].colour, a[0].colour, b[0].colour)
            for longer, a in usual
            for long, b in usual
            if longer > t and long > t and a is not b
        )
    ]
    return [text_ink([(s.inside, s.beside) for s in evenly(g, 40)], _means(g)) for g in pure]


def _means(group: Sequence[_Sighting]) -> str:
    """Is this the colour of flight or the one at the end? By how it moved, else by words, else by whether it is red."""
    motion = sum((s.motion for s in group), Counter[str]())
    clear = max(motion[FLIGHT], motion[ENDED]) >= _CLEARLY * min(motion[FLIGHT], motion[ENDED]) + _MOVES
    for votes in (motion if clear else Counter[str](), Counter(s.words for s in group), motion):
        if votes[FLIGHT] != votes[ENDED]:
            return FLIGHT if votes[FLIGHT] > votes[ENDED] else ENDED
    r, g, b = group[0].colour
    return ENDED if r > 150 and r > 2 * max(g, b) else FLIGHT


def _between(colour: Colour, start: Colour, end: Colour) -> bool:
    """Is a colour a mixture of the two?"""
    c, a, b = (np.array(x, float) for x in (colour, start, end))
    share = float((c - a) @ (b - a) / max(1.0, float((b - a) @ (b - a))))
    return 0.0 < share < 1.0 and float(np.abs(a + share * (b - a) - c).max()) < _SAME_COLOUR / 2


def _apart(a: Colour, b: Colour) -> int:
    return int(away(np.array([a], np.uint8), b)[0])


def _reach(spelling: Spelling, pixels: Image) -> Columns:
    """The columns in which a spelled text stands, with half a letter of room."""
    middles = spelling.middles
    step = median(np.diff(middles)) if len(middles) > 1 else pixels.shape[0] / 2
    width = pixels.shape[1]
    return min(max(0, int(middles[0] - step)), width - 1), min(width, int(middles[-1] + step) + 1)


def _place(pixels: Image, spelling: Spelling, inks: Sequence[InkSpec], area: Area | None) -> tuple[Columns, InkSpec] | None:
    """The columns of a spelled score, and the ink that shows it best; None while it fades from one into another."""
    start, end = _reach(spelling, pixels)
    if area is None:
        part = np.ascontiguousarray(pixels[:, start:end])
        rows = {ink: digit_rows(ink.ink().of(part)) for ink in inks}
        shown = {ink: ink.ink().of(part)[slice(*found)] for ink, found in rows.items() if found}
    else:
        top = area.core[1] - area.box[1]
        part = np.ascontiguousarray(pixels[top : top + area.core[3], start:end])
        shown = {ink: ink.ink().of(part) for ink in inks}
    best = max(shown, key=lambda ink: int(shown[ink].sum(where=shown[ink] > INKED, dtype=np.int64)), default=None)
    if best is None or float(np.percentile(shown[best].max(axis=0), 60)) < _PURE:
        return None
    # Strokes have the text's very colour inside; a curve or a glow beside the text comes near it only.
    columns = np.flatnonzero((shown[best] > _PURE).sum(axis=0) >= 2)
    return (max(0, start + int(columns[0]) - _EDGE), start + int(columns[-1]) + 1 + _EDGE), best


def _rising(labels: Sequence[Label]) -> list[Label]:
    """Without labels of a flight that stand out of two neighbours in order: the teacher's slips."""
    kept = []
    for i, label in enumerate(labels):
        beside = [labels[j] for j in (i - 1, i + 1) if 0 <= j < len(labels)]
        if len(beside) == 2 and label.ink.when == FLIGHT and all(b.ink == label.ink for b in beside):
            before, after = beside[0].value, beside[1].value
            if before <= after and not before <= label.value <= after:
                continue
        kept.append(label)
    return kept
