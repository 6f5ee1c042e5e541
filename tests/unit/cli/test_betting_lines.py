"""Bets, profit, refusals and blocks of the day stand in the live table, in `status` and in the closing lines."""

import json
import time
from decimal import Decimal

import msgspec
import pytest
from rich.console import Console as RichConsole

from aviator.cli.betting_lines import day_lines
from aviator.cli.console import Console
from aviator.cli.status import _betting
from aviator.cli.table import live_table
from aviator.cli.watch import conclude
from aviator.core.bets import Mode
from aviator.core.types import BookmakerId
from aviator.run.engine import Summary
from aviator.run.state import BookmakerState, EngineState
from aviator.run.status import BettingDay, BettingStatus, Block

A, B = BookmakerId("Admiral"), BookmakerId("MaxBet")
NO = "a stake of 40, and the limit is 20"
DAYS = (BettingDay(A, 4, Decimal("-12.50"), 28, NO, time.time()), BettingDay(B))
BETTING = BettingStatus(Mode.PAPER, True, "", 4, Decimal("-12.50"), (Block("MaxBet", "difference", "9 are missing"),), None, DAYS)
EXPECTED = ("Admiral: 4 bets today, profit −12.50; 28 refused, the last at ", NO, "No bet at MaxBet: 9 are missing (difference).")


@pytest.mark.parametrize("part", EXPECTED)
def test_the_live_table(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    RichConsole(width=200).print(live_table(EngineState(time.time(), 1.0, (BookmakerState(A),), 0, 0, "", BETTING), 200))
    assert part in capsys.readouterr().out


@pytest.mark.parametrize("part", EXPECTED)
def test_status(part: str) -> None:
    assert part in "\n".join(line.plain for line in _betting(BETTING, time.time()))


@pytest.mark.parametrize("part", EXPECTED)
def test_the_closing_lines(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    conclude(Summary(1.0, (BookmakerState(A),), 0, None, BETTING), Console())
    assert part in capsys.readouterr().out


def test_a_run_without_bets_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    conclude(Summary(1.0, (), 0, None, BettingStatus(Mode.PAPER)), Console())
    assert "No bet was placed or refused today." in capsys.readouterr().out


def test_json_holds_them_and_an_older_status_is_still_read() -> None:
    told = json.loads(msgspec.json.encode(BETTING))
    assert told["days"][0]["refused"] == 28
    assert told["days"][0]["refusal"] == NO
    del told["days"]
    assert msgspec.json.decode(json.dumps(told), type=BettingStatus).days == ()


def test_foreign_text_is_no_markup() -> None:
    (line,) = day_lines(BettingStatus(Mode.PAPER, days=(BettingDay(BookmakerId("[red]X"), 0, refused=1, refusal="[b]"),)), 0.0)
    assert line.plain == "[red]X: no bet today; 1 refused, it was: [b]."
