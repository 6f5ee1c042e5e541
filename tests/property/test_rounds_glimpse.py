"""A blind spell longer than the strip remembers: only what the strip no longer showed when sight came back is lost."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from tests.property.lives import START, Kind, Round, Spell, Watch, played, seen_end
from tests.property.verdicts import collected, judged

repeatable = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much],
)
chance = st.integers(0, 2**32 - 1).map(Random)


@repeatable
@given(chance, st.floats(0.25, 1.0), st.floats(10, 40), st.integers(1, 10), st.sampled_from((Kind.NOTHING, Kind.DROPPED)))
def test_what_the_strip_showed_when_sight_came_back_is_not_lost(rng: Random, pace, hz, beyond, kind):
    game = played(rng, pace, 60)
    back = game.rounds[8 + game.shown + beyond]
    # In mid-flight, long before the strip is compared.
    blind = Spell(game.rounds[8].started_at, back.betting_at + 0.5 * (back.started_at - back.betting_at) + 3 * pace, kind)
    watch = Watch(START, seen_end(game, back.number + 6), hz, [blind])
    lost = [r.number for run in judged(game, watch, collected(game, watch, rng)).missing for r in run]
    # A moment passes until the strip stands still and is believed.
    newest_past = max(r.number for r in game.rounds if r.ended_at < blind.end + 0.5 * pace + 3 / hz)
    assert lost
    assert max(lost) <= newest_past - game.shown


@repeatable
@given(chance, st.floats(0.25, 1.0), st.floats(10, 40), st.integers(1, 4), st.sampled_from((Kind.NOTHING, Kind.DROPPED)))
def test_few_values_that_strip_and_record_share_suffice_with_the_clock(rng: Random, pace, hz, shared, kind):
    game = played(rng, pace, 60)
    # Where neighbours are equal nobody can tell one from the other: then a gap is the honest answer.
    assume(len({r.multiplier for r in game.rounds[4:12]}) == 8)
    back = game.rounds[8 + game.shown - shared]
    blind = Spell(game.rounds[8].betting_at + 0.5 * pace, back.betting_at + pace, kind)
    watch = Watch(START, seen_end(game, back.number + 6), hz, [blind])
    lost = [r.number for run in judged(game, watch, collected(game, watch, rng)).missing for r in run]
    assert lost == []


@repeatable
@given(
    chance,
    st.floats(0.25, 1.0),
    st.floats(10, 40),
    st.floats(-3, 3),
    st.sampled_from((Kind.NOTHING, Kind.DROPPED)),
)
def test_a_strip_that_shows_just_what_was_missed_suffices_with_the_clock(rng: Random, pace, hz, off, kind):
    """No value is on both strip and record, and what the strip shows takes a little longer than what passed, or a little less."""
    game = played(rng, pace, 60)
    assume(len({r.multiplier for r in game.rounds[4:12]}) == 8)
    game = replace(game, rounds=[r if r.number < 12 else later(r, off * pace) for r in game.rounds])
    back = game.rounds[8 + game.shown]
    blind = Spell(game.rounds[8].betting_at + 0.5 * pace, back.betting_at + pace, kind)
    watch = Watch(START, seen_end(game, back.number + 6), hz, [blind])
    lost = [r.number for run in judged(game, watch, collected(game, watch, rng)).missing for r in run]
    assert lost == []


def later(one: Round, by: float) -> Round:
    return replace(
        one,
        betting_at=one.betting_at + by,
        started_at=one.started_at + by,
        ended_at=one.ended_at + by,
        black_at=one.black_at + by,
        over_at=one.over_at + by,
    )
