"""MainCollector: follows rounds from looks and phase changes, checks each against the strip, fills in what was missed. Pure.

In: one `Look` a tick with the phase changes it brought. Out: `RoundEnded`, `SnapshotTaken`, `EarningNoted`, `GapFound`.
A round's multiplier is what several frames of ENDED agree on, and the strip confirms it. Rounds of which the end was not
seen are taken from the strip by aligning it with the record; what it no longer shows becomes a gap.
"""

from __future__ import annotations

import logging
import math
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from aviator.core.events import EarningNoted, Fact, GapFound, RoundEnded, SnapshotTaken
from aviator.core.types import BookmakerId, Field, Phase, Source
from aviator.see.flight import Flight, Growth
from aviator.see.history import ENOUGH_BITS, align, surprise
from aviator.see.look import Look, Strip
from aviator.see.phase import Change

log = logging.getLogger(__name__)

THRESHOLDS = tuple(map(Decimal, ("1.5", "2", "3", "5", "10")))
VOTES = 3
"""So many frames of ENDED must agree on the multiplier before it counts."""
REMEMBERED = 100
INTERVAL_S = 11.6
"""Seconds between two rounds besides their flights (betting, end, dark moment), at a game's normal pace; 10.6 to 12.6 by site."""
LAST_LEG_S = 4.5
"""Of those, the ones between a round's end and the next betting."""
GAP_PATIENCE_S = 3.0


@dataclass(slots=True)
class _Round:
    """The round on the screen now."""

    flight: Flight | None
    ended_at: float | None = None
    votes: Counter[Decimal] = field(default_factory=Counter)
    confidence: float = 0.0
    players: tuple[int | None, int | None] = (None, None)
    total_win: Decimal | None = None
    balance: Decimal | None = None
    snapshot_at: float = 0.0
    thresholds: int = 0
    strip_says: Decimal | None = None
    strip_confidence: float = 0.0
    recorded: bool = False

    @property
    def started_at(self) -> float | None:
        return self.flight.started_at if self.flight else None

    def agreed(self, votes: int) -> Decimal | None:
        """The multiplier that at least `votes` frames, and four of five, showed."""
        if not self.votes:
            return None
        value, count = self.votes.most_common(1)[0]
        return value if count >= votes and count * 5 >= self.votes.total() * 4 else None


class MainCollector:
    """One bookmaker's rounds. `recent`: the last recorded rounds (multiplier, ended_at), newest first, from before a restart."""

    def __init__(self, bookmaker: BookmakerId, growth_s: float, recent: Sequence[tuple[Decimal, float]] = ()) -> None:
        self.bookmaker = bookmaker
        self.rounds = 0
        self.strip_agreed = 0
        self.strip_disagreed = 0
        self._pace = growth_s / 12
        self._growth = Growth(growth_s)
        self._known: deque[tuple[Decimal, float]] = deque(recent, maxlen=REMEMBERED)
        self._phase = Phase.UNKNOWN
        self._round: _Round | None = None
        self._unread: list[_Round] = []
        self._betting_at: float | None = None
        self._unaligned_since: float | None = None

    @property
    def last_multipliers(self) -> tuple[Decimal, ...]:
        return tuple(value for value, _ in self._known)

    def step(self, look: Look, changes: Sequence[Change]) -> list[Fact]:
        """Take one tick; returns the facts it establishes, oldest first."""
        facts: list[Fact] = []
        for change in changes:
            facts += self._moved(change)
        if self._phase is Phase.PLAYING and self._round:
            facts += self._in_flight(self._round, look)
        elif self._phase is Phase.ENDED and self._round and not self._round.recorded:
            facts += self._at_end(self._round, look)
        if self._phase in (Phase.BETTING, Phase.PLAYING):
            facts += self._compare_with_strip(look)
        return facts

    def finish(self) -> list[Fact]:
        """The worker leaves: a round that has ended and is certain enough is recorded now."""
        return self._close_round() if self._phase is Phase.ENDED else []

    def _moved(self, change: Change) -> list[Fact]:
        self._phase = change.after
        facts: list[Fact] = []
        if change.after is Phase.PLAYING:
            self._round = _Round(Flight(change.at, self._growth.growth_s))
        elif change.after is Phase.ENDED:
            # An end whose flight was not seen may be on record already: only the strip can tell.
            if self._round and self._round.flight:
                self._round.ended_at = change.at
                self._growth.learn(self._round.flight)
        else:
            if change.before is Phase.ENDED:
                facts = self._close_round()
            elif self._round:
                self._unread.append(self._round)
            self._round = None
            self._betting_at = change.at
        return facts

    def _in_flight(self, current: _Round, look: Look) -> list[Fact]:
        self._note_board(current, look)
        if look.score is None or current.flight is None or not current.flight.accept(look.score, look.at):
            return []
        passed = sum(look.score >= t for t in THRESHOLDS)
        if passed == current.thresholds and look.at - current.snapshot_at < self._pace:
            return []
        current.thresholds, current.snapshot_at = passed, look.at
        players, _ = current.players
        return [SnapshotTaken(self.bookmaker, current.flight.started_at, look.at, look.score, players, current.total_win)]

    def _at_end(self, current: _Round, look: Look) -> list[Fact]:
        self._note_board(current, look)
        if look.score is not None:
            current.votes[look.score] += 1
            current.confidence = max(current.confidence, look.confidence)
        if look.strip and look.strip.settled and look.strip.values:
            current.strip_says = self._newest_on(look.strip.values)
            current.strip_confidence = look.strip.confidence
        agreed = current.agreed(VOTES)
        if agreed is not None and agreed == current.strip_says and self._plausible(current, agreed):
            return self._record_live(current, agreed)
        return []

    def _newest_on(self, strip: Sequence[Decimal]) -> Decimal | None:
        """The value that the strip shows for the round just ended, once it shows it."""
        place = align(strip, self.last_multipliers)
        return strip[0] if place and place.missed >= 1 else None

    def _plausible(self, current: _Round, multiplier: Decimal) -> bool:
        return current.flight is None or current.ended_at is None or current.flight.explains(multiplier, current.ended_at)

    def _close_round(self) -> list[Fact]:
        """ENDED is over: record what is certain, leave the rest to the strip."""
        current = self._round
        if current is None or current.recorded or current.ended_at is None:
            return []
        agreed = current.agreed(2)
        strip = current.strip_says
        if agreed is not None and (strip is None or strip == agreed):
            if self._plausible(current, agreed) or strip == agreed:
                return self._record_live(current, agreed)
        elif agreed is not None and strip is not None:
            log.warning("%s: the board showed %s, the strip %s; %s votes", self.bookmaker, agreed, strip, dict(current.votes))
            self.strip_disagreed += 1
            # Two witnesses disagree: the clock decides, and where it cannot, several frames of large digits.
            if self._plausible(current, agreed) or not self._plausible(current, strip):
                return self._record(current, agreed, Source.LIVE)
            return self._record(current, strip, Source.STRIP)
        self._unread.append(current)
        return []

    def _record_live(self, current: _Round, multiplier: Decimal) -> list[Fact]:
        if current.strip_says == multiplier:
            self.strip_agreed += 1
        return self._record(current, multiplier, Source.LIVE)

    def _record(self, current: _Round, multiplier: Decimal, source: Source) -> list[Fact]:
        assert current.ended_at is not None
        current.recorded = True
        self.rounds += 1
        self._known.appendleft((multiplier, current.ended_at))
        players, total = current.players
        started_at = current.started_at
        confidence = current.confidence if source is Source.LIVE else current.strip_confidence
        ended = RoundEnded(
            self.bookmaker, started_at, current.ended_at, multiplier, players, total, current.total_win, source, confidence
        )
        if current.balance is None:
            return [ended]
        return [ended, EarningNoted(self.bookmaker, started_at, current.ended_at, current.balance)]

    def _compare_with_strip(self, look: Look) -> list[Fact]:
        """Between two ends every round so far must be on the strip: what the record lacks is filled in."""
        if not look.strip or not look.strip.settled:
            return []
        values = look.strip.values
        if sum(map(surprise, self.last_multipliers)) < 2 * ENOUGH_BITS:
            # Too little is known to align anything: the very first looks.
            self._begin(values, look.at)
            return []
        place = align(values, self.last_multipliers)
        if place is None:
            return self._give_up(look.at, look.strip)
        self._unaligned_since = None
        if place.missed == 0:
            # The strip has nothing new although a flight was seen: the sight of it was broken off and taken up again.
            self._unread.clear()
        return self._fill_in(values[: max(0, place.missed)][::-1], look.at, look.strip.confidence)

    def _begin(self, values: Sequence[Decimal], at: float) -> None:
        """Take the strip for the rounds before our time: known, but not recorded. One already recorded must be its newest."""
        own = list(self._known)
        if [value for value, _ in own] != list(values[: len(own)]):
            return
        for i, value in enumerate(values[len(own) :], len(own) + 1):
            self._known.append((value, at - i * INTERVAL_S * self._pace))

    def _fill_in(self, missed: Sequence[Decimal], now: float, confidence: float) -> list[Fact]:
        """Record rounds from the strip, oldest first, dated by what was seen of them or else by the clock law."""
        ends = self._estimated_ends(missed, now)
        seen = self._unread[-len(missed) :]
        facts: list[Fact] = []
        for i, multiplier in enumerate(missed):
            k = i - (len(missed) - len(seen))
            current = seen[k] if k >= 0 else _Round(None)
            if current.ended_at is None or current.flight is None or not current.flight.explains(multiplier, current.ended_at):
                current = _Round(None, ended_at=ends[i])
            current.strip_confidence = confidence
            facts += self._record(current, multiplier, Source.STRIP)
        if missed:
            self._unread.clear()
        return facts

    def _estimated_ends(self, missed: Sequence[Decimal], now: float) -> list[float]:
        """Times between the last recorded end and the betting now, in proportion to the rounds' lengths under the clock law."""
        lengths = [self._pace * INTERVAL_S + self._growth.growth_s * math.log(m) for m in missed]
        last = (self._betting_at or now) - LAST_LEG_S * self._pace
        before = self._known[0][1]
        room, need = max(0.0, last - before), sum(lengths)
        ends, at = [], before
        for length in lengths:
            at += length * room / need
            ends.append(at)
        return ends

    def _give_up(self, at: float, strip: Strip) -> list[Fact]:
        """The strip does not continue the record: after a while of that, own up to a gap and begin anew."""
        if not strip.clear:
            return []
        if self._unaligned_since is None:
            self._unaligned_since = at
        if at - self._unaligned_since < GAP_PATIENCE_S * self._pace:
            return []
        self._unaligned_since = None
        from_at = self._known[0][1]
        # E[ln X] = 0.97 for P(X >= m) = 0.97/m.
        mean = self._pace * INTERVAL_S + self._growth.growth_s * 0.97
        missing = max(1, round((at - from_at) / mean))
        self._known.clear()
        self._unread.clear()
        self._begin(strip.values, at)
        return [GapFound(self.bookmaker, from_at, at, missing, "the history strip no longer shows the rounds in between")]

    def _note_board(self, current: _Round, look: Look) -> None:
        players = look.count(Field.PLAYERS)
        if players[0] is not None:
            current.players = players
        current.total_win = look.value(Field.TOTAL_WIN) or current.total_win
        current.balance = look.value(Field.BALANCE) or current.balance
