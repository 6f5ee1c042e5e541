"""The files that say "no bets": one of the user's for every engine, and one in a data folder for the engine there.

In: a data folder. Out: files that are there or not; a kill lasts as long as one of them. What cannot be read counts as there.
Written by `aviator kill` and by an engine that was stopped in another way. This module starts `aviator kill`: it imports little.

A press gives a file that an engine made at its start, `kill.ready`, the name `kill`. So it needs no space on a full disk; and an
engine that stood still from a press to its lifting misses its file and stays stopped.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from aviator.core.files import (
    STATE_VARIABLE,
    common_state_dir,
    make_private_dir,
    open_private,
    state_is_chosen,
    user_state_dir,
    write_all,
)

_LARGEST = 65_536
"""Bytes of a flag that are read."""


def user_flag() -> Path:
    """Stops every engine of this user."""
    return user_state_dir() / "kill"


def heeded_flags() -> list[Path]:
    """The flags that stop an engine of this environment: the user's, and the one of the account if its folder can be used."""
    common = _common_flag()
    if common is not None:
        with suppress(OSError):
            make_private_dir(common.parent)
            if os.access(common.parent, os.W_OK) or os.path.lexists(common):
                return [user_flag(), common]
    return [user_flag()]


def _common_flag() -> Path | None:
    return None if (common := common_state_dir()) is None else common / "kill"


def pressed_flags() -> list[Path]:
    """The flags that a press of this environment sets. Who names a state folder by `AVIATOR_STATE` means that one."""
    return heeded_flags()[:1] if state_is_chosen() else heeded_flags()


def watches(data_dir: Path | None = None) -> list[Watch]:
    """What has to be asked right before each input."""
    return [Watch(path) for path in (*heeded_flags(), *([kill_file(data_dir)] if data_dir is not None else []))]


def kill_file(data_dir: Path) -> Path:
    """Stops the engine of one data folder."""
    return data_dir / "control" / "kill"


def fault(path: Path) -> str | None:
    """Why nothing may be bet as far as this flag goes; None when it is not there.

    A flag that cannot be looked for may be there. So may one in a folder that is gone, such as a volume that was unmounted.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        return None if path.parent.is_dir() else f"{path.parent}, where a kill is looked for, is gone"
    except (OSError, ValueError) as error:
        return f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
    return f"{path} exists"


class Watch:
    """A flag as a program sees it that clicks from here on: pressed once, it stays so for this one, also after it was lifted.

    Its folder exists from here on. Where no file can be made in it, no kill could be kept: that counts as pressed.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._ready = path, _ready(path)
        self._known: tuple[int, ...] = ()
        self._cannot = ""
        try:
            self._known = _made(self._ready)
        except (OSError, ValueError) as error:
            self._cannot = f"a kill could not be kept in {path.parent}: {getattr(error, 'strerror', None) or error}"

    def fault(self) -> str | None:
        """Why nothing may be clicked; None when nothing speaks against it."""
        if why := fault(self._path) or self._cannot:
            return why
        try:
            same = _identity(os.lstat(self._ready)) == self._known
        except FileNotFoundError:
            same = False
        except OSError as error:
            return f"{self._ready} cannot be read: {error.strerror or error}"
        return None if same else f"{self._path} was there meanwhile, for {self._ready} is not the file of this start"


def _ready(path: Path) -> Path:
    return path.with_name(f"{path.name}.ready")


def _made(ready: Path) -> tuple[int, ...]:
    """The file that waits, made where there is none. Raises `OSError`."""
    make_private_dir(ready.parent)
    if os.path.lexists(ready) and not ready.is_file():  # to open a pipe, for example, may take for ever
        raise FileExistsError(errno.EEXIST, f"{ready} is no file")
    with open_private(ready, append=True) as file:
        return _identity(os.fstat(file.fileno()))


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """A file of the same name that is made later has another time, whatever its number. Nobody writes to this one."""
    return found.st_ino, found.st_mtime_ns


def waiting(data_dir: Path) -> str | None:
    """For people: the kill that an engine of this data folder starts with; None where there is none."""
    common = _common_flag()
    found = [path for path in (user_flag(), common, kill_file(data_dir)) if path is not None and os.path.lexists(path)]
    if not found:
        return None
    folder = shlex.quote(str(data_dir.absolute()))  # its flag may be of its own engine: only with its name it is lifted
    where = f" --data-dir {folder}" if kill_file(data_dir) in found else ""
    chosen = f" without {STATE_VARIABLE}" if state_is_chosen() and found[0] == common else ""
    return f"a kill lasts until `aviator kill --off{where}`{chosen} ({found[0]} exists)"


def press(path: Path, by: str, others: Iterable[Path] = ()) -> None:
    """Create the flag, of the file that waits for it if there is one. An existing one counts, whatever it holds, and so does an
    empty one on a full disk.

    `others`: the flags that are set together with it. Raises `OSError` when the flag is not there afterwards.
    """
    make_private_dir(path.parent)
    flags = sorted({*map(str, [*set_together(path), *others])} - {str(path)})
    content = json.dumps({"at": time.time(), "by": by, "flags": flags}).encode()
    _take_away(path)
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return  # to open a pipe, for example, may take for ever
    try:
        with open_private(path) as file, suppress(OSError):
            write_all(file, content)
    except OSError:
        if not os.path.lexists(path):
            raise


def _take_away(path: Path) -> None:
    """Whoever waits for this flag misses its file."""
    try:
        _ready(path).replace(path)
    except OSError:
        if os.path.lexists(path):
            with suppress(OSError):
                _ready(path).unlink()


def set_together(path: Path) -> list[Path]:
    """The flags that were set together with this one."""
    with suppress(OSError, ValueError, TypeError, RecursionError):
        if stat.S_ISREG(os.lstat(path).st_mode) and os.lstat(path).st_size <= _LARGEST:
            told = json.loads(path.read_bytes())
            if isinstance(told, dict):
                flags = [Path(flag) for flag in told.get("flags") or () if isinstance(flag, str)]
                # Versions before 2026-12 told of data folders.
                return flags + [kill_file(Path(folder)) for folder in told.get("data_dirs") or () if isinstance(folder, str)]
    return []


def lift(path: Path) -> bool:
    """Remove the flag; False when there was none. Raises `OSError` when it is still there afterwards."""
    try:
        path.unlink()
    except (FileNotFoundError, ValueError):  # the latter: no file has such a name
        return False
    return True
