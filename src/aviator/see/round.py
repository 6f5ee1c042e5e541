"""One round as seen so far. Plain state, filled by `rounds`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.core.events import EarningNoted, Fact, RoundEnded
from aviator.core.types import BookmakerId, Field, Phase, Source
from aviator.see.flight import Flight
from aviator.see.look import Look
from aviator.see.phase import Sight
from aviator.see.standing import Standing

_OWN = {Phase.PLAYING: (Sight.FLYING, Sight.ENDED, Sight.DARK), Phase.ENDED: (Sight.ENDED, Sight.DARK)}
"""What frames look like that show a round in these phases."""


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
    on_strip: tuple[Decimal, ...] = ()
    """What the strip shows, newest first, that is not on record: this round and those missed just before it."""
    strip_confidence: float = 0.0
    recorded: bool = False
    standing: Standing | None = None
    """Where the page does not mark the end: how long the multipliers of the flight stood."""

    def watch_standing(self, look: Look) -> None:
        """One frame of the flight, where its end must be told by its standing still."""
        if self.standing and look.score is not None:
            self.standing.look(look.score, look.at)
            self.confidence = look.confidence

    def end_by_standing(self, otherwise_at: float) -> None:
        """The flight is over although no end was marked: it ended where its multiplier stood, if it did."""
        end = self.standing.end() if self.standing else None
        self.ended_at = end.at if end else otherwise_at
        if end:
            self.votes[end.multiplier] += end.frames

    def facts(self, bookmaker: BookmakerId, multiplier: Decimal, ended_at: float, source: Source) -> list[Fact]:
        """What is told of the round once it is certain, and of the balance after it."""
        players, total = self.players
        started_at = self.started_at if self.started_at is None or self.started_at <= ended_at else None
        confidence = self.confidence if source is Source.LIVE else self.strip_confidence
        ended = RoundEnded(bookmaker, started_at, ended_at, multiplier, players, total, self.total_win, source, confidence)
        earned = None if self.balance is None else EarningNoted(bookmaker, started_at, ended_at, self.balance)
        return [ended, earned] if earned else [ended]

    @property
    def strip_says(self) -> Decimal | None:
        return self.on_strip[0] if self.on_strip else None

    @property
    def started_at(self) -> float | None:
        return self.flight.started_at if self.flight and self.flight.timed else None

    @property
    def flew(self) -> bool:
        """Was it seen to fly from its start? Then it is a round of its own, however soon it ends after the last one."""
        return self.flight is not None and self.flight.whole

    def agreed(self, votes: int) -> Decimal | None:
        """The multiplier that at least `votes` frames, and four of five, showed."""
        if not self.votes:
            return None
        value, count = self.votes.most_common(1)[0]
        return value if count >= votes and count * 5 >= self.votes.total() * 4 else None

    def allows(self, multiplier: Decimal) -> bool:
        """Does nothing that is known of its flight contradict this multiplier?"""
        flight = self.flight
        return flight is None or not flight.timed or self.ended_at is None or flight.explains(multiplier, self.ended_at)

    def may_be(self, multiplier: Decimal) -> bool:
        """Does what was seen of it, but for the time, allow this multiplier?"""
        if self.flight is None:
            return False
        agreed = self.agreed(2)
        return agreed == multiplier if agreed is not None else self.flight.last is None or multiplier >= self.flight.last

    def note(self, look: Look, phase: Phase) -> None:
        """Take down the board beside the game; another sight than this round's is the next one's, not yet confirmed."""
        if look.sight not in _OWN[phase]:
            return
        players = look.count(Field.PLAYERS)
        if players[0] is not None:
            self.players = players
        if (total_win := look.value(Field.TOTAL_WIN)) is not None:
            self.total_win = total_win
        if (balance := look.value(Field.BALANCE)) is not None:
            self.balance = balance
