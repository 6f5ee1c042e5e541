"""EventBus: publish/subscribe inside the engine process, for any of its threads.

In come events that the hub decoded (or the engine made); out go the same objects, to handlers in the publisher's own
thread and to bounded queues that other threads empty. A slow subscriber costs itself messages, never the publisher time.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from aviator.core.clock import Clock
from aviator.core.events import Event
from aviator.wire.topics import NEWEST

BOUND = 1_000

_log = logging.getLogger(__name__)
_Kind = tuple[type[Event], str | None]


class Drops(NamedTuple):
    """What a subscriber did not get, since it subscribed."""

    limited: int
    """Replaced by a newer one of its kind within the rate limit: as asked for."""
    dropped: int
    """`newest` messages pushed out of a full queue."""
    lost: int
    """Facts that found a queue full of facts; also logged as an error."""
    failed: int
    """Exceptions of the handler."""


class Subscription:
    """One subscriber's share of the traffic. Made by `EventBus.subscribe`.

    Without a handler, events wait in a queue for `take`.
    """

    def __init__(
        self, classes: frozenset[type[Event]], name: str, handler: Callable[[Event], None] | None, priority: int,
        max_hz: float, bound: int, clock: Clock,
    ) -> None:  # fmt: skip
        self.classes, self.name, self.priority = classes, name, priority
        self._handler, self._bound, self._clock = handler, bound, clock
        self._interval_s = 1 / max_hz if max_hz else 0.0
        self._queue: deque[Event] = deque()
        self._changed = threading.Condition()
        self._held: dict[_Kind, Event] = {}
        self._due: dict[_Kind, float] = {}
        self._limited = self._dropped = self._lost = self._failed = 0

    @property
    def drops(self) -> Drops:
        return Drops(self._limited, self._dropped, self._lost, self._failed)

    def offer(self, event: Event) -> None:
        """The bus's side: deliver, hold back or queue an event."""
        with self._changed:
            ready = self._pass_limit(event) if self._interval_s else (event,)
            if self._handler is None:
                for item in ready:
                    self._enqueue(item)
                if ready:
                    self._changed.notify()
                return
        for item in ready:  # outside the lock: a handler may publish
            self._call(item)

    def take(self, timeout_s: float = 0.0) -> list[Event]:
        """Everything that waits, oldest first; when nothing does, waits for up to `timeout_s` seconds."""
        with self._changed:
            if timeout_s and not self._queue:
                self._changed.wait(min(timeout_s, self._next_due_s(timeout_s)))
            for item in self._release():
                self._enqueue(item)
            out = list(self._queue)
            self._queue.clear()
            return out

    def __len__(self) -> int:
        return len(self._queue)

    def _pass_limit(self, event: Event) -> Iterable[Event]:
        """What may go on now: of `newest` topics one per kind and interval, the newest, the others at once."""
        if type(event) not in NEWEST:
            return (event,)
        kind = (type(event), getattr(event, "bookmaker", None))
        self._limited += kind in self._held
        self._held[kind] = event
        return self._release()

    def _release(self) -> list[Event]:
        """Held events whose time has come."""
        now = self._clock.monotonic()
        kinds = [kind for kind in self._held if self._due.get(kind, now) <= now]
        for kind in kinds:
            self._due[kind] = now + self._interval_s
        return [self._held.pop(kind) for kind in kinds]

    def _next_due_s(self, otherwise: float) -> float:
        """Seconds until the first held event may go."""
        now = self._clock.monotonic()
        return max(0.0, min((self._due[kind] - now for kind in self._held), default=otherwise))

    def _enqueue(self, event: Event) -> None:
        if len(self._queue) >= self._bound:
            self._make_room()
        self._queue.append(event)

    def _make_room(self) -> None:
        for i, old in enumerate(self._queue):
            if type(old) in NEWEST:
                del self._queue[i]
                self._dropped += 1
                return
        if not self._lost:
            _log.error("Subscriber %s does not keep up: its queue of facts is full, the oldest are lost to it.", self.name)
        self._queue.popleft()
        self._lost += 1

    def _call(self, event: Event) -> None:
        assert self._handler is not None
        try:
            self._handler(event)
        except Exception:  # noqa: BLE001 (a subscriber's fault must stop neither the publisher nor the others)
            if not self._failed:
                _log.exception("Subscriber %s failed on %s; further failures are only counted.", self.name, type(event).__name__)
            self._failed += 1


class EventBus:
    """Every published event goes to all who subscribed to its class, highest `priority` first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._routes: dict[type[Event], tuple[Subscription, ...]] = {}

    def publish(self, event: Event) -> None:
        """Hand the event to its subscribers. Any thread; handlers run in it, one after the other."""
        for subscription in self._routes.get(type(event), ()):
            subscription.offer(event)

    def subscribe(
        self,
        classes: Iterable[type[Event]],
        name: str,
        *,
        handler: Callable[[Event], None] | None = None,
        priority: int = 0,
        max_hz: float = 0.0,
        bound: int = BOUND,
    ) -> Subscription:
        """Follow these event classes: by `handler`, called in the publisher's thread, or else by `Subscription.take`.

        `max_hz` (0: no limit) holds back `newest` topics, per kind and bookmaker; what is held back goes out with the next
        event or `take` after its time. Facts are never held back.
        """
        subscription = Subscription(frozenset(classes), name, handler, priority, max_hz, bound, self._clock)
        with self._lock:
            self._route((*self._subscriptions, subscription))
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            self._route(tuple(s for s in self._subscriptions if s is not subscription))

    def drops(self) -> dict[str, Drops]:
        """Every subscriber's counters, by name."""
        return {s.name: s.drops for s in self._subscriptions}

    def _route(self, subscriptions: tuple[Subscription, ...]) -> None:
        """New tables take the old ones' place at once, so that publishing needs no lock."""
        ordered = tuple(sorted(subscriptions, key=lambda s: -s.priority))
        classes = {cls for s in ordered for cls in s.classes}
        self._routes = {cls: tuple(s for s in ordered if cls in s.classes) for cls in classes}
        self._subscriptions = ordered
