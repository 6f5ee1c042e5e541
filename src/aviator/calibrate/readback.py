"""Checks a profile: the running worker's own reader reads every labelled picture back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from aviator.calibrate.label import Label
from aviator.calibrate.learn import FieldLabels
from aviator.core.types import Field
from aviator.see.reader import MultiRegionReader
from aviator.see.regions import FieldSpec, Profile

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
    strip, whole = MultiRegionReader(plain, (0, 0)), MultiRegionReader(profile, (0, 0))
    ways = _ways(profile)
    right = labelled = 0
    differences: list[Difference] = []
    for field, found in ((f, x) for f, x in labels.items() if f in profile.fields):
        for i, label in enumerate(found.labels):
            own = next((reader for spec, reader in ways if field is Field.SCORE and _drawn(label, spec)), whole)
            got = _read(strip if field is Field.HISTORY else own, field, label)
            labelled += 1
            right += got == label.value
            if got != label.value:
                differences.append(Difference(field, i, label.text, got))
    return Agreement(labelled, right, tuple(differences))


def _ways(profile: Profile) -> list[tuple[FieldSpec, MultiRegionReader]]:
    """A reader for each way in which the score is drawn, where there are several: a label shows the place of one only."""
    specs = (profile.fields[Field.SCORE], *profile.scores) if profile.scores else ()
    alone = [replace(profile, fields={**profile.fields, Field.SCORE: spec}, scores=()) for spec in specs]
    return [(spec, MultiRegionReader(one, (0, 0))) for spec, one in zip(specs, alone, strict=True)]


def _drawn(label: Label, spec: FieldSpec) -> bool:
    """Was the label seen where, and in an ink in which, the score is drawn so?"""
    return label.ink in spec.inks and label.pixels.shape[:2] == (spec.box[3], spec.box[2])


def _read(reader: MultiRegionReader, field: Field, label: Label) -> Decimal | None:
    strip = field is Field.HISTORY
    pixels = np.ascontiguousarray(label.cut(_ROOM)) if strip else label.pixels
    reading = reader.read_field(Field.BALANCE if strip else field, pixels, label.at)
    return reading.value if reading else None
