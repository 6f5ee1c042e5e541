import threading
from decimal import Decimal

import pytest

from aviator.core.clock import ManualClock
from aviator.core.events import Event, GapFound, ScreenRead, WorkerBeat
from aviator.core.types import BookmakerId, Phase
from aviator.wire.bus import Drops, EventBus

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")


def gap(n: int) -> GapFound:
    return GapFound(A, n, n + 1, 1, "hidden")


def screen(at: float, bookmaker: BookmakerId = A) -> ScreenRead:
    return ScreenRead(bookmaker, at, Phase.PLAYING, Decimal("1.23"), None, 1, 2, None, ())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus(clock: ManualClock) -> EventBus:
    return EventBus(clock)


def test_events_reach_those_who_asked_highest_priority_first(bus: EventBus):
    heard: list[tuple[str, Event]] = []
    for name, priority in (("face", 0), ("writer", 10), ("log", -5)):
        bus.subscribe([GapFound], name, handler=lambda e, name=name: heard.append((name, e)), priority=priority)
    beats = bus.subscribe([WorkerBeat], "health")
    bus.publish(gap(1))
    assert heard == [("writer", gap(1)), ("face", gap(1)), ("log", gap(1))]
    assert beats.take() == []


def test_a_queue_keeps_the_order(bus: EventBus):
    queue = bus.subscribe([GapFound, ScreenRead], "face")
    for event in (gap(1), screen(1), gap(2)):
        bus.publish(event)
    assert len(queue) == 3
    assert queue.take() == [gap(1), screen(1), gap(2)]
    assert queue.take() == []


def test_a_full_queue_drops_the_oldest_picture_and_counts(bus: EventBus):
    queue = bus.subscribe([GapFound, ScreenRead], "face", bound=4)
    for event in (gap(1), screen(1), screen(2), gap(2), gap(3), screen(3)):
        bus.publish(event)
    assert queue.take() == [gap(1), gap(2), gap(3), screen(3)]
    assert bus.drops() == {"face": Drops(limited=0, dropped=2, lost=0, failed=0)}


def test_facts_are_never_lost_silently(bus: EventBus, caplog: pytest.LogCaptureFixture):
    queue = bus.subscribe([GapFound], "face")
    for n in range(1_003):
        bus.publish(gap(n))
    assert [e.from_at for e in queue.take() if isinstance(e, GapFound)] == list(range(3, 1_003))
    assert queue.drops.lost == 3
    assert [r.levelname for r in caplog.records] == ["ERROR"]


def test_rate_limit_lets_the_newest_of_each_bookmaker_through(bus: EventBus, clock: ManualClock):
    queue = bus.subscribe([ScreenRead, GapFound], "face", max_hz=2)
    for i in range(10):
        bus.publish(screen(i))
        bus.publish(screen(i, B))
        bus.publish(gap(i))
    assert [e for e in queue.take() if isinstance(e, ScreenRead)] == [screen(0), screen(0, B)]
    assert queue.take() == []
    clock.sleep(0.5)
    assert queue.take() == [screen(9), screen(9, B)]
    assert queue.drops.limited == 16


def test_rate_limit_of_a_handler(bus: EventBus, clock: ManualClock):
    heard: list[Event] = []
    bus.subscribe([ScreenRead], "face", handler=heard.append, max_hz=1)
    for i in range(30):
        bus.publish(screen(i))
        clock.sleep(0.125)
    assert heard == [screen(0), screen(8), screen(16), screen(24)]


def test_a_failing_handler_harms_nobody_else(bus: EventBus, caplog: pytest.LogCaptureFixture):
    def fail(event: Event) -> None:
        raise RuntimeError("broken face")

    heard: list[Event] = []
    broken = bus.subscribe([GapFound], "broken", handler=fail, priority=1)
    bus.subscribe([GapFound], "sound", handler=heard.append)
    bus.publish(gap(1))
    bus.publish(gap(2))
    assert heard == [gap(1), gap(2)]
    assert broken.drops.failed == 2
    assert len(caplog.records) == 1


def test_unsubscribe(bus: EventBus):
    queue = bus.subscribe([GapFound], "face")
    bus.unsubscribe(queue)
    bus.publish(gap(1))
    assert queue.take() == []
    assert bus.drops() == {}


def test_many_publishers_and_one_taker_lose_nothing(bus: EventBus):
    queue = bus.subscribe([GapFound], "face", bound=10_000)
    threads = [threading.Thread(target=lambda: [bus.publish(gap(n)) for n in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken: list[Event] = []
    while len(taken) < 2_000:
        taken += queue.take(timeout_s=5)
    for thread in threads:
        thread.join()
    assert len(taken) == 2_000
