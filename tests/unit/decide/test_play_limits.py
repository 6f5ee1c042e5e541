"""Plays against limits: a play that cannot stay within them is named, with the figures and the key to change."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.bets import BetOrder
from aviator.core.config import BookmakerSettings, LimitSettings, PlaySettings, Settings, load
from aviator.core.types import BookmakerId
from aviator.decide.limits import Limits
from aviator.decide.play_limits import play_faults

A, B = "Admiral", "MaxBet"
LADDER = {"amounts": [10, 20, 40], "auto_stops": ["2.20", "2.20", "2.50"], "at_end": "restart"}
OPEN = LimitSettings(stake=1e6, stake_per_round=1e6, loss_per_day=1e6, drawdown=1e6)


def settings(*plays: PlaySettings, limits: LimitSettings | None = None, **more: object) -> Settings:
    books = (BookmakerSettings(A, cell="TL"), BookmakerSettings(B, cell="TR"))
    return Settings(**{"bookmakers": books, "plays": plays, "limits": limits or LimitSettings()} | more)  # type: ignore[arg-type]


def sentences(found: Settings) -> str:
    return " ".join(fault.sentence for fault in play_faults(found))


def test_the_ladder_10_20_40_exceeds_the_default_limit_of_a_stake() -> None:
    (fault,) = play_faults(settings(PlaySettings(A, "ladder", 1, LADDER)))
    assert fault.sentence == (
        "plays[1] (ladder at 'Admiral', panel 1) stakes up to 40, and limits.stake is 20, so it stops betting at its first "
        "stake above that: lower its amounts or raise limits.stake to 40."
    )
    assert not fault.never


def test_the_documented_example_stays_within_the_default_limits(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "strategies.md").read_text(encoding="utf-8")
    examples = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[plays]]" in block]
    assert examples
    for example in examples:
        names = {play["bookmaker"] for play in tomllib.loads(example)["plays"]}
        books = "".join(f'[[bookmakers]]\nname = "{name}"\ncell = "TL"\n' for name in names)
        path = tmp_path / "aviator.toml"
        path.write_text(books + example, encoding="utf-8")
        assert not play_faults(load(path))


@pytest.mark.parametrize("key", ["stake", "stake_per_round", "loss_per_day", "drawdown"])
def test_a_first_stake_above_a_limit_never_bets(key: str) -> None:
    limits = Settings(limits=OPEN).limits
    limits = type(limits)(**{name: getattr(limits, name) for name in limits.__slots__} | {key: 9.99})
    (fault,) = play_faults(settings(PlaySettings(A, "fixed", 1, {"stake": 10}), limits=limits))
    assert fault.never
    assert f"limits.{key} is 9.99, so it never bets: lower its stake or raise limits.{key} to 10." in fault.sentence


@pytest.mark.parametrize("strategy", ["martingale", "anti_martingale"])
def test_a_progression_is_judged_by_its_highest_stake(strategy: str) -> None:
    found = settings(PlaySettings(A, strategy, 1, {"stake": 5, "factor": 3, "cap": 50}))
    assert "stakes up to 45, and limits.stake is 20" in sentences(found)
    assert "lower its cap" in sentences(found)


def test_a_row_of_losses_may_exceed_the_loss_of_a_day() -> None:
    ladder = {"amounts": [20, 20, 20, 20, 20, 20], "auto_stops": ["2.00"] * 6}
    told = sentences(settings(PlaySettings(A, "ladder", 1, ladder)))
    assert "loses 120 when all its stakes are lost in a row, and limits.loss_per_day is 100" in told
    assert "limits.drawdown is 100" in told


def test_plays_together_may_exceed_the_stake_of_a_round() -> None:
    plays = [PlaySettings(name, "fixed", panel, {"stake": 20}) for name in (A, B) for panel in (1, 2)]
    assert not play_faults(settings(*plays[:3]))
    assert "together stake up to 80 at the same time" in sentences(settings(*plays))
    assert "raise limits.stake_per_round to 80" in sentences(settings(*plays))


def test_stakes_count_in_the_currency_of_the_limits() -> None:
    books = (BookmakerSettings(A, cell="TL", currency="EUR"), BookmakerSettings(B, cell="TR", currency="RSD"))
    plays = (PlaySettings(A, "fixed"), PlaySettings(B, "fixed", 1, {"stake": 1000}))
    rates = {"EUR": 1, "RSD": 0.0085}
    assert not play_faults(settings(*plays, bookmakers=books, rates=rates))
    told = sentences(settings(*plays, bookmakers=books, rates=rates | {"RSD": 0.085}))
    assert "begins with a stake of 1000 (85 in the currency of the limits), and limits.stake is 20" in told


def test_a_play_at_a_bookmaker_that_is_not_followed_places_no_bet() -> None:
    books = (BookmakerSettings(A, cell="TL", enabled=False), BookmakerSettings(B, cell="TR"))
    assert not play_faults(settings(PlaySettings(A, "fixed", 1, {"stake": 1000}), bookmakers=books))


@given(
    stake=st.decimals(min_value="0.01", max_value=100, places=2),
    limits=st.tuples(*[st.decimals(min_value="0.01", max_value=100, places=2)] * 4),
)
def test_a_first_bet_is_admitted_exactly_where_nothing_says_never(stake: Decimal, limits: tuple[Decimal, ...]) -> None:
    chosen = LimitSettings(*map(float, limits))
    faults = play_faults(settings(PlaySettings(A, "fixed", 1, {"stake": str(stake)}), limits=chosen))
    order = BetOrder("a-1", BookmakerId(A), 1, stake, Decimal(2), 0.0, 5.0)
    assert Limits(chosen, lambda at: 0.0).check(order, 1.0).ok is not any(fault.never for fault in faults)


def test_open_stakes_together_count_as_lost_until_they_are_settled() -> None:
    """Related: a second bet may be refused for the loss of the day though nothing was lost."""
    limits = LimitSettings(loss_per_day=30.0, drawdown=1e6)
    plays = [PlaySettings(A, "fixed", panel, {"stake": 20}) for panel in (1, 2)]
    assert "together stake up to 40 at the same time" in (told := sentences(settings(*plays, limits=limits)))
    assert "limits.loss_per_day is 30" in told
    assert "drawdown" not in told


def test_a_strategy_of_the_users_own_is_not_run() -> None:
    assert not play_faults(settings(PlaySettings(A, "/nowhere/mine.py", 1, {"stake": 1000})))
