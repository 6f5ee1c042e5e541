"""What a starting engine makes of bets that the journal and the record know differently. Engine process, at its start.

Reads the journal; the rest is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from aviator.act.journal import Journal, Recovered, Remembered, recover
from aviator.core.bets import Outcome
from aviator.core.errors import UserMistake
from aviator.core.events import BetChanged
from aviator.record.rows import UNANSWERED


def recovered(path: Path, on_record: Callable[[Sequence[str]], Iterable[BetChanged]]) -> Recovered:
    """The journal, with what is on record for certain.

    Raises `UserMistake`: without its journal nobody knows which bets are open, so nothing is bet.
    """
    try:
        journal = recover(path)
    except OSError as error:
        raise _no_journal(path, "read", error) from None
    return replace(journal, bets=believed(journal.bets, {b.request_id: b for b in on_record([*journal.bets])}))


def opened(path: Path) -> Journal:
    """The journal to write to. Raises `UserMistake`."""
    try:
        return Journal(path)
    except OSError as error:
        raise _no_journal(path, "written", error) from None


def _no_journal(path: Path, done: str, error: OSError) -> UserMistake:
    return UserMistake(f"The journal of bets {path} cannot be {done} ({error.strerror}): no bet is placed without it.")


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


def unanswered(known: Iterable[BetChanged], journal: Recovered) -> list[BetChanged]:
    """How bets end that are on record without an outcome and that the journal does not know as a whole.

    A bet has EXPIRED only where an undamaged journal proves that hands never began it; all others may have been clicked.
    """
    told = {name for name, fragment in journal.fragments.items() if fragment.told is not None}
    open_bets = [b for b in known if b.outcome is None and b.request_id not in journal.bets and b.request_id not in told]
    return [_ended(bet, journal) for bet in open_bets]


def _ended(bet: BetChanged, journal: Recovered) -> BetChanged:
    fragment = journal.fragments.get(bet.request_id)
    if fragment is not None and fragment.clicked is not None:
        reason = "the program ended after the click, and the journal's line of its beginning is damaged"
    elif bet.reason != UNANSWERED:
        reason = "it was begun, but the journal does not have it: whether it was clicked is not known"
    elif journal.damaged:
        reason = "the journal is damaged or was removed: whether it was clicked is not known"
    else:
        return replace(bet, outcome=Outcome.EXPIRED, reason="the program ended before it was begun")
    return replace(bet, outcome=Outcome.UNCERTAIN, settled_at=None, payout=None, reason=reason)
