"""The judgement on a soak's bets: what is on record held against what the site took. Pure but for reading the two files.

In: DIR/aviator.db, DIR/sim/ledger.jsonl. Out: figures, and failures for what must never be: a wrong amount, a bet made twice,
bets on one side only, more than the limits allow.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tools.soak.judge import Result, Suffered

from aviator.core.bets import Mode, Outcome
from aviator.core.config import LimitSettings
from aviator.core.events import BetChanged
from aviator.record.bets import bets_since
from aviator.record.store import open_reader

NEAR_S = 5.0
"""A bet on record is the site's of the same panel that was taken so near in time."""
STAKE = Decimal(200)
"""The largest stake that the demo's limits allow."""
DEFAULT_STAKE = Decimal(str(LimitSettings().stake))
NOTICED_S = 2.0
"""A running engine applies other limits within this time."""


@dataclass
class Taken:
    """A bet that the site took and that was not taken back. `known`: it is on record."""

    bookmaker: str
    panel: int
    round: int
    stake: Decimal
    auto_cash_out: Decimal | None
    at: float
    known: bool = False


def judge_bets(folder: Path, mode: Mode, faults: Sequence[Suffered], result: Result) -> None:
    """Adds what became of bets to `result`. On paper there is no other side to hold them against."""
    with closing(open_reader(f"sqlite:///{folder / 'aviator.db'}")) as store:
        recorded = bets_since(store, 0.0, mode)
    outcomes = Counter(str(b.outcome) for b in recorded)
    placed = [b for b in recorded if b.outcome is Outcome.PLACED]
    result.figures |= {
        "bets": len(recorded),
        "outcomes": dict(outcomes),
        "placed_share": round(len(placed) / max(1, len(recorded)), 3),
        "settled": sum(b.settled_at is not None for b in placed),
        "bets_reasons": dict(Counter(b.reason.split(":")[0] for b in recorded if b.reason).most_common(12)),
    }
    result.must_be("bets_without_end", outcomes.get("None", 0))
    if mode is Mode.LIVE:
        lost_at = min((f.began_at for f in faults if f.kind == "limits_delete"), default=float("inf"))
        _beside_the_site(placed, taken(folder / "sim" / "ledger.jsonl"), lost_at + NOTICED_S, result)


def taken(ledger: Path) -> list[Taken]:
    """What stands: the earliest of a panel's bets of a round goes with each cancellation."""
    bets: dict[tuple[str, int, int], list[Taken]] = defaultdict(list)
    for row in map(json.loads, ledger.read_text(encoding="utf-8").splitlines()):
        key = (row["bookmaker"], row.get("panel"), row.get("round"))
        if row["type"] == "bet":
            auto = row["auto_cash_out"]
            bets[key].append(Taken(*key, Decimal(row["stake"]), Decimal(auto) if auto else None, row["at"]))
        elif row["type"] == "cancel":
            bets[key].pop(0)
    return sorted((b for each in bets.values() for b in each), key=lambda b: b.at)


def audit_faults(folder: Path) -> int:
    """How much `aviator audit --verify` finds wrong in the whole record."""
    command = [sys.executable, "-m", "aviator", "audit", "--verify", "--json", "--data-dir", str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(said.stdout)["problems"]
    except (ValueError, KeyError):
        found = [{"text": f"no answer, exit code {said.returncode}"}]
    if found:
        sys.stderr.write(said.stdout + said.stderr)
    return len(found)


def _beside_the_site(placed: list[BetChanged], site: list[Taken], lost_at: float, result: Result) -> None:
    """`lost_at`: from then on, in Unix seconds, only the built-in limits hold, for the history of limits was lost."""
    wrong, phantom = [], []
    for bet in placed:
        at = bet.placed_at or 0.0
        near = [
            t for t in site if (t.bookmaker, t.panel, t.known) == (bet.bookmaker, bet.panel, False) and abs(t.at - at) <= NEAR_S
        ]
        if not near:
            phantom.append(bet.request_id)
            continue
        best = min(near, key=lambda t: abs(t.at - at))
        best.known = True
        if (best.stake, best.auto_cash_out) != (bet.stake, bet.auto_cash_out):
            wrong.append(f"{bet.request_id}: {bet.stake} at {bet.auto_cash_out}, the site {best.stake} at {best.auto_cash_out}")
    unrecorded = [f"{t.bookmaker} {t.panel} at {t.at:.1f}: {t.stake}" for t in site if not t.known]
    twice = Counter((t.bookmaker, t.panel, t.round) for t in site)
    result.figures |= {"bets_taken": len(site), "bets_examples": {"wrong": wrong, "phantom": phantom, "unrecorded": unrecorded}}
    result.must_be("bets_wrong", len(wrong))
    result.must_be("bets_phantom", len(phantom))
    result.must_be("bets_unrecorded", len(unrecorded))
    result.must_be("bets_double", sum(n - 1 for n in twice.values()))
    result.must_be("bets_over_the_limit", sum(t.stake > (STAKE if t.at < lost_at else DEFAULT_STAKE) for t in site))
