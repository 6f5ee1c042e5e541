"""The product's promise on real pixels: what really happened in real windows is what is on record, round for round."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from tests.known import PROFILES

from aviator.core.config import load
from aviator.core.errors import EXIT_INTERRUPTED, EXIT_OK
from aviator.record.verify import verify

pytestmark = pytest.mark.e2e

OPTIONS = ("--bookmakers", "2", "--speed", "4", "--seed", "7")
KNOWN = ("--bookmakers", "1", "--profiles", str(PROFILES))
"""Learning windows is most of a demo's time."""
LEARNING = "Loading the teacher"
TABLE = ("flying", "betting", "flew away")
"""What a demo says when it begins to learn the windows, and when it reads them."""


def demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "aviator", "demo", *OPTIONS, "--data-dir", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o022)


def assert_exact(folder: Path, said: str, bookmakers: int = 2) -> None:
    report = verify(folder / "sim" / "ledger.jsonl", f"sqlite:///{folder / 'aviator.db'}")
    assert len(report.by_bookmaker) == bookmakers
    for name, one in report.by_bookmaker.items():
        assert (one.missing, one.wrong, one.extra) == (0, 0, 0), f"{name}: {one}\n{said}"
        assert one.blind_s is not None


@pytest.mark.timeout(900)
def test_nothing_is_missing_wrong_or_extra(data_dir: Path) -> None:
    with demo(data_dir, "--seconds", "45") as process:
        said, _ = process.communicate()
    assert process.returncode == EXIT_OK, said
    assert_exact(data_dir, said)
    assert verify(data_dir / "sim" / "ledger.jsonl", f"sqlite:///{data_dir / 'aviator.db'}").total.happened >= 5
    assert "0 missing, 0 wrong, 0 extra" in said
    assert not [path for path in data_dir.rglob("*") if path.stat().st_mode & 0o077], "files that others can read"
    assert "Traceback" not in "".join(path.read_text() for path in (data_dir / "logs").iterdir())
    for bookmaker in load(data_dir / "aviator.toml").bookmakers:
        profile = Path(bookmaker.profile)
        assert profile.parent == data_dir / "profiles"
        assert {profile.is_file(), profile.with_name(f"{profile.stem}-found.png").is_file()} == {True}


@pytest.mark.timeout(900)
def test_stopped_in_the_middle_it_drains_and_leaves_nothing(data_dir: Path) -> None:
    with demo(data_dir, *KNOWN) as process:
        wait_for_rounds(process, data_dir, 4, *TABLE)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()
    assert process.returncode == EXIT_OK, said
    assert_exact(data_dir, said, bookmakers=1)


@pytest.mark.timeout(600)
def test_stopped_while_it_learns_it_just_ends(data_dir: Path) -> None:
    with demo(data_dir) as process:
        wait_for_rounds(process, data_dir, 1, LEARNING)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert process.returncode == EXIT_INTERRUPTED, said
    assert said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in said
    assert not (data_dir / "aviator.db").exists()


@pytest.mark.timeout(900)
def test_killed_it_takes_everything_along(data_dir: Path) -> None:
    with demo(data_dir, *KNOWN) as process:
        wait_for_rounds(process, data_dir, 2, *TABLE)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) > 5
        process.kill()
        process.communicate()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive


def wait_for_rounds(process: subprocess.Popen[str], folder: Path, rounds: int, *words: str) -> None:
    """Until so many rounds were over after the demo had said one of `words`."""
    assert process.stdout is not None
    pause = threading.Event()
    for line in process.stdout:
        if any(word in line for word in words):
            break
    before = rounds_over(folder)
    while rounds_over(folder) < before + rounds:
        assert process.poll() is None
        pause.wait(0.1)


def rounds_over(folder: Path) -> int:
    return sum(json.loads(line)["type"] == "round" for line in ledger_lines(folder))


def ledger_lines(folder: Path) -> list[str]:
    ledger = folder / "sim" / "ledger.jsonl"
    return [line for line in ledger.read_text().splitlines(keepends=True) if line.endswith("\n")] if ledger.exists() else []
