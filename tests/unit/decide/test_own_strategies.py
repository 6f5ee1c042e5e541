"""A user's own strategy: a file or an installed package, checked before it may bet."""

from pathlib import Path

import pytest

from aviator.core.bets import StrategyState
from aviator.core.errors import UserMistake
from aviator.decide.strategies.registry import load

GOOD = """\
from decimal import Decimal
from aviator.core.bets import Decision

class Mine:
    def __init__(self, stake):
        self.stake = Decimal(str(stake))

    def decide(self, history, state):
        return Decision((self.stake,), (Decimal(2),)) if history else None

def strategy(parameters):
    return Mine(parameters["stake"])
"""


def write(folder: Path, text: str) -> str:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_is_a_strategy(tmp_path: Path) -> None:
    mine = load(write(tmp_path, GOOD), {"stake": 2.5})
    assert mine.decide((), StrategyState(None)) is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("class Mine:", "class Mine", "line 4, is no Python: expected ':'."),
        ("class Mine:", "1 / 0\nclass Mine:", "line 4, cannot be loaded: ZeroDivisionError: division by zero."),
        ('["stake"]', '["amount"]', "line 12, does not take these parameters: KeyError: 'amount'."),
        ("def strategy(", "def plan(", "has no function strategy(parameters)."),
        ("def decide(", "def bet(", "gives Mine, which has no method decide(history, state)."),
        ("history, state", "history", "line 8: decide must take (history, state)."),
        (
            "if history",
            "if history[0]",
            "line 9, failed: IndexError: tuple index out of range (tried on 0 made-up rounds",
        ),
        ("else None", "else 5", "answered int instead of a Decision or None (tried on 0 made-up rounds and 0 bets)."),
        ("if history", "if history[-1:] != history[2:3] and [][0]", "line 9, failed: IndexError"),
    ],
)
def test_a_mistake_in_it_is_named_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(UserMistake) as mistake:
        load(path, {"stake": 1})
    assert path in str(mistake.value)
    assert words in str(mistake.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="There is no strategy file"):
        load(str(tmp_path / "mine.py"), {})


def test_an_installed_package_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "installed_plan.py").write_text(GOOD, encoding="utf-8")
    info = tmp_path / "installed_plan-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed-plan\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[aviator.strategies]\nplan = installed_plan:strategy\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert load("plan", {"stake": 3}).decide((), StrategyState(None)) is None
    with pytest.raises(UserMistake, match=r"The strategy plan, installed_plan.py, line 12, does not take these parameters"):
        load("plan", {})
