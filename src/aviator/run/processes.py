"""THE table of what runs: its name, main function, restart policy and place in the order of stopping.

Out: rows, read by the engine and the supervisor. A new kind of process or engine thread is a new row here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from aviator.run.restart import RestartRule
from aviator.see import worker as see_worker


class Stop(IntEnum):
    """The order of a graceful shutdown, first to last."""

    HANDS = 1  # they finish or undo the current bet before the eyes close
    WORKERS = 2
    WRITER = 3  # after the workers: what they sent last must still be written
    REST = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of process, or (without `main`) one thread of the engine."""

    name: str
    stop: Stop
    main: Callable[[Any, Any], None] | None = None
    """main(connection, settings) of a process; it leaves through sys.exit with a code of `core.errors`."""
    restart: RestartRule = field(default_factory=RestartRule)
    ending: str = ""
    """What happens when it is told to stop, for the log."""


SEE = Row("see:{bookmaker}", Stop.WORKERS, see_worker.main, ending="the workers send what they have and leave")

TABLE = (
    Row("hands", Stop.HANDS, ending="hands finish or undo the bet they are at"),
    SEE,
    Row("writer", Stop.WRITER, ending="the writer writes what is queued and closes the database"),
    Row("hub", Stop.REST, ending="the workers' pipes are closed"),
    Row("health", Stop.REST, ending="health is no longer measured"),
    Row("desk", Stop.REST, ending="the last status is told"),
    Row("serve", Stop.REST, ending="the metrics are closed"),
)

PRELOAD = ("aviator.see.preload",)
"""Imported once by the fork server, so that all workers share its numpy, OpenCV and Tesseract."""
