"""Tables that fit the terminal: columns that do not fit beside each other go into a second table below the first.

In: columns, rows and a width in characters. Out: something rich can print. Nothing is cut or left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import rich.console
from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from aviator.cli.console import Console

_GAP = 3
"""Characters that a column takes besides its text."""


@dataclass(frozen=True, slots=True)
class Column:
    """`left`: text rather than numbers. `wrap`: long text, which may take several lines. `least`: minimum width."""

    name: str | Text
    left: bool = False
    wrap: bool = False
    least: int = 0


def stacked(columns: Sequence[Column], rows: Sequence[Sequence[Text | str]], width: int, *, keys: int = 1) -> RenderableType:
    """One table, or several one below the other; the first `keys` columns stand in each of them."""
    widths = [_width(column, [row[i] for row in rows]) for i, column in enumerate(columns)]
    tables = []
    for group in _groups(widths, width, keys):
        fits = sum(widths[i] + _GAP for i in group) <= width
        tables.append(_table([columns[i] for i in group], [[row[i] for i in group] for row in rows], fits=fits))
    return Group(*tables)


class StackedTable:
    """`stacked` for the width at which it is printed; rows are added one by one."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._rows: list[Sequence[Text | str]] = []

    def add_row(self, *cells: Text | str) -> None:
        self._rows.append(cells)

    def __rich_console__(self, _: rich.console.Console, options: rich.console.ConsoleOptions) -> RenderResult:
        yield stacked(self._columns, self._rows, options.max_width)


def console() -> Console:
    """For tables and sentences. Its width is that of the terminal, also for a pipe that begins in one; else COLUMNS or 80."""
    return Console()


def _groups(widths: Sequence[int], width: int, keys: int) -> list[list[int]]:
    """Which columns stand beside each other, by their numbers."""
    key = list(range(keys))
    taken = sum(widths[i] + _GAP for i in key)
    groups, used = [list(key)], taken
    for i in range(keys, len(widths)):
        if used + widths[i] + _GAP > width and len(groups[-1]) > keys:
            groups.append(list(key))
            used = taken
        groups[-1].append(i)
        used += widths[i] + _GAP
    return groups


def _width(column: Column, cells: Sequence[Text | str]) -> int:
    """The widest line. Long text may be wrapped, but not to less than some words."""
    widest = max((cell_len(line) for text in map(_plain, (column.name, *cells)) for line in text.splitlines()), default=0)
    return max(column.least, min(widest, 24) if column.wrap else widest)


def _plain(cell: Text | str) -> str:
    return cell.plain if isinstance(cell, Text) else cell


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Text | str]], *, fits: bool) -> Table:
    """Where the columns do not fit, their texts are folded rather than cut."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", border_style="bright_black", pad_edge=False)
    for column in columns:
        least = column.least if fits else 1
        table.add_column(
            column.name if isinstance(column.name, Text) else Text(column.name), min_width=least or None,
            justify="left" if column.left or column.wrap else "right",
            no_wrap=fits and not column.wrap, overflow="fold",
        )  # fmt: skip
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return table
