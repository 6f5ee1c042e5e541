"""From spool files into the database, by the way every event goes: the committer, where a repeat is known by its key.

In come spool files of workers whose engine went away and of a writer whose database took nothing; a file is deleted only
after its last event is committed. A damaged one is read as far as it goes and kept aside, like one that is no spool. Engine
process: at its start, and in the writer's thread.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aviator.core.events import Fact
from aviator.record.rows import Record
from aviator.wire.spool import GROUP, PART_SUFFIX, SUFFIX, Contents, NoSpool, read_spool

DAMAGED = "damaged"
"""The folder, beside the spools, for files that were not whole."""

_log = logging.getLogger(__name__)

Commit = Callable[[Sequence[Record]], None]
"""Returns when all is committed; raises `NotWritten`."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """How much was read back; repeats of what was in the database already count too."""

    files: int = 0
    events: int = 0


def ingest_all(folder: Path, commit: Commit) -> Ingested:
    """Every spool of the folder, oldest first, the unfinished ones of killed writers too: nobody may be writing there.

    Raises what `commit` raises; what is not committed then is still there.
    """
    events = [ingest(path, commit) for path in _oldest_first(folder)]
    return Ingested(len(events), sum(events))


def ingest(path: Path, commit: Commit) -> int:
    """One file; how many events it held. What cannot be read is said in one sentence and kept; it stops nobody."""
    try:
        contents = read_spool(path)
    except NoSpool as error:
        _log.error("%s It is kept in the folder %r.", error, DAMAGED)
        _set_aside(path)
        return 0
    except OSError as error:
        _log.error("The spool %s cannot be read (%s): the next start tries again.", path, error.strerror)
        return 0
    records = _records(contents)
    for begin in range(0, len(records), GROUP):
        commit(records[begin : begin + GROUP])
    if contents.whole:
        _delete(path)
    else:
        _log.error("The spool %s is damaged: %s. The file is kept in the folder %r.", path, contents, DAMAGED)
        _set_aside(path)
    return len(records)


def _records(contents: Contents) -> list[Record]:
    return [
        Record(worker_start, seq, event)
        for worker_start, items in contents.parcels
        for seq, event in items
        if seq and isinstance(event, Fact)
    ]


def _oldest_first(folder: Path) -> list[Path]:
    found = [path for suffix in (SUFFIX, PART_SUFFIX) for path in folder.glob(f"*{suffix}") if path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def _set_aside(path: Path) -> None:
    target = path.parent / DAMAGED / path.name
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.name}.{number}")
    try:
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
    except OSError as error:
        _log.error("%s cannot be moved to %s: %s.", path, target.parent, error.strerror)


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        _log.error("%s is in the database and can be deleted: %s.", path, error.strerror)
