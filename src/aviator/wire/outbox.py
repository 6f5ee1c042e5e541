"""A worker's end of its pipe to the engine: numbers facts, sends one parcel a tick, keeps what is not yet committed.

In come events from the work loop and, through the pipe, the engine's commands; out go parcels. Used by one thread of
the worker process. Sending does not wait for an engine that has stopped reading: see `flush`.
"""

from __future__ import annotations

import os
import select
import sys
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aviator.core.errors import EngineGone
from aviator.core.events import Acknowledge, Command, Event
from aviator.wire.codec import Parcel, decode, encode
from aviator.wire.spool import SUFFIX, write_spool
from aviator.wire.topics import NEWEST

PARCEL_EVENTS = 200
"""More than a tick ever brings; at some 200 bytes an event, a parcel is below the 64 KB that a writable pipe takes."""


class Outbox:
    """Posts events to the engine. `worker_start` (Unix seconds) tells this life of the worker from earlier ones."""

    def __init__(self, connection: Connection[Any, Any], worker_start: float) -> None:
        self.worker_start = worker_start
        self.unacknowledged: deque[tuple[int, Event]] = deque()
        """Numbered facts, oldest first, that the engine has not yet said are committed, sent or not."""
        self._connection = connection
        self._unsent: deque[tuple[int, Event]] = deque()
        self._newest: dict[type[Event], Event] = {}
        self._seq = 0

    def post(self, event: Event) -> None:
        """Take an event for the next parcel; one of which only the newest matters replaces an unsent one of its kind."""
        if type(event) in NEWEST:
            self._newest[type(event)] = event
            return
        self._seq += 1
        item = (self._seq, event)
        self._unsent.append(item)
        self.unacknowledged.append(item)

    def flush(self) -> bool:
        """Send what was posted, facts before the rest; False when the pipe is full and something has to wait for the next call.

        A full pipe means that the engine has stopped reading. The look-out goes on meanwhile: facts queue up here, a few a
        second, and the newest picture stays the newest. Raises `EngineGone` when the other end is closed.
        """
        while self._unsent or self._newest:
            if not _takes_a_parcel(self._connection):
                return False
            facts = [self._unsent[i] for i in range(min(PARCEL_EVENTS, len(self._unsent)))]
            pictures = () if len(facts) < len(self._unsent) else [(0, event) for event in self._newest.values()]
            try:
                self._connection.send_bytes(encode(Parcel(self.worker_start, (*facts, *pictures))))
            except OSError:
                raise _gone() from None
            for _ in facts:
                self._unsent.popleft()
            if pictures:
                self._newest.clear()
        return True

    def poll(self) -> list[Command]:
        """The engine's commands that have arrived, without waiting; acknowledgements are dealt with here.

        Raises `EngineGone` when the engine closed the pipe, `UnreadableParcel` for bytes that no engine of this version sends.
        """
        commands: list[Command] = []
        try:
            while self._connection.poll():
                for _, command in decode(self._connection.recv_bytes()).items:
                    if isinstance(command, Acknowledge):
                        self._forget(command)
                    elif isinstance(command, Command):
                        commands.append(command)
        except (EOFError, OSError):
            raise _gone() from None
        return commands

    def save(self, folder: Path, name: str) -> Path:
        """Leave what is not acknowledged in a spool file for the next engine, each fact in a record of its own. Raises `OSError`.

        The engine may have read some of it before it went: a repeat is recognised by its number.
        """
        path = folder / f"{name}-{self.worker_start:.3f}-{os.getpid()}{SUFFIX}"
        write_spool(path, (Parcel(self.worker_start, (item,)) for item in self.unacknowledged))
        return path

    def _forget(self, done: Acknowledge) -> None:
        if done.worker_start != self.worker_start:
            return
        while self.unacknowledged and self.unacknowledged[0][0] <= done.seq:
            self.unacknowledged.popleft()


def send_command(connection: Connection[Any, Any], command: Command) -> bool:
    """From the engine to a worker, without waiting: False when the worker has stopped reading and its pipe is full.

    An acknowledgement may then be left out, for the next one covers it; a stop is the supervisor's to press.
    Raises `OSError` when the worker is gone.
    """
    if not _takes_a_parcel(connection):
        return False
    connection.send_bytes(encode(Parcel(0.0, ((0, command),))))
    return True


def _takes_a_parcel(connection: Connection[Any, Any]) -> bool:
    """Can a parcel be sent without waiting for the reader?

    The kernel calls a socket writable while enough of its send buffer is free: on Linux three quarters of some 200 KB, more
    than a parcel. macOS has small buffers and Windows cannot tell: there a send to a stopped engine may wait until it goes on
    or is ended.
    """
    if sys.platform == "win32":
        return True
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLOUT)
        return bool(waiting.poll(0))
    except OSError:  # a handle closed on this side: let the send itself say so
        return True


def _gone() -> EngineGone:
    return EngineGone("The engine has closed its end of the pipe.")
