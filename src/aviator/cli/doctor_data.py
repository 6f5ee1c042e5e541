"""What `aviator doctor` asks about the data folder, about the last run and about what the next one needs.

In: settings. Out: a sentence for each question; `Missing` or `UserMistake` with what to do.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
import sqlalchemy as sa

from aviator.core.clock import SystemClock
from aviator.core.config import Settings
from aviator.core.errors import UserMistake
from aviator.core.files import is_open_to_others
from aviator.core.words import counted
from aviator.record import rescue, sqlite_file
from aviator.record.ingest import DAMAGED
from aviator.record.store import open_reader
from aviator.run.kill_flag import waiting as pending_kill
from aviator.run.status import read_status
from aviator.serve.server import HOST, port_fault
from aviator.wire.spool import PART_SUFFIX, SUFFIX, NoSpool, read_spool

LITTLE_SPACE_GB = 1.0
CHECKED_MB = 1_000
"""A larger database is not read from end to end: that would take more than some seconds."""
ENGINE_MB, WORKER_MB = 200, 80
"""Roughly what the engine and each worker take."""


class Missing(Exception):
    """Something is not there, or not as it might be: worth a word, no failure."""


def folder(settings: Settings) -> str:
    """Can the data folder be written, and is there room?"""
    wanted = settings.data_dir.absolute()
    place = next(p for p in (wanted, *wanted.parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(4096))
        free_gb = shutil.disk_usage(place).free / 1e9
    except OSError as error:
        raise UserMistake(f"Nothing can be written in {place} ({error.strerror}): mend that, or set another data_dir.") from None
    if free_gb < LITTLE_SPACE_GB:
        raise UserMistake(f"Only {free_gb:.1f} GB are free at {place}: free some, a month of six bookmakers takes about 1 GB.")
    if place == wanted and (place / "aviator.db").exists() and is_open_to_others(place):
        raise Missing(f"other users of this machine can look into {place}: `chmod 700 {place}` keeps them out")
    return f"disk: {place} can be written, {free_gb:.0f} GB are free"


def database(settings: Settings) -> str:
    """Is the database there, of this version and whole?"""
    url = settings.database_url
    if not url.startswith("sqlite"):
        open_reader(url, as_it_is=True).close()
        return "the database can be reached and is of this version"
    path = sqlite_file.path_of(sa.make_url(url))
    if not path.exists():
        raise Missing(f"no database yet: {path} is made by the first run")
    size_mb = path.stat().st_size / 1e6
    if size_mb <= CHECKED_MB and not _sound(path):
        raise UserMistake(f"The database {path} is damaged: put it aside, or restore a copy; the next run makes a new one.")
    open_reader(url, as_it_is=True).close()
    if size_mb > CHECKED_MB:
        return f"the database {path} can be read and is of this version; {size_mb:,.0f} MB were not read from end to end"
    return f"the database {path} is whole and of this version ({size_mb:,.1f} MB)"


def _sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return rescue.is_sound(connection)
    except sqlite3.Error as error:
        raise UserMistake(sqlite_file.sentence(path, error)) from None


def last_run(settings: Settings) -> str:
    """Does an engine run, and did the last one end in order?"""
    told, now = read_status(settings.data_dir), SystemClock().now()
    if told is None:
        raise Missing(f"no run yet with the data in {settings.data_dir.absolute()}")
    if told.running:
        if problems := told.problems(now):
            wrong = "; ".join(problem.rstrip(".") for problem in problems)
            raise Missing(f"an engine runs as process {told.pid}, but: {wrong}. See `aviator status`.")
        return f"an engine runs as process {told.pid} and all is well"
    if told.stopped_at is not None:
        return f"the last run ended in order at {_time(told.stopped_at)}"
    raise Missing(f"the last run, last seen at {_time(told.at)}, ended out of order: the next start completes the record")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def kill(settings: Settings) -> str:
    """May an engine that starts now bet?"""
    if found := pending_kill(settings.data_dir):
        raise Missing(f"an engine that starts now bets nothing: {found}")
    return "no kill stops betting"


def spools(settings: Settings) -> str:
    """Is everything that was seen in the database?"""
    waiting = [p for suffix in (SUFFIX, PART_SUFFIX) for p in settings.spool_dir.glob(f"*{suffix}")]
    damaged = [p for p in (settings.spool_dir / DAMAGED).glob("*") if p.is_file()]
    if waiting:
        records, unread = 0, 0
        for path in waiting:
            try:
                contents = read_spool(path)
            except (NoSpool, OSError):
                unread += 1
            else:
                records, unread = records + len(contents.parcels), unread + (not contents.whole)
        not_whole = f", {unread} of them not whole" if unread else ""
        raise Missing(f"{len(waiting)} spool files with {records:,} records wait{not_whole}: the next `aviator run` writes them")
    if damaged:
        place = damaged[0].parent
        raise Missing(f"{len(damaged)} damaged spool files are kept in {place}: what could be read of them is in the database")
    return "no spool files wait: what was seen is in the database"


def metrics(settings: Settings) -> str:
    """Can Prometheus fetch figures?"""
    port = settings.metrics.port
    if not port:
        return "metrics are turned off ([metrics] port = 0)"
    if (fault := port_fault(port)) is None:
        return f"metrics: port {port} is free"
    if _answers(port):
        return f"metrics: an AVIATOR that runs now answers at http://{HOST}:{port}/metrics"
    raise Missing(
        f"metrics: port {port} cannot be opened ({fault}), AVIATOR will run without: set another [metrics] port, or 0 for none"
    )


def memory(settings: Settings) -> str:
    """Is there enough for the engine and its workers?"""
    followed = sum(b.enabled for b in settings.bookmakers)
    free_mb, needed_mb = psutil.virtual_memory().available / 1e6, ENGINE_MB + WORKER_MB * followed
    if free_mb < needed_mb:
        raise UserMistake(
            f"Only {free_mb:,.0f} MB of memory are free, but about {needed_mb:,} are needed "
            f"to follow {counted(followed, 'bookmaker')}: close other programs."
        )
    return f"memory: {free_mb:,.0f} MB are free, about {needed_mb:,} are needed"


def _answers(port: int) -> bool:
    """Is it an AVIATOR that has the port?"""
    try:
        with closing(HTTPConnection(HOST, port, timeout=1.0)) as connection:
            connection.request("GET", "/metrics?name[]=aviator_uptime_seconds")
            return b"aviator_uptime_seconds" in connection.getresponse().read(10_000)
    except (OSError, HTTPException):
        return False
