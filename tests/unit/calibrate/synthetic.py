"""Labelled pictures of a window that never was: painted from a shipped profile, so that what is to be learned is known."""

from random import Random
from typing import Any

import numpy as np
from tests.unit.see.painting import Window, written

from aviator.calibrate.samples import Sample
from aviator.core.types import Field
from aviator.see.glyphs import INKED
from aviator.see.regions import Profile

PHASES = ("betting", "flying", "flying", "flying", "ended", "black")
STATES = {"betting": "waiting", "ended": "ended", "black": "black"}
MONEY = (Field.BALANCE, Field.TOTAL_WIN, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2, Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)


def samples(profile: Profile, count: int, rng: Random) -> list[Sample]:
    return [_sample(profile, i, rng) for i in range(count)]


def _sample(profile: Profile, i: int, rng: Random) -> Sample:
    phase = PHASES[i % len(PHASES)]
    score = f"{(rng.uniform(10, 3000), rng.uniform(1, 2), rng.uniform(2, 9.9))[i % 6 % 3]:.2f}"
    state = STATES.get(phase) or ("low" if float(score) < 2 else "mid" if float(score) < 10 else "high")
    window = Window(profile)
    labels: dict[str, Any] = {Field.PHASE: {"text": phase, "box": list(profile.phase.box)}}
    window.colour(Field.PHASE, state)
    for button in BUTTONS:
        shown = ("bet", "cancel", "cashout")[i % 3]
        window.colour(button, shown)
        labels[button] = {"state": shown, "box": list(profile.buttons[button].box)}
    texts = {f: f"{rng.choice([rng.uniform(1, 10), rng.uniform(1, 999)]):.2f}" for f in MONEY}
    texts[Field.PLAYERS] = str(rng.randint(1, 999))
    if phase in ("flying", "ended"):
        texts[Field.SCORE] = score
    for field, digits in texts.items():
        text = written(profile.fields[field].format, digits)
        window.show(field, text, "ended" if phase == "ended" else "flight")
        labels[field] = {"text": text, "box": list(profile.fields[field].box), "text_box": _text_box(window, field, phase)}
    labels[Field.HISTORY] = _strip(window, profile, rng)
    w, h = profile.window
    picture = np.zeros((h, w, 4), np.uint8)
    rect = window.rect
    picture[rect.y : rect.bottom, rect.x : rect.right] = window.pixels
    return Sample(picture, labels)


def _inked(window: Window, field: Field, phase: str) -> np.ndarray:
    """Columns of a field's box in which there is ink."""
    inks = window.profile.fields[field].inks
    ink = next((i for i in inks if i.when == ("ended" if phase == "ended" else "flight")), inks[0])
    return np.flatnonzero(ink.ink().of(np.ascontiguousarray(window.area(field))).max(axis=0) > INKED)


def _text_box(window: Window, field: Field, phase: str) -> list[int]:
    x, y, _, h = window.profile.fields[field].box
    columns = _inked(window, field, phase)
    return [x + int(columns[0]), y, int(columns[-1] - columns[0]) + 1, h]


def _strip(window: Window, profile: Profile, rng: Random) -> dict[str, Any]:
    spec = profile.fields[Field.HISTORY]
    texts = [written(spec.format, f"{rng.choice([rng.uniform(1, 3), rng.uniform(1, 99)]):.2f}") for _ in range(6)]
    window.strip(texts)
    if spec.newest == "right":
        texts.reverse()
    columns = _inked(window, Field.HISTORY, "")
    breaks = np.flatnonzero(np.diff(columns) > spec.apart)
    lefts = [columns[0], *columns[breaks + 1]]
    rights = [*columns[breaks], columns[-1]]
    assert len(lefts) == len(texts)
    x, y, _, h = spec.box
    items = [
        {"text": t, "box": [x + int(a), y, int(b - a) + 1, h], "cut": False} for t, a, b in zip(texts, lefts, rights, strict=True)
    ]
    return {"box": list(spec.box), "items": items, "newest": spec.newest}
