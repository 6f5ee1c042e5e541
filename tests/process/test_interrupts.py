"""Ctrl-C, sent to the real program while it works: it ends with one sentence and the code 130."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aviator.core.errors import EXIT_INTERRUPTED

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")


@pytest.mark.parametrize("arguments", [["stats", "--file"], ["read", "--profile", "admiral"], ["read"]], ids=" ".join)
@pytest.mark.timeout(60)
def test_ctrl_c_ends_a_command_with_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    pipe = tmp_path / "input.csv"
    os.mkfifo(pipe)
    with subprocess.Popen(
        [sys.executable, "-m", "aviator", *arguments, str(pipe)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        with pipe.open("wb"):  # opened as soon as the command reads it, which then waits for more
            process.send_signal(signal.SIGINT)
            said, complaint = process.communicate()
    assert process.returncode == EXIT_INTERRUPTED
    assert said == ""
    assert complaint.splitlines() == ["Stopped."]
