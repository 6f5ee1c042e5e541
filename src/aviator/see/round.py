"""One round as seen so far. Plain state, filled by `rounds`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.see.flight import Flight


@dataclass(slots=True)
class Round:
    """What was seen of a round: its flight, its end, the multipliers that frames of its end showed, the board beside."""

    flight: Flight | None
    ended_at: float | None = None
    votes: Counter[Decimal] = field(default_factory=Counter)
    confidence: float = 0.0
    players: tuple[int | None, int | None] = (None, None)
    total_win: Decimal | None = None
    balance: Decimal | None = None
    snapshot_at: float = 0.0
    thresholds: int = 0
    on_strip: tuple[Decimal, ...] = ()
    """What the strip shows, newest first, that is not on record: this round and those missed just before it."""
    strip_confidence: float = 0.0
    recorded: bool = False

    @property
    def strip_says(self) -> Decimal | None:
        return self.on_strip[0] if self.on_strip else None

    @property
    def started_at(self) -> float | None:
        return self.flight.started_at if self.flight and self.flight.timed else None

    def agreed(self, votes: int) -> Decimal | None:
        """The multiplier that at least `votes` frames, and four of five, showed."""
        if not self.votes:
            return None
        value, count = self.votes.most_common(1)[0]
        return value if count >= votes and count * 5 >= self.votes.total() * 4 else None

    def can_be(self, multiplier: Decimal) -> bool:
        """Does what was seen of it allow this multiplier?"""
        agreed = self.agreed(2)
        if self.ended_at is None or self.flight is None or (agreed is not None and agreed != multiplier):
            return False
        return agreed == multiplier or (self.flight.timed and self.flight.explains(multiplier, self.ended_at))
