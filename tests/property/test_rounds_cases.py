"""MainCollector in single cases, each the smallest life that once went wrong."""

from dataclasses import replace
from decimal import Decimal
from math import log
from random import Random

from tests.property.lives import START, Game, Kind, Round, Spell, Watch, seen_end
from tests.property.verdicts import Verdict, collected, judged

from aviator.core.events import GapFound, RoundEnded

PAST = [Decimal(f"{m:.2f}") for m in (3.17, 1.42, 8.80, 1.05, 2.61, 1.93, 12.74, 1.00, 4.06, 1.28, 1.77, 6.35, 1.11, 2.24, 1.59)]
LIFE = (1.50, 2.20, 1.30, 3.10, 1.85, 1.47, 2.02, 1.33, 1.64, 2.90, 1.71, 4.40, 1.22, 1.91, 2.40, 3.60, 1.08, 2.77, 1.60)


def game_of(multipliers: tuple[float, ...], growth_s: float = 12.0) -> Game:
    """At the usual pace: 5 s of betting, 3 s of end, 2 s of darkness; twelve values on the strip."""
    at, rounds = START, []
    for i, m in enumerate(Decimal(f"{m:.2f}") for m in multipliers):
        end = at + 5 + growth_s * log(m)
        rounds.append(Round(i, m, at, at + 5, end, end + 3, end + 5))
        at = end + 5
    return Game(1.0, 0.0, 12, PAST, rounds, growth_s)


def test_an_end_that_is_hardly_legible_is_one_round_and_leaves_the_clock_alone():
    """A high score is read now and then only, and the strip not at all any more: each time its end seems to have come anew."""
    game = game_of((*LIFE[:10], 1099.93, *LIFE[10:18]))
    last = game.rounds[-1].over_at
    watch = Watch(START, last, 10, covers=[(game.rounds[10].betting_at, last)], illegible=Decimal(1000))
    facts = collected(game, watch, Random(1))
    assert [f.multiplier for f in facts if isinstance(f, RoundEnded)] == [r.multiplier for r in game.rounds]
    assert not [f for f in facts if isinstance(f, GapFound)]


def test_a_flight_that_was_seen_from_its_start_is_a_round_whatever_the_clock_says():
    """A clone of the game whose planes climb faster, of which a film shows one round that the strip does not show in time."""
    game = game_of((1.68, 6.59), growth_s=7.2)
    last = game.rounds[1]
    watch = Watch(game.rounds[0].ended_at + 0.5, last.ended_at + 1.8, 60, covers=[(last.ended_at - 0.1, last.over_at)])
    facts = collected(game, watch, Random(1))
    assert [f.multiplier for f in facts if isinstance(f, RoundEnded)] == [last.multiplier]


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


def test_a_worker_that_knows_two_rounds_takes_up_what_the_strip_still_shows():
    """Nobody knows the interval here yet, and sight is lost again and again; but the strip shows 87.35 before 1.29 all along."""
    missed = (1.09, 1.04, 1.00, 5.45, 2.43, 2.29, 4.06, 3.58, 2.76)
    game = replace(game_of((87.35, 1.29, *missed, 1.08, 2.10, 1.07, 1.79, 4.00, 1.25, 3.24, 1.01)), shown=16)
    before, known, r = game.rounds[0], game.rounds[1], game.rounds
    recent = [(known.multiplier, known.ended_at), (before.multiplier, before.ended_at)]
    blind = [
        Spell(r[11].ended_at + 2.9, r[14].betting_at + 2, Kind.NOTHING),
        Spell(r[15].started_at + 10, r[16].ended_at + 0.5, Kind.NOTHING),
    ]
    watch = Watch(r[11].betting_at + 1, seen_end(game, 18), 10, blind)
    facts = collected(game, watch, Random(1), recent)
    assert [f.multiplier for f in facts if isinstance(f, RoundEnded)] == [r.multiplier for r in game.rounds[2:]]
    assert not [f for f in facts if isinstance(f, GapFound)]
