"""The user's history of accepted limits and of blocks: one chain of hashes in the user's state folder, for all data folders.

In: what was accepted, what blocked betting. Out: the chain, and beside it a file that names its head, so that lines that were cut
off are missed. Written by `aviator accept` and by an engine that bets real money; any thread.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aviator.core.clock import Clock
from aviator.core.config import Settings
from aviator.core.files import replace_file, user_state_dir
from aviator.core.hash_chain import LOCK_PATIENCE_S, Chain, Head, append_locked, link_hash, locked, read_chain
from aviator.run.accepted_limits import Accepted, LimitsByCurrency, Moment, cautious
from aviator.run.history_entries import (
    ACCEPTED,
    BLOCKED,
    FREED,
    Blocked,
    Freed,
    accepted_in,
    found_entry,
    found_head,
    latest_in,
    missing_from,
)

log = logging.getLogger(__name__)

_STATE_NOTE = "user-state"
"""File in a data folder that names the folder of the user's state."""


def history_file(state: Path | None = None) -> Path:
    """The history in the user's state, by default where that is now."""
    return (state or user_state_dir()) / "limits-history.jsonl"


def moment(clock: Clock) -> Moment:
    """Now."""
    return Moment(clock.now(), *_running_time())


@dataclass(frozen=True, slots=True)
class Noted:
    """What the file beside the history says: its head, the entry there, the limits accepted last. Position −1: it was changed."""

    head: Head
    entries: tuple[Mapping[str, Any], ...] = ()

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        found = (found_entry(entry) for entry in self.entries)
        return tuple(one for one in found if isinstance(one, Accepted))


class LimitsHistory:
    """The file. Raises `OSError` where it cannot be read or written, also where another process does not let go of it."""

    def __init__(self, path: Path | None = None, patience_s: float = LOCK_PATIENCE_S) -> None:
        self.path, self._patience_s = path or history_file(), patience_s
        self.head_path = self.path.with_name("limits-head.json")

    def read(self) -> Chain:
        return read_chain(self.path)

    def noted(self) -> Noted | None:
        """What the file beside it says; None where there is none. To be asked before `read`: others append meanwhile."""
        try:
            data = self.head_path.read_bytes()
        except FileNotFoundError:
            return None
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            told = json.loads(data)
            noted = Noted(found_head(told["head"]), tuple(dict(one) for one in told["entries"]))
            if data == _noted_bytes(noted):
                return noted
        return Noted(Head(-1, ""))

    def stamp(self) -> tuple[int, ...] | None:
        """Another one after each change of the file; None where it does not exist or cannot be asked."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def accept(self, limits: LimitsByCurrency, statements: Sequence[str], at: Moment, **more: Any) -> Head:
        """Append limits that were accepted. Their time is never before that of an earlier entry."""
        tables = {name: asdict(one) for name, one in limits.items()}
        entry = {"kind": ACCEPTED, "statements": list(statements), "limits": tables, **more}
        return self._append(entry, at)

    def tell(self, told: Sequence[Blocked | Freed], at: Moment) -> None:
        """Append that betting is blocked somewhere, or no longer."""
        with locked(self.path, self._patience_s):
            self._add(self._mended(at), [_told(one) for one in told], at)

    def tighten(
        self,
        why: str,
        at: Moment,
        limits: LimitsByCurrency | None = None,
        statements: Sequence[str] = (),
        **more: Any,
    ) -> Head:
        """Append that no more than the built-in limits, those accepted last and `limits` holds from now on.

        `statements` count where none were confirmed before.
        """
        with locked(self.path, self._patience_s):
            chain = self._mended(at)
            known = [Accepted(at, limits or {}, tuple(statements))] if limits or statements else []
            return self._add(chain, [_tightened(chain, why, known) | more], at).head

    def mend(
        self,
        at: Moment,
        heads: Iterable[Head | None] = (),
        lost: Iterable[Mapping[str, Any]] = (),
        known: Sequence[Accepted] = (),
    ) -> Chain:
        """Where it lacks one of `heads`, or the one that the file beside it names: append limits that permit no more than the
        built-in ones, those before, those among the `lost` entries and `known`; and the blocks among `lost` again."""
        with locked(self.path, self._patience_s):
            return self._mended(at, heads, lost, known)

    def _mended(
        self,
        at: Moment,
        heads: Iterable[Head | None] = (),
        lost: Iterable[Mapping[str, Any]] = (),
        known: Sequence[Accepted] = (),
    ) -> Chain:
        noted, chain = self.noted(), self.read()
        missing = missing_from(chain, [*heads, noted.head if noted else None])
        if not missing:
            if noted is None and chain.links:
                self._note(chain)
            return chain
        beside = noted.entries if noted and noted.head in missing else ()
        entries = [found_entry(entry) for entry in (*lost, *beside)]
        known = [*(one for one in entries if isinstance(one, Accepted)), *known]
        positions = ", ".join(str(head.position) for head in missing if head.position > 0) or "of its end"
        told = _tightened(chain, f"entry {positions} is missing", known)
        told["lost"] = [[head.position, head.hash] for head in missing if head.position > 0]
        return self._add(chain, [told, *_blocks_left(entries)], at)

    def _append(self, entry: Mapping[str, Any], at: Moment) -> Head:
        with locked(self.path, self._patience_s):
            return self._add(self._mended(at), [entry], at).head

    def _add(self, chain: Chain, entries: Iterable[Mapping[str, Any]], at: Moment) -> Chain:
        """Append under the lock; an entry's time never runs backwards: a clock that was set back gains nothing."""
        for entry in entries:
            timed = {"at": max(at.at, latest_in(chain)), "boot": at.boot, "uptime_s": at.uptime_s, **entry}
            chain = Chain((*chain.links, append_locked(self.path, chain, timed)), chain.faults)
        self._note(chain)
        return chain

    def _note(self, chain: Chain) -> None:
        """Name the head in the file beside the history. Where that fails, it names an earlier one."""
        accepted = [link.entry for link in chain.links if link.entry.get("kind") == ACCEPTED][-1:]
        newest = [link.entry for link in chain.links[-1:] if link.entry not in accepted]
        try:
            replace_file(self.head_path, _noted_bytes(Noted(chain.head, (*accepted, *newest))))
        except OSError as error:
            log.warning("The head of the limits history cannot be written to %s (%s).", self.head_path, error.strerror)


def _noted_bytes(noted: Noted) -> bytes:
    told = {"head": [noted.head.position, noted.head.hash], "entries": noted.entries}
    return json.dumps({**told, "check": link_hash("head", json.dumps(told))}).encode() + b"\n"


def _tightened(chain: Chain, why: str, known: Sequence[Accepted]) -> dict[str, Any]:
    """An acceptance by the program: nothing above the built-in limits, those accepted last and those `known`."""
    before = accepted_in(chain)
    gap = cautious(before, known)
    confirmed = [one.statements for one in (*known, *before) if one.statements]
    limits = {name: asdict(one) for name, one in gap.limits.items()}
    statements = list(confirmed[-1] if confirmed else ())
    return {"kind": ACCEPTED, "statements": statements, "limits": limits, "rates": dict(gap.rates), "why": why}


def _told(one: Blocked | Freed) -> dict[str, Any]:
    where = {"bookmaker": one.bookmaker, "cause": one.cause, "folder": one.folder}
    if isinstance(one, Freed):
        return {"kind": FREED, **where}
    return {"kind": BLOCKED, **where, "reason": one.reason, "until": one.until}


def _blocks_left(entries: Iterable[object]) -> list[dict[str, Any]]:
    """The blocks among these that none of them ends."""
    kept: dict[tuple[str, str, str], Blocked] = {}
    for one in entries:
        if isinstance(one, Blocked):
            kept[one.bookmaker, one.cause, one.folder] = one
        elif isinstance(one, Freed):
            kept.pop((one.bookmaker, one.cause, one.folder), None)
    return [_told(one) for one in kept.values()]


def _running_time() -> tuple[str, float]:
    """The boot and the seconds since it, sleep included; ("", 0) where the system does not name its boot."""
    if sys.platform != "linux":
        return "", 0.0
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return "", 0.0
    return boot, uptime


def latest_time(*paths: Path) -> float:
    """The latest change of these files and of the user's state, Unix seconds: it was at least that late once."""
    times = [0.0]
    for path in (*paths, *user_state_dir().glob("*")):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def note_state_folder(settings: Settings) -> None:
    """Leave in the data folder where the user's state is, so that a check of the record finds the history it goes with."""
    with suppress(OSError):
        replace_file(settings.data_dir / _STATE_NOTE, f"{user_state_dir()}\n".encode(), sync=False)


def noted_state_folder(settings: Settings) -> Path | None:
    """The folder that `note_state_folder` named; None where there is none, or it is gone."""
    try:
        folder = Path((settings.data_dir / _STATE_NOTE).read_text(encoding="utf-8").strip())
        return folder if folder.is_absolute() and folder.is_dir() else None
    except (OSError, ValueError):
        return None


def head_file(settings: Settings, *, real_money: bool) -> Path:
    """Where the head of a database's chain is kept: with the user's state where real money is bet, else in the data folder."""
    data, own = head_files(settings)
    return own if real_money else data


def head_files(settings: Settings, state: Path | None = None) -> tuple[Path, Path]:
    """Both places of `head_file`: in the data folder and in the user's state, by default where that is now."""
    database = settings.record.database or str((settings.data_dir / "aviator.db").resolve())
    name = hashlib.sha256(database.encode()).hexdigest()[:16]
    return settings.data_dir / "chain-head.json", (state or user_state_dir()) / "heads" / f"{name}.json"
