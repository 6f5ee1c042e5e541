"""Names, reasons and log lines with markup and escapes: nothing of them vanishes, nothing drives the terminal, and no
encoding of the output is an error, whichever command shows them."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.cli.test_bets import AT, PLACED, REFUSED, WISH, WON, record
from tests.unit.cli.test_commands import called
from tests.unit.cli.test_status import reading, tell

from aviator.core.config import BookmakerSettings, MetricsSettings, PlaySettings, Settings, template
from aviator.core.events import BetStepTaken, RoundEnded
from aviator.core.types import BookmakerId, Source

VISIBLE = "[red]A[/wrong] :bomb:"
HOSTILE = f"{VISIBLE} \x1b]0;t\x07\x1b[2J\x9b31m\u202eBé✓"
SETTINGS_NAME = f"{VISIBLE} Bé✓"
"""Settings refuse control characters."""
DRIVING = set("\x1b\x07\x9b\u202e\r\b")
ENCODINGS = (
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)
SHOW_NAMES = (
    ["stats"], ["stats", "--json"], ["rounds"], ["rounds", "--json"], ["bets"], ["bets", "--json"], ["audit", "1"],
    ["audit", "1", "--json"], ["status"], ["status", "--json"], ["logs"], ["config"], ["config", "--json"], ["doctor"],
)  # fmt: skip
OTHERS = (["audit", "--verify"], ["strategies"], ["export", "rounds", "-o", "-"], ["rounds", "--bookmaker", HOSTILE])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, a record, a status and logs, all of a bookmaker with a hostile name."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    data, name = tmp_path / "data", BookmakerId(HOSTILE)
    data.mkdir()
    bets = [replace(bet, bookmaker=name, reason=HOSTILE, strategy=HOSTILE) for bet in (WISH, PLACED, WON, REFUSED)]
    steps = [BetStepTaken(name, WON.request_id, n, AT + n, HOSTILE, HOSTILE, HOSTILE) for n in range(1, 3)]
    game = (Decimal("1.51"), 91, 100, Decimal("4074.05"), Source.LIVE, 0.9)
    record(data, *bets, *steps, *(RoundEnded(name, AT + 20 * i, AT + 20 * i + 5, *game) for i in range(30)))
    tell(data, reading(HOSTILE))
    (data / "logs").mkdir()
    line = {"at": "2026-01-01T00:00:00+00:00", "level": "INFO", "from": HOSTILE, "message": HOSTILE}
    (data / "logs" / "engine.log").write_text(f"{json.dumps(line)}\n{HOSTILE}\n", encoding="utf-8")
    play = PlaySettings(SETTINGS_NAME, parameters={"stake": 5, "auto_cash_out": 2.0})
    own = BookmakerSettings(SETTINGS_NAME, cell="TL", profile=SETTINGS_NAME)
    settings = Settings(data_dir=data, metrics=MetricsSettings(port=0), bookmakers=(own,), plays=(play,))
    (tmp_path / "aviator.toml").write_text(template(settings), encoding="utf-8")
    cells = "".join(f'"{SETTINGS_NAME}",{i % 9 + 1}.10,{1_700_000_000 + 20 * i}\n' for i in range(60))
    (tmp_path / "rounds.csv").write_text(f"bookmaker,multiplier,ended_at\n{cells}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [*SHOW_NAMES, ["stats", "--file", "rounds.csv"]], ids=" ".join)
def test_nothing_vanishes_and_nothing_drives_the_terminal(
    folder: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    called(*command)
    said = capsys.readouterr()
    assert "unexpected" not in said.err
    assert not DRIVING & set(said.out + said.err)
    if command != ["doctor"]:  # without a display it cannot come to the windows
        assert VISIBLE in said.out
    if command[0] in {"stats", "rounds", "bets", "audit", "status"} and "--file" not in command:
        assert "[2J" in said.out
        assert "31mBé✓" in said.out
    if "--json" in command:
        json.loads(said.out)


ALL = """
import json, sys
from aviator.cli.app import app, guarded, prepare_output
prepare_output()
codes = [guarded(lambda: app(command, standalone_mode=False)) for command in json.loads(sys.argv[1])]
assert not set(codes) - {0, 1, 2}, codes
"""


@pytest.mark.parametrize("environment", ENCODINGS, ids=str)
def test_no_encoding_is_an_error_for_any_reading_command(folder: Path, environment: dict[str, str]) -> None:
    commands = [command for command in (*SHOW_NAMES, *OTHERS) if HOSTILE not in command]
    ran = subprocess.run(
        [sys.executable, "-c", ALL, json.dumps(commands)], env=os.environ | environment, capture_output=True, check=False
    )
    said = (ran.stdout + ran.stderr).decode("cp1252", "replace")
    assert ran.returncode == 0, said[-2000:]
    assert "unexpected" not in said
    assert "Traceback" not in said
    assert said.count(VISIBLE) >= len(SHOW_NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_an_export_to_a_terminal_does_not_drive_it(folder: Path) -> None:
    command = [sys.executable, "-m", "aviator", "export", "rounds", "-o", "-"]
    screen, terminal = pty.openpty()
    said = bytearray()
    with (
        os.fdopen(screen, "rb", buffering=0) as shown,
        subprocess.Popen(command, stdout=terminal, stderr=subprocess.DEVNULL) as process,
    ):
        os.close(terminal)
        with suppress(OSError):  # how Linux tells the end
            while part := shown.read(65_536):
                said += part
    assert process.returncode == 0
    assert VISIBLE.encode() in said
    assert b"\x1b" not in said
    piped = subprocess.run(command, capture_output=True, check=True)
    assert HOSTILE in piped.stdout.decode()
