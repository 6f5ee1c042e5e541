"""The live table: what it shows, in which colours, and that nothing unknown is drawn as a number."""

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from aviator.cli.table import WIDE, live_table, multiplier
from aviator.cli.watch import conclude
from aviator.core.types import BookmakerId, Phase
from aviator.run.engine import Summary
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState, EngineState, Tally

STATE = BookmakerState(
    BookmakerId("Admiral"),
    life=Life.RUNNING,
    phase=Phase.PLAYING,
    multiplier=Decimal("3.45"),
    balance=Decimal("1234.50"),
    players=355,
    total_players=732,
    read_ms=0.41,
    recent=((Decimal("12.00"), 3.0), (Decimal("1.00"), 2.0)),
    rounds=2,
    now_tally=Tally(strip_agreed=1, strip_disagreed=1),
)


def drawn(*bookmakers: BookmakerState, width: int = 140) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        console.print(live_table(EngineState(0.0, 75.0, bookmakers, 1234, 5), width, "data in D"))
    return console.export_text()


def test_a_bookmaker_at_work() -> None:
    text = drawn(STATE)
    for cell in ("Admiral", "flying", "3.45x", "12.00 1.00", "50.0%", "355/732", "1,234.50", "0.41"):
        assert cell in text
    for figure in ("1:15", "1,234 rows", "5 waiting", "data in D"):
        assert figure in text


def test_the_unknown_is_a_dash() -> None:
    text = drawn(BookmakerState(BookmakerId("Admiral"), life=Life.RUNNING))
    assert "None" not in text
    assert text.count("–") >= 5


def test_trouble_says_why() -> None:
    text = drawn(BookmakerState(BookmakerId("Admiral"), life=Life.FAULTED, reason="its window is gone"))
    assert "faulted" in text
    assert "Admiral: its window is gone" in text


def test_a_window_that_no_longer_fits_says_so():
    text = drawn(replace(STATE, misfit="the zoom has changed"))
    assert "misfit" in text
    assert "flying" not in text
    assert "Admiral: calibrate again: the zoom has changed" in text
    assert "misfit" not in drawn(STATE)


def test_a_worker_that_stands_still_is_said_to_hang() -> None:
    assert "hangs" in drawn(replace(STATE, pulse=Pulse.STILL))
    assert "hangs" not in drawn(STATE)


def test_why_a_game_is_out_of_sight_stands_below():
    text = drawn(replace(STATE, phase=Phase.OFFLINE, offline="the page is blank"))
    assert "Admiral: offline: the page is blank" in text
    assert "offline: " not in drawn(STATE)


def test_shares_of_what_was_read():
    text = drawn(replace(STATE, now_tally=Tally(fields_read=1000, unread=15, fallbacks=40)), width=WIDE)
    assert "98.5%" in text
    assert "4.0%" in text


def test_a_narrow_terminal_gets_a_narrow_table() -> None:
    assert max(map(len, drawn(STATE, width=80).splitlines())) <= 80


@pytest.mark.parametrize(("value", "colour"), [("1.99", "(52,180,255)"), ("2.00", "(145,62,248)"), ("10.00", "(192,23,180)")])
def test_bands_have_the_games_own_colours(value: str, colour: str) -> None:
    assert colour in str(multiplier(Decimal(value)).style)


@pytest.mark.parametrize("width", [60, 80, 100, 120, WIDE])
def test_no_cell_is_cut_at_any_width(width: int) -> None:
    text = drawn(STATE, width=width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width


def test_at_full_width_every_column_is_there() -> None:
    assert "restarts" in drawn(STATE, width=WIDE)


def concluded(*bookmakers: BookmakerState) -> str:
    console = Console(width=140, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    with console.file:
        conclude(Summary(60.0, bookmakers, 1234), console)
    return console.export_text()


def test_the_end_tells_how_far_the_record_can_be_trusted() -> None:
    one = replace(STATE, now_tally=Tally(fields_read=900, unread=10, fallbacks=20, strip_agreed=9, strip_disagreed=1))
    other = replace(STATE, now_tally=Tally(fields_read=100, strip_agreed=10))
    said = concluded(one, other)
    assert "95.0% of the rounds compared agree with the history strip, 99.0% of the readings are sure, 2.0% needed" in said
    assert "%" not in concluded(BookmakerState(BookmakerId("Admiral"))), "nothing is made up"


def test_the_end_names_the_pictures_of_rounds_that_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = replace(STATE, now_tally=Tally(strip_agreed=9, strip_disagreed=5))
    folder = tmp_path / "admiral"
    folder.mkdir()
    for i in range(5):
        (folder / f"differs-170000000{i}.00-strip.png").touch()
    old = folder / "differs-1600000000.00-strip.png"
    old.touch()
    os.utime(old, (1_600_000_000.0, 1_600_000_000.0))
    conclude(Summary(60.0, (one,), 1234), Console(width=400), tmp_path)
    said = capsys.readouterr().out
    assert said.count(f"{folder}{os.sep}differs-17") == 3
    assert "and 2 more." in said
    assert "differs-16" not in said
    conclude(Summary(60.0, (replace(one, now_tally=Tally(strip_agreed=9)),), 1234), Console(width=400), tmp_path)
    assert "differs" not in capsys.readouterr().out


def test_one_is_no_plural() -> None:
    assert "1 round of 1 bookmaker recorded in 60 s, 1,234 rows." in concluded(BookmakerState(BookmakerId("Admiral"), rounds=1))
    assert "0 rounds of 2 bookmakers recorded" in concluded(*(BookmakerState(BookmakerId(name)) for name in "AB"))


def test_the_end_tells_which_window_has_to_be_calibrated_again() -> None:
    assert "Admiral: calibrate again: the zoom has changed" in concluded(replace(STATE, misfit="the zoom has changed"))


def test_a_narrow_terminal_leaves_no_column_out() -> None:
    from aviator.cli.table import _COLUMNS

    text = drawn(STATE, width=80)
    assert all(name in text for name in _COLUMNS)
    assert all(len(line) <= 80 for line in text.splitlines())
