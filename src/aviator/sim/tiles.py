"""Where windows go: a layout of equal tiles over a display. Pure; runs in the `sim` process."""

from __future__ import annotations

from typing import NamedTuple

from aviator.core.errors import UserMistake

_GRIDS = {4: (2, 2), 6: (3, 2), 8: (4, 2)}


class Tile(NamedTuple):
    """A rectangle in absolute screen pixels."""

    x: int
    y: int
    width: int
    height: int


def tiles(layout: int, display_size: tuple[int, int]) -> list[Tile]:
    """The cells of a layout, row by row. Raises UserMistake for a layout that does not exist."""
    if layout not in _GRIDS:
        raise UserMistake(f"There is no layout {layout}; choose one of {', '.join(map(str, _GRIDS))}.")
    columns, rows = _GRIDS[layout]
    width, height = display_size[0] // columns, display_size[1] // rows
    return [Tile(column * width, row * height, width, height) for row in range(rows) for column in range(columns)]
