"""`aviator stats` as a user meets it: figures beside the law, verdicts in words, the same as JSON."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from aviator.cli.app import app, guarded
from aviator.core.clock import ManualClock
from aviator.core.errors import EXIT_OK
from aviator.core.events import GapFound, RoundEnded
from aviator.core.types import BookmakerId, Source
from aviator.record.rows import Record
from aviator.record.store import open_store
from aviator.record.writer import Writer
from aviator.sim.chain import Chain

A, B = BookmakerId("Admiral"), BookmakerId("BalkanBet")


def stats(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert guarded(lambda: app(["stats", *arguments], standalone_mode=False, prog_name="aviator")) == EXIT_OK
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


@pytest.fixture
def recorded(data_dir: Path) -> Path:
    """Twelve rounds of Admiral and a gap, 400 of BalkanBet without the 1.00x rounds."""
    store = open_store(f"sqlite:///{data_dir}/aviator.db")
    writer = Writer(store, bookmakers=1, clock=ManualClock(), on_committed=lambda acks: None, spool_dir=data_dir / "spool")
    chain = Chain("stats")
    facts = [GapFound(A, 50.0, 90.0, 2, "hidden")]
    for name, count in ((A, 12), (B, 400)):
        drawn = (chain.next_round()[1] for _ in range(10 * count))
        kept = [m for m in drawn if name == A or m > Decimal("1.05")][:count]
        facts += [RoundEnded(name, None, 100.0 + 20 * i, m, None, None, None, Source.LIVE, 1.0) for i, m in enumerate(kept)]
    for seq, fact in enumerate(facts, 1):
        writer.put(Record(1.0, seq, fact))
    writer.start()
    writer.stop()
    store.close()
    return data_dir


def test_tables_and_verdicts(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = stats(capsys, "--data-dir", str(recorded), "--law", "0.97")
    for part in ("48.50%", "9.70%", "3.96%", "0.46%"):
        assert part in said, "the law stands beside"
    assert "Admiral: about 2 rounds missing from" in said
    assert "Admiral: too few rounds to judge: 100 are the least." in said
    assert "BalkanBet: too few 1.00x rounds: the collector may miss them." in said
    assert "its times do not depend on the multipliers" in said
    assert "…" not in said, "nothing is cut off"


def test_the_same_as_json(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    admiral, balkan = json.loads(stats(capsys, "--data-dir", str(recorded), "--law", "0.97", "--json"))["bookmakers"]
    assert (admiral["bookmaker"], admiral["rounds"], admiral["gaps"], admiral["rounds_missing"]) == (A, 12, 1, 2)
    assert (admiral["alarming"], balkan["alarming"]) == (False, True)
    assert balkan["exactly_1"]["count"] == 0
    assert balkan["exactly_1"]["off"] == -1
    assert balkan["exactly_1"]["low"] > 0
    assert 0 < balkan["chi_squared"]["p"] < 0.05
    assert "too few 1.00x rounds: the collector may miss them" in balkan["verdict"]


def test_a_file_of_anybodys_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    chain = Chain("file")
    rounds = [f"{chain.next_round()[1]}\n" for _ in range(500)]
    Path("mine.csv").write_text("multiplier\n" + "".join(rounds))
    assert "mine: as the law says, as far as 500 rounds can tell." in stats(capsys, "--file", "mine.csv")
    (mine,) = json.loads(stats(capsys, "--file", "mine.csv", "--json"))["bookmakers"]
    assert (mine["bookmaker"], mine["rounds"], mine["clock"]) == ("mine", 500, None)
    Path("hundredths.csv").write_text("".join(line.replace(".", "") for line in rounds))
    assert "they are taken for hundredths" in stats(capsys, "--file", "hundredths.csv")


def test_an_empty_record(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_store(f"sqlite:///{data_dir}/aviator.db").close()
    assert "no round" in stats(capsys, "--data-dir", str(data_dir)).lower()


def test_without_a_law_nobody_is_accused_of_losing_rounds(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = stats(capsys, "--data-dir", str(recorded))
    assert "the collector may miss them" not in said
    assert "another law, or an incomplete record" in said


def test_the_law_of_a_bookmaker_in_the_settings(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = recorded / "aviator.toml"
    cell = 'cell = "TL"\nlaw = 0.97\n'
    settings.write_text(f'data_dir = "."\n[[bookmakers]]\nname = "BalkanBet"\n{cell}')
    _, balkan = json.loads(stats(capsys, "-c", str(settings), "--json"))["bookmakers"]
    assert (balkan["compared_with"], balkan["given"]) == (0.97, True)
    assert "too few 1.00x rounds: the collector may miss them" in balkan["verdict"]


def test_what_was_left_out_of_a_file_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("multiplier,bookmaker\n1.50,a\x1b[31m\nNone,b\n2.00,[bold]c\n")
    said = stats(capsys, "--file", str(path))
    assert "1 row without a multiplier left out" in said
    assert "\x1b" not in said
    assert "[bold]c" in said
    assert json.loads(stats(capsys, "--file", str(path), "--json"))["remarks"] == ["1 row without a multiplier left out"]
