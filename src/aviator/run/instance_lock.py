"""One engine for a data folder, and one with mouse and keyboard for a display: locks of the operating system.

In: a data folder; the display that input goes to. Out: locks that last as long as their block or the engine, however it ends.
Engine process, main thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from aviator.act.hands import display_name
from aviator.core.errors import UserMistake
from aviator.core.files import common_state_dir, make_private_dir, user_state_dir
from aviator.core.locks import FileLock, NameLock


@contextmanager
def folder_lock(data_dir: Path, other: Callable[[], int | None] = lambda: None) -> Iterator[None]:
    """The data folder belongs to this engine. `other`: the process that is known to use it.

    Raises `UserMistake` when another engine runs there, or the folder cannot be locked.
    """
    lock = FileLock(data_dir / "engine.lock")
    try:
        free = lock.acquire()
    except OSError as error:
        raise UserMistake(
            f"The data folder {data_dir} cannot be locked ({error.strerror}), so a second engine could use it at the same time: "
            "choose a folder that this user can write, on a local disk or a network disk with locks."
        ) from None
    if not free:
        pid = other()
        process = f" (process {pid})" if pid else ""
        raise UserMistake(f"AVIATOR already runs on the data folder {data_dir}{process}: stop it, or choose another.")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def hands_lock() -> Iterator[None]:
    """Mouse and keyboard of this display belong to this engine. Raises `UserMistake` when another engine has them,
    or that cannot be found out."""
    display = display_name()
    with ExitStack() as held:
        for folder in filter(None, (user_state_dir(), common_state_dir())):
            lock = FileLock(folder / "displays" / (re.sub(r"[^\w.-]+", "_", display) + ".lock"))
            try:
                make_private_dir(lock.path.parent)
                free = lock.acquire()
            except OSError as error:
                if folder != user_state_dir():
                    continue  # no other engine can have it there
                raise UserMistake(
                    f"{lock.path} cannot be locked ({error.strerror}), so a second engine could click on the same display: "
                    "set AVIATOR_STATE to a folder on a local disk."
                ) from None
            if not free:
                raise _taken(display)
            held.callback(lock.release)
        name = NameLock(f"aviator-hands {display}")  # a lock file that was deleted keeps nobody out
        with suppress(OSError):  # where the system has no such names, the files are all there is
            if not name.acquire():
                raise _taken(display)
        held.callback(name.release)
        yield


def _taken(display: str) -> UserMistake:
    return UserMistake(
        f"Another engine already has mouse and keyboard of the display {display}: stop it first. "
        "Two would click into each other's bets."
    )
