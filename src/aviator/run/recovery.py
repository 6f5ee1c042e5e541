"""The beginning of every run, for a start is a recovery: what an earlier engine left behind is brought in order first.

In: a data folder. Out: its earlier workers gone, and what they and their writer left in spool files in the database. Only
then may the record be read: a new worker must know of every round that an old one saw. Engine process, main thread.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil

from aviator.core.clock import Clock
from aviator.core.config import Settings
from aviator.record.committer import Committer
from aviator.record.ingest import Ingested, ingest_all
from aviator.record.store import Store
from aviator.run.instance_lock import folder_lock
from aviator.run.presence import RunFile

log = logging.getLogger(__name__)

LEAVE_S = 5.0
"""A worker whose engine is gone notices it within a tick, writes its spool and leaves."""
DATABASE_PATIENCE_S = 10.0


@contextmanager
def presence(data_dir: Path) -> Iterator[RunFile]:
    """The data folder is ours as long as the block lasts, and no worker of an earlier engine is left.

    Raises `UserMistake` when another engine runs there, or the folder cannot be locked.
    """
    run_file = RunFile(data_dir)
    with folder_lock(data_dir, run_file.other):
        see_off(run_file.claim())
        try:
            yield run_file
        finally:
            run_file.close()


def see_off(workers: list[psutil.Process]) -> None:
    """Wait until they have left by themselves; who does not is killed."""
    for worker in workers:
        log.warning("process %d, a worker of an earlier engine, still runs: it is to leave what it knows", worker.pid)
        with suppress(psutil.Error):
            if worker.status() == psutil.STATUS_STOPPED:
                worker.resume()
    _, alive = psutil.wait_procs(workers, timeout=LEAVE_S)
    for worker in alive:
        log.error("process %d does not leave and is killed: what only it knew is lost", worker.pid)
        with suppress(psutil.Error):
            worker.kill()
    psutil.wait_procs(alive, timeout=LEAVE_S)


def ingest_spools(settings: Settings, store: Store, clock: Clock) -> Ingested:
    """Every spool into the database. Raises `NotWritten`, with everything kept, when that takes nothing for too long."""
    deadline = clock.monotonic() + DATABASE_PATIENCE_S
    with closing(Committer(store, settings.site, clock, lambda: clock.monotonic() < deadline)) as committer:
        found = ingest_all(settings.spool_dir, committer.commit)
    if found.files:
        log.info("%d events of an earlier run were in %d spool files and are in the database", found.events, found.files)
    return found
