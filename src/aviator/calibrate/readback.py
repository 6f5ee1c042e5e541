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
class Difference:
    """A value that the reader does not read as the teacher does: its field, its place among the field's labels, what it should
    be, and what it is read as (None: it is not read)."""

    field: Field
    index: int
    expected: str
    read: Decimal | None

    def __str__(self) -> str:
        seen = "is not read" if self.read is None else f"is read as {self.read}"
        return f"{str(self.field).replace('_', ' ')} {self.expected} {seen}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of so many labelled values, how many are read as the teacher says, and each of the others."""

    labelled: int
    right: int
    differences: tuple[Difference, ...] = ()

    @property
    def misread(self) -> tuple[Difference, ...]:
        """Those that are read as something else."""
        return tuple(one for one in self.differences if one.read is not None)


def read_back(profile: Profile, labels: FieldLabels) -> Agreement:
    """Every label against what the reader makes of the same pixels; values of a strip are read one by one."""
    # One value of a strip is read like any other number.
    plain = replace(profile, fields={**profile.fields})
    if Field.HISTORY in plain.fields:
        plain.fields[Field.BALANCE] = plain.fields[Field.HISTORY]
    readers = {True: MultiRegionReader(plain, (0, 0)), False: MultiRegionReader(profile, (0, 0))}
    right = labelled = 0
    differences: list[Difference] = []
    for field, found in ((f, x) for f, x in labels.items() if f in profile.fields):
        for i, label in enumerate(found.labels):
            got = _read(readers[field is Field.HISTORY], field, label)
            labelled += 1
            right += got == label.value
            if got != label.value:
                differences.append(Difference(field, i, label.text, got))
    return Agreement(labelled, right, tuple(differences))


def _read(reader: MultiRegionReader, field: Field, label: Label) -> Decimal | None:
    strip = field is Field.HISTORY
    pixels = np.ascontiguousarray(label.cut(_ROOM)) if strip else label.pixels
    reading = reader.read_field(Field.BALANCE if strip else field, pixels, label.at)
    return reading.value if reading else None
