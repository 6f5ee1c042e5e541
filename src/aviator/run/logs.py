"""Log files of the engine: JSON, one object a line, rotating, under DATA_DIR/logs.

In: records of `logging`. Out: `engine.log` and its older parts. Engine process; workers write a file of their own each.
"""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from aviator.core.errors import UserMistake

MAX_BYTES = 5_000_000
KEEP = 3

failures: ContextVar[Path | None] = ContextVar("failures", default=None)
"""Where the traceback of an unexpected error goes, once a data folder is known."""


class JsonLines(logging.Formatter):
    """`{"at", "level", "from", "message"}` and, for failures, `"traceback"`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@contextmanager
def logging_to(path: Path, level: str) -> Iterator[None]:
    """Write everything from `level` on to `path` for as long as the block lasts. Raises `UserMistake` where that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=KEEP, encoding="utf-8")
    except OSError as error:
        raise UserMistake(f"The log file {path} cannot be written ({error.strerror}): choose another data folder.") from None
    failures.set(path.with_name("errors.log"))
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each of its plugins
    threading.excepthook = _log_thread
    try:
        yield
    finally:
        threading.excepthook = threading.__excepthook__
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


def _log_thread(failed: threading.ExceptHookArgs) -> None:
    assert failed.exc_value is not None
    name = failed.thread.name if failed.thread else "?"
    logging.getLogger(__name__).critical("thread %s ended unexpectedly", name, exc_info=failed.exc_value)
