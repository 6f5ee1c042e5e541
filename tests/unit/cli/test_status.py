"""`aviator status|pause|resume` as a user meets them: sentences, a table, JSON, and exit codes."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.unit.cli.test_commands import called

from aviator.cli.status import bookmakers_table
from aviator.core.bets import Mode
from aviator.core.config import BookmakerSettings, LimitSettings, Settings, template
from aviator.core.errors import EXIT_CRASH, EXIT_OK, EXIT_USER_MISTAKE
from aviator.core.types import BookmakerId, Phase
from aviator.record.stats import WriterStats
from aviator.run.health import Health, ProcessHealth
from aviator.run.lifecycle import Life, Pulse
from aviator.run.state import BookmakerState
from aviator.run.status import BettingStatus, Block, Status, StatusReporter, read_status, status_file

Said = Callable[[], str]
NAMES = ("Admiral", "Balkan Bet")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def read() -> str:
        out = capsys.readouterr()
        return out.out + out.err

    return read


def tell(data_dir: Path, *states: BookmakerState, **changes: object) -> Status:
    """A status of this very process, as an engine would tell it."""
    now = time.time()
    processes = (ProcessHealth("engine", True, 100.0, 2.0, 8), ProcessHealth("Admiral", True, 90.0, 3.0, 1))
    reporter = StatusReporter(status_file(data_dir), now - 7260)
    stats = WriterStats(50, 1, 0, 0, 0.0, 0.0, 7, 7, 0)
    status = reporter.status(now, states, stats, Health(now, processes, 7, 0, None), stopped=False)
    reporter.write(replace(status, **changes))  # type: ignore[arg-type]
    return status


def reading(name: str = "Admiral") -> BookmakerState:
    now = time.time()
    recent = ((Decimal("2.31"), now - 5),)
    life = {"life": Life.RUNNING, "pulse": Pulse.MOVING, "phase": Phase.PLAYING}
    return BookmakerState(BookmakerId(name), **life, beat_at=now, pid=7, recent=recent, rounds=1234, gaps=1)  # type: ignore[arg-type]


def test_an_engine_that_runs_well(data_dir: Path, said: Said) -> None:
    tell(data_dir, reading())
    assert called("status", "--data-dir", str(data_dir)) == EXIT_OK
    text = said()
    for part in ("AVIATOR runs since", "(2 h 1 min)", "Admiral", "reads", "flying", "1,234", "2.31x ", " s ago", "well", "90 MB"):
        assert part in text


@pytest.mark.parametrize("width", [70, 80, 100, 130])
def test_it_fits_any_terminal(data_dir: Path, width: int) -> None:
    told = tell(data_dir, *(reading(name) for name in NAMES))
    console = Console(width=width, file=StringIO())
    console.print(bookmakers_table(told, told.at, width))
    rows = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert max(map(len, rows)) <= width
    assert sum(name in row and "2.31x " in row and " s ago" in row and "…" not in row for row in rows for name in NAMES) == 2


def test_what_is_wrong_is_said_and_the_exit_code_tells(data_dir: Path, said: Said) -> None:
    blind = replace(reading("Balkan Bet"), pulse=Pulse.BLIND, offline="the page is frozen")
    tell(data_dir, reading(), blind)
    assert called("status", "--data-dir", str(data_dir)) == EXIT_CRASH
    assert "Balkan Bet sees nothing of the game: the page is frozen" in said()


def test_one_that_stopped_and_one_that_vanished_are_told_apart(data_dir: Path, said: Said) -> None:
    assert called("status", "--data-dir", str(data_dir)) == EXIT_CRASH
    assert "not running" in said()
    tell(data_dir, reading(), stopped_at=time.time())
    assert called("status", "--data-dir", str(data_dir)) == EXIT_CRASH
    assert "not running; it stopped in order" in said()
    tell(data_dir, reading(), pid=2**22 + 1)
    assert called("status", "--data-dir", str(data_dir)) == EXIT_CRASH
    assert "not running; last seen" in said()


def test_one_that_tells_nothing_more_is_stale(data_dir: Path, said: Said) -> None:
    tell(data_dir, reading(), at=time.time() - 60)
    assert called("status", "--data-dir", str(data_dir)) == EXIT_CRASH
    assert re.search(r"has told nothing for 6\d s", said())


def test_json_holds_it_all(data_dir: Path, said: Said) -> None:
    tell(data_dir, replace(reading(), life=Life.FAULTED, reason="it crashed"))
    assert called("status", "--data-dir", str(data_dir), "--json") == EXIT_CRASH
    plain = json.loads(said())
    assert (plain["running"], plain["well"], len(plain["problems"])) == (True, False, 1)
    assert (plain["bookmakers"][0]["life"], plain["bookmakers"][0]["last_multiplier"]) == ("FAULTED", "2.31")


def test_what_keeps_from_betting_why_and_until_when(data_dir: Path, said: Said) -> None:
    """None of it is trouble: it is as the user wished."""
    until = time.time() + 90_000  # another day, so that the date is told too
    blocks = (Block("all", "loss", "100.00 were lost today.", until), Block("Admiral", "uncertain", "a click's end is not known"))
    betting = BettingStatus(Mode.LIVE, True, "hot key", 12, Decimal("-3.20"), blocks, LimitSettings(stake=7.5))
    tell(data_dir, reading(), betting=betting)
    told = read_status(data_dir)
    assert told is not None
    assert told.betting == betting
    assert called("status", "--data-dir", str(data_dir)) == EXIT_OK
    text, shown = said(), datetime.fromtimestamp(until).astimezone()
    for part in (
        "Betting live, armed: 12 bets today, profit −3.20\n",
        "Limits: stake 7.5, stake per round 60, loss per day 100, ",
        "Betting is stopped until `aviator kill --off` and a new start of the engine: hot key.",
        f"No bet at any bookmaker until {shown:%Y-%m-%d %H:%M:%S}: 100.00 were lost today (loss).",
        "No bet at Admiral: a click's end is not known (uncertain).",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("betting", "sentence"),
    [
        (BettingStatus(Mode.WATCH), "It only watches: nothing is bet."),
        (BettingStatus(Mode.PAPER, bets_today=1, profit_today=Decimal(24)), "Betting on paper: 1 bet today, profit +24.00"),
        (BettingStatus(Mode.LIVE), "Betting live, not armed, nothing is clicked: no bet today"),
    ],
)
def test_how_betting_is(data_dir: Path, said: Said, betting: BettingStatus, sentence: str) -> None:
    tell(data_dir, reading(), betting=betting)
    assert called("status", "--data-dir", str(data_dir)) == EXIT_OK
    assert f"{sentence}\n" in said()


def test_an_engine_that_tells_nothing_of_betting_is_understood(data_dir: Path, said: Said) -> None:
    tell(data_dir, reading())
    plain = json.loads(status_file(data_dir).read_text())
    del plain["betting"]
    status_file(data_dir).write_text(json.dumps(plain))
    assert called("status", "--data-dir", str(data_dir)) == EXIT_OK
    assert "bet" not in said()


def test_pause_and_resume_by_data_folder(data_dir: Path, said: Said) -> None:
    tell(data_dir, *(reading(name) for name in NAMES))
    assert called("pause", "balkan bet", "--data-dir", str(data_dir)) == EXIT_OK
    assert 'aviator resume "Balkan Bet"' in said()
    assert [path.name for path in (data_dir / "control").iterdir()] == ["balkan-bet.paused"]
    assert called("resume", "Balkan Bet", "--data-dir", str(data_dir)) == EXIT_OK
    assert [path.name for path in (data_dir / "control").iterdir()] == ["balkan-bet.start"]


def test_pause_by_settings_file_before_any_engine_ran(tmp_path: Path, said: Said) -> None:
    path = tmp_path / "aviator.toml"
    cells = ("TL", "TC")
    bookmakers = tuple(BookmakerSettings(name, cell=cell) for name, cell in zip(NAMES, cells, strict=True))
    path.write_text(template(Settings(data_dir=Path("data"), bookmakers=bookmakers)))
    assert called("pause", "Admiral", "-c", str(path)) == EXIT_OK
    assert (tmp_path / "data" / "control" / "admiral.paused").is_file()
    assert called("pause", "Nobody", "-c", str(path)) == EXIT_USER_MISTAKE
    assert "There is no bookmaker Nobody; there are Admiral, Balkan Bet." in said()


@pytest.mark.parametrize("command", [("pause", "Admiral"), ("resume", "Admiral"), ("status",)])
def test_a_wrong_folder_is_a_users_mistake(command: tuple[str, ...], tmp_path: Path, said: Said) -> None:
    assert called(*command, "--data-dir", str(tmp_path / "nowhere")) == EXIT_USER_MISTAKE
    assert len(said().strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_80_columns_leave_nothing_out(data_dir: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    from aviator.cli.status import _COLUMNS

    monkeypatch.setenv("COLUMNS", "80")
    tell(data_dir, reading())
    called("status", "--data-dir", str(data_dir))
    text = said()
    assert all(name in text for name in _COLUMNS)
    assert "1,234" in text
    assert "90 MB" in text
