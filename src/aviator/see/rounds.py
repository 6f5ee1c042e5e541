"""MainCollector: follows rounds from looks and phase changes, checks each against the strip, fills in what was missed. Pure.

In: one `Look` a tick with the phase changes it brought. Out: `RoundEnded`, `SnapshotTaken`, `EarningNoted`, `GapFound`.
A round's multiplier is what several frames of ENDED agree on, and the strip confirms it. Rounds of which the end was not
seen are taken from the strip by aligning it with the record; what it no longer shows becomes a gap.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from aviator.core.events import Fact, GapFound, SnapshotTaken
from aviator.core.types import BookmakerId, Phase, Source
from aviator.see.chronicle import SHORTEST_INTERVAL_S, PastRound, date, others_may_lack, unbroken
from aviator.see.flight import Flight
from aviator.see.history import ENOUGH_BITS, Alignment, Glimpses, align, beginning, fitting, surprise
from aviator.see.look import Look, Strip
from aviator.see.phase import Change, Sight
from aviator.see.reckoning import Reckoning
from aviator.see.round import Round
from aviator.see.snapshots import SnapshotTimer
from aviator.see.standing import Standing

log = logging.getLogger(__name__)

VOTES = 3
"""So many frames of ENDED must agree on the multiplier before it counts."""
REMEMBERED = 100
OTHER_FLIGHT_S = 4.0
"""A flight this far off the clock at its end is not the flight of the round that ended."""
REST_S = 3.5
"""So long after the beginning of betting the strip surely shows only rounds before it; betting lasts 5 seconds and more."""
NO_LONGER_SHOWN = "the history strip no longer shows the rounds in between"
OVERLAP = 6
"""So many values on both strip and record always suffice to align them."""
LONGEST_STRIP = 25
"""Values on a strip that has not been seen yet, at most."""
LEAST_HELD = 4
"""So many rounds wait for the strip in any case."""
GAP_PATIENCE = 2
"""In so many bettings on end a clear strip must not continue the record before a gap is owned up to."""


class MainCollector:
    """One bookmaker's rounds. `recent`: the last recorded rounds (multiplier, ended_at), newest first, from before a restart.

    Without `has_strip` only the clock tells what happened in a blind spell. Where the page does not mark ends (`marks_ends`), a
    flight is over when its multiplier is gone, and ended where that stood last.
    """

    def __init__(
        self, bookmaker: BookmakerId, growth_s: float, recent: Sequence[PastRound] = (),
        has_strip: bool = True, snapshots: SnapshotTimer | None = None, *, marks_ends: bool = True,
    ) -> None:  # fmt: skip
        self.bookmaker = bookmaker
        self.rounds = 0
        self.strip_agreed = 0
        self.strip_disagreed = 0
        self.disagreement: tuple[Decimal, Decimal] | None = None  # the last one: of the board, of the strip
        self._pace = growth_s / 12
        self._marks_ends = marks_ends
        self._snapshots = snapshots or SnapshotTimer()
        self._phase = Phase.UNKNOWN
        self._round: Round | None = None
        self._times = Reckoning(self._pace, growth_s, recent)
        self._known: deque[PastRound] = deque(unbroken(recent, self._times.law), maxlen=REMEMBERED)
        self._held: list[Round] = []
        """Rounds seen that wait for the strip: their multiplier, or what happened before them, is not certain."""
        self._blind = bool(recent)
        """Was sight lost since the strip was last compared? Then rounds may lack before the next one."""
        self._has_strip = has_strip
        self._strip_shows = 0
        """The most values that the strip ever showed."""
        self._glimpses = Glimpses()
        """While rounds may lack: all that the strip has shown since sight came back, newest first."""
        self._betting_at: float | None = None
        self._compared = False
        self._unaligned = 0

    @property
    def last_multipliers(self) -> tuple[Decimal, ...]:
        return tuple(value for value, _ in self._known)

    def step(self, look: Look, changes: Sequence[Change]) -> list[Fact]:
        """Take one tick; returns the facts it establishes, oldest first."""
        facts: list[Fact] = []
        self._strip_shows = max(self._strip_shows, len(look.strip.values) if look.strip else 0)
        for change in changes:
            facts += self._moved(change)
        if not self._blind:
            self._glimpses.forget()
        elif look.strip and look.strip.clear and look.strip.settled and self._phase not in {Phase.UNKNOWN, Phase.OFFLINE}:
            self._glimpses.add(look.strip.values)
        if self._phase is Phase.PLAYING and self._round:
            facts += self._in_flight(self._round, look)
            if self._round.standing and self._round.standing.fell:
                facts += self._next_flight(look.at)
        elif self._phase is Phase.ENDED and self._round and not self._round.recorded:
            facts += self._at_end(self._round, look)
        elif self._phase is Phase.BETTING and not self._compared:
            facts += self._compare_with_strip(look)
        return facts

    def finish(self) -> list[Fact]:
        """The worker leaves: rounds that have ended and are certain enough are recorded now."""
        facts = self._close_round() if self._phase is Phase.ENDED else []
        return facts + self._do_without_strip()

    def _moved(self, change: Change) -> list[Fact]:
        self._phase = change.after
        facts: list[Fact] = []
        if change.after is Phase.PLAYING:
            flight = Flight(change.at, self._times.growth_s, change.before is Phase.BETTING)
            self._round = Round(flight, standing=None if self._marks_ends else Standing(self._pace))
            self._snapshots.begin()
        elif change.after is Phase.ENDED:
            # An end whose flight was not seen may be on record already: only the strip can tell.
            if self._round and self._round.flight:
                self._round.end_by_standing(change.at)
                self._times.flew(self._round.flight)
        else:
            if change.before is Phase.ENDED:
                facts = self._close_round()
                if change.after is Phase.BETTING and self._round and self._round.ended_at:
                    self._times.betting(self._round.ended_at, change.at)
            self._round = None
            self._betting_at, self._compared = change.at, False
        if change.after is Phase.OFFLINE:
            self._blind = True
            self._times.lost()
        return facts

    def _next_flight(self, at: float) -> list[Fact]:
        """Another flight follows without a betting that was recognised."""
        self._moved(Change(at, Phase.PLAYING, Phase.ENDED))
        facts = self._close_round()
        self._moved(Change(at, Phase.ENDED, Phase.PLAYING))
        return facts

    def _in_flight(self, current: Round, look: Look) -> list[Fact]:
        current.note(look, self._phase)
        if look.sight is not Sight.FLYING or look.score is None:
            # The score at the end, in a phase not yet confirmed, no longer follows the clock.
            return []
        current.watch_standing(look)
        if current.flight is None or not current.flight.accept(look.score, look.at):
            return []
        if not self._snapshots.take(look.score, look.at):
            return []
        players, _ = current.players
        return [SnapshotTaken(self.bookmaker, current.flight.started_at, look.at, look.score, players, current.total_win)]

    def _at_end(self, current: Round, look: Look) -> list[Fact]:
        current.note(look, self._phase)
        if look.score is not None:
            current.votes[look.score] += 1
            current.confidence = max(current.confidence, look.confidence)
        if look.strip and look.strip.settled and current.ended_at:
            place = self._align(look.strip, current.ended_at)
            if place and place.missed > 0:
                current.on_strip = look.strip.values[: place.missed]
                current.strip_confidence = look.strip.confidence
        agreed = current.agreed(VOTES)
        if agreed is not None and agreed == current.strip_says and current.allows(agreed):
            return self._record_live(current, agreed)
        return []

    def _close_round(self) -> list[Fact]:
        """ENDED is over: record what is certain, leave the rest to the strip."""
        current = self._round
        if current is None or current.ended_at is None:
            return []
        agreed, strip = current.agreed(2), current.strip_says
        self._times.ended(current.ended_at, agreed)
        if current.recorded:
            return []
        if agreed is not None and strip == agreed:
            return self._record_live(current, agreed)
        if agreed is not None and strip is not None:
            return self._decide(current, agreed, strip)
        if agreed is not None and current.allows(agreed) and not self._others_may_lack(agreed, current):
            return self._record_live(current, agreed)
        self._held.append(current)
        return self._do_without_strip(self._most_held())

    def _others_may_lack(self, multiplier: Decimal, current: Round) -> bool:
        return others_may_lack(self._known, current, multiplier, self._times.law, doubt=self._blind or bool(self._held))

    def _most_held(self) -> int:
        """With more rounds after it, what was not seen is no longer on the strip, should that be seen again."""
        return max(LEAST_HELD, (self._strip_shows or LONGEST_STRIP) - OVERLAP) if self._has_strip else 0

    def _decide(self, current: Round, board: Decimal, strip: Decimal) -> list[Fact]:
        """Two witnesses disagree: the clock decides, and where it cannot, several frames of large digits."""
        log.warning("%s: the board showed %s, the strip %s; %s votes", self.bookmaker, board, strip, dict(current.votes))
        self.strip_disagreed += 1
        self.disagreement = board, strip
        if not current.standing and (current.allows(board) or not current.allows(strip)):
            return self._record(current, board, Source.LIVE)
        return self._record(current, strip, Source.STRIP)

    def _record_live(self, current: Round, multiplier: Decimal) -> list[Fact]:
        facts: list[Fact] = []
        if (
            current.started_at
            and current.flight
            and current.ended_at
            and abs(current.flight.off_s(multiplier, current.ended_at)) > OTHER_FLIGHT_S
        ):
            # It was another round's: its end and this one's beginning were not seen.
            current.flight = None
        if current.strip_says == multiplier:
            self.strip_agreed += 1
            self._blind = False
            if missed := current.on_strip[:0:-1]:
                end_before = (current.ended_at or 0.0) - self._times.law.length_s(multiplier)
                facts = self._fill_in(missed, (self._known[0][1], end_before), current.strip_confidence)
            self._held.clear()
        return facts + self._record(current, multiplier, Source.LIVE)

    def _do_without_strip(self, keep: int = 0) -> list[Fact]:
        """Of the rounds that wait for the strip record those that are certain by themselves, and own up to what lacks before
        them; the newest `keep` go on waiting."""
        facts: list[Fact] = []
        while len(self._held) > keep:
            one = self._held.pop(0)
            if (multiplier := one.agreed(2)) is None or one.ended_at is None:
                continue
            if self._known and not one.flew and self._times.law.too_soon(self._known[0][1], multiplier, one.ended_at):
                continue  # the sight of one end was broken off and taken up again
            if self._known and (missing := self._times.law.lacking(self._known[0][1], multiplier, one.ended_at)):
                # Betting lasts longer than REST_S, and the round before ended before that.
                to_at = one.ended_at - self._times.law.length_s(multiplier, REST_S)
                facts.append(self._gap(self._known[0][1], to_at, missing, "the history strip was not to be seen for too long"))
                self._known.clear()
            facts += self._record(one, multiplier, Source.LIVE)
        self._blind = self._blind and bool(self._held)
        return facts

    def _record(self, current: Round, multiplier: Decimal, source: Source) -> list[Fact]:
        assert current.ended_at is not None
        current.recorded = True
        self.rounds += 1
        ended_at = current.ended_at
        if self._known:
            # Estimated ends must not overtake seen ones: the order of rounds is certain, their times are not.
            ended_at = max(ended_at, self._known[0][1] + 0.001)
        self._known.appendleft((multiplier, ended_at))
        return current.facts(self.bookmaker, multiplier, ended_at, source)

    def _compare_with_strip(self, look: Look) -> list[Fact]:
        """Early in betting every round so far is on the strip: what the record lacks is filled in.

        Once per betting, and not later: a round that crashes at 1.00 reaches the strip before its end is recognised.
        """
        strip = look.strip
        if strip is None or not strip.settled or not strip.values or look.at - (self._betting_at or 0.0) > REST_S * self._pace:
            return []
        betting_at = self._betting_at or look.at
        strip = replace(strip, values=self._glimpses.beyond(strip.values))
        if sum(map(surprise, self.last_multipliers)) < 2 * ENOUGH_BITS:
            facts = self._begin(strip, betting_at)
            return facts if facts is not None else self._give_up(betting_at, strip)
        place = self._align(strip, self._times.last_end(betting_at))
        if place is None:
            return self._give_up(betting_at, strip)
        return self._settle(strip.values[: max(0, place.missed)], betting_at, strip.confidence)

    def _align(self, strip: Strip, last_end: float) -> Alignment | None:
        """How the strip continues the record, when the newest round on it ended at `last_end`."""
        timely = self._times.timely(self._known[0][1], strip.values, last_end) if self._known else None
        return align(strip.values, self.last_multipliers, timely)

    def _settle(self, missed: Sequence[Decimal], betting_at: float, confidence: float) -> list[Fact]:
        """The strip continues the record after these rounds (newest first)."""
        self._compared, self._unaligned, self._blind = True, 0, False
        span = (self._known[0][1], self._times.last_end(betting_at)) if missed else (0.0, 0.0)
        facts = self._fill_in(missed[::-1], span, confidence)
        # Where the strip has nothing new, the sight of a flight was broken off and taken up again.
        self._held.clear()
        return facts

    def _begin(self, strip: Strip, betting_at: float) -> list[Fact] | None:
        """Too little is known to align anything: the first looks. The strip tells of rounds from before our time too; they
        are known then, but not recorded. None where the little that is known stands nowhere on it for sure."""
        own, values, last_end = self.last_multipliers, strip.values, self._times.last_end(betting_at)
        timely = self._times.timely(self._known[0][1], values, last_end) if own else [0]
        if (missed := beginning(values, own, timely)) is None:
            return None
        for value in values[missed + len(own) :]:
            end = self._known[-1][1] - self._times.law.length_s(self._known[-1][0]) if self._known else last_end
            self._known.append((value, end))
        return self._settle(values[:missed], betting_at, strip.confidence)

    def _fill_in(self, missed: Sequence[Decimal], span: tuple[float, float], confidence: float) -> list[Fact]:
        """Record rounds that the strip shows, oldest first; `span`: the ends before the first and of the last."""
        facts: list[Fact] = []
        for multiplier, seen in date(missed, span, self._held, self._times.law):
            seen.strip_confidence = confidence
            live = seen.agreed(2) == multiplier
            self.strip_agreed += live
            facts += self._record(seen, multiplier, Source.LIVE if live else Source.STRIP)
        self._held.clear()
        return facts

    def _give_up(self, betting_at: float, strip: Strip) -> list[Fact]:
        """The strip does not continue the record: if that happens again, own up to a gap and begin anew."""
        if not strip.clear:
            return []
        self._compared = True
        self._unaligned += 1
        # How many rounds can have been is told best by the site's own intervals; until then what the strip shows is kept.
        if self._unaligned < (GAP_PATIENCE if self._times.knows_interval else 2 * GAP_PATIENCE):
            return []
        from_at, last_end = self._known[0][1], self._times.last_end(betting_at)
        shown = sum(map(self._times.law.length_s, strip.values))
        if shown > last_end - from_at + 2 * self._pace:
            # Not all that the strip shows can have happened since: where does the new begin?
            missed = fitting(strip.values, self.last_multipliers, self._times.timely(from_at, strip.values, last_end))
            if missed is None:
                return self._own_up(betting_at, strip)
            return self._settle(strip.values[:missed], betting_at, strip.confidence)
        self._known.clear()
        begin = max(from_at, last_end - shown)
        self._compared, self._unaligned, self._blind = True, 0, False
        facts = self._fill_in(strip.values[::-1], (begin, last_end), strip.confidence)
        if begin - from_at < self._times.law.room_s:
            return facts
        # The lost rounds lie before those shown, however short the site's intervals are.
        shortest = min(SHORTEST_INTERVAL_S, 0.9 * self._times.law.interval_s)
        to_at = last_end - sum(self._times.law.length_s(m, shortest) for m in strip.values)
        return [self._gap(from_at, to_at, max(1, self._times.law.rounds_in(begin - from_at))), *facts]

    def _own_up(self, betting_at: float, strip: Strip) -> list[Fact]:
        """Neither record nor strip tells where the new begins: record what is certain, and say that others lack."""
        facts = self._do_without_strip()
        if facts and (more := self._begin(strip, betting_at)) is not None:
            return facts + more
        from_at, last_end = self._known[0][1], self._times.last_end(betting_at)
        if last_end - from_at > self._times.law.room_s or not any(isinstance(f, GapFound) for f in facts):
            facts.append(self._gap(from_at, max(from_at, last_end), max(1, self._times.law.rounds_in(last_end - from_at))))
            self._known.clear()
        return facts + (self._begin(strip, betting_at) or [])

    def _gap(self, from_at: float, to_at: float, missing: int, reason: str = NO_LONGER_SHOWN) -> GapFound:
        return GapFound(self.bookmaker, from_at, to_at, missing, reason)
