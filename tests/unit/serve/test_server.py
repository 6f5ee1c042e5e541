"""The port of the metrics: what may be posted to it, and by whom. Over real HTTP."""

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry

from aviator.serve.limited_server import MAX_CONNECTIONS, MAX_REQUEST_BYTES, TimedRequest
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


def test_a_thousand_slow_connections_keep_nobody_out(port: int) -> None:
    slow = []
    try:
        for _ in range(1100):
            connection = socket.create_connection((HOST, port), timeout=5)
            connection.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
            slow.append(connection)
            if len(slow) > 300:  # this process may open few files: the oldest are long hung up on
                slow.pop(0).close()
        assert ask(port, "GET", "/metrics", {})[0] == 200
        assert ask(port, "POST", "/kill", {HEADER: "kill"})[0] == 200
        assert threading.active_count() < MAX_CONNECTIONS + 20
    finally:
        for connection in slow:
            connection.close()


def test_a_request_has_a_deadline_and_a_size_as_a_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bytes(MAX_REQUEST_BYTES + 10))
        request = TimedRequest(ours)
        buffer = bytearray(4096)
        assert sum(request.readinto(buffer) for _ in range(MAX_REQUEST_BYTES // 4096)) == MAX_REQUEST_BYTES
        with pytest.raises(TimeoutError):
            request.readinto(buffer)
