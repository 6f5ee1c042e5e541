"""The journal: what an earlier life left, from a file that may be torn anywhere."""

import errno
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aviator.act import journal as module
from aviator.act.journal import Begun, Clicked, Fragment, Journal, Kind, open_bets, read_journal, recover, told_bets
from aviator.act.journal_check import journal_faults
from aviator.core.bets import BetOrder, Mode, Outcome
from aviator.core.events import BetChanged, BetStepTaken
from aviator.core.types import BookmakerId

NAME = BookmakerId("Admiral")


def order(name: str = "a") -> BetOrder:
    return BetOrder(name, NAME, 2, Decimal("30.00"), None, 100.0, 105.0, "fixed")


def told(name: str, outcome: Outcome) -> BetChanged:
    return BetChanged(NAME, name, 2, None, Decimal("30.00"), None, Mode.LIVE, outcome, 101.5, None, None, "fixed", "why", 99.0)


def begin(journal: Journal, name: str = "a") -> None:
    journal.write(Kind.BEGIN, name, Begun(order(name), 99.0, Decimal("10.00"), Decimal("0.00")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "bets.jsonl"


def test_nothing_is_remembered_of_no_file(path: Path) -> None:
    assert open_bets(path) == []


def test_a_click_without_an_outcome_is_open_with_all_that_settles_it(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    step = BetStepTaken(NAME, "a", 3, 101.0, "click", None, "")
    journal.write(Kind.STEP, "a", step)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal("1000.50")), sync=True)
    journal.close()
    (bet,) = open_bets(path)
    assert bet.begun == Begun(order(), 99.0, Decimal("10.00"), Decimal("0.00"))
    assert bet.clicked == Clicked(101.0, Decimal("1000.50"))
    assert (bet.told, bet.owes, bet.steps, bet.next_step) == (None, True, (step,), 4)


def test_an_intended_click_that_was_not_made_leaves_only_the_panel_open(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1000)))
    journal.write(Kind.UNCLICKED, "a")
    journal.close()
    assert [bet.clicked for bet in open_bets(path)] == [None]


@pytest.mark.parametrize(
    ("outcome", "owes", "stays"),
    [
        (Outcome.PLACED, False, False),
        (Outcome.UNCERTAIN, False, True),
        (Outcome.ROLLED_BACK, True, True),
        (Outcome.ROLLED_BACK, False, False),
    ],
)
def test_what_is_left_open(path: Path, outcome: Outcome, owes: bool, stays: bool) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.OUTCOME, "a", told("a", outcome), owes=owes)
    journal.close()
    assert len(open_bets(path)) == stays
    assert told_bets(path) == [told("a", outcome)]


def test_a_panel_put_back_later_closes_the_bet(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.OUTCOME, "a", told("a", Outcome.ROLLED_BACK), owes=True)
    journal.write(Kind.RESTORED, "a")
    journal.close()
    assert open_bets(path) == []


def test_a_torn_tail_costs_its_own_line_and_none_after_it(path: Path) -> None:
    journal = Journal(path)
    begin(journal, "a")
    begin(journal, "b")
    journal.close()
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for cut in range(first, len(whole)):
        path.write_bytes(whole[:cut])
        again = Journal(path)
        begin(again, "c")
        again.close()
        names = list(read_journal(path))
        assert names == (["a", "b", "c"] if cut == len(whole) - 1 else ["a", "c"])


def test_a_line_that_was_altered_is_not_believed(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.close()
    path.write_bytes(path.read_bytes().replace(b"30.00", b"90.00"))
    assert read_journal(path) == {}


def test_a_long_journal_is_rewritten_with_what_may_still_matter(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 20_000)
    monkeypatch.setattr(module, "KEPT_ENDS", 5)
    journal = Journal(path)
    begin(journal, "left open")
    for number in range(100):
        begin(journal, str(number))
        journal.write(Kind.OUTCOME, str(number), told(str(number), Outcome.PLACED), owes=False)
    journal.tidy()
    begin(journal, "after")
    journal.close()
    assert list(read_journal(path)) == ["left open", *map(str, range(95, 100)), "after"]
    assert [bet.begun.order for bet in open_bets(path)] == [order("left open"), order("after")]
    assert path.stat().st_size < 20_000


def test_a_rewritten_journal_keeps_the_doubt_of_a_damaged_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    journal = Journal(path)
    begin(journal)
    with path.open("ab") as file:
        file.write(b"half a click\n")
    begin(journal, "b")
    journal.tidy()
    journal.close()
    assert [(bet.begun.order.request_id, bet.damaged) for bet in open_bets(path)] == [("a", True), ("b", False)]


def test_a_short_journal_is_left_alone(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    before = path.read_bytes()
    journal.tidy()
    journal.close()
    assert path.read_bytes() == before
    assert replace(order(), request_id="a") == next(iter(read_journal(path).values())).begun.order


class FullDisk:
    """A file on a disk that takes `room` more bytes and then is full, as a tmpfs is: the last write is a short one."""

    def __init__(self, file: BinaryIO, room: int) -> None:
        self._file, self.room = file, room

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        took = self._file.write(bytes(data[: self.room]))
        self.room -= took
        return took

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@given(room=st.integers(0, 400), tries=st.integers(1, 3))
def test_a_full_disk_leaves_whole_lines_or_an_error_and_never_loses_the_next_line(room: int, tries: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bets.jsonl"
        journal = Journal(path)
        begin(journal)
        disk = journal._file = FullDisk(journal._file, room)  # type: ignore[assignment]
        before, clicked = path.read_bytes(), Clicked(101.0, Decimal("1000.50"))
        for _ in range(tries):
            try:
                journal.write(Kind.CLICK, "a", clicked, sync=True)
            except OSError:
                assert path.read_bytes() == before
            else:
                before = path.read_bytes()
                assert open_bets(path)[0].clicked == clicked
        disk.room = 10_000
        journal.write(Kind.OUTCOME, "a", told("a", Outcome.PLACED), owes=False)
        journal.close()
        assert read_journal(path)["a"].told == told("a", Outcome.PLACED)
        assert not read_journal(path)["a"].damaged


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser may mount a small disk")
def test_a_click_is_not_taken_by_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(disk)], check=True)
    try:
        path, refused = disk / "bets.jsonl", 0
        journal = Journal(path)
        for n in range(100):
            try:
                begin(journal, f"{n:060}")
            except OSError:
                refused += 1
        journal.close()
        lines = path.read_bytes().splitlines()
        assert refused
        assert len(read_journal(path)) == len(lines) == 100 - refused
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_half_a_line_with_another_appended_costs_only_itself_and_is_doubt(path: Path) -> None:
    journal = Journal(path)
    begin(journal, "a")
    begin(journal, "b")
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal("1000.50")))
    journal.write(Kind.OUTCOME, "b", told("b", Outcome.ROLLED_BACK), owes=False)
    journal.close()
    begun_a, begun_b, click, outcome = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(begun_a + begun_b + click[: len(click) // 2] + outcome)
    bets = read_journal(path)
    assert (bets["a"].clicked, bets["a"].damaged) == (None, True)
    assert bets["b"].told == told("b", Outcome.ROLLED_BACK)


@given(place=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_changed_byte_never_changes_a_bet_without_doubt(place: int, value: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bets.jsonl"
        journal = Journal(path)
        begin(journal)
        journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal("1000.50")))
        journal.close()
        whole, data = read_journal(path)["a"], bytearray(path.read_bytes())
        place %= len(data) - 1
        data[place] = value
        path.write_bytes(data)
        bet = read_journal(path).get("a")
        assert bet is None or bet == whole or bet.damaged


def test_what_was_not_synced_is_written_again_before_the_next_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    begin(journal)
    sync, inode = os.fsync, path.stat().st_ino

    def failing(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    for _ in range(2):
        with pytest.raises(OSError, match="Input/output"):
            journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1)), sync=True)
    monkeypatch.setattr(os, "fsync", sync)
    journal.write(Kind.UNCLICKED, "a", sync=True)
    journal.close()
    assert path.stat().st_ino != inode
    assert read_journal(path)["a"].clicked is None


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.replace(path.with_suffix(".old"))], ids=["deleted", "moved"])
def test_a_journal_that_is_taken_away_is_begun_again(path: Path, gone: Callable[[Path], None]) -> None:
    journal = Journal(path)
    begin(journal, "a")
    gone(path)
    begin(journal, "b")
    journal.close()
    assert list(read_journal(path)) == ["b"]


def test_a_folder_in_its_place_is_an_error_before_the_click(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1)), sync=True)
    journal.close()


def damage(path: Path, kind: Kind) -> None:
    """Change a byte of the first line of this kind."""
    lines = path.read_bytes().splitlines(keepends=True)
    index = next(i for i, line in enumerate(lines) if f'"kind":"{kind}"'.encode() in line)
    lines[index] = lines[index].replace(b"30.00", b"31.00", 1).replace(b'"kind"', b'"kinb"', 1)
    path.write_bytes(b"".join(lines))


def test_a_click_line_alone_tells_of_its_bet(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    begun = Begun(order(), 99.0, Decimal("10.00"), Decimal("0.00"))
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1000)), sync=True, begun=asdict(begun))
    journal.close()
    damage(path, Kind.BEGIN)
    (bet,) = open_bets(path)
    assert (bet.begun, bet.clicked) == (begun, Clicked(101.0, Decimal(1000)))


def test_a_click_of_an_earlier_version_whose_beginning_is_damaged_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1000)), sync=True)
    journal.close()
    damage(path, Kind.BEGIN)
    found = recover(path)
    assert (found.bets, found.damaged) == ({}, True)
    assert found.fragments == {"a": Fragment(Clicked(101.0, Decimal(1000)))}
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with closing(Journal(path)) as journal:
        journal.tidy()
    assert recover(path) == found


def test_an_end_is_told_although_its_beginning_is_damaged(path: Path) -> None:
    journal = Journal(path)
    begin(journal)
    journal.write(Kind.OUTCOME, "a", told("a", Outcome.PLACED), owes=False)
    journal.close()
    damage(path, Kind.BEGIN)
    assert told_bets(path) == [told("a", Outcome.PLACED)]


@pytest.mark.parametrize("ended", [None, Outcome.ROLLED_BACK, Outcome.UNCERTAIN])
def test_a_second_beginning_of_a_request_takes_back_no_click(path: Path, ended: Outcome | None) -> None:
    journal = Journal(path)
    begin(journal)
    if ended is not None:
        journal.write(Kind.OUTCOME, "a", told("a", ended), owes=False)
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal(1000)), sync=True)
    begin(journal)
    journal.close()
    (bet,) = open_bets(path)
    assert bet.clicked == Clicked(101.0, Decimal(1000))
    assert bet.told is None or bet.told.outcome is Outcome.UNCERTAIN


def test_a_journal_that_is_taken_away_is_marked_as_damaged(path: Path) -> None:
    with closing(Journal(path)) as journal:
        begin(journal, "a")
        path.unlink()
        assert recover(path).damaged
        begin(journal, "b")
    assert recover(path).damaged
    assert [bet.damaged for bet in open_bets(path)] == [False]


def test_a_full_disk_keeps_a_long_journal_as_it_is_and_is_not_tried_at_every_look(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    journal = Journal(path)
    for number in range(20):
        begin(journal, str(number))
    tries = []

    def full(where: Path, data: bytes) -> None:
        tries.append((where, data))
        raise OSError(errno.ENOSPC, "No space left on device")

    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(module, "replace_file", full)
        with pytest.raises(OSError, match="No space"):
            journal.tidy()
        journal.tidy()
        assert len(tries) == 1
    assert path.read_bytes() == before
    begin(journal, "after")
    journal.close()
    assert list(read_journal(path)) == [*map(str, range(20)), "after"]


def test_a_journal_that_was_removed_is_not_tidied_into_an_empty_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with closing(Journal(path)) as journal:
        begin(journal)
        path.unlink()
        journal.tidy()
    assert recover(path).damaged


@pytest.mark.parametrize("kind", [Kind.BEGIN, Kind.CLICK, Kind.OUTCOME, Kind.STEP])
@pytest.mark.parametrize("entry", [{}, {"order": 5, "at": "x", "outcome": "NEW", "owes": 1}, {"at": 1, "balance": "much"}])
def test_a_whole_line_in_which_something_lacks_is_damage_and_no_crash(path: Path, kind: Kind, entry: dict[str, Any]) -> None:
    with closing(Journal(path)) as journal:
        begin(journal)
        journal.write(kind, "a", **entry)
        journal.write(kind, "b", **entry)
        begin(journal, "c")
    found = recover(path)
    assert found.bets["a"].damaged
    assert (found.damaged, found.bets["c"].damaged) == (True, False)


def test_a_mark_that_could_not_be_written_is_written_with_the_next_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Journal(path)) as journal:
        path.unlink()
        with monkeypatch.context() as full:
            full.setattr("aviator.act.journal.write_all", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
            with pytest.raises(OSError, match="No space"):
                journal.write(Kind.UNCLICKED, "a")
        journal.write(Kind.UNCLICKED, "a")
    assert recover(path).damaged


def clicked_bet(path: Path) -> list[bytes]:
    """A journal with an old bet, and one that was begun and clicked; its lines."""
    journal = Journal(path)
    begin(journal, "old")
    journal.write(Kind.OUTCOME, "old", told("old", Outcome.PLACED), owes=False)
    begin(journal, "a")
    journal.write(Kind.CLICK, "a", Clicked(101.0, Decimal("1000.50")), sync=True)
    journal.close()
    return path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_lines_that_were_cut_off_leave_doubt_also_at_later_starts(tmp_path: Path, kept: int) -> None:
    """Cut between two runs: what is begun there may have been clicked, and what is not there may have been begun."""
    path = tmp_path / "bets.jsonl"
    lines = clicked_bet(path)
    path.write_bytes(b"".join(lines[:kept]))
    for _ in range(2):  # an engine that ends before its first line takes nothing of the doubt away
        found = recover(path)
        assert found.damaged
        assert "a" not in found.bets or found.bets["a"].damaged
        assert journal_faults(path).missing
        Journal(path).close()
    with closing(Journal(path)) as journal:
        begin(journal, "new")
    assert recover(path).damaged, "the doubt stays in the file"
    assert not recover(path).bets["new"].damaged


@pytest.mark.parametrize("kept", [0, 1])
def test_lines_that_are_cut_off_while_it_is_written_to_leave_doubt(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "bets.jsonl"
    with closing(Journal(path)) as journal:
        begin(journal, "old")
        begin(journal, "a")
        os.truncate(path, kept * len(path.read_bytes().splitlines(keepends=True)[0]))
        begin(journal, "new")
    assert recover(path).damaged
    assert "new" in recover(path).bets


@pytest.mark.parametrize("note", [None, b"", b"x", b"-5", b"9" * 5000])
def test_a_note_of_the_size_that_makes_no_sense_says_nothing(tmp_path: Path, note: bytes | None) -> None:
    path = tmp_path / "bets.jsonl"
    clicked_bet(path)
    (tmp_path / "bets.size").unlink()
    if note is not None:
        (tmp_path / "bets.size").write_bytes(note)
    assert recover(path).damaged is (note == b"9" * 5000)
