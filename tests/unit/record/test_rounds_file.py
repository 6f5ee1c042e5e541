"""Other people's files of rounds: the ways in which they are written, and what cannot be read."""

import gzip
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from aviator.core.errors import UserMistake
from aviator.record.rounds_file import read_rounds

T = 1759920058.0  # 2025-10-08 10:40:58 UTC


def written(folder: Path, text: str) -> Path:
    path = folder / "rounds.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"multiplier,ended_at\n1.5,{T}\n2.00,{T + 20}\n",
        f"\ufeffended_at;Multiplier\n{T};1,5\n{T + 20};2,00\n",
        "SCORE,TIME,SEC\n1.5,2025-10-08 10:40:58,0\n2,2025-10-08 10:41:18,20\n",
        "08-10-2025 10:40:58,1.50x\n08-10-2025 10:41:18,2.00x\n",
        "id\tcrash\tat\n7\t2.00\t2025-10-08T10:41:18\n6\t1.50\t2025-10-08T10:40:58\n",
        f"multiplier,ended_at\n\n1.509,{T}\n2.00,{T + 20}\n\n",
    ],
    ids=["ours", "semicolons and commas", "other names", "no heading", "newest first", "blank lines and a third decimal"],
)
def test_ways_to_write_rounds(tmp_path: Path, text: str) -> None:
    found = read_rounds(written(tmp_path, text))
    assert found.by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}
    assert not found.hundredths


def test_multipliers_alone(tmp_path: Path) -> None:
    assert read_rounds(written(tmp_path, "1.5\n20000.01\n1\n")).by_bookmaker["rounds"] == [
        (150, None),
        (2000001, None),
        (100, None),
    ]


def test_hundredths(tmp_path: Path) -> None:
    found = read_rounds(written(tmp_path, "382\n100\n165\n"))
    assert found.hundredths
    assert [cents for cents, _ in found.by_bookmaker["rounds"]] == [382, 100, 165]


def test_whole_numbers_with_decimals_are_no_hundredths(tmp_path: Path) -> None:
    found = read_rounds(written(tmp_path, "multiplier\n3125.00\n120.00\n"))
    assert not found.hundredths
    assert [cents for cents, _ in found.by_bookmaker["rounds"]] == [312500, 12000]


def test_an_export_of_several_bookmakers(tmp_path: Path) -> None:
    """Ends of rounds from the strip are estimates."""
    text = f"id,bookmaker,ended_at,multiplier,source\n1,A,{T},1.50,live\n2,B,{T},1.10,live\n3,A,{T + 9},2.00,strip\n"
    assert read_rounds(written(tmp_path, text)).by_bookmaker == {"A": [(150, T), (200, None)], "B": [(110, T)]}
    assert read_rounds(written(tmp_path, text)).ids == {}, "the numbers count rows of both"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There are no rounds in"),
        ("multiplier\n", "only a heading"),
        ("multiplier\n1.50\nabc\n", "Line 3 of .* has 'abc' where the multiplier should be"),
        ("multiplier\n1.50\n0.99\n", "Line 3 of .* has the multiplier 0.99: there is none below 1.00"),
        ("multiplier\nNaN\n", "no row has a multiplier"),
        ("multiplier,time\n1.50,noon\n", "Line 2 of .* has 'noon' where a time should be"),
        ("one,two\nthree,four\n", "Which column of .* is the multiplier"),
        ("1.5,2.5\n", "Which column of .* is the multiplier"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserMistake, match=sentence):
        read_rounds(written(tmp_path, text))


def test_no_text_file(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="No such file"):
        read_rounds(tmp_path / "nowhere.csv")
    (tmp_path / "rounds.db").write_bytes(b"\x01\x02\x00\x80")
    with pytest.raises(UserMistake, match="it is no format that is known here: save it as CSV"):
        read_rounds(tmp_path / "rounds.db")


WRITTEN = {
    "utf-16": "multiplier,ended_at\n1.50,2025-10-08 10:40:58\n2.00,2025-10-08 10:41:18\n",
    "utf-16-be": "multiplier,ended_at\n1.50,2025-10-08 10:40:58\n2.00,2025-10-08 10:41:18\n",
    "cp1251": "Коэффициент;Время\n1,50х;08.10.2025 10:40:58\n2,00х;08.10.2025 10:41:18\n",
    "cp1250": "Množilac;Vreme\n1,50×;8. 10. 2025. 10:40:58\n2,00×;8. 10. 2025. 10:41:18\n",
    "cp1252": "Multiplikator|Zeit\n1,50×|08.10.2025, 10:40:58\n2,00×|08.10.2025, 10:41:18\n",
}


@pytest.mark.parametrize("encoding", WRITTEN)
def test_encodings_and_languages(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "rounds.csv"
    path.write_bytes(WRITTEN[encoding].encode(encoding))
    assert read_rounds(path).by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}


@pytest.mark.parametrize(
    "text",
    [
        f"multiplier,timestamp\n1.50,{int(T)}000\n2.00,{int(T) + 20}000\n",
        f"multiplier,timestamp\n1.50,{int(T)}000000\n2.00,{int(T) + 20}000000\n",
        f"multiplier,timestamp\n1.50,{int(T)}000000000\n2.00,{int(T) + 20}000000000\n",
        "multiplier,time\n1.50,2025-10-08T10:40:58Z\n2.00,2025-10-08T12:41:18+02:00\n",
        "0,Wed Oct 08 2025 10:40:58 GMT+0000 (UTC),1.50\n"
        + "".join(f"{i},Wed Oct 08 2025 12:41:{i + 17} GMT+0200 (CEST),2.00\n" for i in range(1, 9)),
        'multiplier,time\n1.50,"10/8/2025, 10:40:58 AM"\n2.00,"10/8/2025, 10:41:18 AM"\n1.00,"10/13/2025, 1:00:00 PM"\n',
        "date,time,multiplier\n2025-10-08,10:40:58,1.50\n2025-10-08,10:41:18,2.00\n",
        "1.50 2025-10-08 10:40:58\n2.00 2025-10-08 10:41:18\n",
        "Export, Aviator, 2025\nmultiplier;ended_at\n1,50;2025-10-08 10:40:58\n2,00;2025-10-08 10:41:18\n",
        "value,crash_multiplier,ended_at\n900,1.50,2025-10-08 10:40:58\n100,2.00,2025-10-08 10:41:18\n",
        "round_id,multiplier,ended_at\n2,2.00,2025-10-08 10:41:18\n1,1.50,2025-10-08 10:40:58\n2,2.00,2025-10-08 10:41:18\n",
    ],
    ids=["ms", "us", "ns", "ISO offsets", "JavaScript", "AM and PM", "two columns", "spaces", "title", "value", "polled"],
)
def test_more_ways_to_write_rounds(tmp_path: Path, text: str) -> None:
    assert read_rounds(written(tmp_path, text)).by_bookmaker["rounds"][:2] == [(150, T), (200, T + 20)]


def test_thousands(tmp_path: Path) -> None:
    found = read_rounds(written(tmp_path, 'multiplier\n"1,234.56x"\n1.43x\n"12,345"\n'))
    assert [cents for cents, _ in found.by_bookmaker["rounds"]] == [123456, 143, 1234500]
    found = read_rounds(written(tmp_path, "multiplier;n\n1.234,56;1\n1,43;2\n1.234;3\n"))
    assert [cents for cents, _ in found.by_bookmaker["rounds"]] == [123456, 143, 123400]


def test_a_decimal_comma_without_quotes(tmp_path: Path) -> None:
    assert read_rounds(written(tmp_path, "multiplier\n1,43\n2,00\n")).by_bookmaker["rounds"] == [(143, None), (200, None)]
    with pytest.raises(UserMistake, match=r"Line 2 of .* has 3 cells under a heading of 2"):
        read_rounds(written(tmp_path, "multiplier,ended_at\n1,43,2025-10-08 10:40:58\n"))


def test_unread_rows_are_left_out_and_reported(tmp_path: Path) -> None:
    found = read_rounds(written(tmp_path, "multiplier\n1.50\nNone\n-\nNaN\n2.00\n"))
    assert found.by_bookmaker["rounds"] == [(150, None), (200, None)]
    assert found.remarks == ("3 rows without a multiplier left out",)


def test_a_heading_that_comes_again_is_no_round(tmp_path: Path) -> None:
    found = read_rounds(written(tmp_path, "multiplier\n1.50\nmultiplier\n2.00\n"))
    assert found.by_bookmaker["rounds"] == [(150, None), (200, None)]
    assert found.remarks == ("1 row repeats the heading: left out",)


def test_a_time_of_day_alone_crosses_midnight(tmp_path: Path) -> None:
    (rounds,) = read_rounds(written(tmp_path, "23:59:50,1.50\n00:00:10,2.00\n")).by_bookmaker.values()
    assert rounds[1][1] - rounds[0][1] == 20


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("multiplier\n1e999999999\n", "has '1e999999999' where the multiplier should be"),
        ("multiplier\n1_5\n", "has '1_5' where"),
        ("multiplier\n١\n", "where the multiplier should be"),
        ("multiplier\n" + "9" * 200_000 + "\n", "where the multiplier should be"),
        ("multiplier,x1\n1.5," + "9" * 200_000 + "\n", "cell above the limit"),
        ("multiplier,time\n1.5,01/02/2025 10:00:00\n1.6,02/03/2025 10:00:00\n", "day or the month first"),
        ("multiplier,time\n1.5,2025-10-08 10:00:00\n1.6,2025-10-08T10:00:20Z\n", "some times have a zone"),
        ("multiplier\n1\n2\n3\n1.234\n", "can mean two numbers"),
        ('multiplier,n\n"3,125",1\n', "can mean two numbers"),
        ("id,crash,bust\n1,1.5,1.6\n", "Which column"),
        ('{"log": [1, {"a": "' + "x" * 200_000 + '"}]}', "JSON without a list of rounds"),
        ("[" * 100_000, "JSON"),
        ("%PDF-1.7", "PDF"),
    ],
)
def test_what_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserMistake, match=sentence) as raised:
        read_rounds(written(tmp_path, text))
    assert len(str(raised.value)) < 600


def test_json(tmp_path: Path) -> None:
    rows = [{"round_id": i, "data": {"multiplier": m, "ended_at": T + 20 * i}} for i, m in enumerate((1.5, 2))]
    lines = "\n".join(map(json.dumps, rows))
    for text in (json.dumps(rows), json.dumps({"result": {"items": rows}}), lines):
        assert read_rounds(written(tmp_path, text)).by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}
    assert read_rounds(written(tmp_path, json.dumps({"A": rows, "B": rows[:1]}))).by_bookmaker["B"] == [(150, T)]
    assert read_rounds(written(tmp_path, "[1.5, 2, null]")).by_bookmaker["rounds"] == [(150, None), (200, None)]


def test_packed_files(tmp_path: Path) -> None:
    data = f"multiplier,ended_at\n1.50,{T}\n2.00,{T + 20}\n".encode()
    path = tmp_path / "rounds.csv"
    path.write_bytes(gzip.compress(data))
    assert read_rounds(path).by_bookmaker["rounds"][1] == (200, T + 20)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rounds.csv", data)
    assert read_rounds(path).by_bookmaker["rounds"][1] == (200, T + 20)
    path.write_bytes(gzip.compress(bytes(200 * 2**20)))
    with pytest.raises(UserMistake, match="more than 64 MB"):
        read_rounds(path)
    path.write_bytes(gzip.compress(data)[:30])
    with pytest.raises(UserMistake, match="damaged"):
        read_rounds(path)


def test_a_file_of_a_gigabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rounds.csv"
    with path.open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(UserMistake, match="more than 64 MB"):
        read_rounds(path)


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "rounds.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table users (id, name)")
        connection.execute('create table "my ""crashes" (round_id, crash_point, ended_at)')
        connection.executemany('insert into "my ""crashes" values (?, ?, ?)', [(1, 1.5, T), (2, 2, T + 20), (3, None, T + 40)])
        connection.commit()
    assert read_rounds(path).by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(UserMistake, match="SQLite says"):
        read_rounds(path)


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    from datetime import datetime

    book = openpyxl.Workbook()
    for row in (["Množilac", "Vreme"], [1.5, datetime(2025, 10, 8, 10, 40, 58)], [2, datetime(2025, 10, 8, 10, 41, 18)]):  # noqa: DTZ001
        book.active.append(row)
    book.save(tmp_path / "rounds.xlsx")
    assert read_rounds(tmp_path / "rounds.xlsx").by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"multiplier": [1.5, 2.0], "ended_at": [T, T + 20]}), out)
    (tmp_path / "rounds.parquet").write_bytes(out.getvalue())
    assert read_rounds(tmp_path / "rounds.parquet").by_bookmaker == {"rounds": [(150, T), (200, T + 20)]}


FIELD = Path(__file__).resolve().parents[4] / "shared" / "field"


@pytest.mark.skipif(not FIELD.is_dir(), reason=f"the cases from the field are not there ({FIELD})")
@pytest.mark.parametrize("name", ["shuffled.csv", "overlap_polls.csv", "iso_mixed.csv", "ms.csv", "jsdate.csv", "us_ampm.csv"])
def test_cases_from_the_field(name: str) -> None:
    (rounds,) = read_rounds(FIELD / name).by_bookmaker.values()
    assert (len(rounds), rounds[0][0], rounds[-1][0]) == (600, 143, 160)
