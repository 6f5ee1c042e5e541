"""What a starting engine makes of bets that the journal and the record know differently. Pure; engine process, at its start."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

from aviator.act.journal import Remembered
from aviator.core.bets import Outcome
from aviator.core.events import BetChanged
from aviator.record.rows import UNANSWERED


def settled_again(told: Sequence[BetChanged], known: Mapping[str, BetChanged]) -> list[BetChanged]:
    """What the journal knows of bets and the record does not: an engine may have died between telling and committing."""
    fresh = []
    for bet in told:
        recorded = known.get(bet.request_id)
        if recorded is None or (recorded.outcome in (None, Outcome.UNCERTAIN) and recorded.outcome is not bet.outcome):
            fresh.append(replace(bet, settled_at=None, payout=None))
    return fresh


def believed(journal: Mapping[str, Remembered], known: Mapping[str, BetChanged]) -> dict[str, Remembered]:
    """The journal's bets, with the outcome on record where there is a certain one: that was told with better evidence."""
    certain = {key: bet for key, bet in known.items() if bet.outcome not in (None, Outcome.UNCERTAIN)}
    return {key: replace(bet, told=certain.get(key, bet.told)) for key, bet in journal.items()}


def never_begun(known: Iterable[BetChanged], begun: Container[str]) -> list[BetChanged]:
    """Wishes on record that nobody answered, and that hands had not begun: the engine died before."""
    left = (b for b in known if b.outcome is None and b.reason == UNANSWERED and b.request_id not in begun)
    return [replace(b, outcome=Outcome.EXPIRED, reason="the program ended before it was begun") for b in left]
