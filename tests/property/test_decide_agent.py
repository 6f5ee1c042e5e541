"""Agent and keeper over random play: they never act in the same interval, nothing is wished twice, late, or in a betting time of
which the beginning was not seen; and the same facts at the same times give the same wishes."""

from dataclasses import dataclass
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.decide.play import NAME, Asked, decision, ended, phase, tell

from aviator.core.bets import Outcome
from aviator.core.events import BetRequested, Event, KeepRequested, TellBet, TellKept
from aviator.core.types import Phase
from aviator.decide.agent import BettingAgent, Play
from aviator.decide.exclusion import exclusion
from aviator.decide.session import SessionKeeper

OUTCOMES = tuple(Outcome)
T = 1_700_000_000.0
TICKS_PER_S = 5
SEEN = (Phase.ENDED, Phase.BETTING)
"""So begins a betting time whose beginning is known."""


@dataclass
class Moment:
    """What happens up to a tick, besides what was wished before."""

    at: float
    events: list[Event]
    take_off: float | None
    """When this betting time is truly over; None outside one whose beginning was seen."""


def play(seed: int, rounds: int) -> list[Moment]:
    """A game with betting of 5 s, now and then lost from sight, its rounds on record sooner or later or never."""
    random = Random(seed)
    tick, before = 0, Phase.UNKNOWN
    moments: list[Moment] = []
    late: list[tuple[float, Event]] = []

    def now() -> float:
        return T + tick / TICKS_PER_S

    def spend(seconds: float, take_off: float | None) -> None:
        nonlocal tick, late
        for _ in range(round(seconds * TICKS_PER_S)):
            moments.append(Moment(now(), [event for due, event in late if due <= now()], take_off))
            late = [(due, event) for due, event in late if due > now()]
            tick += 1

    def turn(after: Phase) -> None:
        nonlocal before
        moments.append(Moment(now(), [phase(now(), before, after)], now() + 5 if (before, after) == SEEN else None))
        before = after

    for _ in range(rounds):
        seen = (before, Phase.BETTING) == SEEN
        turn(Phase.BETTING)
        spend(5.0, now() + 5 if seen else None)
        turn(Phase.PLAYING)
        spend(random.choice((0.2, 3.0, 20.0)), None)
        if random.random() < 0.1:
            turn(Phase.OFFLINE)
            spend(7.0, None)
            continue
        turn(Phase.ENDED)
        if random.random() < 0.9:
            late.append((now() + random.choice((0.0, 1.0, 5.0, 8.0)), ended(now())))
        spend(4.0, None)
    return moments


def live(moments: list[Moment], seed: int) -> list[BetRequested | KeepRequested]:
    """The engine answers each wish some time later, in order of its moods; what must never be is checked on the way."""
    random = Random(seed)
    turns = exclusion()
    plays = [Play(panel, "fixed", Asked(decision())) for panel in (1, 2)]
    agent = BettingAgent(NAME, plays, turns)
    keeper = SessionKeeper(NAME, 0, T - 290.0, lambda: random.uniform(25, 35), turns)
    betting: set[str] = set()
    keeping: set[str] = set()
    pending: list[tuple[float, Event]] = []
    wished: list[BetRequested | KeepRequested] = []
    for moment in moments:
        due = [event for when, event in pending if when <= moment.at]
        pending = [(when, event) for when, event in pending if when > moment.at]
        for event in [*moment.events, *due]:
            agent.apply(event)
            keeper.apply(event)
            if isinstance(event, TellBet) and event.outcome not in (None, Outcome.UNCERTAIN):
                betting.discard(event.request_id)
            elif isinstance(event, TellKept):
                keeping.discard(event.request_id)
        for wish in [*agent.tick(moment.at), *keeper.tick(moment.at)]:
            assert isinstance(wish, BetRequested | KeepRequested)
            wished.append(wish)
            after = moment.at + random.choice((0.1, 0.5, 2.0, 12.0))
            if isinstance(wish, KeepRequested):
                keeping.add(wish.request_id)
                pending.append((after, TellKept(wish.request_id, random.random() < 0.8)))
                continue
            assert moment.take_off is not None, "bets only in betting times that were seen from the beginning"
            assert moment.at < wish.deadline <= moment.take_off + 1e-6
            assert wish.request_id not in {known.request_id for known in wished[:-1]}
            betting.add(wish.request_id)
            outcome = random.choice(OUTCOMES)
            pending.append((after, tell(wish, outcome)))
            if outcome is Outcome.UNCERTAIN:
                pending.append((after + 30.0, tell(wish, Outcome.PLACED)))
            if outcome in (Outcome.PLACED, Outcome.UNCERTAIN):
                pending.append((after + 31.0, tell(wish, Outcome.PLACED, "0")))
        assert not (betting and keeping)
    return wished


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 25))
def test_agent_and_keeper_never_act_in_the_same_interval(seed: int, rounds: int) -> None:
    moments = play(seed, rounds)
    assert live(moments, seed) == live(moments, seed)


def test_random_play_reaches_bets_and_clicks() -> None:
    wishes = [wish for seed in range(5) for wish in live(play(seed, 20), seed)]
    assert sum(isinstance(wish, BetRequested) for wish in wishes) > 40
    assert sum(isinstance(wish, KeepRequested) for wish in wishes) > 10
