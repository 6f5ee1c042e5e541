"""Settings as frozen dataclasses whose fields know their help and limits, and their way from TOML tables and back.

In: tables as `tomllib` gives them. Out: instances, and every mistake as a part of a sentence; lines of a commented file.
"""

from __future__ import annotations

import difflib
import types
from dataclasses import MISSING, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints


def option(
    default: Any,
    about: str,
    *,
    low: float | Decimal | None = None,
    high: float | Decimal | None = None,
    choices: tuple[Any, ...] = (),
    rare: bool = False,
) -> Any:
    """`rare` keys stand in a written file only where they are set."""
    made: dict[str, Any] = {"default_factory": default.copy} if isinstance(default, dict) else {"default": default}
    return field(**made, metadata={"about": about, "low": low, "high": high, "choices": choices, "rare": rare})


def lines(settings: Any) -> list[str]:
    out = []
    for f in fields(settings):
        if about := f.metadata.get("about"):
            value = getattr(settings, f.name)
            if f.metadata["rare"] and value == f.default:
                continue
            out.append(f"{f'{f.name} = {_toml(value)}':<32}# {about}{_allowed(f.metadata)}")
    return out


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inside = ", ".join(f"{key} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, str | Path):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"[{', '.join(map(_toml, value))}]" if isinstance(value, tuple | list) else str(value)


def _allowed(meta: Any) -> str:
    if meta["choices"]:
        return f" ({', '.join(map(str, meta['choices']))})"
    if meta["low"] is not None:
        return f" ({meta['low']} to {meta['high']})"
    return ""


def build(cls: type[Any], table: Any, where: str, wrong: list[str]) -> Any:
    """An instance of the settings class `cls` from a TOML table, or None; what is amiss is added to `wrong`."""
    if not isinstance(table, dict):
        wrong.append(f"{where.rstrip('.')} must be a table")
        return None
    hints = get_type_hints(cls)
    known = {f.name: f for f in fields(cls)}
    for key in table.keys() - known.keys():
        near = difflib.get_close_matches(key, known, n=1)
        wrong.append(f"{where}{key} is not a key ({'did you mean ' + near[0] + '?' if near else 'allowed: ' + ', '.join(known)})")
    before = len(wrong)
    values = {}
    for name, f in known.items():
        if name in table:
            values[name] = _value(hints[name], f, table[name], where + name, wrong)
        elif f.default is MISSING:
            wrong.append(f"{where}{name} is missing ({f.metadata['about']})")
    return cls(**values) if len(wrong) == before else None


def _value(hint: Any, f: Any, value: Any, key: str, wrong: list[str]) -> Any:
    if get_origin(hint) is tuple and hasattr(get_args(hint)[0], "__dataclass_fields__"):
        if not isinstance(value, list):
            wrong.append(f"{key} must be written as [[{key}]] tables")
            return ()
        return tuple(build(get_args(hint)[0], item, f"{key}[{i + 1}].", wrong) for i, item in enumerate(value))
    if hasattr(hint, "__dataclass_fields__"):
        return build(hint, value, key + ".", wrong)
    allowed = _allowed(f.metadata).strip(" ()")
    given, value = value, _exact(hint, value)
    if not _is_a(hint, value):
        wrong.append(f"{key} is {given!r}, allowed: {allowed or _kind(hint)}")
        return value
    low, high, choices = f.metadata["low"], f.metadata["high"], f.metadata["choices"]
    if (low is not None and not low <= value <= high) or (choices and value not in choices):
        wrong.append(f"{key} is {given!r}, allowed: {allowed}")
    return Path(value) if hint is Path else tuple(value) if get_origin(hint) is tuple else value


def _exact(hint: Any, value: Any) -> Any:
    """Where Decimals are wanted: numbers, or text of them, as what stands there to the last digit; all else as it is."""
    if get_origin(hint) is tuple and isinstance(value, list):
        return [_exact(get_args(hint)[0], item) for item in value]
    if hint is not Decimal or isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


def _is_a(hint: Any, value: Any) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if get_origin(hint) is tuple:
        return isinstance(value, list) and all(_is_a(get_args(hint)[0], v) for v in value)
    if get_origin(hint) is dict:
        return isinstance(value, dict)
    if get_origin(hint) in (Union, types.UnionType):
        return any(_is_a(h, value) for h in get_args(hint))
    return isinstance(value, str if hint is Path else hint)


def _kind(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "a list of numbers" if get_args(hint)[0] is Decimal else "a list of whole numbers"
    if get_origin(hint) is dict:
        return "a table { name = value }"
    kinds = {str: "text in quotes", Path: "a folder in quotes", bool: "true or false", int: "a whole number"}
    return kinds.get(hint, "a number")
