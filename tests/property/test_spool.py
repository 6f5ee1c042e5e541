"""Whatever happens to a spool file: only what was written comes out of it, in order, and all that damage did not touch."""

import errno
import os
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.core.events import Event, GapFound
from aviator.core.types import BookmakerId
from aviator.wire import spool
from aviator.wire.codec import Parcel
from aviator.wire.spool import PART_SUFFIX, Contents, NoSpool, SpoolWriter, read_spool, write_spool

START = 1_700_000_000.25
HEADER = 14
FRONT = 12


def parcel(number: int, text: str = "hidden", events: int = 1) -> Parcel:
    facts: list[tuple[int, Event]] = [
        (number * 100 + i, GapFound(BookmakerId("Admiral"), number, number + 1.5, 1, text)) for i in range(events)
    ]
    return Parcel(START, tuple(facts))


texts = st.text(max_size=60)
parcels = st.lists(st.tuples(texts, st.integers(0, 4)), max_size=8).map(
    lambda drawn: [parcel(number, *one) for number, one in enumerate(drawn, 1)]
)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Fresh file names, for many examples in one test."""
    folder = tmp_path_factory.mktemp("spools")
    return (folder / f"{number}.spool" for number in count())


def written(path: Path, given_parcels: list[Parcel]) -> list[tuple[int, int]]:
    """Where each record lies in the file."""
    writer = SpoolWriter(path)
    places = []
    for one in given_parcels:
        begin = writer.size
        writer.append([one])
        places.append((begin, writer.size))
    writer.close()
    return places


def is_subsequence(some: tuple[Parcel, ...], of: list[Parcel]) -> bool:
    rest = iter(of)
    return all(one in rest for one in some)


@given(parcels)
def test_what_is_written_is_read(paths: Iterator[Path], given_parcels: list[Parcel]):
    path = next(paths)
    write_spool(path, given_parcels)
    contents = read_spool(path)
    assert contents == Contents(tuple(given_parcels), path.stat().st_size)
    assert contents.whole
    assert not path.with_suffix(PART_SUFFIX).exists()


@given(parcels, st.data())
def test_cut_anywhere_only_the_torn_record_is_lost(paths: Iterator[Path], given_parcels: list[Parcel], data: st.DataObject):
    path = next(paths)
    places = written(path, given_parcels)
    size = data.draw(st.integers(0, path.stat().st_size))
    os.truncate(path, size)
    contents = read_spool(path)
    whole = [one for one, (_, end) in zip(given_parcels, places, strict=True) if end <= size]
    assert list(contents.parcels) == whole
    last_end = max([HEADER, *(end for _, end in places if end <= size)])
    assert contents.torn_tail is (0 < size != last_end)
    assert contents.damaged_places == 0
    assert contents.skipped_bytes == (size - last_end if size >= HEADER else size)


@given(parcels, st.data())
def test_damage_costs_only_what_it_touches(paths: Iterator[Path], given_parcels: list[Parcel], data: st.DataObject):
    """Bytes changed, put in or taken out, at several places."""
    path = next(paths)
    places = written(path, given_parcels)
    content = bytearray(path.read_bytes())
    touched: list[tuple[int, int]] = []
    at = len(content)
    for _ in range(data.draw(st.integers(1, 4))):  # from behind to the front, so that places stay what they are
        at = data.draw(st.integers(0, at))
        gone = data.draw(st.integers(0, min(40, (touched[-1][0] if touched else len(content)) - at)))
        new = data.draw(st.binary(max_size=40) | st.just(bytes(8)) | st.just(spool._MARK))
        content[at : at + gone] = new
        touched.append((at, at + gone))
    path.write_bytes(content)
    untouched = [
        one
        for one, (begin, end) in zip(given_parcels, places, strict=True)
        if all(to <= begin or at >= end for at, to in touched)
    ]
    try:
        contents = read_spool(path)
    except NoSpool:
        assert not untouched
        return
    assert is_subsequence(contents.parcels, given_parcels)
    assert is_subsequence(tuple(untouched), list(contents.parcels))


@given(parcels, st.data())
def test_a_flipped_bit_is_one_record_at_most(paths: Iterator[Path], given_parcels: list[Parcel], data: st.DataObject):
    path = next(paths)
    places = written(path, given_parcels)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    expected = [one for one, (begin, end) in zip(given_parcels, places, strict=True) if not begin <= at < end]
    try:
        contents = read_spool(path)
    except NoSpool:
        assert at < HEADER
        assert not given_parcels
        return
    assert list(contents.parcels) == expected
    assert not contents.whole


@given(st.binary(max_size=300))
def test_any_file_gives_nothing_or_one_sentence(paths: Iterator[Path], content: bytes):
    path = next(paths)
    path.write_bytes(content)
    said = f"{path} is no spool of AVIATOR."
    try:
        assert read_spool(path).parcels == ()
    except NoSpool as error:
        said = str(error)
    assert said == f"{path} is no spool of AVIATOR."


def test_another_version_is_told_by_name(tmp_path: Path):
    path = tmp_path / "new.spool"
    front = spool._VERSION.pack(spool._MAGIC, 2)
    path.write_bytes(front + spool._SUM.pack(zlib.crc32(front)) + b"who knows")
    with pytest.raises(NoSpool, match=r"new\.spool is a spool of version 2, this program reads version 1: update it\."):
        read_spool(path)


def test_a_record_of_a_newer_program_is_skipped_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "mixed.spool"
    alien = b"\x92\xcb\0\0\0\0\0\0\0\0\x91\x94\x01\x63\x01\x80"  # an event with the code 99
    known = spool.encode
    monkeypatch.setattr(spool, "encode", lambda one: alien if one == parcel(2) else known(one))
    write_spool(path, [parcel(1), parcel(2), parcel(3)])
    contents = read_spool(path)
    assert contents.parcels == (parcel(1), parcel(3))
    assert (contents.damaged_places, contents.skipped_bytes) == (1, FRONT + len(alien))
    assert "damage in 1 places" in str(contents)


def test_a_full_disk_leaves_no_half_record(tmp_path: Path):
    """The system's own limit on the size of files stands for the disk."""
    resource = pytest.importorskip("resource")
    path = tmp_path / "small.spool"
    writer = SpoolWriter(path)
    writer.append([parcel(1)])
    before, limits = writer.size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 30, limits[1]))
    try:
        with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is looked at below
            writer.append([parcel(2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.errno == errno.EFBIG
    assert path.stat().st_size == before
    writer.append([parcel(3)])
    writer.close()
    assert read_spool(path).parcels == (parcel(1), parcel(3))


def test_no_spool_is_written_over_another(tmp_path: Path):
    path = tmp_path / "one.spool"
    write_spool(path, [parcel(1)])
    with pytest.raises(FileExistsError):
        SpoolWriter(path)
    assert read_spool(path).parcels == (parcel(1),)
