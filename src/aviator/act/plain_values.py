"""Dataclasses of plain values from JSON: texts become the numbers and names that their annotations say. Pure; any process."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def made_of(kind: type[Any], data: dict[str, Any]) -> Any:
    """A dataclass of plain values from JSON: texts become what its annotations say."""
    hints = get_type_hints(kind)
    return kind(**{f.name: _value(hints[f.name], data[f.name]) for f in fields(kind) if f.name in data})


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (UnionType, Union):
        hint = next(arm for arm in get_args(hint) if arm is not type(None))
    if hint is Decimal or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return hint(value)
    return value
