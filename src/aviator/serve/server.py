"""The port on which figures may be fetched: http://127.0.0.1:PORT/metrics, from this machine only; and betting may be stopped.

In: a collector, and what to do when somebody posts to a path. Out: Prometheus's text format, a sentence. Engine process, thread
`serve` and one short-lived thread for each look.
"""

import io
import logging
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

from prometheus_client import CollectorRegistry, MetricsHandler
from prometheus_client.registry import Collector

from aviator.serve.limited_server import LimitedServer, TimedRequest, refusal

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
STEP_S = 0.1
"""How soon it notices that it is to stop."""
HEADER = "X-Aviator"
"""A post must carry it, with any value: a web page in a browser of this machine cannot add it to a request of its own."""

Post = Callable[[], str]
"""Does what was asked for; the answer is a sentence."""


def port_fault(port: int) -> str | None:
    """Why the port cannot be opened now, in the system's words; None when it can."""
    try:
        LimitedServer((HOST, port), BaseHTTPRequestHandler).server_close()
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
        self._server: LimitedServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int | None:
        """The port it answers on; None while it does not."""
        return int(self._server.server_address[1]) if self._server else None

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"registry": self._registry, "posts": self._posts})
        try:
            self._server = LimitedServer((HOST, self._wanted), handler)
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


class _Handler(MetricsHandler):
    posts: ClassVar[Mapping[str, Post]] = {}

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(TimedRequest(self.connection))

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if (fault := refusal(self.headers, post=False)) is not None:
            _answer(self, HTTPStatus.FORBIDDEN, fault)
        else:
            super().do_GET()

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        what = self.posts.get(self.path)
        if (fault := refusal(self.headers, post=True)) is not None:
            _answer(self, HTTPStatus.FORBIDDEN, fault)
        elif what is None:
            _answer(self, HTTPStatus.NOT_FOUND, "There is nothing at this path to post to.")
        elif HEADER not in self.headers:
            _answer(self, HTTPStatus.FORBIDDEN, f"The header {HEADER} is missing.")
        else:
            _answer(self, HTTPStatus.OK, what())


def _answer(handler: BaseHTTPRequestHandler, status: HTTPStatus, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "text/plain; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
