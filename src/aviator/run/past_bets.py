"""What a starting engine takes from the record: bets that still matter, their late ends, the last rounds, ledgers with open bets.

In: an open `Store`, the journal as it was recovered. Out: plain values and ledgers. Engine process, main thread.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable, Mapping, Sequence

from aviator.act.journal import Clicked, Recovered, told_in
from aviator.core.bets import Mode, Played
from aviator.core.clock import JUMP_S
from aviator.core.events import BetChanged, Fact, GapFound, RoundEnded
from aviator.core.types import BookmakerId
from aviator.decide.ledger import Ledger
from aviator.decide.limits import NOT_PLACED
from aviator.record import bets as record
from aviator.record.queries import last_gaps, last_rounds
from aviator.record.store import Store
from aviator.run.bet_recovery import settled_again, unanswered
from aviator.run.betting import REMEMBERED
from aviator.run.jobs import Target

log = logging.getLogger(__name__)

PATIENCE_S = 6.0
"""So long a credit may be late, or the balance another than it should be, before that is said."""


def past_bets(store: Store, mode: Mode, found: Sequence[Target], since: float) -> list[BetChanged]:
    """The bets on record that still matter for strategies and the ledger: oldest first."""
    bets = {b.request_id: b for b in record.bets_since(store, since, mode)}
    for target in found:
        for panel in (1, 2):
            bets |= {b.request_id: b for b in record.recent_bets(store, target.bookmaker, panel, REMEMBERED, mode)}
    return sorted(bets.values(), key=lambda b: b.placed_at or b.requested_at or 0.0)


def late_bets(store: Store, names: Container[str], past: Iterable[BetChanged], journal: Recovered) -> list[BetChanged]:
    """Ends of these bookmakers' bets that the record lacks: the journal tells them, or knows of no beginning."""
    told = [bet for bet in told_in(journal) if bet.bookmaker in names]
    known = {b.request_id: b for b in record.requested_bets(store, [bet.request_id for bet in told])}
    return settled_again(told, known) + unanswered([bet for bet in past if bet.bookmaker in names], journal)


def last_played(store: Store, bookmaker: BookmakerId) -> list[Played]:
    """The last rounds on record, oldest first, and what is known to lack between them."""
    rounds = [Played(r.multiplier, r.ended_at) for r in last_rounds(store, bookmaker, REMEMBERED)]
    since = min((r.ended_at for r in rounds), default=0.0)
    lacking = [Played(None, g.to_at) for g in last_gaps(store, REMEMBERED) if g.bookmaker == bookmaker and g.to_at >= since]
    return sorted([*rounds, *lacking], key=lambda p: p.ended_at)


def ledger_of(target: Target, past: Sequence[BetChanged], clicks: Mapping[str, Clicked], store: Store, now: float) -> Ledger:
    """With the bets that were open when an earlier engine ended, and the rounds since; the journal knows the money before."""
    unsettled = [b for b in past if b.bookmaker == target.bookmaker and b.outcome not in NOT_PLACED and b.settled_at is None]
    clicked = [clicks[b.request_id] for b in unsettled if b.request_id in clicks]
    balance = min(clicked, key=lambda c: c.at).balance if clicked else None
    pace = target.growth_s / 12
    ledger = Ledger(target.bookmaker, PATIENCE_S * max(1.0, pace), pace, balance)
    for bet in unsettled:
        ledger.apply(bet)
    told = _since(store, target.bookmaker) if unsettled else []
    for _, fact in told:
        ledger.apply(fact)
    latest = max([*(at for at, _ in told), *(b.placed_at or b.requested_at or 0.0 for b in unsettled)], default=0.0)
    if latest > now + JUMP_S:
        log.warning("%s: the clock is behind the record: open bets may not be settled any more", target.bookmaker)
        ledger.set_back(now)
    return ledger


def _since(store: Store, bookmaker: BookmakerId) -> list[tuple[float, Fact]]:
    """The last rounds and gaps on record with their ends, oldest first, as they were told."""
    rounds: list[tuple[float, Fact]] = [
        (r.ended_at, RoundEnded(bookmaker, None, r.ended_at, r.multiplier, None, None, None, r.source, 1.0))
        for r in last_rounds(store, bookmaker, REMEMBERED)
    ]
    lacking: list[tuple[float, Fact]] = [
        (g.to_at, GapFound(bookmaker, g.from_at, g.to_at, g.rounds_missing, g.reason))
        for g in last_gaps(store, REMEMBERED)
        if g.bookmaker == bookmaker
    ]
    return sorted([*rounds, *lacking], key=lambda pair: pair[0])
