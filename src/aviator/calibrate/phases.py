"""Learns by which mean colours the board's phases and the buttons' states are known.

In: moments (mean colours over time), what the score did at them, and the pictures that were interpreted. Out: state -> colours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aviator.calibrate.album import Moment
from aviator.calibrate.areas import Shot
from aviator.calibrate.colours import Mean, centres, mean_colour
from aviator.calibrate.label_score import ENDED, FLIGHT, ScoreLabels
from aviator.core.types import Band, Field, Phase
from aviator.see.region_state import COLOUR_NEAR
from aviator.see.regions import Box

_DARK, _DARK_SHARE = 16, 0.2
"""A board whose mean is darker than this in every channel shows nothing, and so does one of a bright site that is so much darker
than while it waits."""
_ENOUGH_IDLE = 8
_ALIKE_SHARE = 0.1


def phase_centres(moments: Sequence[Moment], score: ScoreLabels, shots: Sequence[Shot], board: Box) -> dict[str, tuple[str, ...]]:
    """waiting, low, mid, high, ended and black, as far as they were seen."""
    seen: dict[str, list[Mean]] = {}
    idle: list[Mean] = []
    for moment, when, band in _judged(moments, score):
        if when == FLIGHT:
            seen.setdefault(band, []).append(moment.means[Field.PHASE])
        elif when == ENDED:
            seen.setdefault("ended", []).append(moment.means[Field.PHASE])
        else:
            idle.append(moment.means[Field.PHASE])
    waiting = [_mean_in(s, board) for s in shots if s.screen.phase is Phase.BETTING and Field.SCORE not in s.screen.fields]
    usual = float(np.median([max(mean) for mean in waiting or idle])) if waiting or idle else 0.0
    darkness = max(_DARK, _DARK_SHARE * usual)
    dark = [mean for mean in idle if max(mean) <= darkness]
    lit = [mean for mean in idle if max(mean) > darkness]
    if not waiting and len(lit) >= _ENOUGH_IDLE:
        # In a language that nobody here reads: what the board mostly looks like when there is no score on it.
        waiting = [tuple(np.median(lit, axis=0).tolist())]
    if waiting:
        seen["waiting"] = waiting + [mean for mean in idle if _nearest(mean, waiting) <= COLOUR_NEAR]
        # A board that looks alike with and without a score tells nothing where the score cannot be read.
        alike = {state for state, means in seen.items() if state != "waiting" and _shares(means, waiting) > _ALIKE_SHARE}
        seen = {state: means for state, means in seen.items() if state not in alike}
    if dark:
        seen["black"] = dark
    return {state: centres(means) for state, means in sorted(seen.items())}


def button_centres(moments: Sequence[Moment], shots: Sequence[Shot], button: Field, box: Box) -> dict[str, tuple[str, ...]]:
    """bet, cancel and cash_out, as far as they were seen."""
    known: dict[str, list[Mean]] = {}
    for shot in shots:
        shown = shot.screen.buttons.get(button)
        if shown and shown.state != "unknown":
            known.setdefault(shown.state, []).append(_mean_in(shot, box))
    seen = {state: list(means) for state, means in known.items()}
    for moment in moments:
        mean = moment.means[button]
        off, state = min((_nearest(mean, means), state) for state, means in known.items()) if known else (np.inf, "")
        if off <= COLOUR_NEAR:
            seen[state].append(mean)
    return {state: centres(means) for state, means in sorted(seen.items())}


def _judged(moments: Sequence[Moment], score: ScoreLabels) -> list[tuple[Moment, str, str]]:
    """Moments of which is known what the score did: flight with its band, ended, or nothing there."""
    whens, bands = dict(score.whens), {label.at: str(Band.of(label.value)).lower() for label in score.labels}
    out = []
    for moment in moments:
        if (at := moment.score_at) not in whens:
            continue
        when = whens[at]
        if when == FLIGHT and at not in bands:
            continue
        out.append((moment, when, bands.get(at, "")))
    return out


def _mean_in(shot: Shot, box: Box) -> Mean:
    x, y, w, h = box
    return mean_colour(shot.picture[y : y + h, x : x + w])


def _shares(means: Sequence[Mean], others: Sequence[Mean]) -> float:
    """The share of the means that the others could be taken for."""
    return sum(_nearest(mean, others) <= COLOUR_NEAR for mean in means) / len(means)


def _nearest(mean: Mean, others: Sequence[Mean]) -> float:
    return min(max(abs(a - b) for a, b in zip(mean, other, strict=True)) for other in others)
