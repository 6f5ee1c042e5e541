"""The port of the metrics: what may be posted to it, and by whom. Over real HTTP."""

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry

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
