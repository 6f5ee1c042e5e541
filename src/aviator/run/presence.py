"""Who runs on a data folder: `run.json` names the engine and its workers, so that the next start finds what is left of them.

A process is known by its number and the time it was created, because numbers are used again. `instance_lock` ensures that one
engine has the folder; the check here also finds an engine of a version that does not lock. In: processes that were started. Out:
processes of an earlier engine that still run. Engine process, main thread.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

from aviator.core.errors import UserMistake
from aviator.core.files import replace_file
from aviator.core.types import BookmakerId

log = logging.getLogger(__name__)

SAME_S = 5.0
"""The system derives the time of creation from its clock, which may be set right in between."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A process; `created_at` in Unix seconds."""

    pid: int
    created_at: float

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """None when it is gone already."""
        with suppress(psutil.Error):
            return cls(pid, psutil.Process(pid).create_time())
        return None

    def process(self) -> psutil.Process | None:
        """The process, if it still runs."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.created_at) < SAME_S and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


@dataclass(slots=True)
class Running:
    """What the file says."""

    engine: Identity | None = None
    workers: dict[str, Identity] = field(default_factory=dict)


class RunFile:
    """The file of this engine, from `claim` to `close`. A disk that does not take it stops nobody: it is said, once."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "run.json"
        self._running = Running(Identity.of(os.getpid()))
        self._failing = False

    def claim(self) -> list[psutil.Process]:
        """Make the folder ours; returns the workers of an earlier engine that still run.

        Raises `UserMistake` when that engine runs as well.
        """
        before = self._read()
        self._refuse_another(before)
        left = [process for worker in before.workers.values() if (process := worker.process())]
        self._running.workers = dict(before.workers)  # until they are gone, for we may die before
        self._write()
        return left

    def confirm(self) -> None:
        """The last look before workers are started.

        Raises `UserMistake` when another engine, of a version that does not lock, started meanwhile.
        """
        self._refuse_another(self._read())
        self._running.workers = {}
        self._write()

    def note_worker(self, bookmaker: BookmakerId, pid: int) -> None:
        """This process now works for us."""
        if identity := Identity.of(pid):
            self._running.workers[bookmaker] = identity
            self._write()

    def close(self) -> None:
        """Nobody is left."""
        found = self._read().engine
        if found and found.pid == os.getpid():
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def other(self) -> int | None:
        """The process that the file names, if it is not this one."""
        found = self._read().engine
        return found.pid if found and found.pid != os.getpid() else None

    def _refuse_another(self, found: Running) -> None:
        other = found.engine
        if other and other.pid != os.getpid() and other.process():
            raise UserMistake(
                f"AVIATOR already runs on the data folder {self._path.parent} (process {other.pid}): stop it, or choose another."
            )

    def _read(self) -> Running:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Running)
        except (OSError, msgspec.DecodeError):
            return Running()

    def _write(self) -> None:
        try:
            replace_file(self._path, msgspec.json.encode(self._running))
        except OSError as error:
            if not self._failing:
                log.warning("%s cannot be written (%s): the next start will not know of workers left over", self._path, error)
            self._failing = True
        else:
            self._failing = False
