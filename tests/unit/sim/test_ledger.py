"""The ledger's lines, exactly as the checks read them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.core.errors import UserMistake
from aviator.sim.ledger import BetLine, ClickLine, Ledger, RoundLine


def test_lines_have_exactly_the_agreed_keys_and_forms(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ledger.jsonl"
    with Ledger(path) as ledger:
        ledger.write(RoundLine("Admiral", 61, Decimal("12.3"), 1.0, 6.0, 36.1, 91, Decimal(4074)))
        ledger.write(BetLine("bet", "Mozzart", 2, 61, Decimal(10), None, 2.5, None, Decimal(4990)))
        ledger.write(BetLine("settle", "Mozzart", 2, 61, Decimal(10), Decimal(2), 9.5, Decimal(20), Decimal(5010)))
        ledger.write(ClickLine("Soccer", 100, 900, "button_1", 3.5))
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]  # already there: flushed by line
    assert rows == [
        {"type": "round", "bookmaker": "Admiral", "round": 61, "multiplier": "12.30", "betting_at": 1.0, "started_at": 6.0}
        | {"ended_at": 36.1, "players": 91, "total_win": "4074.00"},
        {"type": "bet", "bookmaker": "Mozzart", "panel": 2, "round": 61, "stake": "10.00", "auto_cash_out": None, "at": 2.5}
        | {"payout": None, "balance": "4990.00"},
        {"type": "settle", "bookmaker": "Mozzart", "panel": 2, "round": 61, "stake": "10.00", "auto_cash_out": "2.00", "at": 9.5}
        | {"payout": "20.00", "balance": "5010.00"},
        {"type": "click", "bookmaker": "Soccer", "x": 100, "y": 900, "target": "button_1", "at": 3.5},
    ]


def test_a_ledger_that_cannot_be_written_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserMistake, match="cannot be written"):
        Ledger(tmp_path / "file" / "ledger.jsonl")


def test_without_a_path_nothing_is_kept() -> None:
    with Ledger(None) as ledger:
        ledger.write(ClickLine("Soccer", 1, 2, "board", 3.5))
