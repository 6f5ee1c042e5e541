"""A chain of hashes in a file: every change is named, a torn end is not taken for one, and nothing is lost."""

import errno
import multiprocessing
import random
from pathlib import Path

import pytest

from aviator.core import hash_chain
from aviator.core.hash_chain import Head, append, read_chain


def filled(path: Path, count: int = 8) -> Path:
    for number in range(count):
        append(path, {"kind": "test", "text": f"entry {number} ä", "value": number / 3})
    return path


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    path = filled(tmp_path / "deep" / "chain.jsonl")
    chain = read_chain(path)
    assert [link.entry["value"] for link in chain.links] == [n / 3 for n in range(8)]
    assert (chain.faults, chain.torn, chain.head.position) == ((), 0, 8)
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_file_is_an_empty_chain(tmp_path: Path) -> None:
    assert read_chain(tmp_path / "none").head == Head()


def test_each_of_100_random_byte_changes_is_named_with_its_line(tmp_path: Path) -> None:
    path = filled(tmp_path / "chain.jsonl")
    good, chance = path.read_bytes(), random.Random(15)
    for _ in range(100):
        at = chance.randrange(len(good))
        changed = bytearray(good)
        changed[at] = chance.choice([b for b in range(256) if b != good[at]])
        path.write_bytes(changed)
        chain = read_chain(path)
        assert chain.faults, (at, good[at], changed[at])
        assert chain.faults[0].line == 1 + good[:at].count(b"\n"), (at, good[at], changed[at])


def test_a_removed_and_a_moved_line_are_named(tmp_path: Path) -> None:
    path = filled(tmp_path / "chain.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3] + lines[4:]))
    assert read_chain(path).faults[0].line == 4
    path.write_bytes(b"".join(lines[1:]))
    assert read_chain(path).faults[0].line == 1
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert read_chain(path).faults[0].line == 2


def test_a_chain_that_was_cut_off_no_longer_contains_its_head(tmp_path: Path) -> None:
    path = filled(tmp_path / "chain.jsonl")
    head = read_chain(path).head
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert not read_chain(path).contains(head)


@pytest.mark.parametrize("left", [1, 5, 40, 120])
def test_a_torn_last_line_is_torn_and_the_next_entry_takes_its_place(tmp_path: Path, left: int) -> None:
    path = filled(tmp_path / "chain.jsonl", 3)
    whole = path.read_bytes()
    append(path, {"kind": "never confirmed"})
    path.write_bytes(path.read_bytes()[: len(whole) + left])
    chain = read_chain(path)
    assert (len(chain.links), chain.faults, chain.torn) == (3, (), left)
    append(path, {"kind": "next"})
    after = read_chain(path)
    assert ([link.entry["kind"] for link in after.links][2:], after.faults, after.torn) == (["test", "next"], (), 0)


def test_a_line_that_lacks_only_its_end_counts(tmp_path: Path) -> None:
    path = filled(tmp_path / "chain.jsonl", 3)
    path.write_bytes(path.read_bytes()[:-1])
    append(path, {"kind": "next"})
    chain = read_chain(path)
    assert (len(chain.links), chain.faults) == (4, ())


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "chain.jsonl", 3)
    before = path.read_bytes()

    def full(file: object, data: bytes) -> None:
        file.write(data[:20])  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(hash_chain, "write_all", full)
    with pytest.raises(OSError, match="no space"):
        append(path, {"kind": "next"})
    assert path.read_bytes() == before


def test_after_a_broken_line_appending_goes_on_and_the_break_stays_named(tmp_path: Path) -> None:
    path = filled(tmp_path / "chain.jsonl", 3)
    path.write_bytes(path.read_bytes().replace(b"entry 2", b"entry 7"))
    append(path, {"kind": "next"})
    append(path, {"kind": "next"})
    chain = read_chain(path)
    assert ([f.line for f in chain.faults], len(chain.links)) == ([3], 4)


def _append_many(path: Path, name: str) -> None:
    for number in range(20):
        append(path, {"who": name, "number": number})


def test_processes_that_append_at_once_lose_nothing(tmp_path: Path) -> None:
    path, context = tmp_path / "chain.jsonl", multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append_many, args=(path, name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    chain = read_chain(path)
    assert (len(chain.links), chain.faults, chain.torn) == (60, (), 0)
    for name in "abc":
        assert [x.entry["number"] for x in chain.links if x.entry["who"] == name] == list(range(20))
