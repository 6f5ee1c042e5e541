"""What a strategy costs, and that its simulation plays by the law."""

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from aviator.core.bets import StrategyState
from aviator.decide.prospects import draw, expected_profit, prospect
from aviator.decide.strategies.registry import BUILT_IN, load

D = Decimal


@pytest.mark.parametrize("auto", ["1.01", "1.37", "2.00", "2.20", "3.00", "99.99"])
def test_every_auto_cash_out_gives_back_97_percent(auto: str) -> None:
    assert expected_profit(D(100), D(auto)) == pytest.approx(-3)


def test_cents_cut_off_cost_a_little_more() -> None:
    # 0.55 * 1.50 = 0.825 pays 0.82.
    assert expected_profit(D("0.55"), D("1.50")) == pytest.approx(D("0.82") * D("0.97") / D("1.50") - D("0.55"))
    assert expected_profit(D("0.55"), D("1.50")) < D("-0.03") * D("0.55")


def test_rounds_are_drawn_by_the_law() -> None:
    random = Random(5)
    rounds = [draw(random) for _ in range(40_000)]
    for m in ("1.01", "1.50", "2.00", "10.00"):
        assert sum(x >= D(m) for x in rounds) / len(rounds) == pytest.approx(0.97 / float(m), abs=0.01)
    assert min(rounds) == 1
    assert all(x == x.quantize(D("0.01")) for x in rounds)


@pytest.mark.parametrize("name", BUILT_IN)
def test_each_built_in_is_simulated_the_same_each_time(name: str) -> None:
    one, again = (prospect(load(name, {}), D(500), 60, 10, seed=3) for _ in range(2))
    assert one == again
    assert one.expectation == pytest.approx(-0.03, abs=0.001)
    assert 0 < one.bets <= 60


def test_who_cannot_pay_the_next_stake_is_ruined() -> None:
    found = prospect(load("fixed", {"stake": 100, "auto_cash_out": 100}), D(250), 400, 40, seed=1)
    assert found.ruined > 0.5
    assert found.middle == 50


def test_the_example_in_the_documentation_works(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "strategies.md").read_text(encoding="utf-8")
    path = tmp_path / "mine.py"
    path.write_text(text.split("```python\n")[1].split("```")[0], encoding="utf-8")
    mine = load(str(path), {"stake": 10, "above": 1.5})
    assert mine.decide((), StrategyState(None)) is None
