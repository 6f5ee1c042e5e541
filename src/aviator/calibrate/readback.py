"""Checks a profile: reads every labelled picture back with the running worker's own reader."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from aviator.calibrate.samples import TEXTS, Sample
from aviator.core.types import Field, Frame
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Profile


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of so many labelled values: read right, read wrong; the rest were left unread."""

    labelled: int
    right: int
    wrong: int
    misread: tuple[str, ...]


def read_back(profile: Profile, samples: list[Sample]) -> Agreement:
    """Every value of `samples` against what the reader says, the history strip included."""
    right = labelled = 0
    misread: list[str] = []
    for i, sample in enumerate(samples):
        reader = MultiRegionReader(profile, (0, 0))
        rect = reader.rect
        pixels = sample.pixels[rect.y : rect.bottom, rect.x : rect.right].copy()
        look = reader.read(Frame(pixels, rect, float(i), float(i)))
        pairs: list[tuple[Field, Decimal | None, Decimal | None]] = [
            (f, profile.fields[f].format.parse(t.text.partition("/")[0]), look.value(f)) for f in TEXTS if (t := sample.text(f))
        ]
        shown = [profile.fields[Field.HISTORY].format.parse(t.text) for t in sample.items()]
        if sample.newest() == "right":
            shown.reverse()
        pairs += [(Field.HISTORY, want, got) for want, got in zip(shown, look.strip.values if look.strip else (), strict=False)]
        labelled += len(pairs)
        right += sum(want == got for _, want, got in pairs)
        misread += [f"{f} {want} read as {got}" for f, want, got in pairs if got is not None and got != want]
    return Agreement(labelled, right, len(misread), tuple(misread))
