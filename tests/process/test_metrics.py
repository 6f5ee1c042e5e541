"""The figures of a whole engine, fetched while its workers crash and come back."""

import http.client
import socket
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.process.stubs import dies_once

from aviator.core.config import MetricsSettings, Settings
from aviator.core.types import BookmakerId, Rect
from aviator.run import engine as engine_module
from aviator.run.engine import Engine
from aviator.run.jobs import Target
from aviator.run.lifecycle import Life
from aviator.run.processes import Row, Stop
from aviator.run.restart import RestartRule
from aviator.run.signals import StopSwitch
from aviator.run.state import EngineState
from aviator.serve.server import HOST

pytestmark = pytest.mark.process

NAMES = (BookmakerId("A"), BookmakerId("B"))
ROW = Row("see:{bookmaker}", Stop.WORKERS, dies_once, RestartRule(first_s=0.02, longest_s=0.1))

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = tuple(Target(name, Rect(0, 0, 10, 10), data_dir, 12.0) for name in NAMES)
    monkeypatch.setattr(engine_module, "targets", lambda _: found)
    with socket.socket() as free:
        free.bind((HOST, 0))
        return Settings(data_dir=data_dir, metrics=MetricsSettings(free.getsockname()[1]))


def fetched(port: int) -> Samples:
    with closing(http.client.HTTPConnection(HOST, port, timeout=10)) as connection:
        connection.request("GET", "/metrics")
        families = text_string_to_metric_families(connection.getresponse().read().decode())
        return {(s.name, tuple(v for _, v in sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def test_an_engine_shows_what_happens_to_it(settings: Settings) -> None:
    switch, found = StopSwitch(), []

    def look(state: EngineState) -> None:
        if found or not all(b.restarts == 1 and b.life is Life.RUNNING and b.rounds > 20 for b in state.bookmakers):
            return
        samples = fetched(settings.metrics.port)
        if all(samples["aviator_worker_life", ("RUNNING", name)] for name in NAMES):  # told in another thread than the state
            found.append((state, samples))
            switch.press()

    Engine(settings, row=ROW).run(switch=switch, watcher=look)
    ((state, samples),) = found
    for b in state.bookmakers:
        name = b.bookmaker
        assert samples["aviator_crashes_total", (name,)] == samples["aviator_restarts_total", (name,)] == 1
        assert samples["aviator_worker_life", ("CRASHED", name)] == 0
        assert samples["aviator_rounds_total", (name, "live")] >= b.rounds
        assert samples["aviator_ticks_total", (name,)] == 2, "one of each start"
        assert samples["aviator_process_resident_memory_bytes", (f"see:{name}",)] > 1e6
    assert samples["aviator_uptime_seconds", ()] > 0
    assert samples["aviator_batch_rows_sum", ()] > 0
    assert samples["aviator_database_up", ()] == 1
    with pytest.raises(ConnectionRefusedError):
        fetched(settings.metrics.port)


def test_a_port_in_use_does_not_stop_the_engine(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        summary = Engine(replace(settings, metrics=MetricsSettings(port)), row=ROW).run(0.2)
    assert min(b.rounds for b in summary.bookmakers) > 0
    assert caplog.text.count(f"metrics: port {port} of {HOST} cannot be opened") == 1
