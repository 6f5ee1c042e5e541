"""How many events a second travel from a worker to a subscriber, and how long one takes.

Measured: a spawned process posts events to its `Outbox` and flushes them a tick at a time through a real
`multiprocessing.Pipe`; here the hub's work is done (receive, decode, publish on the `EventBus`) and a subscriber's thread takes
them from its queue. Throughput: ticks of 50 facts as fast as they go, from the first parcel's arrival to the subscriber's last
event; a full pipe makes the worker wait, so nothing is lost. Latency: 6 events every 10 ms for some seconds, from `post` in the
worker to `take` in the subscriber, all in wall-clock time of one machine. Prints one JSON object.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import threading
import time
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from aviator.core.clock import SystemClock
from aviator.core.events import Event, RgbSampled, ScreenRead, SnapshotTaken, WorkerFinished
from aviator.core.types import BookmakerId, Phase
from aviator.wire.bus import EventBus
from aviator.wire.codec import decode
from aviator.wire.outbox import Outbox

EVENTS = 200_000
TICK_EVENTS = 50
RUNS = 3
PACED_TICKS = 300
PACED_EVERY_S = 0.01
A = BookmakerId("Admiral")


def as_fast_as_it_goes(connection: Connection[Any, Any]) -> None:
    """Worker: snapshots and colours, taking turns, tick after tick."""
    box = Outbox(connection, time.time())
    snapshot = SnapshotTaken(A, 1.7e9, 1.7e9 + 5, Decimal("1.51"), 91, Decimal("4074.05"))
    colours = RgbSampled(A, 1.7e9, "phase", 128.0, 153.0, 172.0, 11.0, 12.0, 13.0)
    for _ in range(EVENTS // TICK_EVENTS):
        for _ in range(TICK_EVENTS // 2):
            box.post(snapshot)
            box.post(colours)
        while not box.flush():
            time.sleep(0)
    box.post(WorkerFinished(A, time.time(), "done"))
    while not box.flush():
        time.sleep(0)


def paced(connection: Connection[Any, Any]) -> None:
    """Worker: a picture and five facts a tick, stamped with the time of their post."""
    box = Outbox(connection, time.time())
    due = time.perf_counter()
    for _ in range(PACED_TICKS):
        due += PACED_EVERY_S
        time.sleep(max(0.0, due - time.perf_counter()))
        now = time.time()
        for _ in range(5):
            box.post(SnapshotTaken(A, now, now, Decimal("1.51"), 91, Decimal("4074.05")))
        box.post(ScreenRead(A, now, Phase.PLAYING, Decimal("1.51"), Decimal(1000), 91, 355, None, (Decimal("2.31"),) * 20))
        box.flush()
    box.post(WorkerFinished(A, time.time(), "done"))
    box.flush()


def follow(worker: Any) -> tuple[float, list[tuple[float, Event]]]:
    """Start a worker and be the engine for it: the time of the first parcel, and every event with the time it was taken."""
    bus = EventBus(SystemClock())
    queue = bus.subscribe([SnapshotTaken, RgbSampled, ScreenRead, WorkerFinished], "bench", bound=2 * EVENTS)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=worker, args=(theirs,))
    process.start()
    theirs.close()
    taken: list[tuple[float, Event]] = []

    def subscriber() -> None:
        while not taken or not isinstance(taken[-1][1], WorkerFinished):
            events = queue.take(timeout_s=5.0)
            now = time.time()
            taken.extend((now, event) for event in events)

    thread = threading.Thread(target=subscriber)
    thread.start()
    ours.poll(None)
    began = time.time()
    try:
        while True:
            for _, event in decode(ours.recv_bytes()).items:
                bus.publish(event)
    except EOFError:
        pass
    thread.join()
    process.join()
    return began, taken


def bench() -> dict[str, object]:
    speeds = []
    for _ in range(RUNS):
        began, taken = follow(as_fast_as_it_goes)
        assert len(taken) == EVENTS + 1
        speeds.append(EVENTS / (taken[-1][0] - began))
    _, taken = follow(paced)
    late_ms = sorted(1e3 * (at - e.at) for at, e in taken if isinstance(e, SnapshotTaken | ScreenRead))
    return {
        "bench": "wire",
        "events_per_s": round(statistics.median(speeds)),
        "p50_ms": round(late_ms[len(late_ms) // 2], 3),
        "p99_ms": round(late_ms[len(late_ms) * 99 // 100], 3),
        "paced_events_per_s": round(6 / PACED_EVERY_S),
    }


if __name__ == "__main__":
    print(json.dumps(bench()))
