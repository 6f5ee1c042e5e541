"""Commands that must answer at once import only what they use; nobody waits for OpenCV to read a help page."""

import subprocess
import sys
from pathlib import Path

import pytest

from aviator.cli.app import COMMANDS

HEAVY = {
    "aiohttp", "alembic", "cv2", "mss", "numpy", "onnxruntime", "prometheus_client", "pyarrow", "rapidocr", "sqlalchemy",
    "tesserocr", "Xlib",
}  # fmt: skip
_PROGRAM = """
import sys
sys.argv[0] = "aviator"
from aviator.cli import main
try:
    main()
finally:
    print(",".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def imported(*arguments: str, folder: Path) -> set[str]:
    """The top-level modules that are loaded when the command ends."""
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    return set(done.stderr.splitlines()[-1].split(","))


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], [], ["no-such-command"]])
def test_what_needs_no_engine_imports_no_library_of_it(arguments: list[str], tmp_path: Path) -> None:
    loaded = imported(*arguments, folder=tmp_path)
    assert not loaded & (HEAVY | {"rich", "msgspec", "psutil", "aviator.run"})
    assert "typer" in loaded


@pytest.mark.parametrize("command", ["status", "pause", "resume"])
def test_a_look_at_a_running_engine_imports_nothing_that_reads_or_records(command: str, tmp_path: Path) -> None:
    from aviator.record.stats import WriterStats
    from aviator.run.status import StatusReporter, status_file

    reporter = StatusReporter(status_file(tmp_path), 0.0)
    stats = WriterStats(*[0] * 9)
    reporter.write(reporter.status(0.0, (), stats, None, stopped=False))
    name = [] if command == "status" else ["Admiral"]
    assert not imported(command, *name, "--data-dir", str(tmp_path), folder=tmp_path) & HEAVY


def test_every_row_of_the_table_is_a_command_with_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    from aviator.cli.app import app, guarded

    for name in COMMANDS:
        assert guarded(lambda name=name: app([name, "-h"], standalone_mode=False, prog_name="aviator")) == 0
        assert f"Usage: aviator {name}" in capsys.readouterr().out


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    from aviator import __version__
    from aviator.cli.app import app, guarded

    assert guarded(lambda: app(["--version"], standalone_mode=False, prog_name="aviator")) == 0
    assert capsys.readouterr().out == f"aviator {__version__}\n"


def test_an_engine_that_only_watches_keeps_no_memory_for_hands_and_migrations() -> None:
    program = "import sys, aviator.run.engine; print([m for m in sys.modules if m.startswith(('aviator.calibrate', 'alembic'))])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
