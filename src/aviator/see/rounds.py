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
from aviator.see.phase import Change, Sight

log = logging.getLogger(__name__)

THRESHOLDS = tuple(map(Decimal, ("1.5", "2", "3", "5", "10")))
VOTES = 3
"""So many frames of ENDED must agree on the multiplier before it counts."""
REMEMBERED = 100
INTERVAL_S = 11.6
"""Seconds between two rounds besides their flights (betting, end, dark moment), at a game's normal pace; 10.6 to 12.6 by site."""
LAST_LEG_S = 4.5
"""Of those, the ones between a round's end and the next betting."""
REST_S = 3.5
"""So long after the beginning of betting the strip surely shows only rounds before it; betting lasts 5 seconds and more."""
GAP_PATIENCE = 2
"""In so many bettings on end a clear strip must not continue the record before a gap is owned up to."""


_OWN = {Phase.PLAYING: (Sight.FLYING, Sight.ENDED, Sight.DARK), Phase.ENDED: (Sight.ENDED, Sight.DARK)}
"""What frames look like that show a round in these phases; another sight is the next round's, not yet confirmed."""


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
    on_strip: tuple[Decimal, ...] = ()
    """What the strip shows, newest first, that is not on record: this round and those missed just before it."""
    strip_confidence: float = 0.0
    recorded: bool = False

    @property
    def strip_says(self) -> Decimal | None:
        return self.on_strip[0] if self.on_strip else None

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
        self._compared = False
        self._unaligned = 0

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
        elif self._phase is Phase.BETTING and not self._compared:
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
            self._betting_at, self._compared = change.at, False
        return facts

    def _in_flight(self, current: _Round, look: Look) -> list[Fact]:
        self._note_board(current, look)
        if look.sight is not Sight.FLYING or look.score is None:
            # The score at the end, in a phase not yet confirmed, no longer follows the clock.
            return []
        if current.flight is None or not current.flight.accept(look.score, look.at):
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
        if look.strip and look.strip.settled and (place := align(look.strip.values, self.last_multipliers)) and place.missed > 0:
            current.on_strip = look.strip.values[: place.missed]
            current.strip_confidence = look.strip.confidence
        agreed = current.agreed(VOTES)
        if agreed is not None and agreed == current.strip_says and self._plausible(current, agreed):
            return self._record_live(current, agreed)
        return []

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
        facts: list[Fact] = []
        if current.strip_says == multiplier:
            self.strip_agreed += 1
            if missed := current.on_strip[:0:-1]:
                facts = self._fill_in(missed, current.ended_at or 0.0, current.strip_confidence)
        return facts + self._record(current, multiplier, Source.LIVE)

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
        """Early in betting every round so far is on the strip: what the record lacks is filled in.

        Once per betting, and not later: a round that crashes at 1.00 reaches the strip before its end is recognised.
        """
        strip = look.strip
        if strip is None or not strip.settled or not strip.values or look.at - (self._betting_at or 0.0) > REST_S * self._pace:
            return []
        if sum(map(surprise, self.last_multipliers)) < 2 * ENOUGH_BITS:
            # Too little is known to align anything: the very first looks.
            self._compared = self._begin(strip.values, look.at)
            return []
        place = align(strip.values, self.last_multipliers)
        if place is None:
            return self._give_up(look.at, strip) if strip.clear else []
        self._compared, self._unaligned = True, 0
        if place.missed <= 0:
            # The strip has nothing new although a flight was seen: the sight of it was broken off and taken up again.
            self._unread.clear()
            return []
        return self._fill_in(strip.values[: place.missed][::-1], self._betting_at or look.at, strip.confidence)

    def _begin(self, values: Sequence[Decimal], at: float) -> bool:
        """Take the strip for the rounds before our time: known, but not recorded. One already recorded must be its newest."""
        own = list(self._known)
        if [value for value, _ in own] != list(values[: len(own)]):
            return False
        for i, value in enumerate(values[len(own) :], len(own) + 1):
            self._known.append((value, at - i * INTERVAL_S * self._pace))
        return True

    def _fill_in(self, missed: Sequence[Decimal], before: float, confidence: float) -> list[Fact]:
        """Record rounds from the strip, oldest first, dated by what was seen of them or else by the clock law."""
        ends = self._estimated_ends(missed, before)
        seen = self._unread[-len(missed) :]
        facts: list[Fact] = []
        for i, multiplier in enumerate(missed):
            k = i - (len(missed) - len(seen))
            current = seen[k] if k >= 0 else _Round(None)
            if current.ended_at is None or current.flight is None or not current.flight.explains(multiplier, current.ended_at):
                current = _Round(None, ended_at=ends[i])
            current.strip_confidence = confidence
            facts += self._record(current, multiplier, Source.STRIP)
        self._unread.clear()
        return facts

    def _estimated_ends(self, missed: Sequence[Decimal], before: float) -> list[float]:
        """Times between the last recorded end and `before`, in proportion to the rounds' lengths under the clock law."""
        lengths = [self._pace * INTERVAL_S + self._growth.growth_s * math.log(m) for m in missed]
        begin = self._known[0][1]
        room, need = max(0.0, before - LAST_LEG_S * self._pace - begin), sum(lengths)
        ends, at = [], begin
        for length in lengths:
            at += length * room / need
            ends.append(at)
        return ends

    def _give_up(self, at: float, strip: Strip) -> list[Fact]:
        """The strip does not continue the record: if that happens again, own up to a gap and begin anew."""
        self._compared = True
        self._unaligned += 1
        if self._unaligned < GAP_PATIENCE:
            return []
        self._unaligned = 0
        from_at = self._known[0][1]
        # E[ln X] = 0.97 for P(X >= m) = 0.97/m.
        mean = self._pace * INTERVAL_S + self._growth.growth_s * 0.97
        missing = max(1, round((at - from_at) / mean))
        self._known.clear()
        self._unread.clear()
        self._begin(strip.values, at)
        return [GapFound(self.bookmaker, from_at, at, missing, "the history strip no longer shows the rounds in between")]

    def _note_board(self, current: _Round, look: Look) -> None:
        if look.sight not in _OWN[self._phase]:
            # The next round's board, in a phase not yet confirmed.
            return
        players = look.count(Field.PLAYERS)
        if players[0] is not None:
            current.players = players
        if (total_win := look.value(Field.TOTAL_WIN)) is not None:
            current.total_win = total_win
        if (balance := look.value(Field.BALANCE)) is not None:
            current.balance = balance
