"""One web page that is connected to the server.

In: views. Out: over its WebSocket, only what changed; and, when posed, the labels of what it shows. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from aviator.sim.scene import View

_POSE_TIMEOUT_S = 15.0


class Page:
    """A page and its line. Lag holds messages back in both directions without changing their order."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.lag_s = 0.0
        self._socket = socket
        self._shown: View = {}
        self._outgoing: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._poses: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pose_numbers = itertools.count(1)

    def show(self, view: View) -> None:
        """Sends what differs from what the page already shows."""
        changed = {key: value for key, value in view.items() if key not in self._shown or self._shown[key] != value}
        if changed:
            self._shown.update(changed)
            self._send({"show": changed})

    def forget(self, key: str) -> None:
        """Sends this key again next time: the visitor typed over what the page showed."""
        self._shown.pop(key, None)

    def freeze(self, frozen: bool) -> None:
        self._send({"freeze": frozen})

    async def pose(self, view: View) -> dict[str, Any]:
        """Shows a posed view, waits until it is painted and returns the page's labels. Raises TimeoutError."""
        number = next(self._pose_numbers)
        painted = self._poses[number] = asyncio.get_running_loop().create_future()
        self._shown = {}
        self._send({"pose": number, "show": view})
        try:
            return await asyncio.wait_for(painted, _POSE_TIMEOUT_S)
        finally:
            del self._poses[number]

    def unpose(self) -> None:
        self._shown = {}
        self._send({"pose": None})

    async def talk(self, hear: Callable[[dict[str, Any]], None]) -> None:
        """Both directions until the page goes away."""
        incoming: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def hear_in_time(message: dict[str, Any]) -> None:
            hear(message)

        async with asyncio.TaskGroup() as tasks:
            workers = [
                tasks.create_task(self._deliver(self._outgoing, self._socket.send_str)),
                tasks.create_task(self._deliver(incoming, hear_in_time)),
            ]
            try:
                async for raw in self._socket:
                    if raw.type is not WSMsgType.TEXT:
                        break
                    message = json.loads(raw.data)
                    if "labels" in message:
                        self._take_labels(message)
                    elif message.get("type") == "click":
                        hear(message)  # the truth about clicks knows no lag
                    else:
                        incoming.put_nowait((clock(), message))
            finally:
                for worker in workers:
                    worker.cancel()

    async def _deliver(self, queue: asyncio.Queue[tuple[float, Any]], to: Callable[[Any], Awaitable[None]]) -> None:
        """Hands on each message once it is as old as the lag."""
        while True:
            put_at, message = await queue.get()
            wait_s = put_at + self.lag_s - asyncio.get_running_loop().time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            try:
                await to(message)
            except ConnectionError:
                return  # the page has gone; `talk` ends by itself

    def _take_labels(self, message: dict[str, Any]) -> None:
        painted = self._poses.get(message["pose"])
        if painted is not None and not painted.done():
            painted.set_result(message["labels"])

    def _send(self, message: dict[str, Any]) -> None:
        self._outgoing.put_nowait((asyncio.get_running_loop().time(), json.dumps(message)))
