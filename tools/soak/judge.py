"""The judgement on a soak: which missing rounds were owned up to, which gaps were needless, how fast sight came back. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any, NamedTuple

from aviator.core.types import Source
from aviator.record.verify import Comparison, TrueRound

SLACK_GAME_S = 6.0
"""So far beyond its ends a gap still covers a round, in seconds of the game: its ends are estimates."""
AFTERMATH_S = 5.0
"""A fault is felt for so long after its end: another fault's recovery then says nothing."""


Shows = Callable[[Sequence[Decimal]], int]
"""Of these past rounds, newest first, a bookmaker's strip shows so many whole."""


class Gap(NamedTuple):
    """A row of `gaps`, Unix seconds."""

    from_at: float
    to_at: float
    rounds_missing: int

    def covers(self, ended_at: float, slack_s: float) -> bool:
        return self.from_at - slack_s <= ended_at <= self.to_at + slack_s


@dataclass(frozen=True, slots=True)
class Owned:
    """One bookmaker's gaps: rounds missing in them and outside of them, and a sentence for each gap that was needless."""

    inside: list[TrueRound]
    outside: list[TrueRound]
    needless: list[str]


def owned(
    beside: Comparison, truth: Sequence[TrueRound], gaps: Sequence[Gap], returns: Sequence[float], shows: Shows, slack_s: float
) -> Owned:
    """Hold the gaps of a bookmaker against what is missing. `returns`: when sight came back, rising."""
    missing = beside.missing
    inside = [r for r in missing if any(g.covers(r.ended_at, slack_s) for g in gaps)]
    outside = [r for r in missing if r not in inside]
    needless = [why for g in gaps if (why := _needless(g, beside, truth, returns, shows, slack_s))]
    return Owned(inside, outside, needless)


def _needless(
    gap: Gap, beside: Comparison, truth: Sequence[TrueRound], returns: Sequence[float], shows: Shows, slack_s: float
) -> str:
    """Why the gap need not have been declared; empty where it had to be."""
    lost = [r for r in beside.missing if gap.covers(r.ended_at, slack_s)]
    span = f"{gap.from_at:.1f} to {gap.to_at:.1f}"
    if not lost:
        return f"{span}: no round was missing"
    back_at = _back_at(lost[-1].ended_at, beside, returns)
    past = [r for r in reversed(truth) if r.ended_at <= back_at]
    shown = shows([r.multiplier for r in past])
    wasted = [r for r in past[:shown] if r in lost]
    return f"{span}: the strip still showed the last {shown} rounds, {len(wasted)} of those lost among them" if wasted else ""


def _back_at(newest_lost: float, beside: Comparison, returns: Sequence[float]) -> float:
    """When sight came back: the last return before the first round seen live after those that were lost."""
    live = [row.ended_at for row in beside.rows if row.source != Source.STRIP and row.ended_at > newest_lost]
    first_live = min(live, default=float("inf"))
    return max((at for at in returns if newest_lost < at <= first_live), default=first_live)


@dataclass(frozen=True, slots=True)
class Suffered:
    """A fault as it happened: times in Unix seconds."""

    kind: str
    bookmaker: str | None
    began_at: float
    ended_at: float

    def strikes(self, bookmaker: str) -> bool:
        return self.bookmaker in (None, bookmaker)


def recoveries(faults: Sequence[Suffered], sights: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Seconds from each fault's end until the bookmaker was read again, by kind. `sights`: when it was read, rising.

    A recovery that another fault falls into is left out.
    """
    found: dict[str, list[float]] = defaultdict(list)
    for fault in faults:
        for bookmaker, seen in sights.items():
            place = bisect_left(seen, fault.ended_at)
            if not fault.strikes(bookmaker) or place == len(seen):
                continue
            others = (f for f in faults if f is not fault and f.strikes(bookmaker))
            if not any(f.began_at <= seen[place] and f.ended_at + AFTERMATH_S >= fault.began_at for f in others):
                found[fault.kind].append(seen[place] - fault.ended_at)
    return dict(found)


def spread(seconds: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """The median and the longest of each kind."""
    return {
        kind: {"p50": round(median(each), 2), "max": round(max(each), 2), "n": len(each)}
        for kind, each in sorted(seconds.items())
    }


def slope_per_hour(samples: Sequence[tuple[float, float]]) -> float:
    """Of the straight line closest to (seconds, value), by least squares."""
    n = len(samples)
    mean_t, mean_v = sum(t for t, _ in samples) / n, sum(v for _, v in samples) / n
    spread_t = sum((t - mean_t) ** 2 for t, _ in samples)
    return 3600 * sum((t - mean_t) * (v - mean_v) for t, v in samples) / spread_t if spread_t else 0.0


@dataclass(slots=True)
class Result:
    """What the soak prints."""

    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def must_be(self, what: str, value: int, wanted: int = 0) -> None:
        self.figures[what] = value
        if value != wanted:
            self.failures.append(f"{what} is {value}, not {wanted}")

    def to_dict(self) -> dict[str, Any]:
        return {**self.figures, "verdict": "; ".join(self.failures) or "flawless"}
