"""The console for tables and coloured lines. It shows text from outside as it is, whatever that text contains.

In: what rich can render. Out: the terminal. Square brackets are no markup here, `:names:` are no emoji, and control
characters do not reach the terminal; use `rich.text.Text` for styles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import console
from rich.segment import Segment
from rich.text import Text

from aviator.cli.invocation import program, with_program
from aviator.core.safe_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class Console(console.Console):
    """A rich console whose defaults are right for text that AVIATOR did not write."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, "highlight": False} | options)

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich does, with the program's name as the user called it in commands."""
        super().print(*map(_as_called, objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            text, style, control = segment
            safe = text if control else printable(text)
            yield segment if safe is text else Segment(safe, style)


def _as_called(shown: Any) -> Any:
    if isinstance(shown, str):
        return with_program(shown)
    if isinstance(shown, Text) and with_program(shown.plain) != shown.plain:
        return Text(f"`{program()} ").join(shown.split("`aviator "))
    return shown
