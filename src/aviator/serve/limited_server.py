"""An HTTP server on this machine's own address that no client can keep busy, and no web page can use.

In: connections. Out: requests that are complete in time, small, and meant for this machine; the rest is refused or hung up on.
Engine process: thread `serve` accepts, and each connection has a short-lived thread.
"""

from __future__ import annotations

import io
import ipaddress
import logging
import os
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from email.message import Message
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 64
"""Open at the same time. One more ends the oldest whose request is not complete."""
REQUEST_S = 5.0
"""Seconds for a whole connection: the request and its answer."""
MAX_REQUEST_BYTES = 16_384
_BACKLOG = 128


class TimedRequest(io.RawIOBase):
    """What a client sends, up to a deadline and a size. Raises `TimeoutError` after either."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._deadline, self._left = connection, time.monotonic() + REQUEST_S, MAX_REQUEST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0 or self._left <= 0:
            raise TimeoutError("the request is too slow or too large")
        self._connection.settimeout(remaining)
        size = self._connection.recv_into(buffer, min(len(buffer), self._left))
        self._left -= size
        return size


class LimitedServer(ThreadingHTTPServer):
    """At most `MAX_CONNECTIONS` connections; more end the oldest ones, so that a prompt client is always answered."""

    # On Windows the option would let two engines share the port, each answering now and then.
    allow_reuse_address = os.name != "nt"
    request_queue_size = _BACKLOG

    def __init__(self, *arguments: Any) -> None:
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}
        super().__init__(*arguments)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # without asking the network for this machine's name

    def process_request(self, request: Any, client_address: Any) -> None:
        oldest = None
        with self._lock:
            if len(self._open) >= MAX_CONNECTIONS:
                oldest = min(self._open, key=self._open.__getitem__)
                del self._open[oldest]
            self._open[request] = time.monotonic()
        if oldest is not None:
            with suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)  # its thread closes it
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread to give
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def server_close(self) -> None:
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature is the library's
        log.debug("a request failed: %r", sys.exception())  # most often the caller has gone


def refusal(headers: Message, *, post: bool) -> str | None:
    """Why a request with these headers is not answered; None when it is.

    A web page can make a browser send a request to this port, also under a name that it rebinds to this machine: then `Host`
    or `Origin` names another machine.
    """
    hosts = headers.get_all("Host") or []
    if len(hosts) != 1 or not is_this_machine(f"//{hosts[0]}"):
        return "The Host header must name this machine, as localhost or 127.0.0.1."
    if (headers.get("Sec-Fetch-Site") or "none").strip().lower() not in {"none", "same-origin"}:
        return "A web page of another origin may not use this port."
    origin = headers.get("Origin")
    if post and origin is not None and origin.strip() != f"http://{hosts[0].strip()}":
        return "A web page of another origin may not use this port."
    if post and (headers.get("Transfer-Encoding") or (headers.get("Content-Length") or "0").strip().strip("0")):
        return "A post must have no body."
    return None


def is_this_machine(url: str) -> bool:
    """Does the host of `url` mean the loopback interface, without any look-up of a name?"""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.path or parts.query or parts.fragment:
        return False
    if host.rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
