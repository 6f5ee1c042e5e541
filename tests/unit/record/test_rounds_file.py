"""Other people's files of rounds: the ways in which they are written, and what cannot be read."""

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


def test_an_export_of_several_bookmakers(tmp_path: Path) -> None:
    """Ends of rounds from the strip are estimates."""
    text = f"id,bookmaker,ended_at,multiplier,source\n1,A,{T},1.50,live\n2,B,{T},1.10,live\n3,A,{T + 9},2.00,strip\n"
    assert read_rounds(written(tmp_path, text)).by_bookmaker == {"A": [(150, T), (200, None)], "B": [(110, T)]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There are no rounds in"),
        ("multiplier\n", "only a heading"),
        ("multiplier\n1.50\nabc\n", "Line 3 of .* has 'abc' where the multiplier should be"),
        ("multiplier\n1.50\n0.99\n", "Line 3 of .* has the multiplier 0.99: there is none below 1.00"),
        ("multiplier\nNaN\n", "Line 2 of .* has 'NaN'"),
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
    (tmp_path / "rounds.db").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(UserMistake, match="it is not text"):
        read_rounds(tmp_path / "rounds.db")
