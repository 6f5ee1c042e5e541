"""Labelled pictures of a bookmaker's window -> its profile.

In: samples that show every phase, button and digit. Out: a `Profile` that `see.regions.save` writes, and its check: every
label read back with the profile's own reader. Raises `UserMistake` when the samples do not suffice.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np

from aviator.calibrate.colours import ground_ink, mean_centres, text_ink
from aviator.calibrate.fonts import learn_font
from aviator.calibrate.samples import BUTTONS, TEXTS, Sample, Text, around, crop
from aviator.core.errors import UserMistake
from aviator.core.types import Band, Field
from aviator.see.glyphs import INKED, Atlas
from aviator.see.ink import Image, Ink
from aviator.see.numbers import NumberFormat
from aviator.see.regions import Box, ColourSpec, FieldSpec, InkSpec, Profile

_Picture = tuple[Image, Text, str]
"""A window, a text on it, and the phase it was shown in."""
_TWINS = {Field.BET_AMOUNT_1: Field.BET_AMOUNT_2, Field.AUTO_CASH_OUT_1: Field.AUTO_CASH_OUT_2}
"""Fields of the two bet panels that are written alike: one font for both."""
_BORDER = 4
_FRAME = INKED // 2
_WHENS = {"flying": "flight", "ended": "ended"}


def learn_profile(name: str, samples: list[Sample]) -> Profile:
    """Learn everything from `samples`, all of one window size."""
    if not samples:
        raise UserMistake(f"There are no pictures to learn {name} from.")
    h, w = samples[0].pixels.shape[:2]
    fields: dict[Field, FieldSpec] = {}
    atlases: dict[str, Atlas] = {}
    for field in (*TEXTS, Field.HISTORY):
        twins = [field, _TWINS[field]] if field in _TWINS else [field]
        pictures = {f: _pictures(samples, f) for f in twins if f not in fields}
        learned = _learn_fields({f: p for f, p in pictures.items() if p}, samples)
        if learned:
            specs, atlases[field] = learned
            fields |= specs
    phase = ColourSpec(samples[0].area(Field.PHASE), _phase_centres(samples))
    buttons = {b: ColourSpec(samples[0].area(b), _button_centres(samples, b)) for b in BUTTONS}
    return Profile(name, (w, h), phase, fields, buttons, {}, atlases)


def _learn_fields(pictures: dict[Field, list[_Picture]], samples: list[Sample]) -> tuple[dict[Field, FieldSpec], Atlas] | None:
    """The specifications of fields that share one font, and that font; None when no sample shows any of them."""
    if not pictures:
        return None
    inks = {f: _inks(f, p) for f, p in pictures.items()}
    areas = {f: _area(p, inks[f][0]) for f, p in pictures.items()}
    font = learn_font([c for f, p in pictures.items() for c in _crops(p, inks[f], areas[f])])
    name = next(iter(pictures))
    specs = {}
    for f, shown in pictures.items():
        form = infer_format([text.text.partition("/")[0] for _, text, _ in shown])
        specs[f] = FieldSpec(areas[f], name, font.base, tuple(inks[f]), round(font.space, 1), form)
    if Field.HISTORY in specs:
        apart = _apart(samples, inks[Field.HISTORY][0]) / font.atlas.line.scale
        specs[Field.HISTORY] = replace(specs[Field.HISTORY], newest=samples[0].newest(), apart=round(apart, 1))
    return specs, font.atlas


def _area(pictures: list[_Picture], ink: InkSpec) -> Box:
    windows, area = [p for p, _, _ in pictures], pictures[0][1].area
    return _without_border(windows, area, ink) if ink.on_ground else area


def infer_format(texts: list[str]) -> NumberFormat:
    """How these numbers are written. The decimal mark is the last mark with one or two digits behind it in most of them."""
    plain = [t.replace("\u00a0", " ") for t in texts]
    cores = [m for m in (re.search(r"\d(?:[\d.,' ]*\d)?", t) for t in plain) if m]
    (prefix, suffix), _ = Counter((m.string[: m.start()].strip(), m.string[m.end() :].strip()) for m in cores).most_common(1)[0]
    numbers = [m.group() for m in cores]
    ends = Counter(e[1] for n in numbers if (e := re.search(r"([.,])\d{1,2}$", n)))
    decimal = ends.most_common(1)[0][0] if ends else "."
    wholes = [n.rpartition(decimal)[0] or n for n in numbers] if ends else numbers
    marks = Counter(c for n in wholes for c in n if not c.isdigit() and c != "/")
    thousands = marks.most_common(1)[0][0] if marks else ""
    decimals = tuple(sorted({len(n.rpartition(decimal)[2]) if decimal in n else 0 for n in numbers})) if ends else (0,)
    return NumberFormat(decimal, thousands, decimals, prefix, suffix)


def _pictures(samples: list[Sample], field: Field) -> list[_Picture]:
    """Every text of a field: the whole window, where and what it is, and the phase it was shown in."""
    out = []
    for sample in samples:
        texts = sample.items() if field is Field.HISTORY else [t for t in [sample.text(field)] if t]
        out += [(sample.pixels, text, sample.phase) for text in texts]
    return out


def _inks(field: Field, pictures: list[_Picture]) -> list[InkSpec]:
    if field is not Field.SCORE:
        return [ground_ink([(p, t) for p, t, _ in pictures])]
    by_phase = {phase: [(p, t) for p, t, shown in pictures if shown == phase] for phase in _WHENS}
    if not all(by_phase.values()):
        raise UserMistake("The samples show no score in flight or none at the end of a round.")
    return [text_ink(shown, _WHENS[phase]) for phase, shown in by_phase.items()]


def _without_border(windows: list[Image], area: Box, spec: InkSpec) -> Box:
    """`area` less the frame that is drawn around it, if there is one: a line above and one below in nearly every picture."""
    ink = spec.ink()
    # Not the least ink: a locked field is dimmed, and its frame with it.
    usual = np.percentile([ink.of(crop(w, area)) for w in windows[:: max(1, len(windows) // 40)]], 30, axis=0)
    lines = np.flatnonzero((usual > _FRAME).mean(axis=1) > 0.6)
    above, below = lines[lines < _BORDER], lines[lines >= area[3] - _BORDER]
    if not above.size or not below.size:
        return area
    top, low = int(above[-1]) + 2, int(below[0]) - 1
    return area[0] + _BORDER, area[1] + top, area[2] - 2 * _BORDER, low - top


def _crops(pictures: list[_Picture], inks: list[InkSpec], area: Box) -> list[tuple[Image, Ink, str]]:
    """Every text over all rows of its field, its ink, and what it says."""
    by_when = {i.when: i.ink() for i in inks}
    out = []
    for pixels, text, phase in pictures:
        ink = by_when.get(_WHENS.get(phase, ""), inks[0].ink())
        x, _, w, _ = around(text.ink_box, 2, area)
        out.append((crop(pixels, (x, area[1], w, area[3])), ink, text.text))
    return out


def _apart(samples: list[Sample], ink: InkSpec) -> float:
    """Between the widest gap inside a value of the strip and the narrowest between two, in pixels."""
    inside, between = [0], []
    for sample in samples:
        edges: list[tuple[int, int]] = []
        for item in sample.items():
            inked = np.flatnonzero(ink.ink().of(crop(sample.pixels, item.ink_box)).max(axis=0) > INKED)
            if inked.size:
                inside.append(int(np.diff(inked).max(initial=1)) - 1)
                edges.append((item.ink_box[0] + int(inked[0]), item.ink_box[0] + int(inked[-1]) + 1))
        between += [right - left for (_, left), (right, _) in pairwise(edges)]
    return (max(inside) + min(between)) / 2 if between else 2.0 * max(inside) + 4


def _phase_centres(samples: list[Sample]) -> dict[str, tuple[str, ...]]:
    crops: dict[str, list[Image]] = {}
    for sample in samples:
        crops.setdefault(_phase_state(sample), []).append(_phase_crop(sample))
    if lacking := {"waiting", "low", "mid", "high", "ended", "black"} - crops.keys():
        raise UserMistake(f"No sample shows the phase {', '.join(sorted(lacking))}.")
    return {state: mean_centres(c) for state, c in sorted(crops.items())}


def _phase_state(sample: Sample) -> str:
    if sample.phase != "flying":
        return {"betting": "waiting"}.get(sample.phase, sample.phase)
    text = sample.text(Field.SCORE)
    value = infer_format([text.text]).parse(text.text) if text else None
    return str(Band.of(value)).lower() if value is not None else "low"


def _phase_crop(sample: Sample) -> Image:
    box: Box = sample.area(Field.PHASE)
    return crop(sample.pixels, box)


def _button_centres(samples: list[Sample], button: Field) -> dict[str, tuple[str, ...]]:
    crops: dict[str, list[Image]] = {}
    for sample in samples:
        crops.setdefault(sample.state(button), []).append(crop(sample.pixels, sample.area(button)))
    return {state: mean_centres(c) for state, c in sorted(crops.items())}
