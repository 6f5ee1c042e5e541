"""The user's history of accepted limits and of blocks: one chain of hashes in the user's state folder, for all data folders.

In: what was accepted, what blocked betting. Out: the limits that were accepted, in order, and what a missing or broken line
stands for. Written by `aviator accept` and by an engine that bets real money; any thread.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from aviator.core.bets import Mode
from aviator.core.clock import Clock
from aviator.core.config import RATE_HIGH, RATE_LOW, LimitSettings, Settings, limit_faults
from aviator.core.events import BettingBlocked, BettingFreed, Fact
from aviator.core.files import replace_file, user_state_dir
from aviator.core.hash_chain import Chain, Fault, Head, Link, append_locked, locked, read_chain
from aviator.core.types import BookmakerId

log = logging.getLogger(__name__)

DAY_S = 86_400.0
BUILT_IN = LimitSettings()
"""What holds where nothing else is known."""
_STRICTER_WHEN_LONGER = frozenset({"cool_off_minutes"})
_STATE_NOTE = "user-state"
"""File in a data folder that names the folder of the user's state."""
_ACCEPTED, _BLOCKED, _FREED, LOST = "accepted", "blocked", "freed", "lost"

LimitsByCurrency = Mapping[str, LimitSettings]
"""Limits by the code of their currency; "" is the table `[limits]` itself."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The wall clock, Unix seconds, and beside it what nobody sets: the seconds since this `boot` ("": not known)."""

    at: float
    boot: str = ""
    uptime_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Limits that hold from `moment` on, until others are accepted. `statements` is empty for a broken line."""

    moment: Moment
    limits: LimitsByCurrency
    statements: tuple[str, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    """What one unit of a bookmaker's money is worth in the currency of the limits; 1 where a bookmaker is not named."""

    def of(self, currency: str) -> LimitSettings:
        """A currency for which nothing was accepted has the built-in limits."""
        return self.limits.get(currency, BUILT_IN)


def history_file(state: Path | None = None) -> Path:
    """The history in the user's state, by default where that is now."""
    return (state or user_state_dir()) / "limits-history.jsonl"


def moment(clock: Clock) -> Moment:
    """Now."""
    return Moment(clock.now(), *_running_time())


def tightest(a: LimitSettings, b: LimitSettings) -> LimitSettings:
    """The stricter of both, limit by limit."""
    longer = _STRICTER_WHEN_LONGER
    chosen = {f.name: (max if f.name in longer else min)(getattr(a, f.name), getattr(b, f.name)) for f in fields(LimitSettings)}
    return LimitSettings(**chosen)


def differences(before: LimitSettings, after: LimitSettings) -> str:
    """The limits that are not the same any more, for the log."""
    pairs = ((f.name.replace("_", " "), getattr(before, f.name), getattr(after, f.name)) for f in fields(LimitSettings))
    return ", ".join(f"{name} {new:g} (it was {old:g})" for name, old, new in pairs if new != old)


def effective(accepted: Sequence[Accepted], now: Moment, currency: str = "") -> LimitSettings:
    """What holds now: limit by limit the strictest of all that were in force within the last day, oldest first.

    Before the first of them the built-in limits were in force. So lowering acts at once and raising a day later.
    """
    held = accepted[-1].of(currency) if accepted else BUILT_IN
    earlier = [BUILT_IN, *(one.of(currency) for one in accepted[:-1])]
    for before, following in zip(earlier, accepted, strict=False):
        if not _day_over(following.moment, now):
            held = tightest(held, before)
    return held


def effective_rates(accepted: Sequence[Accepted], now: Moment, bookmaker: str) -> tuple[float, float]:
    """The lowest and the highest worth of a bookmaker's money that was accepted and in force within the last day.

    A lower worth permits larger stakes, so it waits a day like a raised limit.
    """
    rates = [1.0, *(one.rates.get(bookmaker, 1.0) for one in accepted)]
    held = [rates[-1]]
    held += [before for before, after in zip(rates, accepted, strict=False) if not _day_over(after.moment, now)]
    return min(held), max(held)


def _day_over(then: Moment, now: Moment) -> bool:
    """Has a day passed by the wall clock, and by the running time too where the machine was not restarted since?"""
    if not now.at - then.at >= DAY_S:
        return False
    return not then.boot or then.boot != now.boot or now.uptime_s - then.uptime_s >= DAY_S


def accepted_in(chain: Chain) -> tuple[Accepted, ...]:
    """All that was accepted, oldest first. In the place of a broken line stand limits that permit no more than the built-in
    ones, those before it, and what can still be read of it."""
    found: list[Accepted] = []
    by_line: list[Link | Fault] = sorted([*chain.links, *chain.faults], key=lambda one: one.line)
    for one in by_line:
        if isinstance(one, Fault):
            found.append(cautious(found, _salvaged(one.text)))
        elif one.entry.get("kind") == _ACCEPTED:
            found.append(_accepted(one.entry) or cautious(found, {}))
    return tuple(found)


def cautious(before: Sequence[Accepted], salvaged: LimitsByCurrency) -> Accepted:
    """What stands for an entry that is missing or broken: nothing above the built-in limits, those before it and `salvaged`."""
    last = before[-1] if before else Accepted(Moment(0.0), {})
    names = {"", *last.limits, *salvaged}
    strict = {c: tightest(BUILT_IN, last.of(c)) for c in names}
    rates = {name: max(1.0, rate) for name, rate in last.rates.items()}
    return Accepted(last.moment, {c: tightest(x, salvaged.get(c, x)) for c, x in strict.items()}, rates=rates)


def _accepted(entry: Mapping[str, Any]) -> Accepted | None:
    """None where the entry does not have the form that `LimitsHistory` writes."""
    try:
        limits = {str(name): LimitSettings(**table) for name, table in entry["limits"].items()}
        at = Moment(float(entry["at"]), str(entry["boot"]), float(entry["uptime_s"]))
        statements = tuple(str(one) for one in entry["statements"])
        rates = {str(name): float(rate) for name, rate in entry.get("rates", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    whole = math.isfinite(at.at) and not any(limit_faults(one) for one in limits.values())
    whole = whole and all(RATE_LOW <= rate <= RATE_HIGH for rate in rates.values())
    return Accepted(at, limits, statements, rates) if whole else None


def _salvaged(text: bytes) -> LimitsByCurrency:
    """What a broken line still says of limits."""
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        entry = json.loads(text)["entry"]
        if entry.get("kind") == _ACCEPTED and (found := _accepted(entry)):
            return found.limits
    return {}


class LimitsHistory:
    """The file. Raises `OSError` where it cannot be read or written."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or history_file()

    def read(self) -> Chain:
        return read_chain(self.path)

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
        entry = {"kind": _ACCEPTED, "statements": list(statements), "limits": tables, **more}
        return self._append(entry, at)

    def blocked(self, bookmaker: str, cause: str, reason: str, until: float | None, at: Moment) -> Head:
        """Append that betting is blocked there, for this cause."""
        block = {"bookmaker": bookmaker, "cause": cause, "reason": reason, "until": until}
        return self._append({"kind": _BLOCKED, **block}, at)

    def freed(self, bookmaker: str, cause: str, at: Moment) -> Head:
        """Append that this cause no longer blocks betting."""
        return self._append({"kind": _FREED, "bookmaker": bookmaker, "cause": cause}, at)

    def lost(self, head: Head, at: Moment) -> Head:
        """Append that the history once had another entry, which is missing now."""
        return self._append({"kind": LOST, "position": head.position, "hash": head.hash}, at)

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
        with locked(self.path):
            chain = self.read()
            before = accepted_in(chain)
            gap = cautious(before, limits or {})
            confirmed = [one.statements for one in before if one.statements]
            entry = {
                "kind": _ACCEPTED,
                "statements": list(confirmed[-1] if confirmed else statements),
                "limits": {name: asdict(one) for name, one in gap.limits.items()},
                "rates": dict(gap.rates),
                "why": why,
                **more,
            }
            return append_locked(self.path, chain, _timed(chain, entry, at)).head

    def _append(self, entry: Mapping[str, Any], at: Moment) -> Head:
        with locked(self.path):
            chain = self.read()
            return append_locked(self.path, chain, _timed(chain, entry, at)).head


def _timed(chain: Chain, entry: Mapping[str, Any], at: Moment) -> dict[str, Any]:
    """The entry with its time, which never runs backwards: a clock that was set back gains nothing."""
    times = [link.entry.get("at") for link in chain.links]
    latest = max((t for t in times if isinstance(t, int | float) and math.isfinite(t)), default=at.at)
    return {"at": max(at.at, latest), "boot": at.boot, "uptime_s": at.uptime_s, **entry}


class BlockRecorder:
    """Passes facts on, and writes each block of real money and its end into the user's history. Where that fails, it is
    logged once: the database has the block too."""

    def __init__(self, clock: Clock, tell: Callable[[Fact], None]) -> None:
        self._clock, self._tell, self._history = clock, tell, LimitsHistory()
        self._failed = False

    def __call__(self, fact: Fact) -> None:
        self._tell(fact)
        try:
            if isinstance(fact, BettingBlocked):
                now = moment(self._clock)
                self._history.blocked(fact.bookmaker, fact.cause, fact.reason, fact.until, now)
            elif isinstance(fact, BettingFreed):
                self._history.freed(fact.bookmaker, fact.cause, moment(self._clock))
        except OSError as error:
            if not self._failed:
                self._failed = True
                log.warning("Blocks cannot be written to %s (%s).", self._history.path, error.strerror)


def user_blocks(now: float, mode: Mode) -> list[BettingBlocked]:
    """Blocks of the user's history that have not ended: another data folder lifts none of them."""
    try:
        chain = LimitsHistory().read()
    except OSError:
        return []
    kept: dict[tuple[str, str], BettingBlocked] = {}
    for entry in (link.entry for link in chain.links):
        key = str(entry.get("bookmaker")), str(entry.get("cause"))
        if entry.get("kind") == _BLOCKED:
            until = entry.get("until")
            ends = None if until is None else float(until)
            at = float(entry["at"])
            kept[key] = BettingBlocked(BookmakerId(key[0]), at, key[1], str(entry.get("reason")), ends, mode)
        elif entry.get("kind") == _FREED:
            kept.pop(key, None)
    return [block for block in kept.values() if block.until is None or block.until > now]


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
