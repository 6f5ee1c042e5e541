"""Tables at every width: nothing is cut, nothing is left out."""

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from aviator.cli.columns import Column, stacked

words = st.text("abcdefgh[]/", min_size=1, max_size=12)


def printed(columns: list[Column], rows: list[list[Text | str]], width: int, keys: int = 1) -> list[str]:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(stacked(columns, rows, width, keys=keys))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


@given(st.lists(words, min_size=2, max_size=14), st.data())
def test_every_cell_is_shown_whole_at_80_columns(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(words, min_size=len(names), max_size=len(names)), max_size=4))
    lines = printed([Column(name) for name in names], list(rows), 80)
    text = "\n".join(lines)
    assert all(cell_len(line) <= 80 for line in lines)
    for row in (names, *rows):
        for cell in row:
            assert cell in text


def test_columns_that_fit_are_one_table() -> None:
    lines = printed([Column("a"), Column("b")], [["1", "2"]], 80)
    assert sum("a" in line for line in lines) == 1


def test_columns_that_do_not_fit_follow_below_with_their_key() -> None:
    lines = printed([Column("name", left=True), *(Column(f"column {i}") for i in range(8))], [["Admiral", *"12345678"]], 40)
    assert sum("Admiral" in line for line in lines) == sum("name" in line for line in lines) >= 2
    assert all(any(f"column {i}" in line for line in lines) for i in range(8))


def test_a_long_reason_is_wrapped() -> None:
    reason = "the balance fell by another amount than the stake " * 5
    lines = printed([Column("bet"), Column("reason", wrap=True)], [["7", reason]], 60)
    assert " ".join("".join(lines).split()).count("balance") == 5


def test_a_key_wider_than_the_terminal_is_folded() -> None:
    lines = printed([Column("name", left=True), Column("n")], [["x" * 100, "1"]], 40)
    assert "".join(lines).count("x") == 100
