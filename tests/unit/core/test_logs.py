"""Log files: JSON lines that survive full disks, torn ends and vanished folders, and never print or raise."""

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aviator.core.logs import LogFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "some.log"


@pytest.fixture
def handler(path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[LogFile]:
    made = LogFile(path)
    yield made
    made.close()
    assert capsys.readouterr().err == "", "logging must say nothing on the terminal"


def said(handler: logging.Handler, message: str, *args: object, level: int = logging.INFO) -> None:
    handler.handle(logging.LogRecord("aviator.some", level, "", 0, message, args, None))


def messages(path: Path) -> list[str]:
    return [json.loads(line)["message"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_an_object(handler: LogFile, path: Path) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        info = (type(error), error, error.__traceback__)
    handler.handle(logging.LogRecord("aviator.some", logging.ERROR, "", 0, "two\nlines, %s", ("“é”",), info))
    (line,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert line.pop("traceback").endswith("ZeroDivisionError: division by zero")
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "ERROR", "from": "aviator.some", "message": "two\nlines, “é”"}


def test_text_that_is_no_unicode_is_logged_too(handler: LogFile, path: Path) -> None:
    said(handler, "a file name of undecodable bytes: \udcff")
    assert messages(path) == ["a file name of undecodable bytes: \udcff"]


def test_the_file_rotates(path: Path) -> None:
    handler = LogFile(path, max_bytes=1_000, keep=2)
    for number in range(100):
        said(handler, "line %d", number)
    handler.close()
    files = [path.with_name("some.log.2"), path.with_name("some.log.1"), path]
    assert sorted(path.parent.iterdir()) == sorted(files)
    kept = [message for file in files for message in messages(file)]
    assert kept == [f"line {number}" for number in range(100 - len(kept), 100)]
    assert all(file.stat().st_size <= 1_000 for file in files)


class Full:
    """A stream onto a full disk: takes a part of what it is given, then nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tell(self) -> int:
        return 0

    def seek(self, *_: int) -> int:
        return 0

    def write(self, text: str) -> int:
        with self.path.open("a") as file:
            file.write(text[:10])
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")

    close = flush


def test_a_full_disk_is_owned_up_to_once_there_is_room_again(
    handler: LogFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(handler, "before")
    handler.stream.close()
    with monkeypatch.context() as full:
        full.setattr(LogFile, "_open", lambda self: Full(path))
        handler.stream = Full(path)  # type: ignore[assignment]
        for number in range(7):
            said(handler, "lost %d", number)
        assert handler.lost == 7
    said(handler, "after")
    said(handler, "and on")
    lines = path.read_text().splitlines()
    assert lines[1].startswith('{"at": "2'), "the torn line stays alone"
    rest = [json.loads(line)["message"] for line in (lines[0], *lines[2:])]
    assert rest == ["before", "after", "lines missing from this log here: 7 (No space left on device)", "and on"]


def test_a_really_full_disk(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The system's own device that is always full."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    path.parent.mkdir()
    handler = LogFile(path)
    handler.stream.close()
    handler.stream = full.open("w")
    handler.baseFilename = str(full)
    for _ in range(3):
        said(handler, "x" * 20_000)
    assert handler.lost == 3
    handler.baseFilename = str(path)
    said(handler, "after")
    handler.close()
    assert messages(path) == ["after", "lines missing from this log here: 3 (No space left on device)"]
    assert capsys.readouterr().err == ""


def test_closing_on_a_full_disk_does_not_raise(path: Path) -> None:
    handler = LogFile(path)
    handler.stream.close()
    handler.stream = Full(path)  # type: ignore[assignment]
    handler.close()


def test_a_killed_process_torn_line_does_not_spoil_the_next(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"at": "2026-01-01T00:0')
    handler = LogFile(path)
    said(handler, "after")
    handler.close()
    torn, after = path.read_text().splitlines()
    assert torn == '{"at": "2026-01-01T00:0'
    assert json.loads(after)["message"] == "after"


def test_a_file_that_cannot_be_renamed_is_written_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows while another program reads it."""
    handler = LogFile(path, max_bytes=200, keep=1)
    monkeypatch.setattr(handler, "rotate", lambda *_: (_ for _ in ()).throw(PermissionError(13, "in use")))
    for number in range(5):
        said(handler, "line %d", number)
    handler.close()
    assert messages(path) == [f"line {number}" for number in range(5)]


def test_a_folder_that_vanished_is_made_again(path: Path) -> None:
    handler = LogFile(path, max_bytes=150, keep=1)
    said(handler, "before")
    shutil.rmtree(path.parent)
    said(handler, "into the file that is gone, until it is full")
    said(handler, "after")
    handler.close()
    assert messages(path)[-1] == "after"


def test_a_place_that_cannot_be_written_is_the_callers_to_explain(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        LogFile(tmp_path / "file" / "some.log")


def test_a_file_opened_late_raises_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = tmp_path / "logs"
    blocked.touch()
    handler = LogFile(blocked / "some.log", late=True)
    said(handler, "lost")
    blocked.unlink()
    said(handler, "after")
    handler.close()
    assert messages(blocked / "some.log") == ["after", "lines missing from this log here: 1 (File exists)"]
    assert capsys.readouterr().err == ""
