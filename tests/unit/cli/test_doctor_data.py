"""What the doctor says of a data folder, a port and the memory: in order, amiss, and what to do about it."""

import os
import shlex
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from aviator.cli import doctor_data
from aviator.cli.app import app, guarded
from aviator.cli.doctor_data import Missing, database, folder, kill, last_run, memory, metrics, spools
from aviator.cli.kill import plain_arguments, run_plain
from aviator.cli.places import remember_run
from aviator.core.clock import ManualClock, SystemClock
from aviator.core.config import BookmakerSettings, MetricsSettings, Settings
from aviator.core.errors import UserMistake
from aviator.core.events import WorkerFinished
from aviator.core.types import BookmakerId
from aviator.record.stats import WriterStats
from aviator.record.store import open_store
from aviator.run import kill_flag
from aviator.run.status import Status, StatusReporter, status_file
from aviator.serve.metrics import Metrics
from aviator.serve.server import HOST, MetricsServer
from aviator.wire.bus import EventBus
from aviator.wire.codec import Parcel
from aviator.wire.spool import write_spool


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, bookmakers=(BookmakerSettings("A"), BookmakerSettings("B")))


def test_a_folder_that_can_be_written_leaves_no_trace(settings: Settings) -> None:
    assert f"{settings.data_dir} can be written" in folder(settings)
    assert list(settings.data_dir.iterdir()) == []


def test_a_folder_that_is_yet_to_be_made_is_judged_by_what_it_will_lie_in(settings: Settings) -> None:
    later = replace(settings, data_dir=settings.data_dir / "some" / "where")
    assert f"{settings.data_dir} can be written" in folder(later)
    assert list(settings.data_dir.iterdir()) == []


def test_a_folder_that_cannot_be_written() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("needs a place where nobody can write, not even the superuser")
    with pytest.raises(UserMistake, match="Nothing can be written in /proc"):
        folder(Settings(data_dir=Path("/proc/aviator-data")))


def test_little_space(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(settings.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3e8))
    with pytest.raises(UserMistake, match=r"Only 0\.3 GB are free"):
        folder(settings)


def test_no_database_yet(settings: Settings) -> None:
    with pytest.raises(Missing, match=r"no database yet: .*aviator.db is made by the first run"):
        database(settings)


def test_a_whole_database(settings: Settings) -> None:
    open_store(settings.database_url).close()
    assert "is whole and of this version" in database(settings)


def test_a_large_database_is_not_read_from_end_to_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(settings.database_url).close()
    monkeypatch.setattr(doctor_data, "CHECKED_MB", 0.001)
    assert "were not read from end to end" in database(settings)


@pytest.mark.parametrize(
    ("begin", "rubbish"),
    [(0, b"rubbish" * 30), (100, b"rubbish" * 30), (4096 * 3, b"\x00\xff" * 6000)],
    ids=["head", "schema", "tables"],
)
def test_a_damaged_database(settings: Settings, begin: int, rubbish: bytes) -> None:
    open_store(settings.database_url).close()
    with (settings.data_dir / "aviator.db").open("r+b") as file:
        file.seek(begin)
        file.write(rubbish)
    with pytest.raises(UserMistake, match=r"damaged.*(put it aside|restore)"):
        database(settings)


def test_a_database_of_another_version(settings: Settings) -> None:
    store = open_store(settings.database_url)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    store.close()
    with pytest.raises(UserMistake, match="is of version 0001"):
        database(settings)


def test_no_spool_waits(settings: Settings) -> None:
    assert "no spool files wait" in spools(settings)


def test_spools_wait(settings: Settings) -> None:
    settings.spool_dir.mkdir(parents=True)
    a = BookmakerId("A")
    parcels = [Parcel(1.0, ((seq, WorkerFinished(a, 1.0, "asked to stop")),)) for seq in (1, 2, 3)]
    write_spool(settings.spool_dir / "one.spool", parcels)
    with pytest.raises(Missing, match=r"1 spool files with 3 records wait: the next `aviator run` writes them"):
        spools(settings)
    torn = (settings.spool_dir / "one.spool").read_bytes()[:-5]
    (settings.spool_dir / "two.spool.part").write_bytes(torn)
    (settings.spool_dir / "three.spool").write_text("none of ours")
    with pytest.raises(Missing, match="3 spool files with 5 records wait, 2 of them not whole"):
        spools(settings)


def test_damaged_spools_that_were_kept(settings: Settings) -> None:
    (settings.spool_dir / "damaged").mkdir(parents=True)
    (settings.spool_dir / "damaged" / "one.spool").touch()
    with pytest.raises(Missing, match=r"1 damaged spool files are kept in .*damaged"):
        spools(settings)


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as other:
        other.bind((HOST, 0))
        yield other


def on_port(settings: Settings, port: Any) -> Settings:
    return replace(settings, metrics=MetricsSettings(port))


def test_the_metrics_port(settings: Settings, taken: socket.socket) -> None:
    assert "turned off" in metrics(on_port(settings, 0))
    port = taken.getsockname()[1]
    with pytest.raises(Missing, match=rf"port {port} cannot be opened .* set another \[metrics\] port"):
        metrics(on_port(settings, port))
    taken.listen()  # somebody who takes calls, but says nothing
    with pytest.raises(Missing, match="cannot be opened"):
        metrics(on_port(settings, port))
    taken.close()
    assert f"port {port} is free" in metrics(on_port(settings, port))


def test_the_metrics_port_of_an_engine_that_runs(settings: Settings) -> None:
    clock = ManualClock()
    stats = WriterStats(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0)
    server = MetricsServer(Metrics(EventBus(clock), {}, (), lambda: stats, clock), 0)
    server.start()
    try:
        assert f"an AVIATOR that runs now answers at http://127.0.0.1:{server.port}/metrics" in metrics(
            on_port(settings, server.port)
        )
    finally:
        server.stop()


def test_too_little_memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "about 360 are needed" in memory(settings)
    there = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: there._replace(available=200_000_000))
    with pytest.raises(UserMistake, match="Only 200 MB of memory are free, but about 360 are needed to follow 2 bookmakers"):
        memory(settings)


def told(settings: Settings, *, stopped: bool, fault: str | None = None) -> Status:
    """What an engine in this very process tells of itself."""
    stats = WriterStats(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0, fault)
    reporter = StatusReporter(status_file(settings.data_dir), 1_700_000_000.0)
    status = reporter.status(SystemClock().now(), (), stats, None, stopped=stopped)
    reporter.write(status)
    return status


def test_the_last_run(settings: Settings) -> None:
    with pytest.raises(Missing, match="no run yet"):
        last_run(settings)
    told(settings, stopped=True)
    assert "ended in order" in last_run(settings)
    told(settings, stopped=False)
    assert f"an engine runs as process {os.getpid()} and all is well" in last_run(settings)
    told(settings, stopped=False, fault="Its disk is full.")
    with pytest.raises(Missing, match=r"an engine runs .* but: .*disk is full\. See `aviator status`"):
        last_run(settings)


def test_a_run_that_ended_out_of_order(settings: Settings) -> None:
    gone = replace(told(settings, stopped=False), pid_started=0.0)
    StatusReporter(status_file(settings.data_dir), 0.0).write(gone)
    with pytest.raises(Missing, match="ended out of order: the next start completes the record"):
        last_run(settings)


def test_a_status_that_nobody_understands_is_none(settings: Settings) -> None:
    status_file(settings.data_dir).write_text('{"at": "yesterday"')
    with pytest.raises(Missing, match="no run yet"):
        last_run(settings)


def test_a_kill_that_waits_is_told_with_the_command_that_lifts_it(settings: Settings) -> None:
    assert kill(settings) == "no kill stops betting"
    flag = kill_flag.user_flag()
    kill_flag.press(flag, "test")
    with pytest.raises(Missing, match="bets nothing: a kill lasts until `aviator kill --off` "):
        kill(settings)
    kill_flag.lift(flag)
    kill(settings)


def test_a_kill_of_one_folder_is_lifted_by_the_command_that_is_told(settings: Settings) -> None:
    kill_flag.press(kill_flag.kill_file(settings.data_dir), "the engine's hot key")
    with pytest.raises(Missing) as told:
        kill(settings)
    command = shlex.split(str(told.value).split("`")[1])
    assert command[:2] == ["aviator", "kill"]
    options = plain_arguments(command[2:])
    assert options is not None
    assert run_plain(options) == 0
    assert kill(settings) == "no kill stops betting"


def test_without_settings_the_data_of_the_last_run_is_examined(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("AVIATOR_CONFIG", str(elsewhere / "none.toml"))
    remember_run(settings.data_dir)
    kill_flag.press(kill_flag.kill_file(settings.data_dir), "the engine's hot key")
    guarded(lambda: app(["doctor"], standalone_mode=False))
    said = capsys.readouterr().out
    assert f"`aviator kill --off --data-dir {settings.data_dir}`" in said
    assert f"no run yet with the data in {settings.data_dir}" in said
