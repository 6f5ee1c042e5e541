"""The entries of the user's limits history as they may be trusted: each line is what the program writes, or broken.

In: a chain of hashes. Out: acceptances, blocks and their ends; for a broken line what can still be read of it. Pure. Any process.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aviator.core.config import RATE_HIGH, RATE_LOW, LimitSettings, limit_faults
from aviator.core.hash_chain import OUT_OF_PLACE, Chain, Fault, Head, Link
from aviator.run.accepted_limits import Accepted, Moment, cautious

ACCEPTED, BLOCKED, FREED, LOST = "accepted", "blocked", "freed", "lost"
_FAULTS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
_NO_BLOCKS = frozenset({ACCEPTED, FREED, LOST})
_STRANGE = "is no entry of a limits history: it is not what was written"
_LATEST = 1e12
"""No time is later, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Betting was blocked there for this cause, until then or (None) until told otherwise."""

    at: float
    bookmaker: str
    cause: str
    reason: str
    until: float | None
    folder: str = ""
    """The data folder of the engine that told it."""

    def ends(self, now: float) -> float | None:
        """Where the clock is behind the beginning of a block, it lasts as long again as it was meant to."""
        return self.until if self.until is None or self.at <= now else now + self.until - self.at

    def later(self, other: Blocked | None) -> Blocked:
        """The one of both that ends last."""
        if other is None or self.until is None or (other.until is not None and self.until >= other.until):
            return self
        return other


@dataclass(frozen=True, slots=True)
class Freed:
    """That cause no longer blocked betting there."""

    at: float
    bookmaker: str
    cause: str
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Another entry was missing; as earlier versions wrote it."""

    at: float


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is not what the program writes. `salvaged`: what it still says of limits, or of a block."""

    line: int
    problem: str
    salvaged: Accepted | Blocked | None = None
    may_be_block: bool = True
    """Can it, or a line that is missing before it, have said that betting is blocked?"""


Entry = Accepted | Blocked | Freed | Lost | Broken


def entries_in(chain: Chain) -> Iterator[Entry]:
    """All lines in order."""
    lines: list[Link | Fault] = sorted([*chain.links, *chain.faults], key=lambda one: one.line)
    for one in lines:
        if isinstance(one, Fault):
            may_be_block = one.problem == OUT_OF_PLACE or _kind(one.text) not in _NO_BLOCKS
            yield Broken(one.line, one.problem, _salvaged(one.text), may_be_block)
        else:
            may_be_block = str(one.entry.get("kind")) not in _NO_BLOCKS
            yield found_entry(one.entry) or Broken(one.line, _STRANGE, may_be_block=may_be_block)


def accepted_in(chain: Chain) -> tuple[Accepted, ...]:
    """All that was accepted, oldest first. In the place of a broken line, and of one that tells of a missing one, stand limits
    that permit no more than the built-in ones, those before it, and what can still be read of it."""
    found: list[Accepted] = []
    for entry in entries_in(chain):
        if isinstance(entry, Accepted):
            found.append(entry)
        elif isinstance(entry, Broken):
            found.append(cautious(found, [entry.salvaged] if isinstance(entry.salvaged, Accepted) else []))
        elif isinstance(entry, Lost):
            found.append(cautious(found))
    return tuple(found)


def missing_from(chain: Chain, heads: Iterable[Head | None]) -> tuple[Head, ...]:
    """Those heads that the chain once had and lacks now, except those of which it says so itself."""
    told = {lost for entry in entries_in(chain) if isinstance(entry, Accepted) for lost in entry.lost}
    return tuple(dict.fromkeys(h for h in heads if h is not None and not chain.contains(h) and h not in told))


def latest_in(chain: Chain) -> float:
    """The latest time of an entry."""
    times = [0.0]
    for link in chain.links:
        with suppress(*_FAULTS):
            times.append(number(link.entry["at"]))
    return max(times)


def found_entry(entry: Mapping[str, Any]) -> Accepted | Blocked | Freed | Lost | None:
    """None where the entry does not have the form that `LimitsHistory` writes."""
    with suppress(*_FAULTS):
        at = number(entry["at"])
        match entry["kind"]:
            case "accepted":
                return _accepted(entry, at)
            case "blocked":
                until = None if entry["until"] is None else number(entry["until"])
                reason, folder = _text(entry["reason"]), _text(entry.get("folder", ""))
                return Blocked(at, _text(entry["bookmaker"]), _text(entry["cause"]), reason, until, folder)
            case "freed":
                return Freed(at, _text(entry["bookmaker"]), _text(entry["cause"]), _text(entry.get("folder", "")))
            case "lost":
                return Lost(at)
    return None


def _accepted(entry: Mapping[str, Any], at: float) -> Accepted | None:
    limits = {str(name): LimitSettings(**table) for name, table in entry["limits"].items()}
    rates = {str(name): number(rate) for name, rate in entry.get("rates", {}).items()}
    if any(limit_faults(one) for one in limits.values()) or not all(RATE_LOW <= rate <= RATE_HIGH for rate in rates.values()):
        return None
    then = Moment(at, _text(entry["boot"]), number(entry["uptime_s"]))
    statements = tuple(_text(one) for one in entry["statements"])
    lost = tuple(found_head(one) for one in entry.get("lost", ()))
    return Accepted(then, limits, statements, rates, _text(entry.get("why", "")), lost)


def _kind(text: bytes) -> str:
    """What a broken line still says that it is."""
    with suppress(*_FAULTS):
        return _text(json.loads(text)["entry"]["kind"])
    return ""


def _salvaged(text: bytes) -> Accepted | Blocked | None:
    """What a broken line still says of limits, or of a block. It ends no block."""
    with suppress(*_FAULTS):
        entry = found_entry(json.loads(text)["entry"])
        return entry if isinstance(entry, Accepted | Blocked) else None
    return None


def found_head(pair: Any) -> Head:
    """Raises one of the errors of a wrong form."""
    position, own = pair
    if type(position) is not int:
        raise TypeError("a position is a whole number")
    return Head(position, _text(own))


def number(value: Any) -> float:
    """Raises one of the errors of a wrong form."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("this is no number")
    found = float(value)
    if not (math.isfinite(found) and abs(found) <= _LATEST):
        raise ValueError("this is out of bounds")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("this is no text")
    return value
