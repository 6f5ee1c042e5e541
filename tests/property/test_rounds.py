"""MainCollector over the lives of honest games, seen well and badly: it records what happened, and admits what it lacks.

A game's life is drawn first (rounds by the law, phases, the strip that gains a value at each crash and slides), then watched at
some frame rate from some moment on, with blind spells, toasts over the strip and scores that could not be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from math import exp, log
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aviator.core.events import EarningNoted, Fact, GapFound, RoundEnded, SnapshotTaken
from aviator.core.types import BookmakerId, Field, Method, Reading, Source
from aviator.see.look import Look, Strip
from aviator.see.phase import PhaseMachine, Sight
from aviator.see.rounds import THRESHOLDS, MainCollector
from aviator.see.stillness import Stillness

A = BookmakerId("Admiral")
ONE = Decimal("1.00")
START = 1_700_000_000.0
SLIDE_S, SLIDE_STEPS = 0.3, 8
SETTLES_S = 0.09
TOAST_S = 3.5
OVERLAP = 6
"""So many values on both strip and record always suffice to align them; four often do."""

# Only a generator's seed is drawn: there is nothing to shrink.
repeatable = settings(derandomize=True, deadline=None, max_examples=40, phases=[Phase.generate])
chance = st.integers(0, 2**32 - 1).map(Random)


# --- a game's life ---


@dataclass
class Round:
    number: int
    multiplier: Decimal
    betting_at: float
    started_at: float
    ended_at: float
    black_at: float
    over_at: float


@dataclass
class Game:
    """`past`: the rounds before the first one, newest first. The strip shows `shown` values.

    For the first `fade_s` of its end, while the score turns from one colour to the other, a round shows nothing to go by.
    """

    pace: float
    fade_s: float
    shown: int
    past: list[Decimal]
    rounds: list[Round]

    def values(self, newest: int) -> tuple[Decimal, ...]:
        """The strip after round number `newest` (-1: before the first) has ended, newest first."""
        new = [r.multiplier for r in self.rounds[max(0, newest + 1 - self.shown) : newest + 1]][::-1]
        return tuple((new + self.past)[: self.shown])


def drawn(rng: Random) -> Decimal:
    """P(X >= m) = 0.97/m, with more 1.00 than there really are; no flight longer than 50 s, for the sake of time."""
    return ONE if rng.random() < 0.1 else max(ONE, min(Decimal(int(97 / (1 - rng.random()))).scaleb(-2), Decimal(60)))


def played(rng: Random, pace: float, count: int) -> Game:
    betting, ended, black = (s * pace for s in (rng.uniform(5, 6), rng.uniform(3, 4.5), rng.uniform(0.3, 2.4)))
    at, rounds = START, []
    for i in range(count):
        m = rounds[-1].multiplier if rounds and rng.random() < 0.1 else drawn(rng)
        start = at + betting
        end = start + 12 * pace * log(m)
        rounds.append(Round(i, m, at, start, end, end + ended, end + ended + black))
        at = rounds[-1].over_at
    return Game(pace, rng.uniform(0, 0.5) * pace, rng.randint(11, 25), [drawn(rng) for _ in range(60)], rounds)


# --- somebody watches it ---


class Kind(Enum):
    """What the eye gets during a blind spell."""

    DROPPED = "no frames"
    NOTHING = "frames with nothing of the game on them"
    FROZEN = "the same picture again and again"


@dataclass
class Spell:
    begin: float
    end: float
    kind: Kind


@dataclass
class Watch:
    """When and how well: blind spells, `toasts` over the strip (from, values left), the shares of scores unread and misread."""

    begin: float
    end: float
    hz: float
    blind: list[Spell] = field(default_factory=list)
    toasts: list[tuple[float, int]] = field(default_factory=list)
    unread: float = 0.0
    misread: float = 0.0


def looks(game: Game, watch: Watch, rng: Random) -> Iterator[tuple[Look, bool]]:
    """What is seen, and whether anything moved since the last look: rays do all the time."""
    at, k = watch.begin, 0
    picture, moved_at = None, 0.0
    last = Look(at, Sight.NOTHING, None, 0.0, None, {})
    while at < watch.end:
        while game.rounds[k].over_at <= at:
            k += 1
        blind = next((spell.kind for spell in watch.blind if spell.begin <= at < spell.end), None)
        if blind is None:
            now, strip = _strip(game, watch, k, at)
            if now != picture:
                picture, moved_at = now, at
            strip = Strip(strip.values, strip.clear, at - moved_at >= SETTLES_S, strip.confidence)
            last = _look(game, game.rounds[k], at, strip)
            if last.score and rng.random() < watch.misread:
                last = replace(last, score=drawn(rng))
            if rng.random() < watch.unread:
                last = replace(last, score=None)
            yield last, True
        elif blind is Kind.NOTHING:
            picture = None
            yield Look(at, Sight.NOTHING, None, 0.0, Strip((), True, True, 1.0), {}), False
        elif blind is Kind.FROZEN:
            yield replace(last, at=at, strip=last.strip and replace(last.strip, settled=at - moved_at >= SETTLES_S)), False
        at += rng.uniform(0.8, 1.2) / watch.hz


def _strip(game: Game, watch: Watch, k: int, at: float) -> tuple[object, Strip]:
    """What the strip looks like, to tell whether it moved, and what can be read of it."""
    ended_at = game.rounds[k].ended_at
    newest = k if at >= ended_at else k - 1
    step = min(SLIDE_STEPS, int((at - ended_at) / (SLIDE_S * game.pace) * SLIDE_STEPS)) if newest == k else SLIDE_STEPS
    values = game.values(newest)
    toast = next((left for begin, left in watch.toasts if begin <= at < begin + TOAST_S * game.pace), None)
    picture = (newest, step, toast)
    if step == 0:  # the new value is still outside
        values = game.values(newest - 1)
    elif step < SLIDE_STEPS:  # and now it is cut
        return picture, Strip((), False, False, 1.0)
    if toast is not None:
        return picture, Strip(values[:toast], False, False, 0.95)
    return picture, Strip(values, True, False, 0.97)


def _look(game: Game, current: Round, at: float, strip: Strip) -> Look:
    score: Decimal | None = None
    if at < current.started_at:
        sight = Sight.WAITING
    elif at < current.ended_at:
        sight = Sight.FLYING
        score = min(current.multiplier, Decimal(int(100 * exp((at - current.started_at) / 12 / game.pace) + 1e-9)).scaleb(-2))
    elif at < current.ended_at + game.fade_s:
        sight = Sight.NOTHING
    elif at < current.black_at:
        sight, score = Sight.ENDED, current.multiplier
    else:
        sight = Sight.DARK
    readings = {
        Field.PLAYERS: Reading(Field.PLAYERS, Decimal(current.number), None, 1.0, Method.GLYPHS, at, Decimal(500)),
        Field.BALANCE: Reading(Field.BALANCE, Decimal(1000 + current.number), None, 1.0, Method.GLYPHS, at),
    }
    return Look(at, sight, score, 0.97 if score else 0.0, strip, readings)


def collected(game: Game, watch: Watch, rng: Random, recent: list[tuple[Decimal, float]] | None = None) -> list[Fact]:
    phases, collector = PhaseMachine(game.pace), MainCollector(A, 12 * game.pace, recent or [])
    stillness = Stillness(game.pace)
    facts: list[Fact] = []
    for look, moved in looks(game, watch, rng):
        facts += collector.step(look, phases.step(stillness.judge(look, moved), look.at))
    return facts + collector.finish()


# --- what was recorded against what happened ---


@dataclass
class Verdict:
    first: int
    """Number of the first round on record."""
    missing: list[list[Round]]
    """Runs of rounds between recorded ones that are not on record."""


def judged(game: Game, watch: Watch, facts: list[Fact]) -> Verdict:
    """Fails on anything that is wrong: a value, an order, a time, an extra round, a round missing without a gap that says so."""
    recorded = [f for f in facts if isinstance(f, RoundEnded)]
    gaps = [f for f in facts if isinstance(f, GapFound)]
    assert recorded, "nothing recorded"
    assert all(a.ended_at < b.ended_at for a, b in pairwise(recorded)), "not in order"
    numbers = _numbers(game, watch, recorded)
    missing = [game.rounds[a + 1 : b] for a, b in pairwise(numbers) if b - a > 1]
    assert len(missing) == len(gaps), f"{missing} missing, but {gaps}"
    for lost, gap in zip(missing, gaps, strict=True):
        assert gap.from_at - 1 <= lost[0].ended_at <= lost[-1].ended_at <= gap.to_at
        assert len(lost) / 2 - 2 <= gap.rounds_missing <= len(lost) * 2 + 2
    for number, fact in zip(numbers, recorded, strict=True):
        _right(game.rounds[number], game, watch, fact)
    ends = {f.ended_at: game.rounds[n] for n, f in zip(numbers, recorded, strict=True)}
    earnings = [(ends[f.at], f.balance) for f in facts if isinstance(f, EarningNoted)]
    assert all(balance == 1000 + true.number for true, balance in earnings if not _touched(true, watch))
    return Verdict(numbers[0], missing)


def _numbers(game: Game, watch: Watch, recorded: list[RoundEnded]) -> list[int]:
    """Which round each record is: those seen live by their time, those between them in turn."""
    numbers: list[int | None] = [None] * len(recorded)
    for i, fact in enumerate(recorded):
        if fact.source is Source.LIVE:
            near = [r for r in game.rounds if r.ended_at <= fact.ended_at < r.black_at]
            assert near, f"{fact} ended when no round was at its end"
            hidden = any(
                spell.begin <= near[0].ended_at + game.fade_s + 2 / watch.hz and near[0].ended_at < spell.end
                for spell in watch.blind
            )
            assert hidden or fact.ended_at - near[0].ended_at <= game.fade_s + 3 / watch.hz
            numbers[i] = near[0].number
    for i in range(len(recorded) - 1, 0, -1):
        if numbers[i - 1] is None and numbers[i] is not None:
            numbers[i - 1] = numbers[i] - 1
    for i in range(1, len(recorded)):
        if numbers[i] is None and numbers[i - 1] is not None:
            numbers[i] = numbers[i - 1] + 1
    found = [n for n in numbers if n is not None]
    assert len(found) == len(recorded), "nothing was seen live"
    assert all(a < b for a, b in pairwise(found)), f"{found}: twice, or one too many"
    wrong = [(game.rounds[n], f) for n, f in zip(found, recorded, strict=True) if game.rounds[n].multiplier != f.multiplier]
    assert not wrong, f"wrong: {wrong}"
    return found


def _right(true: Round, game: Game, watch: Watch, fact: RoundEnded) -> None:
    assert fact.started_at is None or fact.started_at <= fact.ended_at
    if fact.source is Source.LIVE and not _touched(true, watch):
        assert fact.players == true.number
        if true.ended_at - true.started_at < 3 / watch.hz:
            return
        assert fact.started_at is not None
        assert abs(fact.started_at - true.started_at) <= 0.3 * game.pace + game.fade_s + 2 / watch.hz


def _touched(true: Round, watch: Watch) -> bool:
    """Was a part of this round not seen?"""
    return watch.begin > true.started_at or any(s.begin < true.black_at and s.end > true.betting_at for s in watch.blind)


def nothing_lacks(game: Game, watch: Watch, facts: list[Fact], first: int, last: int) -> None:
    verdict = judged(game, watch, facts)
    assert verdict.missing == []
    assert verdict.first <= first
    assert verdict.first + sum(isinstance(f, RoundEnded) for f in facts) > last


def spell(rng: Random, game: Game, first: int, rounds: int, kind: Kind) -> Spell:
    """Blind from some moment of round `first` to some moment `rounds` later."""
    a, b = game.rounds[first], game.rounds[first + rounds]
    begin = rng.uniform(a.betting_at, a.over_at)
    end = rng.uniform(b.betting_at, b.over_at)
    return Spell(min(begin, end), max(begin, end), kind)


def toasts(rng: Random, game: Game) -> list[tuple[float, int]]:
    out, at = [], START
    while (at := at + TOAST_S + rng.expovariate(1 / (30 * game.pace))) < game.rounds[-1].over_at:
        out.append((at, rng.randint(0, game.shown)))
    return out


def seen_end(game: Game, number: int) -> float:
    """A moment at which round `number` has ended for long enough to be recorded."""
    return game.rounds[number].black_at - 0.01


frames_a_second = st.floats(5, 40)
slowness = st.floats(0.25, 1.0)


@repeatable
@given(chance, slowness, frames_a_second)
def test_every_round_that_is_seen_is_recorded(rng: Random, pace, hz):
    game = played(rng, pace, 12)
    begin = rng.uniform(START, game.rounds[1].over_at)
    watch = Watch(begin, seen_end(game, 11), hz)
    first = next(r.number for r in game.rounds if r.betting_at >= begin)
    nothing_lacks(game, watch, collected(game, watch, rng), first, 11)


@repeatable
@given(chance, slowness, frames_a_second)
def test_toasts_unread_and_misread_scores_cost_nothing(rng: Random, pace, hz):
    game = played(rng, pace, 12)
    begin = rng.uniform(START, game.rounds[1].over_at)
    watch = Watch(begin, seen_end(game, 11), hz, [], toasts(rng, game), unread=rng.choice([0.05, 0.3]), misread=0.05)
    verdict = judged(game, watch, collected(game, watch, rng))
    assert verdict.missing == []


@repeatable
@given(chance, slowness, frames_a_second, st.integers(0, 5), st.sampled_from(Kind))
def test_what_a_short_blindness_hides_comes_from_the_strip(rng: Random, pace, hz, rounds, kind):
    game = played(rng, pace, 8 + rounds + 5)
    watch = Watch(START, seen_end(game, len(game.rounds) - 1), hz, [spell(rng, game, 8, rounds, kind)])
    nothing_lacks(game, watch, collected(game, watch, rng), 0, len(game.rounds) - 1)


@repeatable
@given(chance, slowness, frames_a_second, st.integers(0, 12), st.sampled_from(Kind))
def test_blindness_is_filled_or_admitted(rng: Random, pace, hz, rounds, kind):
    game = played(rng, pace, 8 + rounds + 6)
    watch = Watch(START, seen_end(game, len(game.rounds) - 1), hz, [spell(rng, game, 8, rounds, kind)])
    verdict = judged(game, watch, collected(game, watch, rng))
    assert verdict.first == 0
    for lost in verdict.missing:
        assert len(lost) > game.shown - OVERLAP


@repeatable
@given(chance, slowness, frames_a_second)
def test_all_troubles_at_once(rng: Random, pace, hz):
    game = played(rng, pace, 34)
    blind = [spell(rng, game, k, rng.randint(0, 6), rng.choice(list(Kind))) for k in (0, 10, 20)]
    watch = Watch(START, seen_end(game, 33), hz, blind, toasts(rng, game), rng.choice([0.0, 0.05]), rng.choice([0.0, 0.03]))
    judged(game, watch, collected(game, watch, rng))


@repeatable
@given(chance, slowness, frames_a_second, st.integers(0, 5))
def test_a_restart_is_filled_from_the_strip(rng: Random, pace, hz, rounds):
    game = played(rng, pace, 16)
    before = game.rounds[:4][::-1]
    past = [(m, START - 12 * pace * (i + 1)) for i, m in enumerate(game.past[:30])]
    recent = [(r.multiplier, r.ended_at) for r in before] + past
    again = game.rounds[4 + rounds]
    watch = Watch(rng.uniform(again.betting_at, again.over_at), seen_end(game, 15), hz)
    facts = collected(game, watch, rng, recent)
    verdict = judged(game, watch, facts)
    assert verdict.missing == []
    assert (verdict.first, sum(isinstance(f, RoundEnded) for f in facts)) == (4, 12)


@repeatable
@given(chance, slowness, frames_a_second)
def test_snapshots_at_thresholds_and_at_most_once_a_second(rng: Random, pace, hz):
    game = played(rng, pace, 6)
    facts = collected(game, Watch(START, seen_end(game, 5), hz), rng)
    for true in game.rounds:
        shots = [f for f in facts if isinstance(f, SnapshotTaken) and true.started_at <= f.at < true.ended_at]
        assert all(abs(12 * pace * log(s.multiplier) - (s.at - true.started_at)) < 0.2 * pace for s in shots)
        extra = sum(b.at - a.at < pace for a, b in pairwise(shots))
        assert extra <= sum(true.multiplier >= t for t in THRESHOLDS)
        for threshold in THRESHOLDS:
            if true.multiplier > threshold * Decimal("1.1"):
                assert any(s.multiplier >= threshold for s in shots)


# --- single cases, each the smallest life that once went wrong ---

PAST = [Decimal(f"{m:.2f}") for m in (3.17, 1.42, 8.80, 1.05, 2.61, 1.93, 12.74, 1.00, 4.06, 1.28, 1.77, 6.35, 1.11, 2.24, 1.59)]
LIFE = (1.50, 2.20, 1.30, 3.10, 1.85, 1.47, 2.02, 1.33, 1.64, 2.90, 1.71, 4.40, 1.22, 1.91, 2.40, 3.60, 1.08, 2.77, 1.60)


def game_of(multipliers: tuple[float, ...]) -> Game:
    """At the usual pace: 5 s of betting, 3 s of end, 2 s of darkness; twelve values on the strip."""
    at, rounds = START, []
    for i, m in enumerate(Decimal(f"{m:.2f}") for m in multipliers):
        end = at + 5 + 12 * log(m)
        rounds.append(Round(i, m, at, at + 5, end, end + 3, end + 5))
        at = end + 5
    return Game(1.0, 0.0, 12, PAST, rounds)


def watched(game: Game, *blind: Spell, begin: float = START, toasts: tuple[tuple[float, int], ...] = ()) -> Verdict:
    watch = Watch(begin, seen_end(game, len(game.rounds) - 1), 10, list(blind), list(toasts))
    return judged(game, watch, collected(game, watch, Random(1)))


def test_a_record_waiting_for_the_strip_takes_nothing_from_the_next_round():
    """The strip is covered until the next betting's first frame, which already shows the next round's players and balance."""
    game = game_of(LIFE[:10])
    assert watched(game, toasts=((game.rounds[7].ended_at - 0.5, 0), (game.rounds[7].ended_at + 2.5, 0))).missing == []


def test_a_round_without_flight_is_not_taken_from_the_strip_as_well():
    """It is on the strip before its end can be told; the strip has been covered ever since the round before."""
    game = replace(game_of((*LIFE[:8], 1.00, *LIFE[8:10])), fade_s=0.6)
    covered = tuple((game.rounds[7].ended_at - 0.5 + s, 0) for s in (0, 3, 6, 9))
    assert watched(game, toasts=((*covered[:-1], (game.rounds[8].ended_at - 3.7, 0)))).missing == []


def test_a_gap_stands_where_the_rounds_are_missing():
    """What the strip still shows of a long blindness is recorded; the gap is what lies before."""
    game = game_of(LIFE)
    (lost,) = watched(game, Spell(game.rounds[1].betting_at + 1, game.rounds[14].betting_at + 4.5, Kind.NOTHING)).missing
    assert [r.number for r in lost] == list(range(1, 1 + len(lost)))
    assert len(lost) <= 3


def test_what_a_covered_strip_cannot_confirm_is_not_recorded_twice():
    """Blind into a later flight; its end is seen while a toast covers the strip: what lies between is not known yet."""
    game = game_of(LIFE[:10])
    blind = Spell(game.rounds[2].betting_at + 1, game.rounds[6].started_at + 2, Kind.NOTHING)
    covered = tuple((game.rounds[6].ended_at + s, 0) for s in (-0.1, 3.0))
    assert watched(game, blind, toasts=covered).missing == []


def test_blindness_before_anything_is_known_of_the_strip_is_admitted():
    """One round seen, then blind for two: the strip shows them, or a gap says so."""
    game = game_of(LIFE[:10])
    blind = Spell(game.rounds[0].black_at + 0.5, game.rounds[3].started_at + 2, Kind.NOTHING)
    watched(game, blind, begin=game.rounds[0].started_at + 1)


def test_a_round_seen_before_the_blindness_is_not_taken_for_one_during_it():
    """Its end was seen, its score not; the last round of the blind spell has the same multiplier."""
    game = game_of((1.50, 1.37, 1.68, 1.37, *LIFE[4:10]))
    assert watched(game, Spell(game.rounds[1].ended_at + 0.25, game.rounds[4].betting_at + 0.3, Kind.NOTHING)).missing == []


def test_two_ends_without_a_frame_between_are_two_rounds():
    game = game_of(LIFE[:10])
    for kind in (Kind.NOTHING, Kind.DROPPED):
        blind = Spell(game.rounds[1].ended_at + 0.15, game.rounds[4].ended_at + 0.5, kind)
        assert watched(game, blind).missing == []
