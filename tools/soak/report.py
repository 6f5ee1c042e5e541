"""From a soak's folder and log to its result: the record held against the ledger of truth.

In: DIR/aviator.db, DIR/sim/ledger.jsonl and what happened. Out: a `Result`. The soak's main thread, after the engine has left.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tools.soak.judge import SLACK_GAME_S, Gap, Result, Shows, Suffered, owned, recoveries, slope_per_hour, spread
from tools.soak.run import Log

from aviator.core.types import BookmakerId
from aviator.record.verify import Comparison, compare, read_ledger, verify

WARM_UP_S = 600.0
"""Of the clock, until what is remembered for speed is full; memory is judged after it, where a process lives as long again."""
MEMORY_MB_PER_HOUR = 1.0
LONG_RUN_S = 1800.0
"""From so long a calm run on, the memory's slope is held against its limit: a shorter one shows little but noise."""
_WRITING = {"lock", "fill", "delete"}
"""Faults that leave the eyes open but stop the pen."""


_BLIND = {"UNKNOWN", "OFFLINE"}


@dataclass(frozen=True, slots=True)
class Record:
    """What is read of the database besides the rounds, by bookmaker, times in Unix seconds."""

    gaps: dict[str, list[Gap]]
    sights: dict[str, list[float]]
    """When the game was read."""
    returns: dict[str, list[float]]
    """When it was read again after it had not been."""
    rejects: int


def read_record(database: Path) -> Record:
    """Raises sqlite3.Error."""
    gaps, sights, returns = defaultdict(list), defaultdict(list), defaultdict(list)
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for name, *gap in connection.execute("SELECT bookmaker, from_at, to_at, rounds_missing FROM gaps ORDER BY from_at"):
            gaps[name].append(Gap(*gap))
        for name, at, before, after in connection.execute("SELECT bookmaker, at, from_phase, to_phase FROM phases ORDER BY at"):
            if after not in _BLIND:
                sights[name].append(at)
                if before in _BLIND:
                    returns[name].append(at)
        for name, at in connection.execute("SELECT bookmaker, at FROM snapshots"):
            sights[name].append(at)
        (rejects,) = connection.execute("SELECT count(*) FROM rejects").fetchone()
    return Record(gaps, {name: sorted(each) for name, each in sights.items()}, returns, rejects)


def report(folder: Path, log: Log, speed: float, shows: Mapping[str, Shows], *, calm: bool) -> Result:
    """`shows`: what each bookmaker's strip shows; `calm`: no faults were planned."""
    ledger, url = folder / "sim" / "ledger.jsonl", f"sqlite:///{folder / 'aviator.db'}"
    result, record, truth = Result(), read_record(folder / "aviator.db"), read_ledger(ledger)
    faults = sorted(log.suffered, key=lambda f: f.began_at)
    counts = Counter(f.kind for f in faults)
    result.figures |= {"faults": sum(counts.values()), "kinds": len(counts), "faults_by_kind": dict(sorted(counts.items()))}
    result.figures |= {"left_out": log.left_out, "recover_s": _recover_s(faults, record, log)}
    total, beside = verify(ledger, url).total, compare(ledger, url)
    result.figures |= {
        "happened": total.happened, "exact": total.exact, "from_strip": total.from_strip, "missing": total.missing,
    }  # fmt: skip
    owns = {
        name: owned(one, truth[name], record.gaps.get(name, []), record.returns.get(name, []), shows[name], SLACK_GAME_S / speed)
        for name, one in beside.items()
    }
    outside = {name: [(r.ended_at, str(r.multiplier)) for r in o.outside] for name, o in owns.items() if o.outside}
    needless = {name: o.needless for name, o in owns.items() if o.needless}
    result.must_be("missing_outside_gaps", sum(map(len, outside.values())))
    result.must_be("wrong", total.wrong)
    result.must_be("extra", total.extra)
    result.figures |= {"gaps": sum(map(len, record.gaps.values())), "rounds_in_gaps": sum(len(o.inside) for o in owns.values())}
    result.must_be("gaps_needless", sum(map(len, needless.values())))
    result.figures |= {"rejected": record.rejects, "examples": _examples(outside, needless, beside)}
    if not total.happened:
        result.failures.append("no round was compared")
    _judge_costs(log, result, calm=calm)
    return result


def _examples(outside: object, needless: object, beside: Mapping[BookmakerId, Comparison]) -> object:
    wrong = {name: [(w.ended_at, str(w.multiplier), str(r.multiplier)) for w, r in one.wrong] for name, one in beside.items()}
    extra = {name: [(r.ended_at, str(r.multiplier), r.source) for r in one.extra] for name, one in beside.items()}
    return {
        "missing_outside_gaps": outside, "gaps_needless": needless,
        "wrong": {n: w for n, w in wrong.items() if w}, "extra": {n: e for n, e in extra.items() if e},
    }  # fmt: skip


def _recover_s(faults: Sequence[Suffered], record: Record, log: Log) -> dict[str, dict[str, float]]:
    """Until the bookmaker was read again; after what stopped the pen, until the record was up to date again."""
    eyes = recoveries([f for f in faults if f.kind not in _WRITING], record.sights)
    pens: dict[str, list[float]] = defaultdict(list)
    for fault in (f for f in faults if f.kind in _WRITING):
        if written := next((now for now, newest in log.fresh if now >= fault.ended_at and newest >= fault.ended_at), None):
            pens[fault.kind].append(written - fault.ended_at)
    return spread(dict(chain(eyes.items(), pens.items())))


def _judge_costs(log: Log, result: Result, *, calm: bool) -> None:
    slopes: dict[str, float] = {}
    for (name, _), samples in sorted(log.gauges.memory_mb.items(), key=lambda item: len(item[1])):
        warm = [(t, mb) for t, mb in samples if t >= samples[0][0] + WARM_UP_S]
        if warm and warm[-1][0] - warm[0][0] >= WARM_UP_S:
            slopes[name] = round(slope_per_hour(warm), 2)  # the last one of a name is the one that lived longest
            if calm and warm[-1][0] - warm[0][0] >= LONG_RUN_S and slopes[name] >= MEMORY_MB_PER_HOUR:
                result.failures.append(f"the memory of {name} grows by {slopes[name]} MB an hour")
    result.figures["memory_mb_per_hour"] = slopes
    if (share := log.gauges.skipped_share) is not None:
        result.figures["ticks_skipped"] = round(share, 5)
    result.figures["memory_mb_most"] = {
        name: round(max(mb for (n, _), each in log.gauges.memory_mb.items() if n == name for _, mb in each))
        for name, _ in log.gauges.memory_mb
    }
