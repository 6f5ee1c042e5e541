"""Events to bytes and back: msgpack with the codes and versions of the topic table, never pickle. Every process.

On the wire a parcel is `[worker_start, [[seq, code, version, {field: value}], ...]]`; decimals travel as exact text,
enums as their values. Unknown fields are ignored and missing ones take their defaults, so a field can be added.
"""

import math
from typing import NamedTuple

import msgspec

from aviator.core.errors import AviatorError
from aviator.core.events import Event
from aviator.wire.topics import BY_CODE, BY_EVENT, TOPICS

MAX_NUMBER = 2**63 - 1
"""Maximum number of an event: what a database can keep."""


class UnreadableParcel(AviatorError):
    """Bytes that are no parcel of this version: torn, foreign or from a newer program."""


class Parcel(NamedTuple):
    """What one send carries: events of the worker that started at `worker_start` (Unix seconds), each with its number.

    The numbers of `keep_all` events rise by one from 1; `newest` events and commands have 0.
    """

    worker_start: float
    items: tuple[tuple[int, Event], ...]


_ADDRESS = {cls: (topic.code, topic.version) for cls, topic in BY_EVENT.items()}
_encoder = msgspec.msgpack.Encoder()
_envelope = msgspec.msgpack.Decoder(tuple[float, list[tuple[int, int, int, msgspec.Raw]]])
_READERS = {(topic.code, topic.version): msgspec.msgpack.Decoder(topic.event).decode for topic in TOPICS}


def encode(parcel: Parcel) -> bytes:
    """The parcel's bytes."""
    return _encoder.encode((parcel.worker_start, [(seq, *_ADDRESS[type(event)], event) for seq, event in parcel.items]))


def decode(data: bytes) -> Parcel:
    """The parcel in these bytes. Raises `UnreadableParcel`."""
    try:
        worker_start, items = _envelope.decode(data)
        if not math.isfinite(worker_start) or any(not 0 <= item[0] <= MAX_NUMBER for item in items):
            raise UnreadableParcel(f"A parcel of {len(data)} bytes has an impossible number or start.")
        return Parcel(worker_start, tuple([(seq, _READERS[code, version](raw)) for seq, code, version, raw in items]))
    except KeyError as error:
        raise UnreadableParcel(_stranger(*error.args[0])) from None
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError) as error:
        raise UnreadableParcel(f"A parcel of {len(data)} bytes cannot be read: {error}.") from None


def _stranger(code: int, version: int) -> str:
    topic = BY_CODE.get(code)
    if topic is None:
        return f"A parcel holds an event with the unknown code {code}: the sender runs another version of AVIATOR."
    return f"A parcel holds {topic.name!r} in version {version}, this program reads version {topic.version}: update it."
