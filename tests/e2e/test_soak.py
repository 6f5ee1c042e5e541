"""The soak itself, in small: it strikes, judges, and leaves nothing running or mounted, however it ends."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.known import PROFILES

from aviator.core.errors import EXIT_CRASH, EXIT_OK

pytestmark = pytest.mark.e2e

OPTIONS = ("--bookmakers", "1", "--speed", "8", "--rest", "0.1", "--profiles", str(PROFILES))


def soak(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.soak", *OPTIONS, "--data-dir", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assert_nothing_is_left(folder: Path) -> None:
    assert not [p.mountpoint for p in psutil.disk_partitions(all=True) if p.mountpoint.startswith(str(folder))]
    assert not [p.pid for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]
    assert (folder / "aviator.db").is_file()
    assert not (folder / "live").exists()


@pytest.mark.timeout(600)
def test_a_killed_worker_and_engine_cost_no_round(data_dir: Path) -> None:
    with soak(data_dir, "--seconds", "50", "--faults", "worker_kill,engine_kill") as process:
        said, told = process.communicate()
    result = json.loads(said)
    assert process.returncode == EXIT_OK, f"{result}\n{told}"
    assert result["faults"] >= 2
    assert result["happened"] > 5
    assert result["exact"] == result["happened"]
    assert set(result["recover_s"]) <= {"worker_kill", "engine_kill"}
    assert_nothing_is_left(data_dir)


@pytest.mark.timeout(600)
def test_a_soak_that_is_stopped_ends_everything(data_dir: Path) -> None:
    with soak(data_dir, "--seconds", "600", "--faults", "engine_stop,worker_stop,freeze") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if " at " in line and line.lstrip()[:1].isdigit() and "faults:" not in line:  # the first fault
                break
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate()
    assert process.returncode == EXIT_CRASH, told
    assert said == ""
    assert "Stopped before the end" in told
    assert_nothing_is_left(data_dir)


def test_an_unknown_fault_is_a_mistake_of_the_users(data_dir: Path) -> None:
    with soak(data_dir, "--faults", "earthquake") as process:
        said, told = process.communicate()
    assert process.returncode == 2
    assert said == ""
    assert "earthquake" in told


def test_an_earlier_soak_is_not_written_over(data_dir: Path) -> None:
    (data_dir / "aviator.db").write_bytes(b"")
    with soak(data_dir) as process:
        _, told = process.communicate()
    assert process.returncode == 2
    assert "holds an earlier soak" in told.replace("\n", " ")
