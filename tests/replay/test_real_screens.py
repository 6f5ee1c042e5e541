"""Real screens of real sites, read without any settings. They lie beside the checkout; without them the tests are skipped."""

import json
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from aviator.calibrate.examine import examine
from aviator.calibrate.found import Screen
from aviator.calibrate.teacher import Teacher
from aviator.calibrate.tokens import number
from aviator.cli.read import load_picture
from aviator.core.types import Field, Phase

REAL = Path(__file__).resolve().parents[3] / "shared" / "realdata"
pytestmark = pytest.mark.skipif(not (REAL / "screens.jsonl").is_file(), reason=f"the real screens are not at {REAL}")

PHASES = {"waiting": Phase.BETTING, "flying": Phase.PLAYING, "crashed": Phase.ENDED}
NAMES = (
    "pk_history_a.png",
    "sid_history_pill_11_42x.png",
    "prashanth_history_grey.png",
    "spribe_17_23x_logo.png",
    "brendon_clone_pt_2.png",
    "spribe_demo_main_slider1.webp",
    "spribe_demo_main_slider5.webp",
    "cashis_rule_1.png",
    "cashis_rule_2.png",
    "cashis_rule_3.png",
    "marcos_football_play.png",
    "rayclaw_new-crash.png",
    "rayclaw_longshot-flying.png",
    "rayclaw_dark-aviator.png",
    "rayclaw_breakaway.png",
    "kwikbet_balance.jpg",
)
"""Of every site and style one or two."""


@lru_cache(maxsize=1)
def teacher() -> Teacher:
    return Teacher()


@lru_cache(maxsize=1)
def labels() -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in (REAL / "screens.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["file"]: row for row in rows}


def value_of(screen: Screen, field: Field) -> Decimal | None:
    return screen.fields[field].value if field in screen.fields else None


@pytest.mark.parametrize("name", NAMES)
def test_a_real_screen_is_read_exactly(name: str) -> None:
    label = labels()[name]
    screen = examine(teacher(), load_picture(REAL / "screens" / name))
    assert value_of(screen, Field.SCORE) == digits(label["score"])
    assert value_of(screen, Field.BALANCE) == digits(label["balance"])
    assert value_of(screen, Field.PLAYERS) == digits(label["players"])
    assert [h.value for h in screen.history] == [Decimal(v) for v in label["history"]]
    assert [screen.fields[f].value for f in (Field.BET_AMOUNT_1, Field.BET_AMOUNT_2) if f in screen.fields] == [
        digits(v) for v in label["bet_amounts"]
    ]
    assert len(screen.buttons) == len(label["buttons"])
    if label["phase"] in PHASES:
        assert screen.phase is PHASES[label["phase"]]
    for field in (Field.SCORE, Field.BALANCE):
        if box := label["boxes"].get(field):
            x, y, w, h = screen.fields[field].box
            assert abs(x + w / 2 - box[0] - box[2] / 2) < 8
            assert abs(y + h / 2 - box[1] - box[3] / 2) < 12


def digits(text: str | None) -> Decimal | None:
    """The number in `5000.00 KES`, `355/732`, `796 在线`."""
    return None if text is None else number("".join(c for c in text if c.isdigit() or c in ".,/"))
