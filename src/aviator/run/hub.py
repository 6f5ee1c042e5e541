"""Reads every worker's pipe and carries commands back; the only thread that waits on workers.

In: parcels from workers, and facts that the engine itself tells. Out: numbered facts to the writer, all facts to the bus,
commands and acknowledgements to workers. Engine process, thread `hub`; `attach`, `send`, `acknowledge` and `tell` may be called
from any thread.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

from aviator.core.events import Acknowledge, Command, Fact
from aviator.core.types import BookmakerId
from aviator.wire.codec import UnreadableParcel, decode
from aviator.wire.outbox import send_command

log = logging.getLogger(__name__)

TURN_S = 0.3
"""The thread turns at least so often, also when nothing comes: who watches it can tell that it does."""

Deliver = Callable[[float, int, Fact], None]
"""Takes (worker start, number, fact); the number is 0 for facts of which only the newest matters."""


@dataclass(slots=True)
class _Link:
    bookmaker: BookmakerId
    connection: Connection[Any, Any]
    sending: threading.Lock = field(default_factory=threading.Lock)


class Hub:
    """The engine's end of all pipes. A worker that is gone has its pipe read to the end before it is let go.

    `start` (Unix seconds) tells what the engine tells in this run from what it told in earlier ones.
    """

    def __init__(self, deliver: Deliver, start: float = 0.0) -> None:
        self._deliver = deliver
        self._start = start
        self._told: deque[Fact] = deque()
        self._seq = 0
        self.turns = 0
        """How often the thread has come round."""
        self._links: dict[BookmakerId, _Link] = {}
        self._changed = threading.Condition()
        self._alarm, self._bell = Pipe(duplex=False)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="hub")

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def attach(self, bookmaker: BookmakerId, connection: Connection[Any, Any]) -> None:
        """Begin to read this worker's pipe."""
        with self._changed:
            self._links[bookmaker] = _Link(bookmaker, connection)
        self._bell.send_bytes(b"!")

    def attached(self, bookmaker: BookmakerId) -> bool:
        """Is there still something to read from this worker?"""
        return bookmaker in self._links

    def send(self, bookmaker: BookmakerId, command: Command) -> bool:
        """To one worker; without waiting, and in vain (False) when it is gone or has stopped reading."""
        link = self._links.get(bookmaker)
        if link is None:
            return False
        try:
            with link.sending:
                sent = send_command(link.connection, command)
        except OSError:  # gone: whoever reads its end of the pipe will see that too
            return False
        if not sent and not isinstance(command, Acknowledge):  # the next acknowledgement covers this one
            log.warning("%s does not read its pipe: %s was not sent", bookmaker, type(command).__name__)
        return sent

    def tell(self, fact: Fact) -> None:
        """A fact of the engine's own; it is numbered and delivered like those of workers, and nobody waits for that."""
        self._told.append(fact)
        self._bell.send_bytes(b"!")

    def acknowledge(self, done: Mapping[BookmakerId, Acknowledge]) -> None:
        """Tell workers up to which number their facts are committed."""
        for bookmaker, acknowledgement in done.items():
            self.send(bookmaker, acknowledgement)

    def drain(self, timeout_s: float) -> bool:
        """Wait until every pipe is read to its end and all is told; False when time ran out before."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._links and not self._told, timeout_s)

    def stop(self) -> None:
        """Let go of all pipes. Workers that still run see their engine gone."""
        self._closing = True
        self._bell.send_bytes(b"!")
        self._thread.join()
        for link in list(self._links.values()):
            self._let_go(link)
        self._alarm.close()
        self._bell.close()

    def _run(self) -> None:
        while not self._closing:
            with self._changed:
                links = {link.connection: link for link in self._links.values()}
            self.turns += 1
            for ready in wait([self._alarm, *links], TURN_S):
                if ready is self._alarm:
                    self._alarm.recv_bytes()
                    self._deliver_told()
                else:
                    self._read(links[ready])  # type: ignore[index]  # nothing but our connections was waited for

    def _deliver_told(self) -> None:
        while self._told:
            self._seq += 1
            self._deliver(self._start, self._seq, self._told[0])
            with self._changed:
                self._told.popleft()
                self._changed.notify_all()

    def _read(self, link: _Link) -> None:
        try:
            parcel = decode(link.connection.recv_bytes())
        except (EOFError, OSError):
            self._let_go(link)
            return
        except UnreadableParcel:
            log.exception("%s sent something unreadable; its pipe is closed", link.bookmaker)
            self._let_go(link)
            return
        for seq, event in parcel.items:
            assert isinstance(event, Fact), f"a worker sent the command {event}"
            self._deliver(parcel.worker_start, seq, event)

    def _let_go(self, link: _Link) -> None:
        with self._changed, link.sending:
            link.connection.close()
            del self._links[link.bookmaker]
            self._changed.notify_all()
