import csv
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aviator.core.errors import UserMistake
from aviator.record import export as export_module
from aviator.record.export import Selection, export
from aviator.record.row_chain import HEADS
from aviator.record.schema import metadata, rejects, rounds
from aviator.record.store import Store

N = 12


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Twelve rounds, exported five at a time."""
    monkeypatch.setattr(export_module, "CHUNK_ROWS", 5)
    row = {"bookmaker": 'Bálkan, "Bet"', "source": "live", "confidence": 0.5, "players": None}
    with store.engine.begin() as connection:
        connection.execute(
            rounds.insert(),
            [
                row | {"ended_at": 1.7e9 + i + 0.125, "multiplier": Decimal(100 + i) / 100, "total_win": Decimal(i)}
                for i in range(N)
            ],
        )
    return store


def test_csv(filled: Store, url: str, tmp_path: Path):
    target = tmp_path / "rounds.csv"
    assert export("rounds", url, target, "csv") == N
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [*rounds.columns.keys(), "started_at_local", "ended_at_local"]
    assert [row["multiplier"] for row in rows] == [f"{1 + i / 100:.2f}" for i in range(N)]
    assert (rows[3]["total_win"], rows[3]["players"], rows[3]["ended_at"]) == ("3.00", "", "1700000003.125")
    assert rows[3]["bookmaker"] == 'Bálkan, "Bet"'


def test_parquet(filled: Store, url: str, tmp_path: Path):
    target = tmp_path / "rounds.parquet"
    assert export("rounds", url, target, "parquet") == N
    table = pq.read_table(target)
    assert table.schema.field("multiplier").type == pa.decimal128(18, 2)
    assert not table.schema.field("ended_at").nullable
    assert table["multiplier"].to_pylist() == [Decimal(100 + i) / 100 for i in range(N)]
    assert table["players"].to_pylist() == [None] * N
    assert pq.ParquetFile(target).num_row_groups == 3


@pytest.mark.parametrize("name", metadata.tables)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_table_can_be_exported_empty(store: Store, url: str, tmp_path: Path, name: str, kind: str):
    assert export(name, url, tmp_path / "out", kind) == (len(HEADS) if name == "chain_heads" else 0)
    assert (tmp_path / "out").stat().st_size > 0


def test_an_existing_file_is_kept_unless_told(filled: Store, url: str, tmp_path: Path):
    target = tmp_path / "rounds.csv"
    target.write_text("mine")
    with pytest.raises(UserMistake, match="is there already"):
        export("rounds", url, target, "csv")
    assert target.read_text() == "mine"
    assert export("rounds", url, target, "csv", overwrite=True) == N
    assert target.read_text() != "mine"


@pytest.mark.parametrize(
    ("table", "kind", "target", "sentence"),
    [
        ("round", "csv", "a.csv", "choose one of rounds, snapshots"),
        ("rounds", "xlsx", "a.xlsx", "choose one of csv, parquet"),
        ("rounds", "csv", "nowhere/a.csv", "cannot be written: No such file or directory"),
    ],
)
def test_mistakes(store: Store, url: str, tmp_path: Path, table: str, kind: str, target: str, sentence: str):
    with pytest.raises(UserMistake, match=sentence):
        export(table, url, tmp_path / target, kind)


def test_without_pyarrow(store: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UserMistake, match=r"pip install '.*\[parquet\]'"):
        export("rounds", url, tmp_path / "a.parquet", "parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_failure_leaves_no_file(filled: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **options: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "_write_csv", fail)
    with pytest.raises(UserMistake, match="No space left on device"):
        export("rounds", url, tmp_path / "a.csv", "csv")
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_local_times_are_the_same_moments(filled: Store, url: str, tmp_path: Path):
    export("rounds", url, tmp_path / "rounds.csv", "csv")
    for row in read_csv(tmp_path / "rounds.csv"):
        assert datetime.fromisoformat(row["ended_at_local"]).timestamp() == float(row["ended_at"])
        assert row["started_at_local"] == row["started_at"] == ""


def test_formulas_are_neutralised_and_numbers_stay(store: Store, url: str, tmp_path: Path):
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain"]
    with store.engine.begin() as connection:
        row = {"table_name": "rounds", "payload": "-5", "reason": "=cmd"}
        connection.execute(rejects.insert(), [row | {"bookmaker": name, "at": -1.5} for name in names])
    export("rejects", url, tmp_path / "safe.csv", "csv")
    rows = read_csv(tmp_path / "safe.csv")
    assert [row["bookmaker"] for row in rows] == [*(f"'{name}" for name in names[:-1]), "plain"]
    assert {row["at"] for row in rows} == {"-1.5"}
    assert {row["reason"] for row in rows} == {"'=cmd"}
    export("rejects", url, tmp_path / "raw.csv", "csv", keep_formulas=True)
    assert [row["bookmaker"] for row in read_csv(tmp_path / "raw.csv")] == names


def test_some_rows(filled: Store, url: str, tmp_path: Path):
    chosen = Selection('Bálkan, "Bet"', 1.7e9 + 3, 1.7e9 + 5)
    assert export("rounds", url, tmp_path / "some.csv", "csv", selection=chosen) == 2
    assert export("rounds", url, tmp_path / "none.csv", "csv", selection=Selection("nobody")) == 0


def test_standard_output(filled: Store, url: str, capsysbinary: pytest.CaptureFixture[bytes]):
    assert export("rounds", url, None, "csv") == N
    out = capsysbinary.readouterr().out
    assert out.startswith(b"id,site,bookmaker,")
    assert out.count(b"\r\n") == N + 1


def test_an_existing_file_names_the_option(filled: Store, url: str, tmp_path: Path):
    (tmp_path / "there.csv").touch()
    with pytest.raises(UserMistake, match="add --force"):
        export("rounds", url, tmp_path / "there.csv", "csv")
