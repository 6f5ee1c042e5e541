"""A blind spell longer than the strip remembers: only what the strip no longer showed when sight came back is lost."""

from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.property.lives import START, Kind, Spell, Watch, played, seen_end
from tests.property.verdicts import collected, judged

repeatable = settings(derandomize=True, deadline=None, max_examples=40, phases=[Phase.generate])
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
