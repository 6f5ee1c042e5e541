"""Limits that were accepted, and which of them hold at a moment: the rules of the day's delay and of what is missing.

In: acceptances in order. Out: limits and rates that hold. Pure. Any process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from aviator.core.config import LimitSettings
from aviator.core.hash_chain import Head

DAY_S = 86_400.0
BUILT_IN = LimitSettings()
"""What holds where nothing else is known."""
_STRICTER_WHEN_LONGER = frozenset({"cool_off_minutes"})

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
    """What one unit of a bookmaker's money is worth in the currency of the limits."""
    why: str = ""
    """Why the program wrote it; empty where the user accepted it."""
    lost: tuple[Head, ...] = ()
    """Entries in whose place it stands: they were missing when it was written."""

    def of(self, currency: str) -> LimitSettings:
        """A currency for which nothing was accepted has the built-in limits."""
        return self.limits.get(currency, BUILT_IN)

    def worth(self, bookmaker: str) -> tuple[float, float]:
        """The lowest and the highest that this bookmaker's money can be worth. One that is not named may be any of the others
        under another name."""
        named = self.rates.get(bookmaker)
        known = [1.0, *self.rates.values()] if named is None else [named]
        return min(known), max(known)


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
    worths = [(1.0, 1.0), *(one.worth(bookmaker) for one in accepted)]
    held = [worths[-1]]
    held += [before for before, after in zip(worths, accepted, strict=False) if not _day_over(after.moment, now)]
    return min(low for low, _ in held), max(high for _, high in held)


def _day_over(then: Moment, now: Moment) -> bool:
    """Has a day passed by the wall clock, and by the running time too where the machine was not restarted since?"""
    if not now.at - then.at >= DAY_S:
        return False
    return not then.boot or then.boot != now.boot or now.uptime_s - then.uptime_s >= DAY_S


def cautious(before: Sequence[Accepted], also: Sequence[Accepted] = ()) -> Accepted:
    """What stands for an entry that is missing or broken: nothing above the built-in limits, those before it and `also`."""
    known = [*before[-1:], *also]
    currencies = {"", *(name for one in known for name in one.limits)}
    limits = dict.fromkeys(currencies, BUILT_IN)
    for one in known:
        limits = {name: tightest(strict, one.of(name)) for name, strict in limits.items()}
    names = {name for one in known for name in one.rates}
    rates = {name: max([1.0, *(one.worth(name)[1] for one in known)]) for name in names}
    return Accepted(before[-1].moment if before else Moment(0.0), limits, rates=rates)
