"""What the built-in strategies bet, from rounds and own bets alone."""

from decimal import Decimal
from typing import Any

import pytest

from aviator.core.bets import Decision, Outcome, OwnBet, Played, StrategyState
from aviator.core.errors import UserMistake
from aviator.decide.strategies.registry import BUILT_IN, about, load, numbers_of
from aviator.decide.strategies.rungs import rung

D = Decimal


def own(stake: str, payout: str | None = None, outcome: Outcome | None = Outcome.PLACED, at: float | None = None) -> OwnBet:
    return OwnBet(f"{stake}-{payout}", D(stake), D(2), outcome, None if payout is None else D(payout), at)


def played(*multipliers: str | None) -> list[Played]:
    return [Played(None if m is None else D(m), 20.0 * i) for i, m in enumerate(multipliers)]


def ask(name: str, bets: list[OwnBet] | None = None, history: list[Played] | None = None, **parameters: Any) -> Decision | None:
    return load(name, parameters).decide(history or [], StrategyState(D(1000), bets or []))


def stake(decision: Decision | None) -> Decimal | None:
    return None if decision is None else decision.stake


def test_the_ladder_goes_up_after_a_loss_and_down_after_a_win() -> None:
    bets: list[OwnBet] = []
    for rung_stake, auto in zip((10, 20, 40, 70, 120, 200), ("2.20", "2.20", "2.20", "2.50", "3.00", "3.00"), strict=True):
        decision = ask("ladder", bets)
        assert decision is not None
        assert (decision.stake, decision.auto_cash_out) == (rung_stake, D(auto))
        bets.append(own(str(rung_stake), "0"))
    assert ask("ladder", bets) is None
    assert stake(ask("ladder", bets, at_end="restart")) == 10
    assert stake(ask("ladder", [*bets[:3], own("70", "175")])) == 10


@pytest.mark.parametrize("outcome", [Outcome.ROLLED_BACK, Outcome.REFUSED, Outcome.EXPIRED, None])
def test_what_was_not_placed_never_shifts_the_ladder(outcome: Outcome | None) -> None:
    assert stake(ask("ladder", [own("10", "0"), own("20", None, outcome)])) == 20


@pytest.mark.parametrize("outcome", [Outcome.PLACED, Outcome.UNCERTAIN])
@pytest.mark.parametrize("name", ["ladder", "martingale", "anti_martingale", "flat_skip"])
def test_while_a_bet_is_not_settled_nothing_is_decided_that_depends_on_it(name: str, outcome: Outcome) -> None:
    assert ask(name, [own("10", "0"), own("20", None, outcome)]) is None


def test_the_rung_is_known_also_where_the_row_of_losses_began_before_the_bets_remembered() -> None:
    stakes = [D(1), D(2), D(3)]
    lost = [own(str(stakes[i % 3]), "0") for i in range(250)]
    for last in range(101, 250):
        assert rung(lost[last - 100 : last], stakes, climb_on=False, restart=True) == last % 3


def test_martingale_doubles_up_to_its_cap() -> None:
    lost = [own(s, "0") for s in ("10", "20", "40", "80", "160")]
    assert [stake(ask("martingale", lost[:n])) for n in range(6)] == [10, 20, 40, 80, 160, None]
    assert stake(ask("martingale", lost, at_end="restart")) == 10
    assert stake(ask("martingale", [*lost[:2], own("40", "80")])) == 10
    assert stake(ask("martingale", [own("1.15", "0")], stake="1.15", factor=1.5)) == D("1.72")


def test_anti_martingale_doubles_after_a_win_until_its_cap_is_won() -> None:
    won = [own(s, str(2 * int(s))) for s in ("10", "20", "40", "80", "160")]
    assert [stake(ask("anti_martingale", won[:n])) for n in range(6)] == [10, 20, 40, 80, 160, None]
    assert stake(ask("anti_martingale", won, at_end="restart")) == 10
    assert stake(ask("anti_martingale", [*won[:2], own("40", "0")])) == 10


@pytest.mark.parametrize(
    ("rounds", "bets"),
    [
        (("1.99", "1.00", "1.50", "1.20"), True),
        (("9.00", "1.99", "1.00", "1.50", "1.20"), True),
        (("1.99", "1.00", "2.00", "1.20"), False),
        (("1.99", "1.00", None, "1.20"), False),
        (("1.99", "1.00", "1.50"), False),
    ],
)
def test_the_pattern_is_a_row_of_low_rounds_that_a_missing_one_breaks(rounds: tuple[str | None, ...], bets: bool) -> None:
    assert (ask("wait_for_pattern", history=played(*rounds)) is not None) is bets


@pytest.mark.parametrize(
    ("payout", "passed", "bets"),
    [("20", 0, False), ("20", 1, False), ("20", 2, True), ("0", 2, False), ("0", 4, False), ("0", 5, True)],
)
def test_each_third_round_and_five_skipped_after_a_loss(payout: str, passed: int, bets: bool) -> None:
    rounds = [Played(D(2), float(i)) for i in range(10)]
    # The bet's own round is the first that ended after it.
    last = own("10", payout, at=rounds[-1].ended_at - passed - 0.5)
    refused = own("10", None, Outcome.REFUSED, at=100.0)
    assert (ask("flat_skip", [last, refused], rounds, every=3, skip=5) is not None) is bets


def test_fixed_bets_on_every_round() -> None:
    decision = ask("fixed", [own("3", None)], stake=2.5, auto_cash_out="1.50")
    assert decision == Decision((D("2.5"),), (D("1.50"),))


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("fixd", {}, "There is no strategy 'fixd': did you mean fixed?"),
        ("fixed", {"stake": 0}, "The strategy fixed: stake is 0, allowed: 0.01 to 1000000000."),
        ("fixed", {"stak": 1}, "The strategy fixed: stak is not a key (did you mean stake?)."),
        ("fixed", {"stake": "1.005"}, "The strategy fixed: stake is 1.005, but may have two decimals at most."),
        ("fixed", {"auto_cash_out": 1}, "The strategy fixed: auto_cash_out is 1, allowed: 1.01 to 1000000."),
        ("ladder", {"at_end": "wait"}, "The strategy ladder: at_end is 'wait', allowed: stop, restart."),
        (
            "ladder",
            {"amounts": [10, 0], "auto_stops": [2]},
            (
                "The strategy ladder: amounts holds 0, allowed: 0.01 and more, with two decimals at most; "
                "amounts and auto_stops must have as many rungs as one another, at least one, not 2 and 1."
            ),
        ),
        ("martingale", {"cap": 5}, "The strategy martingale: cap is 5, but must not be below the stake of 10."),
    ],
)
def test_a_mistake_in_parameters_is_one_clear_sentence(name: str, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserMistake) as mistake:
        load(name, parameters)
    assert str(mistake.value) == sentence


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_says_what_it_does(name: str) -> None:
    assert about(BUILT_IN[name]).endswith(".")


@pytest.mark.parametrize(
    ("name", "parameters", "stakes", "autos"),
    [
        ("ladder", {}, "10 20 40 70 120 200", "2.20 2.50 3.00"),
        ("wait_for_pattern", {"stake": "12.50", "auto_cash_out": "1.50"}, "12.50", "1.50"),
        ("anti_martingale", {"stake": "10", "factor": "3", "cap": "100", "auto_cash_out": "2"}, "10 30 90", "2"),
    ],
)
def test_a_strategy_tells_all_it_may_ask_for(name: str, parameters: dict[str, Any], stakes: str, autos: str) -> None:
    assert numbers_of(load(name, parameters)) == (tuple(map(D, stakes.split())), tuple(map(D, autos.split())))


def test_rubbish_on_a_rung_that_was_not_reached_is_passed_over() -> None:
    """A user's own strategy is checked rung by rung, when it plays; what it cannot type is not rehearsed."""

    class Odd:
        def decide(self, history: object, state: object) -> Decision:
            return Decision((D(10), D("NaN"), 20), (D(2), None, D(3)))  # type: ignore[arg-type]

    assert numbers_of(Odd()) == ((D(10),), (D(2), D(3)))
