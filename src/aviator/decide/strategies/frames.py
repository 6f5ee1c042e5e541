"""The messages between a worker and the process of a play: length-prefixed JSON, at most 1 MB, never pickle.

In: plain values, `Decimal` and dates as tagged text. Out: frames on a pipe, and values from one. Standard library only.
"""

import json
import struct
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

from aviator.core.bets import Outcome, OwnBet, Played

MOST_BYTES = 1_000_000
_HEAD = struct.Struct(">I")
_TAG = "\0type"
_READ_BACK = {
    "Decimal": Decimal, "datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat,
}  # fmt: skip
_Item = TypeVar("_Item")


class BadFrame(ValueError):
    """The other side sent something that is no message."""


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message. Raises OSError where nobody reads, ValueError where it is too long."""
    body = json.dumps(message, default=_tagged, separators=(",", ":")).encode()
    if len(body) > MOST_BYTES:
        raise BadFrame(f"a message of {len(body):,} bytes is too long")
    stream.write(_HEAD.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """The next message. Raises EOFError at the end, `BadFrame` at anything that is no message."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise EOFError
    (length,) = _HEAD.unpack(head)
    if length > MOST_BYTES:
        raise BadFrame("a message is too long")
    body = stream.read(length)
    if len(body) < length:
        raise EOFError
    try:
        return json.loads(body, object_hook=_untagged)
    except (ValueError, ArithmeticError, RecursionError, TypeError) as error:
        raise BadFrame("a message is not JSON") from error


def _tagged(value: object) -> dict[str, str]:
    kind = type(value).__name__
    if kind not in _READ_BACK:
        raise TypeError(f"{kind} cannot be sent")
    return {_TAG: kind, "text": value.isoformat() if isinstance(value, date | time) else str(value)}


def _untagged(found: dict[str, Any]) -> Any:
    read = _READ_BACK.get(str(found.get(_TAG)))
    return read(found["text"]) if read and isinstance(found.get("text"), str) else found  # type: ignore[operator]


def delta(before: Sequence[_Item], now: Sequence[_Item]) -> int:
    """How many items at the end of `before` are the beginning of `now`: these are not sent again."""
    for kept in range(len(before), max(len(before) - 3, 0), -1):
        if kept <= len(now) and before[len(before) - kept :] == now[:kept]:
            return kept
    return 0


def row_of_round(played: Played) -> list[Any]:
    return [None if played.multiplier is None else str(played.multiplier), played.ended_at]


def round_of(row: list[Any]) -> Played:
    return Played(None if row[0] is None else Decimal(row[0]), row[1])


def row_of_bet(bet: OwnBet) -> list[Any]:
    numbers = [None if n is None else str(n) for n in (bet.stake, bet.auto_cash_out, bet.payout)]
    return [bet.request_id, *numbers, bet.outcome, bet.at]


def bet_of(row: list[Any]) -> OwnBet:
    request_id, stake, auto, payout, outcome, at = row
    return OwnBet(
        request_id,
        Decimal(stake),
        None if auto is None else Decimal(auto),
        None if outcome is None else Outcome(outcome),
        None if payout is None else Decimal(payout),
        at,
    )
