"""`aviator strategies`: all of them, one of them, and mistakes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from aviator.cli.app import app, guarded
from aviator.core.errors import UserMistake
from aviator.decide.strategies.registry import BUILT_IN

SETTINGS = """\
data_dir = "data"
[bet]
bankroll = 77
[[bookmakers]]
name = "MaxBet"
window = [0, 0, 800, 600]
[[plays]]
bookmaker = "MaxBet"
strategy = "mine.py"
parameters = { stake = 3 }
"""
MINE = """\
from decimal import Decimal
from aviator.core.bets import Decision
class Mine:
    def __init__(self, stake):
        self.stake = Decimal(stake)
    def decide(self, history, state):
        return Decision((self.stake,), (Decimal("1.50"),))
def strategy(parameters):
    return Mine(**parameters)
"""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["strategies", *arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_all_of_them_with_the_settings_bankroll_and_those_that_are_played(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    config = tmp_path / "aviator.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    shown = run("-c", str(config), "--rounds", "5")
    assert all(name in shown for name in BUILT_IN)
    assert "mine.py (played)" in shown
    assert "MaxBet, panel 1" in shown
    assert "each with 77.00 to begin with" in shown
    assert shown.count("−3.00") >= len(BUILT_IN) - 1


def test_one_of_them_with_its_parameters() -> None:
    shown = run("ladder", "--set", "at_end=restart", "--set", "amounts=[1, 2]", "--set", "auto_stops=[2, 2]", "--rounds", "5")
    assert "amounts = [1, 2]" in shown
    assert "at_end = restart" in shown
    assert "of 100 staked −3.00" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fixed", "--set", "stake"), "--set stake is no parameter"),
        (("--set", "stake=1"), "--set needs the NAME"),
        (("fixd",), "did you mean fixed?"),
        (("fixed", "--set", "stake=-1"), "stake is -1, allowed"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(UserMistake) as mistake:
        run(*arguments)
    assert words in str(mistake.value)
    assert guarded(lambda: run(*arguments)) == 2


def test_a_strategy_that_fails_only_in_play_says_where(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MINE.replace("return Decision", "assert not state.balance or state.balance > 900\n        return Decision"))
    with pytest.raises(UserMistake, match=r"The strategy failed in line 7 of mine.py \(AssertionError\)\."):
        run(str(path), "--set", "stake=50", "--rounds", "300")


@pytest.mark.parametrize(
    ("text", "words"),
    [("while True: pass", "import took longer than 0.5 s"), ("import os; os._exit(0)", "process of the strategy ended")],
)
def test_a_file_that_hangs_or_ends_its_process_is_one_sentence_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    (tmp_path / "mine.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert guarded(lambda: run("mine.py")) == 2
    said = capsys.readouterr()
    assert words in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not said.out
