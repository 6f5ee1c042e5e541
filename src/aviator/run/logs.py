"""The engine's log, under DATA_DIR/logs.

In: records of `logging`. Out: `engine.log` and its older parts. Engine process; workers write a file of their own each.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.core.logs import LogFile

failures: ContextVar[Path | None] = ContextVar("failures", default=None)
"""Where the traceback of an unexpected error goes, once a data folder is known."""


@contextmanager
def logging_to(path: Path, level: str) -> Iterator[None]:
    """Write everything from `level` on to `path` for as long as the block lasts. Raises `UserMistake` where that cannot be."""
    try:
        handler = LogFile(path)
    except OSError as error:
        raise UserMistake(f"The log file {path} cannot be written ({error.strerror}): choose another data folder.") from None
    failures.set(path.with_name("errors.log"))
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
