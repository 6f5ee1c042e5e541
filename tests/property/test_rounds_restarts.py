"""MainCollector that is killed again and again, blind at times, before a strip that is covered for long: nothing it records is
wrong, doubled or joined; what lacks lies in a gap; and no gap stands where the strip still showed the rounds."""

from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.property.lives import Game, Kind, Watch, played, seen_end, spell, toasts
from tests.property.verdicts import Kill, collected, exact

repeatable = settings(derandomize=True, deadline=None, max_examples=80, phases=[Phase.generate])
chance = st.integers(0, 2**32 - 1).map(Random)
slowness = st.floats(0.25, 1.0)
frames_a_second = st.floats(5, 40)


def kills(rng: Random, game: Game, count: int) -> list[Kill]:
    """At any moments after the first rounds; each down for up to two rounds, some with facts that were never sent."""
    begin, end = game.rounds[8].betting_at, game.rounds[-6].betting_at
    moments = sorted(rng.uniform(begin, end) for _ in range(count))
    return [Kill(at, rng.choice([1.0, rng.uniform(0, 40)]) * game.pace, rng.choice([0.0, 0.1, 0.5])) for at in moments]


def covers(rng: Random, game: Game, count: int, most_s: float) -> list[tuple[float, float]]:
    begin, end = game.rounds[8].betting_at, game.rounds[-8].betting_at
    return [(at, at + rng.uniform(1, most_s) * game.pace) for at in (rng.uniform(begin, end) for _ in range(count))]


def blinks(rng: Random, game: Game, count: int) -> list:
    """Blind for a moment or for some rounds, from any moment on."""
    starts = sorted(rng.sample(range(8, len(game.rounds) - 12), count))
    return [spell(rng, game, k, rng.choice([0, 0, 1, 3]), rng.choice(list(Kind))) for k in starts]


@repeatable
@given(chance, slowness, frames_a_second)
def test_kills_before_a_clear_strip_lose_nothing(rng: Random, pace, hz):
    game = played(rng, pace, 30)
    watch = Watch(game.rounds[0].betting_at, seen_end(game, 29), hz)
    deaths = kills(rng, game, 4)
    exact(game, watch, collected(game, watch, rng, kills=deaths), deaths)


@repeatable
@given(chance, slowness, frames_a_second)
def test_a_strip_covered_for_long_delays_but_holds_nothing_back_for_ever(rng: Random, pace, hz):
    game = played(rng, pace, 44)
    watch = Watch(game.rounds[0].betting_at, seen_end(game, 43), hz, [spell(rng, game, 9, rng.randint(0, 4), Kind.NOTHING)])
    watch.covers = [(watch.blind[0].begin, game.rounds[36].betting_at)]
    facts = collected(game, watch, rng)
    exact(game, watch, facts, [])


@repeatable
@given(chance, slowness, frames_a_second)
def test_kills_blindness_and_a_covered_strip_at_once(rng: Random, pace, hz):
    game = played(rng, pace, 60)
    watch = Watch(
        game.rounds[0].betting_at, seen_end(game, 59), hz, blinks(rng, game, 3), toasts(rng, game),
        unread=rng.choice([0.0, 0.05]), covers=covers(rng, game, 3, rng.choice([20, 300])),
    )  # fmt: skip
    deaths = kills(rng, game, 3)
    exact(game, watch, collected(game, watch, rng, kills=deaths), deaths)
