"""MainCollector over the lives of honest games, seen well and badly: it records what happened, and admits what it lacks."""

from decimal import Decimal
from itertools import accumulate, pairwise
from math import log
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.property.lives import START, Kind, Watch, played, seen_end, spell, toasts
from tests.property.verdicts import collected, judged, nothing_lacks

from aviator.core.events import RoundEnded, SnapshotTaken
from aviator.core.game import THRESHOLDS
from aviator.see.rounds import OVERLAP

# Only a generator's seed is drawn: there is nothing to shrink.
repeatable = settings(derandomize=True, deadline=None, max_examples=40, phases=[Phase.generate])
chance = st.integers(0, 2**32 - 1).map(Random)


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
    lengths = accumulate(pace * (11.6 + 12 * log(m)) for m in [game.rounds[0].multiplier, *game.past[:30]])
    past = [(m, game.rounds[0].ended_at - passed) for m, passed in zip(game.past[:30], lengths, strict=False)]
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
