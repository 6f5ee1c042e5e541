"""The port on which figures may be fetched: http://127.0.0.1:PORT/metrics, from this machine only; and betting may be stopped.

In: a collector, and what to do when somebody posts to a path. Out: Prometheus's text format, a sentence. Engine process, thread
`serve` and one short-lived thread for each look.
"""

import logging
import os
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, MetricsHandler
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PATIENCE_S = 10.0
"""A caller that says nothing for so long is hung up on."""
STEP_S = 0.1
"""How soon it notices that it is to stop."""
HEADER = "X-Aviator"
"""A post must carry it, with any value: a web page in a browser of this machine cannot add it to a request of its own."""

Post = Callable[[], str]
"""Does what was asked for; the answer is a sentence."""


class _Server(ThreadingHTTPServer):
    # On Windows the option would let two engines share the port, each answering now and then.
    allow_reuse_address = os.name != "nt"

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # without asking the network for this machine's name

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the signature is the library's
        log.debug("a look at the metrics failed: %r", sys.exception())  # most often the caller has gone


def port_fault(port: int) -> str | None:
    """Why the port cannot be opened now, in the system's words; None when it can."""
    try:
        _Server((HOST, port), BaseHTTPRequestHandler).server_close()
    except OSError as error:
        return error.strerror or str(error)
    return None


class MetricsServer:
    """Answers from `start` to `stop`. A port that cannot be had is logged once; the engine goes on without."""

    def __init__(self, collector: Collector, port: int, posts: Mapping[str, Post] | None = None) -> None:
        """`port` 0: any free one. `posts`: what is done when something is posted to a path."""
        self._posts = posts or {}
        self._registry = CollectorRegistry()
        self._registry.register(collector)
        self._wanted = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int | None:
        """The port it answers on; None while it does not."""
        return int(self._server.server_address[1]) if self._server else None

    def start(self) -> None:
        handler = MetricsHandler.factory(self._registry)
        handler.timeout = PATIENCE_S  # type: ignore[attr-defined]  # a class made at run time
        handler.do_POST = _posting(self._posts)  # type: ignore[attr-defined]
        try:
            self._server = _Server((HOST, self._wanted), handler)
        except OSError as error:
            log.warning(
                "metrics: port %d of %s cannot be opened (%s), the engine goes on without; "
                "set another [metrics] port, or 0 for none",
                self._wanted, HOST, error.strerror,
            )  # fmt: skip
            return
        self._thread = threading.Thread(target=self._server.serve_forever, args=(STEP_S,), name="serve", daemon=True)
        self._thread.start()
        log.info("metrics: http://%s:%d/metrics", HOST, self.port)

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = None


def _posting(posts: Mapping[str, Post]) -> Callable[[BaseHTTPRequestHandler], None]:
    def do_post(handler: BaseHTTPRequestHandler) -> None:
        what = posts.get(handler.path)
        if what is None:
            _answer(handler, HTTPStatus.NOT_FOUND, f"There is nothing at {handler.path} to post to.")
        elif HEADER not in handler.headers:
            _answer(handler, HTTPStatus.FORBIDDEN, f"The header {HEADER} is missing.")
        else:
            _answer(handler, HTTPStatus.OK, what())

    return do_post


def _answer(handler: BaseHTTPRequestHandler, status: HTTPStatus, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "text/plain; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
