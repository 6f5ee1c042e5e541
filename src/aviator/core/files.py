"""Files that belong to one user: private folders, atomic replacement, and where the user's own state is kept.

In: paths and bytes. Out: files with mode 0600 in folders with mode 0700. Any process, any thread.
"""

import errno
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from aviator.core.errors import UserMistake

STATE_VARIABLE = "AVIATOR_STATE"
APART = "apart"
_ON_MACOS = "Library/Application Support/aviator/state"
_LOCAL_APP_DATA = 28
_PRIVATE_FILE, _PRIVATE_DIR = 0o600, 0o700
_PRIVATE_MASK, _OTHERS = 0o077, 0o077
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def user_state_dir() -> Path:
    """The folder for state that belongs to the user and not to one data folder. It may not exist yet.

    `AVIATOR_STATE` names another one. Raises `UserMistake` where this user has no home folder, or the named one would be another
    for each working folder.
    """
    if state_is_chosen():
        chosen = Path(os.environ[STATE_VARIABLE])
        if not chosen.is_absolute():
            raise UserMistake(f"{STATE_VARIABLE} is {chosen}, another folder for each working folder: give the whole path.")
        return chosen
    if sys.platform == "win32":
        return _absolute("LOCALAPPDATA", lambda: _home() / "AppData" / "Local") / "aviator" / "state"
    if sys.platform == "darwin":
        return _home() / _ON_MACOS
    return _absolute("XDG_STATE_HOME", lambda: _home() / ".local" / "state") / "aviator"


def state_is_chosen() -> bool:
    """Does `AVIATOR_STATE` name the folder?"""
    return bool(os.environ.get(STATE_VARIABLE))


def account_state_dir() -> Path | None:
    """The usual folder for this user's state by what the system knows of the account: no variable of the environment changes it.

    None where the account has no home folder.
    """
    if sys.platform == "win32":
        import ctypes

        found = ctypes.create_unicode_buffer(260)
        unknown = ctypes.windll.shell32.SHGetFolderPathW(None, _LOCAL_APP_DATA, None, 0, found)
        return None if unknown else Path(found.value) / "aviator" / "state"
    import pwd

    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return None
    usual = home / _ON_MACOS if sys.platform == "darwin" else home / ".local" / "state" / "aviator"
    return usual if home.is_absolute() else None


def common_state_dir() -> Path | None:
    """Where this user's engines meet that keep their state elsewhere; None where that is the own folder, or there is none.

    A state folder that holds a file `apart` has nothing to do with others: tests and soaks, which stop engines, have such ones.
    Raises `UserMistake` as `user_state_dir` does.
    """
    own, common = user_state_dir(), account_state_dir()
    if common is None or os.path.lexists(own / APART) or os.path.realpath(own) == os.path.realpath(common):
        return None
    return common


def _absolute(variable: str, usual: Callable[[], Path]) -> Path:
    chosen = Path(os.environ.get(variable, ""))
    return chosen if chosen.is_absolute() else usual()


def _home() -> Path:
    with suppress(RuntimeError):
        if (home := Path.home()).is_absolute():
            return home
    raise UserMistake(f"This user has no home folder: set {STATE_VARIABLE} to a folder for AVIATOR's state.")


def private_by_default() -> None:
    """From now on this process and its children create files and folders that only the user can read."""
    os.umask(_PRIVATE_MASK)


def tighten(path: Path) -> bool:
    """Take all rights on `path` from other users. False where that is not possible or `path` is a link."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return False
        if mode & _OTHERS and os.name != "nt":
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except OSError:
        return False
    return True


_OF_A_DATA_FOLDER = (
    "aviator.db*", "*.json", "*.jsonl", "*.journal", "*.log", "logs", "logs/*", "spool", "spool/*", "control", "control/*",
    "evidence", "evidence/*", "evidence/*/*", "journal", "journal/*", "bets", "bets/*", "sim", "sim/*",
)  # fmt: skip
"""What earlier versions left readable for others."""


def tighten_folder(data_dir: Path) -> None:
    """Take other users' rights from the files that earlier versions left in a data folder. The folder itself may be
    shared on purpose: `aviator doctor` reports it."""
    for pattern in _OF_A_DATA_FOLDER:
        for path in data_dir.glob(pattern):
            tighten(path)


def is_open_to_others(path: Path) -> bool:
    """Can other users of this machine read, write or enter `path`? False on Windows, where modes do not tell."""
    try:
        return os.name != "nt" and bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def make_private_dir(path: Path) -> Path:
    """Create `path` and its missing parents; folders that this call creates are for the user only.

    Raises `OSError`.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=_PRIVATE_DIR, exist_ok=True)
    path.mkdir(exist_ok=True)  # raises where a file has this name
    return path


def read_regular(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file that the user named. A pipe or a device, which could keep the reader waiting forever,
    is refused. Raises `OSError`, and `ValueError` for a name that no file can have.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | _NO_WAIT), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # reading a folder fails by itself
            raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
        return file.read(most)


def open_private(path: Path, *, append: bool = False) -> BinaryIO:
    """Open `path` for unbuffered writing. A new file is for the user only; a symbolic link is refused.

    The file is truncated unless `append` is set. Raises `OSError`.
    """
    flags = os.O_WRONLY | os.O_CREAT | _NO_FOLLOW | (os.O_APPEND if append else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, _PRIVATE_FILE), "ab" if append else "wb", buffering=0)


def write_all(file: BinaryIO, data: bytes) -> None:
    """Write all of `data` to an unbuffered file. Raises `OSError`; a part may then have been written."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def replace_file(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Replace the content of `path` as a whole: a reader, or a crash, sees the old content or the new one.

    With `sync` the content is on the disk before it gets its name. Raises `OSError`; `path` is then unchanged.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open_private(part) as file:
            write_all(file, data)
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def file_name(bookmaker: str) -> str:
    """A bookmaker's name as part of a file name on any system."""
    return re.sub(r"[^\w-]+", "-", bookmaker.lower()).strip("-") or "bookmaker"
