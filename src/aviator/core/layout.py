"""How windows are tiled over a screen: 4 = 2x2, 6 = 3x2, 8 = 4x2 cells, numbered from the top left or named."""

from aviator.core.types import Rect

GRIDS = {4: (2, 2), 6: (3, 2), 8: (4, 2)}

_NAMES = {
    4: ("TL", "TR", "BL", "BR"),
    6: ("TL", "TC", "TR", "BL", "BC", "BR"),
    8: ("1", "2", "3", "4", "5", "6", "7", "8"),
}


def cell_names(layout: int) -> tuple[str, ...]:
    """The names of a layout's cells in reading order."""
    return _NAMES[layout]


def cell_rect(layout: int, name: str, screen: Rect) -> Rect:
    """The rectangle of the cell `name` on `screen`, in absolute pixels."""
    columns, rows = GRIDS[layout]
    index = _NAMES[layout].index(name)
    w, h = screen.w // columns, screen.h // rows
    return Rect(screen.x + index % columns * w, screen.y + index // columns * h, w, h)
