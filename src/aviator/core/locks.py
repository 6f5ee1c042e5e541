"""Locks on a file or a name that the operating system releases when their process ends, however it ends.

In: a path or a name. Out: an exclusive lock, or who cannot have it. Any process, any thread.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

_BYTE = 1 << 30
"""Windows locks bytes, and nobody else can read those: one far behind the content."""
_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class FileLock:
    """Held from `acquire` to `release`, or to the end of the process. Its file stays: only the lock means something."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """False when another process, or another object of this one, holds it. Creates a private file.

        Raises `OSError` where the file cannot be opened, or its file system has no locks.
        """
        file = os.open(self.path, _FLAGS, 0o600)
        try:
            locked = _try_lock(file)
        except OSError:
            os.close(file)
            raise
        if not locked:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Idempotent."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)  # with the last descriptor the lock goes


class NameLock:
    """A lock that is only a name, which nobody can delete: a socket of Linux's abstract namespace. Elsewhere there is none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket: socket.socket | None = None

    def acquire(self) -> bool:
        """False when another process of this machine, or another object of this one, holds the name."""
        if sys.platform != "linux":
            return True
        held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # not inherited by programs that are started
        try:
            held.bind("\0" + self.name)
        except OSError as error:
            held.close()
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        self._socket = held
        return True

    def release(self) -> None:
        """Idempotent."""
        held, self._socket = self._socket, None
        if held is not None:
            held.close()


def is_locked(path: Path) -> bool:
    """Does a running process hold the lock of this file? Raises `OSError` where that cannot be found out."""
    file = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    try:
        return not _try_lock(file, shared=True)
    finally:
        os.close(file)


def _try_lock(file: int, *, shared: bool = False) -> bool:
    """`shared`: does not make another one's look fail; Windows has no such lock here."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True
