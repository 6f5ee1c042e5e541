"""The port of the metrics: what may be posted to it, and by whom. Over real HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection

import psutil
import pytest
from prometheus_client import CollectorRegistry

from aviator.serve.limited_server import MAX_CONNECTIONS, MAX_REQUEST_BYTES, REQUEST_S, TimedRequest
from aviator.serve.server import HEADER, HOST, MetricsServer

presses: list[str] = []


def press() -> str:
    presses.append("pressed")
    return "Betting is stopped."


@pytest.fixture
def port() -> Iterator[int]:
    presses.clear()
    server = MetricsServer(CollectorRegistry(), 0, {"/kill": press})
    server.start()
    assert server.port
    yield server.port
    server.stop()


def ask(port: int, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode().strip()
    finally:
        connection.close()


def test_betting_is_stopped_by_a_post(port: int) -> None:
    assert ask(port, "POST", "/kill", {HEADER: "kill"}) == (200, "Betting is stopped.")
    assert presses == ["pressed"]


def test_a_web_page_cannot_post(port: int) -> None:
    """A browser adds no header of its own to another site's request without asking first, which is never answered."""
    status, sentence = ask(port, "POST", "/kill", {})
    assert (status, presses) == (403, [])
    assert HEADER in sentence
    assert ask(port, "OPTIONS", "/kill", {"Access-Control-Request-Headers": HEADER})[0] >= 400


def test_nothing_else_is_done(port: int) -> None:
    assert ask(port, "POST", "/metrics", {HEADER: "kill"})[0] == 404
    assert ask(port, "GET", "/kill", {HEADER: "kill"})[0] in {200, 404}
    assert presses == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9464", "127.0.0.1.example", "127.0.0.1@evil.example", "", "[::1"])
def test_a_page_under_a_rebound_name_reads_and_does_nothing(port: int, host: str) -> None:
    assert ask(port, "GET", "/metrics", {"Host": host})[0] == 403
    assert ask(port, "POST", "/kill", {"Host": host, HEADER: "kill"})[0] == 403
    assert presses == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9464", "127.0.0.1", "127.1.2.3:80", "[::1]:9464"])
def test_every_name_of_this_machine_is_answered(port: int, host: str) -> None:
    assert ask(port, "GET", "/metrics", {"Host": host})[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Length": "5"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_a_post_of_another_origin_does_nothing(port: int, headers: dict[str, str]) -> None:
    assert ask(port, "POST", "/kill", {HEADER: "kill", **headers})[0] == 403
    assert presses == []


@pytest.fixture
def many_files() -> Iterator[int]:
    """Connections that this process may open at the same time."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield min(1100, max(soft, wanted) - 400)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def held_by_the_server(port: int) -> int:
    """Its ends of connections that are open."""
    found = psutil.Process().net_connections("tcp4")
    return sum(1 for c in found if c.laddr.port == port and c.status == psutil.CONN_ESTABLISHED)


def test_a_thousand_slow_connections_at_once_keep_nobody_out(port: int, many_files: int) -> None:
    with ExitStack() as stack:
        for number in range(many_files):
            connection = stack.enter_context(socket.create_connection((HOST, port), timeout=5))
            with suppress(ConnectionError):  # the oldest are hung up on
                connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
            if number % 100 == 99:
                assert ask(port, "GET", "/metrics", {})[0] == 200
        assert ask(port, "POST", "/kill", {HEADER: "kill"})[0] == 200
        assert held_by_the_server(port) <= MAX_CONNECTIONS
        assert threading.active_count() < MAX_CONNECTIONS + 20
    until = time.monotonic() + 20
    while threading.active_count() > 20:
        assert time.monotonic() < until, "threads of connections that were closed"
        assert ask(port, "GET", "/metrics", {})[0] == 200


def test_a_client_that_never_ends_its_request_is_hung_up_on(port: int) -> None:
    """Each byte comes soon after the one before, so that only a limit for the whole request ends it."""
    began = time.monotonic()
    with socket.create_connection((HOST, port), timeout=0.05) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
        while time.monotonic() < began + 4 * REQUEST_S:
            connection.sendall(b"y")
            with suppress(TimeoutError):
                if not connection.recv(4096):
                    break
    assert REQUEST_S - 0.5 < time.monotonic() - began < 4 * REQUEST_S


def test_a_client_that_never_takes_its_answer_is_hung_up_on() -> None:
    server = MetricsServer(CollectorRegistry(), 0, {"/long": lambda: "x" * 50_000_000})
    server.start()
    assert server.port
    try:
        with socket.create_connection((HOST, server.port), timeout=5) as connection:
            connection.sendall(b"POST /long HTTP/1.1\r\nHost: localhost\r\nX-Aviator: x\r\n\r\n")
            assert connection.recv(1) == b"H"
            assert held_by_the_server(server.port) == 1
            until = time.monotonic() + 4 * REQUEST_S
            while held_by_the_server(server.port):
                assert time.monotonic() < until
    finally:
        server.stop()


def test_a_request_has_a_deadline_and_a_size_as_a_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bytes(MAX_REQUEST_BYTES + 10))
        request = TimedRequest(ours)
        buffer = bytearray(4096)
        assert sum(request.readinto(buffer) for _ in range(MAX_REQUEST_BYTES // 4096)) == MAX_REQUEST_BYTES
        with pytest.raises(TimeoutError):
            request.readinto(buffer)
