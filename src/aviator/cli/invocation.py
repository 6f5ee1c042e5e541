"""How the user can call this program again: the name or path that it was started by.

In: the command line. Out: the words before a command's name, and paths as the user can type them. Imports only the standard
library. `AVIATOR_CALLED_FROM` names the user's own folder where a script changed to another one first.
"""

import os
import re
import shlex
import sys
from functools import cache
from pathlib import Path

CALLED_FROM = "AVIATOR_CALLED_FROM"
_NAME = "aviator"
_COMMAND = re.compile(rf"(?<=`){_NAME}(?= )")


def program() -> str:
    """`aviator` where that is this program, else the path as it was started, as words of a command line."""
    return _program(sys.argv[0] if sys.argv else "", os.environ.get("PATH", ""), str(_users_folder()))


def with_program(text: str) -> str:
    """`text` with `program()` in the commands that it names in backticks."""
    return _COMMAND.sub(lambda _: program(), text) if f"`{_NAME} " in text else text


def user_path(path: Path) -> str:
    """A path as one word of a command line, relative to the user's folder where that is shorter."""
    return quoted(_shorter(path.absolute(), _users_folder()) if _users_folder() != Path.cwd() else path)


def quoted(path: Path | str) -> str:
    """A path as one word of a command line, in this system's shell."""
    if os.name == "nt":
        return f'"{path}"' if " " in str(path) else str(path)
    return shlex.quote(str(path))


@cache
def _program(started_as: str, search_path: str, folder: str) -> str:
    from shutil import which

    path = Path(started_as)
    if path.name == "__main__.py" and path.parent.name == _NAME:  # python -m aviator
        python = Path(sys.executable)
        on_path = which(python.name, path=search_path)
        word = python.name if on_path and _same(on_path, python) else quoted(_shorter(python, Path(folder)))
        return f"{word} -m {_NAME}"
    if path.stem != _NAME or not path.exists():  # another program calls us, such as a test
        return _NAME
    found = which(_NAME, path=search_path)
    if found and _same(found, path):
        return _NAME
    word = _shorter(path.absolute(), Path(folder))
    return quoted(word if os.sep in word else os.path.join(".", word))  # noqa: PTH118 - pathlib drops the leading dot


def _same(one: str, other: Path) -> bool:
    """Are these the same file by name? Two links to one Python may belong to different environments."""
    return os.path.abspath(one) == os.path.abspath(other)  # noqa: PTH100 - a link must not be followed


def _shorter(path: Path, folder: Path) -> str:
    try:
        relative = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        return str(path)
    return min(relative, str(path), key=len)


def _users_folder() -> Path:
    return Path(os.environ.get(CALLED_FROM) or Path.cwd())
