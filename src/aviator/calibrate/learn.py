"""What was seen of a window -> its profile.

In: a survey of the window, the pictures it came from, and an album of its fields over time. Out: a `Profile` that
`see.regions.save` writes, and the labels it was learned from. Raises `UserMistake` when too little was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from aviator.calibrate.album import Album
from aviator.calibrate.areas import Area, Shot
from aviator.calibrate.extent import with_whole_strip
from aviator.calibrate.fonts import Crop, learn_font
from aviator.calibrate.label import MOST_TYPED, Label, Labels, label_plain, label_strip, newest_end
from aviator.calibrate.label_score import ScoreLabels, label_score, together
from aviator.calibrate.lending import lend
from aviator.calibrate.phases import button_centres, phase_centres
from aviator.calibrate.survey import Survey
from aviator.calibrate.teacher import Teacher
from aviator.core.errors import UserMistake
from aviator.core.types import Field
from aviator.see import anchor, floating
from aviator.see.glyphs import Atlas
from aviator.see.numbers import NumberFormat
from aviator.see.regions import AnchorSpec, ColourSpec, FieldSpec, Profile

_TWINS = {Field.BET_AMOUNT_2: Field.BET_AMOUNT_1, Field.AUTO_CASH_OUT_2: Field.AUTO_CASH_OUT_1}
"""Fields of the two bet panels that are written alike: one font for both."""
_TYPED = frozenset(_TWINS) | frozenset(_TWINS.values())
_CUT_MARGIN = 2

FieldLabels = Mapping[Field, Labels]


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that is known of a window before its profile is learned."""

    survey: Survey
    shots: Sequence[Shot]
    album: Album
    fields: FieldLabels
    score: ScoreLabels
    scores: tuple[ScoreLabels, ...] = ()
    """Of a score that is drawn in more than one way: the labels of each area of the survey's `scores`."""


def label_all(survey: Survey, shots: Sequence[Shot], album: Album, teacher: Teacher) -> Seen:
    """Let the teacher name everything in the album."""
    scores = _label_scores(survey, shots, album, teacher) if survey.scores else ()
    snaps, area = album.snaps(Field.SCORE), survey.areas[Field.SCORE]
    score = together(scores) if scores else label_score(snaps, shots, area, teacher)
    if score is None or not score.labels:
        raise UserMistake("The multiplier on the board could not be read: watch for longer, or in a larger window.")
    survey = with_whole_strip(survey, album)
    fields: dict[Field, Labels] = {Field.SCORE: Labels(score.labels, score.format)}
    strip = partial(label_strip, newest=_moved(shots) or survey.newest)
    for field, area in survey.areas.items():
        if field is not Field.SCORE:
            typed = partial(label_plain, most=MOST_TYPED) if field in _TYPED else label_plain
            label = strip if field is Field.HISTORY else typed
            if (labels := label(album.snaps_within(field, area.box), area, teacher)) and labels.labels:
                fields[field] = labels
    return Seen(survey, shots, album, fields, score, scores)


def _label_scores(survey: Survey, shots: Sequence[Shot], album: Album, teacher: Teacher) -> tuple[ScoreLabels, ...]:
    """The labels of each way in which the score is drawn: what was read in one area is not looked for in the next."""
    out: list[ScoreLabels] = []
    read: set[float] = set()
    for area in survey.scores:
        left = [snap for snap in album.snaps_within(Field.SCORE, area.box) if snap.at not in read]
        found = label_score(left, shots, area, teacher, floats=True) or ScoreLabels((), NumberFormat(), (), ())
        read |= {label.at for label in found.labels}
        out.append(found)
    return tuple(out)


def learn_profile(name: str, seen: Seen, doubted: frozenset[tuple[Field, int]] = frozenset()) -> Profile:
    """The profile; labels in `doubted` (field and place among its labels) are left out."""
    believed = {
        f: replace(labels, labels=tuple(x for i, x in enumerate(labels.labels) if (f, i) not in doubted))
        for f, labels in seen.fields.items()
    }
    kept = {f: labels for f, labels in believed.items() if labels.labels}
    specs: dict[Field, FieldSpec] = {}
    atlases: dict[str, Atlas] = {}
    scores: tuple[FieldSpec, ...] = ()
    if seen.survey.scores and (floating := _learn_scores(seen, kept[Field.SCORE].labels, atlases)):
        specs[Field.SCORE], *others = floating
        scores = tuple(others)
    for field in kept:
        if field is Field.SCORE and seen.survey.scores:
            continue
        if field not in _TWINS or _TWINS[field] not in kept:
            alike = [field, *(t for t, of in _TWINS.items() if of is field and t in kept)]
            specs |= _learn_fields(alike, seen, kept, atlases)
    if Field.SCORE not in specs:
        raise UserMistake("The digits of the multiplier on the board could not be told apart: show more of them.")
    # Over scenery digits are drawn in steps, and so like no others.
    on_ground = {spec.font for spec in specs.values() if spec.inks[0].on_ground}
    atlases |= lend({font: atlas for font, atlas in atlases.items() if font in on_ground})
    survey = seen.survey
    phase = ColourSpec(survey.board, phase_centres(seen.album.moments, seen.score, seen.shots, survey.board))
    buttons = {
        b: ColourSpec(box, found)
        for b, box in survey.buttons.items()
        if (found := button_centres(seen.album.moments, seen.shots, b, box))
    }
    return Profile(name, survey.window, phase, specs, buttons, {}, atlases, _anchor(seen), scores)


def _learn_scores(seen: Seen, believed: Sequence[Label], atlases: dict[str, Atlas]) -> list[FieldSpec]:
    """One specification for each way in which the score is drawn, all with one font; none where no digit could be told."""
    kept = {id(label) for label in believed}
    ways = [
        (area, labels, [label for label in labels.labels if id(label) in kept])
        for area, labels in zip(seen.survey.scores, seen.scores, strict=True)
    ]
    brought = [
        (pixels, label.ink.ink(), label.text)
        for _, _, labels in ways
        for label in labels
        if (pixels := floating.settled(label.cut(_CUT_MARGIN), label.ink.ink())) is not None
    ]
    if not brought or (font := learn_font([brought])) is None:
        return []
    atlases[str(Field.SCORE)] = font.atlas
    return [
        FieldSpec(area.box, str(Field.SCORE), font.bases[0], labels.inks, round(font.space, 1), labels.format, floats=True)
        for area, labels, known in ways
        if known
    ]


def _anchor(seen: Seen) -> AnchorSpec | None:
    """The window's landmark, as it looks in the pictures."""
    if (box := seen.survey.landmark) is None:
        return None
    x, y, w, h = box
    return AnchorSpec(box, picture=anchor.grey(seen.shots[0].picture[y : y + h, x : x + w]))


def _learn_fields(alike: Sequence[Field], seen: Seen, kept: FieldLabels, atlases: dict[str, Atlas]) -> dict[Field, FieldSpec]:
    """The specifications of fields written in one font; the font goes to `atlases` under the first one's name."""
    name = alike[0]
    font = learn_font([_crops(kept[f]) for f in alike])
    if font is None:
        return {}
    atlases[name] = font.atlas
    specs = {}
    for f, base in zip(alike, font.bases, strict=True):
        labels, area = kept[f], seen.survey.areas[f]
        newest = _named_end(newest_of(seen), area) if f is Field.HISTORY else ""
        apart = round(labels.apart / font.atlas.line.scale, 1)
        inks = seen.score.inks if f is Field.SCORE else (labels.labels[0].ink,)
        rows = (area.rows, area.row_height) if area.rows else ((), 0)
        specs[f] = FieldSpec(area.box, name, base, inks, round(font.space, 1), labels.format, newest, apart, *rows)
    return specs


def _named_end(newest: str, area: Area) -> str:
    """The end of a strip at which the newest value stands: of a column its top or bottom."""
    return {"left": "top", "right": "bottom"}.get(newest, newest) if area.column else newest


def newest_of(seen: Seen, guess: bool = True) -> str:
    """At which end of the strip the newest value stands: by how it moved, else - if a `guess` will do - by how it looks."""
    moved = seen.fields[Field.HISTORY].newest if Field.HISTORY in seen.fields else ""
    return moved or _moved(seen.shots) or (seen.survey.newest if guess else "")


def _moved(shots: Sequence[Shot]) -> str:
    """At which end new values came in from one interpreted picture to another; empty where none did."""
    return newest_end([[found.value for found in shot.screen.history] for shot in shots])


def _crops(labels: Labels) -> list[Crop]:
    return [(np.ascontiguousarray(x.cut(_CUT_MARGIN)), x.ink.ink(), x.text) for x in labels.labels]
