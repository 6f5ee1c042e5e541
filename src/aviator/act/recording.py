"""Hands that remember what they were told, for tests and benches; they may pass it on to other hands. Any process."""

from __future__ import annotations

from dataclasses import dataclass

from aviator.core.clock import Clock
from aviator.core.ports import Hands


@dataclass(frozen=True, slots=True)
class Input:
    """One call: `what` is move, click, key or write; `where` the pointer's place after it; at Unix seconds."""

    what: str
    where: tuple[int, int]
    at: float
    text: str = ""


class RecordingHands:
    """`Hands` that keep each input in `inputs`; without other hands behind them the pointer goes where it is sent."""

    def __init__(self, clock: Clock, behind: Hands | None = None) -> None:
        self.inputs: list[Input] = []
        self._clock = clock
        self._behind = behind
        self._place = (0, 0)

    def position(self) -> tuple[int, int]:
        return self._behind.position() if self._behind else self._place

    def move(self, x: int, y: int) -> None:
        if self._behind:
            self._behind.move(x, y)
        self._place = (x, y)
        self._note("move")

    def click(self) -> None:
        if self._behind:
            self._behind.click()
        self._note("click")

    def key(self, combination: str) -> None:
        if self._behind:
            self._behind.key(combination)
        self._note("key", combination)

    def write(self, text: str) -> None:
        if self._behind:
            self._behind.write(text)
        self._note("write", text)

    def close(self) -> None:
        if self._behind:
            self._behind.close()

    def _note(self, what: str, text: str = "") -> None:
        self.inputs.append(Input(what, self._place, self._clock.now(), text))
