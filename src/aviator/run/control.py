"""What the user wishes for single bookmakers, as files in DATA_DIR/control: works on every system, and outlives the engine.

`<bookmaker>.paused`: look at nothing for as long as the file is there. `<bookmaker>.start`: try one more time, now; the engine
removes it. In: the names. Out: `Wishes`. Written by `aviator pause|resume`, read by the engine's thread `desk`.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.core.files import file_name
from aviator.core.types import BookmakerId

log = logging.getLogger(__name__)

_PAUSED, _START = ".paused", ".start"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who is to pause, and who is to be started again."""

    paused: frozenset[BookmakerId] = frozenset()
    start: frozenset[BookmakerId] = frozenset()


def pause(data_dir: Path, bookmaker: str) -> bool:
    """Wish it; False when it was wished already. Raises `UserMistake` where that cannot be written."""
    path = _file(data_dir, bookmaker, _PAUSED)
    there = path.exists()
    _touch(path)
    return not there


def resume(data_dir: Path, bookmaker: str) -> None:
    """Wish that it goes on, and if it had been given up, that it is tried again. Raises `UserMistake` as `pause` does."""
    path = _file(data_dir, bookmaker, _PAUSED)
    _touch(_file(data_dir, bookmaker, _START))
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UserMistake(f"{path} cannot be removed ({error.strerror}).") from None


class Control:
    """The engine's view of the folder."""

    def __init__(self, data_dir: Path, bookmakers: Iterable[BookmakerId]) -> None:
        self._folder = data_dir / "control"
        self._names = {file_name(name): name for name in bookmakers}
        self._paused: frozenset[BookmakerId] = frozenset()
        self._readable = True

    def look(self) -> Wishes:
        """The wishes now; each wish for a start once. While the folder cannot be read nothing changes."""
        try:
            there = {path.name for path in self._folder.iterdir()} if self._folder.is_dir() else set()
            start = frozenset(name for stem, name in self._names.items() if stem + _START in there)
            for name in start:
                (self._folder / (file_name(name) + _START)).unlink(missing_ok=True)
        except OSError as error:
            if self._readable:
                log.warning("the folder of the user's wishes cannot be used: %s", error)
            self._readable = False
            return Wishes(self._paused)
        if not self._readable:
            log.info("the folder of the user's wishes can be used again")
        self._readable = True
        self._paused = frozenset(name for stem, name in self._names.items() if stem + _PAUSED in there)
        return Wishes(self._paused, start)


def _file(data_dir: Path, bookmaker: str, suffix: str) -> Path:
    return data_dir / "control" / (file_name(bookmaker) + suffix)


def _touch(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise UserMistake(f"{path} cannot be written ({error.strerror}).") from None
