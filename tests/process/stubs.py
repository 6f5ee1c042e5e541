"""Workers that see nothing: each does one thing a real worker may do, well or badly. Run in processes of their own."""

import os
import signal
import sys
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path

from aviator.core.clock import SystemClock
from aviator.core.events import PauseWorker, ResumeWorker, RoundEnded, StopWorker, WorkerBeat, WorkerFinished
from aviator.core.types import BookmakerId, Source
from aviator.see.settings import WorkerSettings
from aviator.wire.outbox import Outbox


@dataclass(frozen=True)
class StubSettings:
    """`bad_starts`: so many starts end with `exit_code` (negative: a signal) after `facts` facts; `notes` counts starts."""

    bookmaker: BookmakerId
    notes: Path
    bad_starts: int = 0
    exit_code: int = 1
    facts: int = 10
    deaf: bool = False


def main(connection: Connection, settings: StubSettings, first: int = 0) -> None:
    settings.notes.parent.mkdir(parents=True, exist_ok=True)
    with settings.notes.open("a") as notes:
        notes.write(f"{os.getpid()}\n")
    starts = len(settings.notes.read_text().splitlines())
    clock = SystemClock()
    outbox = Outbox(connection, clock.now())
    outbox.post(beat(settings.bookmaker))
    for number in range(settings.facts):
        outbox.post(fact(settings.bookmaker, starts * 1_000_000 + number))
    while not outbox.flush():  # the pipe is full: the hub will make room
        pass
    if starts <= settings.bad_starts:
        if settings.exit_code < 0:
            os.kill(os.getpid(), -settings.exit_code)
        sys.exit(settings.exit_code)
    if settings.deaf:
        signal.pause()
    number = first or starts * 1_000_000 + settings.facts
    while not any(isinstance(command, StopWorker) for command in outbox.poll()):
        outbox.post(fact(settings.bookmaker, number))
        number += 1
        outbox.flush()
        connection.poll(0.001)
    outbox.post(WorkerFinished(settings.bookmaker, clock.now(), f"{number % 1_000_000} facts"))
    while not outbox.flush():
        pass
    connection.close()


def obedient(connection: Connection, settings: StubSettings) -> None:
    """Beats ten times a second; sends a round each time, but for pauses, and leaves when told to (unless it is deaf to that)."""
    settings.notes.parent.mkdir(parents=True, exist_ok=True)
    with settings.notes.open("a") as notes:
        notes.write(f"{os.getpid()}\n")
    starts = len(settings.notes.read_text().splitlines())
    outbox, paused, number = Outbox(connection, SystemClock().now()), False, starts * 1_000_000
    while True:
        for command in outbox.poll():
            if isinstance(command, StopWorker) and not settings.deaf:
                sys.exit(0)
            if isinstance(command, PauseWorker | ResumeWorker):
                paused = isinstance(command, PauseWorker)
        if not paused:
            outbox.post(fact(settings.bookmaker, number := number + 1))
        outbox.post(beat(settings.bookmaker))
        outbox.flush()
        connection.poll(0.1)


def fact(bookmaker: BookmakerId, number: int) -> RoundEnded:
    return RoundEnded(bookmaker, float(number), number + 0.5, Decimal("1.50"), None, None, None, Source.LIVE, 1.0)


def beat(bookmaker: BookmakerId) -> WorkerBeat:
    return WorkerBeat(bookmaker, SystemClock().now(), os.getpid(), 1, 0, 0.1, 0, 0, 0, 0, 0, 0, 0)


def steady(connection: Connection, settings: WorkerSettings) -> None:
    """A worker under the engine: one round after another, numbered on from the newest that it was told of."""
    number = int(settings.recent[0][1]) + 1 if settings.recent else 1
    main(connection, StubSettings(settings.bookmaker, settings.log_file, facts=0), number)


def dies_once(connection: Connection, settings: WorkerSettings) -> None:
    """A worker under the engine whose first start ends with a crash."""
    main(connection, StubSettings(settings.bookmaker, settings.log_file, bad_starts=1))


def employed(connection: Connection, settings: WorkerSettings) -> None:
    """An obedient worker under the engine."""
    obedient(connection, StubSettings(settings.bookmaker, settings.log_file))


def deaf(connection: Connection, settings: WorkerSettings) -> None:
    """One under the engine that does not leave."""
    obedient(connection, StubSettings(settings.bookmaker, settings.log_file, deaf=True))
