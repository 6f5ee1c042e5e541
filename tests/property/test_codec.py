"""Every event survives the wire unchanged, and what is no parcel is refused by name."""

import contextlib
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.events import RoundEnded, StopWorker
from aviator.core.types import BookmakerId
from aviator.wire.codec import Parcel, UnreadableParcel, decode, encode
from aviator.wire.topics import TOPICS

st.register_type_strategy(Decimal, st.decimals(-(10**15), 10**15, places=2))
st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(BookmakerId, st.text(max_size=20).map(BookmakerId))

events = st.one_of([st.from_type(topic.event) for topic in TOPICS])
parcels = st.builds(Parcel, st.floats(0, 2e9), st.lists(st.tuples(st.integers(0, 2**40), events), max_size=8).map(tuple))


@given(parcels)
def test_round_trip(parcel: Parcel):
    back = decode(encode(parcel))
    assert back == parcel
    assert [type(event) for _, event in back.items] == [type(event) for _, event in parcel.items]
    for (_, was), (_, event) in zip(parcel.items, back.items, strict=True):
        if isinstance(was, RoundEnded) and isinstance(event, RoundEnded):
            assert (str(was.multiplier), type(was.source)) == (str(event.multiplier), type(event.source))


@given(parcels, st.data())
def test_torn_bytes_are_refused(parcel: Parcel, data: st.DataObject):
    whole = encode(parcel)
    with pytest.raises(UnreadableParcel, match="cannot be read"):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary(max_size=200))
def test_foreign_bytes_never_raise_anything_else(data: bytes):
    with contextlib.suppress(UnreadableParcel):
        decode(data)


@pytest.mark.parametrize(
    ("code", "version", "sentence"),
    [(99, 1, "unknown code 99"), (1, 7, "'round' in version 7, this program reads version 1")],
)
def test_a_stranger_is_named(code: int, version: int, sentence: str):
    with pytest.raises(UnreadableParcel, match=sentence):
        decode(msgspec.msgpack.encode((1.0, [(1, code, version, {})])))


def test_a_wrong_value_is_refused():
    with pytest.raises(UnreadableParcel, match="from_phase"):
        decode(
            msgspec.msgpack.encode(
                (1.0, [(1, 4, 1, {"bookmaker": "A", "at": 1.0, "from_phase": "DREAMING", "to_phase": "ENDED"})])
            )
        )


def test_fields_of_a_later_program_are_ignored():
    assert decode(msgspec.msgpack.encode((1.0, [(0, 33, 1, {"because": "of you"})]))) == Parcel(1.0, ((0, StopWorker()),))
