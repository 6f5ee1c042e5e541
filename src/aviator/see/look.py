"""What one tick saw: the readings of a frame and what they make it look like. Plain values, passed from reader to collectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from aviator.core.types import Field, Reading
from aviator.see.phase import Sight


@dataclass(frozen=True, slots=True)
class Strip:
    """The history strip, newest first, as far as it is certain. `clear`: nothing on it was in doubt. `settled`: it does
    not move."""

    values: tuple[Decimal, ...]
    clear: bool
    settled: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Look:
    """One tick at a bookmaker. `at` is Unix seconds of the grab; `score` the multiplier on the board, if it could be read."""

    at: float
    sight: Sight
    score: Decimal | None
    confidence: float
    strip: Strip | None
    readings: Mapping[Field, Reading]

    def value(self, field: Field) -> Decimal | None:
        reading = self.readings.get(field)
        return reading.value if reading else None

    def count(self, field: Field) -> tuple[int | None, int | None]:
        """n and m of a field like `n/m`."""
        reading = self.readings.get(field)
        if reading is None or reading.value is None:
            return None, None
        return int(reading.value), None if reading.total is None else int(reading.total)
