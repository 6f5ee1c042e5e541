"""Rounds written in every combination of formats are read as the same rounds, or refused; never as other numbers."""

import csv
import io
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aviator.core.errors import UserMistake
from aviator.record.rounds_file import read_rounds

BEGIN = 1_759_920_058

HEADINGS = [
    ("multiplier", "ended_at"),
    ("Koeficijent", "Vreme"),
    ("Коэффициент", "Время"),
    ("Multiplicador", "Data"),
    ("result", "time"),
    None,
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"]


def number(cents: int, mark: str, group: str, suffix: str, short: bool) -> str:
    whole, rest = f"{cents // 100:,}".replace(",", group), f"{cents % 100:02}"
    text = whole if short and rest == "00" else f"{whole}{mark}{rest.rstrip('0') or '0' if short else rest}"
    return text + suffix


def moment(at: int, form: str) -> str:
    day = datetime.fromtimestamp(at, UTC)
    if form in ("s", "ms", "us", "ns"):
        return str(at) + "0" * {"s": 0, "ms": 3, "us": 6, "ns": 9}[form]
    if form == "offset":
        return day.astimezone(timezone(timedelta(hours=2 if at % 2 else -5))).isoformat()
    if form == "js":
        return f"{day:%a %b %d %Y %H:%M:%S} GMT+0000 (UTC)"
    return day.strftime(form)


FORMS = ["s", "ms", "us", "ns", "offset", "js", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",
         "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%H:%M:%S", "%d. %m. %Y. %H:%M:%S"]  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[int], list[int]]:
    cents = draw(st.lists(st.one_of(st.integers(100, 2000), st.integers(100, 5_000_000)), min_size=1, max_size=30))
    steps = draw(st.lists(st.integers(5, 20_000), min_size=len(cents), max_size=len(cents)))
    times = [BEGIN + sum(steps[: i + 1]) for i in range(len(steps))]
    mark = draw(st.sampled_from(".,"))
    group = draw(st.sampled_from(["", " ", "'", "\u00a0", "," if mark == "." else "."]))
    suffix, short = draw(st.sampled_from(["", "x", "X", " x"])), draw(st.booleans())
    form, heading = draw(st.sampled_from(FORMS)), draw(st.sampled_from(HEADINGS))
    delimiter = draw(st.sampled_from(",;\t|"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]))
    rows = [[number(c, mark, group, suffix, short), moment(at, form)] for c, at in zip(cents, times, strict=True)]
    if draw(st.booleans()):
        rows = [row[::-1] for row in rows]
        heading = heading and heading[::-1]
    out = io.StringIO()
    if draw(st.booleans()):
        out.write("Export, Aviator, 2025\n")
    if quoting == csv.QUOTE_NONE:  # as programs write that know nothing of quotes
        out.write("".join(delimiter.join(row) + "\n" for row in [*([heading] if heading else []), *rows]))
    else:
        csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([*([heading] if heading else []), *rows])
    encoding = draw(st.sampled_from(ENCODINGS))
    return out.getvalue().encode(encoding, "replace"), cents, times


@given(tables())
def test_any_format_gives_the_same_rounds_or_a_refusal(table: tuple[bytes, list[int], list[int]]) -> None:
    data, cents, times = table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rounds.csv")
        path.write_bytes(data)
        try:
            found = read_rounds(path)
        except UserMistake:
            return
    (rounds,) = found.by_bookmaker.values()
    # Whole numbers of 100 and more are taken for hundredths, which the output says.
    scale = 100 if found.hundredths else 1
    assert [c * scale for c, _ in rounds] == cents, (data, found)
    known = [at for _, at in rounds if at is not None]
    if len(known) == len(times):
        assert [round(b - known[0]) for b in known] == [at - times[0] for at in times], (data, found)
