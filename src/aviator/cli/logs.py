"""`aviator logs`: the log lines of the engine and its workers, in the order of their times.

In: DATA_DIR/logs/*.log. Out: one line each on standard output; with -f also those that are written from now on.
"""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from aviator.cli.output import echo
from aviator.cli.places import DEFAULT_CONFIG, Config, DataDir, existing_folder
from aviator.core.errors import UserMistake
from aviator.core.files import file_name

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_POLL_S = 0.3
_TAIL_BYTES = 4_000_000
"""Of each file at most this much is read for the last lines."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log file. `at` is what the file says, ISO 8601 in UTC; lines that are no JSON have only a message."""

    at: str
    level: str
    origin: str
    message: str

    @classmethod
    def parse(cls, text: str, origin: str) -> "LogLine":
        try:
            told: Any = json.loads(text)
            message = f"{told['message']}" + (f"\n{told['traceback']}" if "traceback" in told else "")
            return cls(str(told["at"]), str(told["level"]), origin, message)
        except (ValueError, TypeError, KeyError, RecursionError):
            return cls("", "INFO", origin, text)

    def __str__(self) -> str:
        message = "\n    ".join(_printable(line) for line in self.message.splitlines())
        return f"{_local(self.at)} {_printable(self.level):<8} {self.origin}: {message}"


def logs(
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with new lines until Ctrl-C.")] = False,
    last: Annotated[int, typer.Option("-n", "--last", min=0, max=1_000_000, help="How many of the latest lines.")] = 30,
    bookmaker: Annotated[str | None, typer.Option(help="Only the worker of this bookmaker; `engine` for the engine.")] = None,
    level: Annotated[str, typer.Option(help="Only lines of this level and above: DEBUG, INFO, WARNING, ERROR.")] = "DEBUG",
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """The log lines of the engine and its workers."""
    if level.upper() not in _LEVELS:
        raise UserMistake(f"--level is {level!r}, allowed: {', '.join(_LEVELS)}.")
    wanted = set(_LEVELS[_LEVELS.index(level.upper()) :])
    folder = existing_folder(data_dir, config) / "logs"
    tails = [_Tail(path) for path in _files(folder, bookmaker)]
    found = sorted((line for tail in tails for line in tail.read(last) if line.level in wanted), key=lambda line: line.at)
    for line in found[-last:] if last else ():
        echo(str(line))
    with suppress(KeyboardInterrupt):
        if follow:
            _follow(tails, folder, bookmaker, wanted)


def _follow(tails: list["_Tail"], folder: Path, bookmaker: str | None, wanted: set[str]) -> None:
    """Print new lines, also those of files that appear, until Ctrl-C."""
    while True:
        time.sleep(_POLL_S)
        known = {tail.path for tail in tails}
        tails += [_Tail(path, new=True) for path in _files(folder, bookmaker, or_none=True) if path not in known]
        for line in sorted((line for tail in tails for line in tail.new_lines()), key=lambda line: line.at):
            if line.level in wanted:
                echo(str(line))


def _files(folder: Path, bookmaker: str | None, *, or_none: bool = False) -> list[Path]:
    """The log files that are meant. Raises `UserMistake` where there is none."""
    named = (path for path in sorted(folder.glob("*.log")) if path.name == "engine.log" or path.name.startswith("see-"))
    found = [path for path in named if path.is_file()]
    if bookmaker is not None:
        stem = "engine" if bookmaker.casefold() == "engine" else f"see-{file_name(bookmaker)}"
        known, found = found, [path for path in found if path.stem == stem]
        if not found and not or_none:
            names = ", ".join(path.stem.removeprefix("see-") for path in known)
            raise UserMistake(f"There is no log of {bookmaker} in {folder}; there are {names or 'none'}.")
    elif not found and not or_none:
        raise UserMistake(f"There are no logs in {folder} yet: `aviator run` and `aviator demo` write them.")
    return found


class _Tail:
    """The end of one file; it may be replaced by a new one of the same name at any time."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self._origin = path.stem.removeprefix("see-")
        self._offset, self._inode, self._part = 0, 0, b""
        if new:
            self._inode = self._stat()[0]

    def read(self, last: int) -> Iterator[LogLine]:
        """The last lines; `new_lines` goes on after them."""
        self._inode, size = self._stat()
        begin = max(0, size - _TAIL_BYTES)
        lines = self._lines_from(begin)
        if begin and lines:
            del lines[0]  # the end of a line
        yield from (LogLine.parse(line, self._origin) for line in deque(lines, maxlen=last))

    def new_lines(self) -> Iterator[LogLine]:
        inode, size = self._stat()
        if inode != self._inode or size < self._offset:
            self._inode, self._offset, self._part = inode, 0, b""
        yield from (LogLine.parse(line, self._origin) for line in self._lines_from(self._offset))

    def _stat(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_size

    def _lines_from(self, offset: int) -> list[str]:
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                data = file.read()
        except OSError:
            return []
        self._offset = offset + len(data)
        *whole, self._part = (self._part + data).split(b"\n")
        return [line.decode("utf-8", "replace") for line in whole if line]


def _local(at: str) -> str:
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return "-" * 19


def _printable(text: str) -> str:
    """Control characters could drive the terminal: they are shown as escapes."""
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)
