"""The running engines of this user: one private file for each, in the user's state folder, locked by its engine.

Where that is not the usual folder of the account, a file there names the entry: `aviator kill` finds it from any environment.

In: an engine that starts, confirms that it makes no more input, and ends. Out: the engines that run, for `aviator kill`. The lock
tells a running engine from one that was killed; where a file system has no locks, its process number and time of creation do.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aviator.core.files import common_state_dir, make_private_dir, open_private, user_state_dir, write_all
from aviator.core.locks import FileLock, is_locked

_ENTRY, _CONFIRMED, _ELSEWHERE = ".engine", ".confirmed", ".elsewhere"
_SAME_S = 5.0
"""The system derives a process's time of creation from its clock, which may be set in between."""
_LARGEST = 65_536
_PRUNE_AFTER_S = 60.0
"""Age of an entry without a lock that is removed: an engine that starts creates its entry and then locks it."""


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """What is known of a running engine. `mode`: watch, paper or live; empty where its file cannot be read."""

    path: Path
    pid: int = 0
    created_at: float = 0.0
    host: str = ""
    data_dir: str = ""
    mode: str = ""

    @property
    def bets(self) -> bool:
        return self.mode != "watch"

    @property
    def state(self) -> Path:
        """The state folder of its user's environment."""
        return self.path.parent.parent

    @property
    def confirmed(self) -> bool:
        """Has it said that it makes no more input?"""
        return os.path.lexists(self.path.with_suffix(_CONFIRMED))

    def __str__(self) -> str:
        data_dir = "".join(c if c.isprintable() else "?" for c in self.data_dir)
        here = f" on {self.host}" if self.host not in ("", platform.node()) else ""
        return f"process {self.pid}{here}, {self.mode}, data in {data_dir}" if self.pid else f"the engine of {self.path}"


def registry_dir(state: Path | None = None) -> Path:
    """`state`: another state folder than the user's own."""
    return (state or user_state_dir()) / "engines"


class EngineRegistration:
    """This engine's entry, from `open` to `close`."""

    def __init__(self, data_dir: Path, mode: str) -> None:
        self._data_dir, self._mode = data_dir, mode
        self._lock: FileLock | None = None
        self._elsewhere: Path | None = None

    def open(self) -> None:
        """Raises `OSError` where the entry cannot be made; an entry that cannot be locked still counts by its process."""
        import psutil

        folder = make_private_dir(registry_dir())
        _prune(folder)
        pid = os.getpid()
        path = folder / f"{pid}-{secrets.token_hex(4)}{_ENTRY}"
        entry = {
            "pid": pid,
            "created_at": psutil.Process(pid).create_time(),
            "host": platform.node(),
            "data_dir": str(self._data_dir.absolute()),
            "mode": self._mode,
        }
        with open_private(path) as file:
            write_all(file, json.dumps(entry).encode())
        self._lock = FileLock(path)
        with suppress(OSError):
            for _ in range(100):  # who looks whether it is locked has the lock for an instant
                if self._lock.acquire():
                    break
                time.sleep(0.01)
        if (common := common_state_dir()) is not None:
            self._tell_elsewhere(common, path)

    def _tell_elsewhere(self, common: Path, entry: Path) -> None:
        folder = make_private_dir(registry_dir(common))
        _prune(folder)
        self._elsewhere = folder / f"{entry.stem}{_ELSEWHERE}"
        with open_private(self._elsewhere) as file:
            write_all(file, os.fsencode(entry))

    def confirm(self) -> None:
        """Say that this engine makes no more input. Raises `OSError`."""
        if self._lock is not None:
            open_private(self._lock.path.with_suffix(_CONFIRMED)).close()

    def close(self) -> None:
        """Idempotent."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()
            _remove(lock.path)
        if self._elsewhere is not None:
            with suppress(OSError):
                self._elsewhere.unlink(missing_ok=True)


def running_engines(state: Path | None = None) -> list[EngineEntry]:
    """The engines that run now with this state folder. Raises `OSError` where it cannot be read."""
    try:
        paths = sorted(path for path in registry_dir(state).iterdir() if path.suffix == _ENTRY)
    except FileNotFoundError:
        return []
    return [entry for path in paths if _runs(entry := _read(path))]


def engines_elsewhere(common: Path, own: Path | None) -> list[EngineEntry]:
    """The engines of this user that run with another state folder than `own`. Raises `OSError`."""
    try:
        told = [path for path in registry_dir(common).iterdir() if path.suffix == _ELSEWHERE]
    except (FileNotFoundError, NotADirectoryError):
        return []
    paths = sorted({path for path in map(_told_of, told) if path is not None})
    found = [entry for path in paths if _runs(entry := _read(path))]
    known = os.path.realpath(own) if own is not None else ""
    return [engine for engine in [*running_engines(common), *found] if os.path.realpath(engine.state) != known]


def _told_of(path: Path) -> Path | None:
    """The entry that a file in the common folder names."""
    with suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST:
            entry = Path(os.fsdecode(path.read_bytes()))
            return entry if entry.is_absolute() and entry.suffix == _ENTRY and "\0" not in str(entry) else None
    return None


def _read(path: Path) -> EngineEntry:
    """What lacks in an entry, as in one of another version, keeps nobody from stopping its engine."""
    with suppress(OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST:
            told = json.loads(path.read_bytes())
            return EngineEntry(
                path, int(told["pid"]), float(told["created_at"]), str(told["host"]), str(told["data_dir"]), str(told["mode"])
            )
    return EngineEntry(path)


def _runs(entry: EngineEntry) -> bool:
    try:
        return is_locked(entry.path)
    except FileNotFoundError:
        return False
    except OSError:
        return _process_runs(entry)


def _process_runs(entry: EngineEntry) -> bool:
    """By number and time of creation; an engine that cannot be looked up counts as running."""
    if not entry.pid or entry.host != platform.node():
        return True
    import psutil

    try:
        return abs(psutil.Process(entry.pid).create_time() - entry.created_at) < _SAME_S
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, ValueError, OverflowError):  # the last two: no process has such a number
        return True


def _prune(folder: Path) -> None:
    """Remove what engines left that were killed."""
    for path in folder.iterdir():
        with suppress(OSError):
            if path.suffix not in (_ENTRY, _ELSEWHERE) or time.time() - path.stat().st_mtime <= _PRUNE_AFTER_S:
                continue
            entry = path if path.suffix == _ENTRY else _told_of(path)
            if entry is None or not _runs(_read(entry)):
                _remove(path)


def _remove(path: Path) -> None:
    for one in (path, path.with_suffix(_CONFIRMED)):
        with suppress(OSError):
            one.unlink(missing_ok=True)
