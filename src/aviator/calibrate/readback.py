"""Checks a profile: the running worker's own reader reads every labelled picture back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from aviator.calibrate.label import Label
from aviator.calibrate.learn import FieldLabels
from aviator.core.types import Field
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import Profile

_ROOM = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of so many labelled values: read as the teacher says, read otherwise (field, place among its labels); the rest unread."""

    labelled: int
    right: int
    otherwise: tuple[tuple[Field, int], ...]
    examples: tuple[str, ...]

    @property
    def unread(self) -> int:
        return self.labelled - self.right - len(self.otherwise)


def read_back(profile: Profile, labels: FieldLabels) -> Agreement:
    """Every label against what the reader makes of the same pixels; values of a strip are read one by one."""
    # One value of a strip is read like any other number.
    plain = replace(profile, fields={**profile.fields})
    if Field.HISTORY in plain.fields:
        plain.fields[Field.BALANCE] = plain.fields[Field.HISTORY]
    readers = {True: MultiRegionReader(plain, (0, 0)), False: MultiRegionReader(profile, (0, 0))}
    right = labelled = 0
    otherwise: list[tuple[Field, int]] = []
    examples: list[str] = []
    for field, found in ((f, x) for f, x in labels.items() if f in profile.fields):
        for i, label in enumerate(found.labels):
            got = _read(readers[field is Field.HISTORY], field, label)
            labelled += 1
            right += got == label.value
            if got is not None and got != label.value:
                otherwise.append((field, i))
                examples.append(f"{field} {label.text} read as {got}")
    return Agreement(labelled, right, tuple(otherwise), tuple(examples))


def _read(reader: MultiRegionReader, field: Field, label: Label) -> Decimal | None:
    strip = field is Field.HISTORY
    pixels = np.ascontiguousarray(label.cut(_ROOM)) if strip else label.pixels
    reading = reader.read_field(Field.BALANCE if strip else field, pixels, label.at)
    return reading.value if reading else None
