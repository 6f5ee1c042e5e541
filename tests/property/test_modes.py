"""Paper and live are the same but for the hands: the same game gives the same decisions in both, and a mind that begins anew
decides as if there had been but one."""

from collections.abc import Sequence

import pytest
from tests.property.days import OTHERS, ROUNDS, Day, Look, Told, played

from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetRequested
from aviator.run.mind import MindSpec


def decided(wishes: Sequence[tuple[int, BetRequested]]) -> list[tuple[object, ...]]:
    return [(number, w.request_id, w.stake, w.auto_cash_out, w.strategy) for number, w in wishes]


def became(day: Day) -> dict[str, tuple[object, ...]]:
    return {key: (bet.outcome, bet.stake, bet.auto_cash_out, bet.payout) for key, bet in day.bets.items()}


def go_on(spec: MindSpec, told: Sequence[Told]) -> list[tuple[int, BetRequested]]:
    """What a mind wishes that begins now and is told this."""
    mind, wishes = spec(), []
    for one in told:
        if isinstance(one, Look):
            wishes += [(one.round, wish) for wish in mind.step(one.at, one.facts) if isinstance(wish, BetRequested)]
        else:
            mind.hear(one)
    mind.close()
    return wishes


@pytest.mark.parametrize("seed", range(len(OTHERS)))
def test_paper_and_live_decide_the_same(seed: int) -> None:
    paper, live = played(Mode.PAPER, seed), played(Mode.LIVE, seed)
    assert decided(paper.wishes) == decided(live.wishes)
    assert became(paper) == became(live)
    ends = [(bet.panel, bet.payout > 0) for bet in live.bets.values() if bet.payout is not None]
    assert len(ends) >= 15
    assert len({*ends}) == 4, "wins and losses on both panels"


def test_the_same_day_again_gives_the_same() -> None:
    one, other = played(Mode.LIVE, 7), played(Mode.LIVE, 7)
    assert decided(one.wishes) == decided(other.wishes)
    assert became(one) == became(other)
    assert any(bet.outcome is Outcome.REFUSED for bet in one.bets.values()), "the limits had a say"


@pytest.mark.parametrize("seed", range(len(OTHERS)))
def test_a_mind_that_begins_anew_in_any_round_goes_on_alike(seed: int) -> None:
    day = played(Mode.PAPER if seed % 2 else Mode.LIVE, seed)
    assert len(day.anew) == ROUNDS
    for heard, wished, spec in day.anew:
        assert decided(go_on(spec, day.told[heard:])) == decided(day.wishes[wished:])
