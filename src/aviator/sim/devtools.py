"""A minimal client for Chromium's DevTools protocol.

In: method names and parameters. Out: their results. One WebSocket to the browser; pages are spoken to through it by session
id. Runs in the `sim` process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from typing import Any

import aiohttp

from aviator.core.safe_text import bounded, printable

_ANSWER_TIMEOUT_S = 30.0


class DevToolsError(Exception):
    """The browser refused a command, or is gone."""


class DevTools:
    """One connection to a browser. Use `connect`, then `send`."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._http, self._socket = http, socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url: str) -> DevTools:
        http = aiohttp.ClientSession()
        try:
            return cls(http, await http.ws_connect(url, max_msg_size=0))
        except BaseException:
            await http.close()
            raise

    async def send(self, method: str, /, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Calls a method and waits for its result. Raises DevToolsError."""
        if self._reader.done():
            raise DevToolsError(f"{method}: the browser has gone")
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        try:
            await self._socket.send_str(json.dumps(message))
            return await asyncio.wait_for(answer, _ANSWER_TIMEOUT_S)
        except (TimeoutError, ConnectionError, aiohttp.ClientError) as error:
            raise DevToolsError(f"{method}: the browser does not answer") from error
        finally:
            self._answers.pop(number, None)

    async def close(self) -> None:
        await self._socket.close()
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self._http.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            row = json.loads(message.data)
            answer = self._answers.get(row.get("id"))
            if answer is None or answer.done():
                continue  # an event nobody asked for, or an answer nobody waits for any more
            if "error" in row:
                answer.set_exception(DevToolsError(bounded(printable(str(row["error"].get("message", "unknown error"))))))
            else:
                answer.set_result(row.get("result", {}))
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(DevToolsError("the browser has gone"))
