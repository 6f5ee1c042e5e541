"""Ctrl-C, sent to the real program while it works: it ends with one sentence and the code 130."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from aviator.cli.interrupts import prompt_interrupt
from aviator.core.errors import EXIT_INTERRUPTED, EXIT_OK

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name"),
]


@pytest.mark.parametrize("arguments", [["stats", "--file"], ["stats", "--json", "--file"]], ids=" ".join)
@pytest.mark.timeout(60)
def test_ctrl_c_ends_a_command_with_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    pipe = tmp_path / "input.csv"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "aviator", *arguments, str(pipe)]
    with (
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        pipe.open("wb"),  # opened as soon as the command reads it, which then waits for more
    ):
        process.send_signal(signal.SIGINT)
        said, complaint = process.communicate()
    assert process.returncode == EXIT_INTERRUPTED
    assert said == ""
    assert complaint.splitlines() == ["Stopped."]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.timeout(60)
def test_a_terminal_shows_what_takes_long_on_standard_error_alone(tmp_path: Path) -> None:
    import pty

    (tmp_path / "mine.csv").write_text("multiplier\n1.50\n2.00\n")
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "aviator", "stats", "--file", "mine.csv"]
    environment = os.environ | {"TERM": "xterm"}
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # how a pseudo-terminal ends
            while chunk := os.read(terminal, 4096):
                shown += chunk
        said, _ = process.communicate()
    os.close(terminal)
    assert b"Reading mine.csv" in shown
    assert b"Reading" not in said
    assert b"\x1b" not in said


_LONG_CALL = """
import hashlib, sys
from aviator.cli.app import guarded
from aviator.cli.interrupts import prompt_interrupt

def work():
    with prompt_interrupt():
        print("ready", flush=True)
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000_000)  # an hour in one call

sys.exit(guarded(work))
"""


@pytest.mark.timeout(60)
def test_ctrl_c_does_not_wait_for_a_long_call_into_a_library() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LONG_CALL], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == EXIT_INTERRUPTED
    assert complaint == "Stopped.\n"


def test_after_the_work_ctrl_c_is_what_it_was() -> None:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    with pytest.raises(KeyboardInterrupt), prompt_interrupt():
        signal.raise_signal(signal.SIGINT)
    assert signal.set_wakeup_fd(before) == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs a hidden display")
@pytest.mark.timeout(60)
def test_simulated_bookmakers_end_when_nobody_wants_them_from_the_beginning(tmp_path: Path) -> None:
    """Their parent may be stopped before they have opened a window."""
    command = [sys.executable, "-m", "aviator", "sim", "--child", "--hidden", "--bookmakers", "1"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        _, complaint = process.communicate()
    assert process.returncode == EXIT_OK
    assert complaint == ""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a hidden display")
@pytest.mark.timeout(120)
def test_ctrl_c_while_a_demo_opens_its_windows_says_what_is_closed(tmp_path: Path) -> None:
    profiles = Path(__file__).parents[1] / "profiles"
    command = [sys.executable, "-m", "aviator", "demo", "--bookmakers", "1", "--profiles", str(profiles), "--data-dir", "data"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Opening the windows")
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == EXIT_INTERRUPTED
    assert complaint.splitlines() == [
        "Closing the windows of the simulated bookmakers …", "Stopped before the windows were shown.",
    ]  # fmt: skip
    gone, alive = psutil.wait_procs(children, timeout=0)
    assert not alive, gone
