"""One helper for every state machine: a table of (state, trigger) -> state; a move not in the table raises."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

from aviator.core.errors import IllegalTransition

S = TypeVar("S", bound=Enum)
T = TypeVar("T", bound=Enum)


class Fsm(Generic[S, T]):
    """Holds a state and moves it by triggers, along `table` alone."""

    def __init__(self, initial: S, table: Mapping[tuple[S, T], S]) -> None:
        self.state = initial
        self._table = table

    def can(self, trigger: T) -> bool:
        return (self.state, trigger) in self._table

    def fire(self, trigger: T) -> S:
        """Move and return the new state. Raises `IllegalTransition` where the table has no such move."""
        try:
            self.state = self._table[self.state, trigger]
        except KeyError:
            raise IllegalTransition(f"{self.state.name} cannot take {trigger.name}.") from None
        return self.state
