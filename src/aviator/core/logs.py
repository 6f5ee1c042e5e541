"""Log files: JSON, one object a line, rotating, and never in the way of the work that they tell of.

In: records of `logging`. Out: a file and its older parts. Every process writes files of its own, so that none rotates another's.
"""

import json
import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from os import SEEK_END
from pathlib import Path

from aviator.core.safe_text import redacted

MAX_BYTES = 5_000_000
KEEP = 3
LONGEST_MESSAGE, LONGEST_TRACEBACK = 4_000, 40_000
"""Characters of one line. Other programs' errors may be of any length."""


class JsonLines(logging.Formatter):
    """`{"at", "level", "from", "message"}` and, for failures, `"traceback"`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": _cut(redacted(record.getMessage()), LONGEST_MESSAGE),
        }
        if record.exc_info:
            line["traceback"] = _cut(redacted(self.formatException(record.exc_info)), LONGEST_TRACEBACK)
        return json.dumps(line, ensure_ascii=False)


class LogFile(RotatingFileHandler):
    """A file of `JsonLines`. Lines that cannot be written (disk full, folder gone) are counted, and their number is logged as
    soon as one can be again. Only making it may raise `OSError`; not even that if it opens the file `late`, at its first line.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, keep: int = KEEP, *, late: bool = False) -> None:
        self.lost = 0
        """Lines that could not be written, since the last one that could."""
        self._why = ""
        super().__init__(path, maxBytes=max_bytes, backupCount=keep, encoding="utf-8", errors="backslashreplace", delay=late)
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        lost = self.lost
        super().emit(record)
        if lost and self.lost == lost:
            super().emit(_notice(lost, self._why))
            if self.lost == lost:
                self.lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self.lost += 1
        self._why = error.strerror or str(error)
        self._let_go()

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """A file that cannot be renamed now (on Windows: while somebody reads it) is written on."""
        try:
            super().doRollover()
        except OSError:
            self._let_go()

    def close(self) -> None:
        with suppress(OSError):
            super().close()

    def _open(self) -> TextIOWrapper:
        """Begins on a line of its own, also after one that was torn by a full disk or a killed process."""
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = not _ends_a_line(path)
        stream: TextIOWrapper = super()._open()
        if torn:
            stream.write("\n")
        return stream

    def _let_go(self) -> None:
        """What the stream still holds cannot be written; the next line opens the file again."""
        stream, self.stream = self.stream, None  # so the library itself marks a closed one
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _cut(text: str, longest: int) -> str:
    """`text` without its middle where it is longer."""
    return text if len(text) <= longest else f"{text[: longest // 2]} … {text[-longest // 2 :]}"


def _ends_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if not file.seek(0, SEEK_END):
                return True
            file.seek(-1, SEEK_END)
            return file.read(1) == b"\n"
    except FileNotFoundError:
        return True


def _notice(lost: int, why: str) -> logging.LogRecord:
    message = "lines missing from this log here: %d (%s)"
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, message, (lost, why), None)
