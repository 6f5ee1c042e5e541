"""The entries of the user's history of bets: how a bet is written into the chain, and what can be read from it.

In: bets with real money. Out: plain JSON objects, and bets again. Pure, except for the name of the file. Any process.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from pathlib import Path
from typing import Any

from aviator.core.bets import Mode, Outcome
from aviator.core.events import BetChanged
from aviator.core.files import user_state_dir
from aviator.core.hash_chain import Fault, Head, Link
from aviator.core.types import BookmakerId
from aviator.decide.limit_day import LimitDay
from aviator.decide.limits import NOT_PLACED, Worth
from aviator.run.history_entries import LOST

_BET, _ZONE = "bet", "zone"


class Stage(IntEnum):
    """How much is known of a bet; more replaces less."""

    OPEN = 0
    """Its money may be at stake."""
    VOID = 1
    """Nothing was staked."""
    SETTLED = 2


def bets_file(state: Path | None = None) -> Path:
    """`state`: another folder than that of the user's state."""
    return (state or user_state_dir()) / "bets-history.jsonl"


def _stage_of(bet: BetChanged) -> Stage:
    if bet.outcome in NOT_PLACED:
        return Stage.VOID
    settled = bet.given_up or (bet.outcome is Outcome.PLACED and bet.payout is not None)
    return Stage.SETTLED if settled else Stage.OPEN


@dataclass(frozen=True, slots=True)
class UserBet:
    """A bet of the user's. `worth`: one unit of its money in the currency of the limits; `folder`: the data folder of its
    engine."""

    bet: BetChanged
    stage: Stage
    worth: Worth
    currency: str
    folder: str

    @classmethod
    def of(cls, bet: BetChanged, worth: Worth, currency: str, folder: str) -> UserBet:
        """With what is written down of a bet."""
        stage = _stage_of(bet)
        plain = replace(
            bet, mode=Mode.LIVE, outcome=_outcome(stage, bet.payout), auto_cash_out=None, strategy="", reason="",
            payout=bet.payout if stage is Stage.SETTLED else None,
        )  # fmt: skip
        return cls(plain, stage, worth, currency, folder)

    @property
    def key(self) -> tuple[str, float]:
        return self.bet.request_id, self.bet.requested_at or 0.0

    @property
    def at(self) -> float:
        return self.bet.placed_at or self.bet.requested_at or 0.0

    @property
    def is_open(self) -> bool:
        return self.stage is Stage.OPEN

    @property
    def is_void(self) -> bool:
        return self.stage is Stage.VOID

    @property
    def is_settled(self) -> bool:
        return self.stage is Stage.SETTLED

    @property
    def result(self) -> Decimal:
        """Won, or below zero lost; an open bet counts as lost."""
        return Decimal(0) if self.stage is Stage.VOID else (self.bet.payout or Decimal(0)) - self.bet.stake

    def better(self, known: UserBet | None) -> UserBet:
        """Of this and what is known of the same bet: the one that knows more, then the one with the larger loss."""
        if known is None or (self.stage, -self.result) > (known.stage, -known.result):
            return self
        return known


def entry_of(one: UserBet, now: float, day: LimitDay) -> dict[str, Any]:
    bet = one.bet
    return {
        "kind": _BET,
        "at": now,
        "state": one.stage.name.lower(),
        "bookmaker": bet.bookmaker,
        "bet": bet.request_id,
        "panel": bet.panel,
        "requested_at": bet.requested_at,
        "placed_at": bet.placed_at,
        "settled_at": bet.settled_at,
        "round_started_at": bet.round_started_at,
        "stake": str(bet.stake),
        "payout": None if bet.payout is None else str(bet.payout),
        "result": str(one.result) if one.is_settled else None,
        "currency": one.currency,
        "worth": [str(one.worth.staked), str(one.worth.won)],
        "day": day.date(one.at),
        "folder": one.folder,
    }


def zone_entry(zone: str, now: float) -> dict[str, Any]:
    return {"kind": _ZONE, "at": now, "zone": zone}


def lost_entry(head: Head, now: float) -> dict[str, Any]:
    """The history once went on to this entry, which is missing now."""
    return {"kind": LOST, "at": now, "position": head.position, "hash": head.hash}


def found_zone(one: Link | Fault) -> str:
    """The zone of the limit day, "" where the entry is another one."""
    zone = one.entry.get("zone") if isinstance(one, Link) and one.entry.get("kind") == _ZONE else ""
    return zone if isinstance(zone, str) else ""


def found_bet(one: Link | Fault) -> UserBet | None:
    """The bet of an entry. Of a broken line counts what can still be read, unless it says that nothing was lost."""
    if isinstance(one, Link):
        return _bet(one.entry) if one.entry.get("kind") == _BET else None
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        found = _bet(json.loads(one.text)["entry"])
        return found if found and found.result < 0 else None
    return None


def _bet(entry: Mapping[str, Any]) -> UserBet | None:
    """None where the entry does not have the form that `entry_of` writes."""
    try:
        stage = Stage[str(entry["state"]).upper()]
        payout = None if entry["payout"] is None else _money(entry["payout"])
        settled_at = _time(entry["settled_at"])
        outcome = _outcome(stage, payout)
        bet = BetChanged(
            bookmaker=BookmakerId(str(entry["bookmaker"])), request_id=str(entry["bet"]), panel=int(entry["panel"]),
            round_started_at=_time(entry["round_started_at"]), stake=_money(entry["stake"]), auto_cash_out=None,
            mode=Mode.LIVE, outcome=outcome, placed_at=_time(entry["placed_at"]), settled_at=settled_at, payout=payout,
            strategy="", reason="", requested_at=_time(entry["requested_at"]),
        )  # fmt: skip
        staked, won = map(_money, entry["worth"])
        return UserBet(bet, stage, Worth(staked, won), str(entry["currency"]), str(entry["folder"]))
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None


def _outcome(stage: Stage, payout: Decimal | None) -> Outcome | None:
    if stage is Stage.VOID:
        return Outcome.ROLLED_BACK
    if stage is Stage.OPEN:
        return None
    return Outcome.UNCERTAIN if payout is None else Outcome.PLACED


def _money(text: Any) -> Decimal:
    value = Decimal(str(text))
    if not value.is_finite() or value < 0:
        raise ValueError(f"{text!r} is no amount")
    return value


def _time(value: Any) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no time")
    return float(value)
