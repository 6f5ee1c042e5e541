"""What hands saw is kept, one folder a bet, only what changed, and never without end."""

import os
from pathlib import Path

import numpy as np
import pytest

from aviator.core.types import Field
from aviator.run import keepsakes
from aviator.run.keepsakes import Keepsakes


def crops(amount: int, button: int = 0) -> dict[Field, np.ndarray]:
    shades = {Field.BET_AMOUNT_1: amount, Field.BUTTON_1: button, Field.SCORE: amount}
    return {field: np.full((4, 6, 4), shade, np.uint8) for field, shade in shades.items()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_what_changed_is_kept_and_only_between_begin_and_end(tmp_path: Path) -> None:
    kept = Keepsakes(tmp_path / "bets")
    kept.keep(crops(1))
    kept.begin("r1")
    for amount, button in ((1, 0), (1, 0), (2, 0), (2, 9)):
        kept.keep(crops(amount, button))
    kept.end()
    kept.keep(crops(3))
    assert names(tmp_path / "bets" / "r1") == ["01-bet_amount_1.png", "01-button_1.png", "02-bet_amount_1.png", "03-button_1.png"]


def test_a_long_request_keeps_its_last_look(tmp_path: Path) -> None:
    kept = Keepsakes(tmp_path)
    kept.begin("r1")
    for amount in range(keepsakes.LOOKS + 20):
        kept.keep(crops(amount))
    assert len(list((tmp_path / "r1").glob("*bet_amount_1.png"))) == keepsakes.LOOKS


def test_the_oldest_requests_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepsakes, "REQUESTS", 3)
    kept = Keepsakes(tmp_path)
    for i in range(5):
        kept.begin(f"r{i}")
        os.utime(tmp_path / f"r{i}", (i, i))
    assert names(tmp_path) == ["r2", "r3", "r4"]


def test_a_folder_that_cannot_be_written_costs_the_crops_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "bets").write_text("a file")
    kept = Keepsakes(tmp_path / "bets")
    kept.begin("r1")
    kept.keep(crops(1))
    kept.keep(crops(2))
    assert len(caplog.messages) == 1
