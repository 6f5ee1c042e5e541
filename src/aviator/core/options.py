"""Settings as frozen dataclasses whose fields know their help and limits, and their way from TOML tables and back.

In: tables as `tomllib` gives them. Out: instances, and every mistake as a part of a sentence; lines of a commented file.
"""

from __future__ import annotations

import difflib
import math
import re
import types
from dataclasses import MISSING, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from aviator.core.safe_text import LONGEST_VALUE, bounded, printable, shown

MAX_TEXT = 4096
"""Maximum number of characters of a text, where an option does not set another one."""
MAX_MISTAKES = 20
"""Maximum number of mistakes that one message lists."""
_COUNT_LIMIT = 100_000
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f]")


def option(
    default: Any,
    about: str = "",
    *,
    low: float | Decimal | None = None,
    high: float | Decimal | None = None,
    choices: tuple[Any, ...] = (),
    rare: bool = False,
    count: tuple[int, int] = (0, _COUNT_LIMIT),
    longest: int = MAX_TEXT,
    pattern: str = "",
    form: str = "",
    hidden: bool = False,
) -> Any:
    """A field of a settings class. `about` is its help; without it the key is not written to a commented file.

    `low`, `high`, `choices`, `longest` and `pattern` (described by `form`) hold for the value or for each element of a list;
    `count`: how many elements a list or table may have. `rare` keys stand in a written file only where they are set;
    a `hidden` field is no key at all.
    """
    made: dict[str, Any] = {"default_factory": default.copy} if isinstance(default, dict) else {"default": default}
    meta = {
        "about": about, "low": low, "high": high, "choices": choices, "rare": rare, "count": count, "longest": longest,
        "pattern": pattern, "form": form, "hidden": hidden,
    }  # fmt: skip
    return field(**made, metadata=meta)


HIDDEN = option(None, hidden=True).metadata
"""For a field that is no key."""
_NO_LIMITS = option(None).metadata
"""For a field that is not made by `option`, such as a table of its own."""


def _meta(f: Any) -> Any:
    return f.metadata or _NO_LIMITS


def sentence(wrong: list[str]) -> str:
    """The mistakes as one text; of very many only the first."""
    more = len(wrong) - MAX_MISTAKES
    return "; ".join(wrong[:MAX_MISTAKES]) + (f"; and {more:,} more mistakes" if more > 0 else "")


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
        wrong.append(f"{where.rstrip('.') or 'it'} must be a table")
        return None
    hints = get_type_hints(cls)
    known = {f.name: f for f in fields(cls) if not _meta(f)["hidden"]}
    before = len(wrong)
    for key in sorted(table.keys() - known.keys()):
        name = f"{where}{bounded(printable(key), LONGEST_VALUE)}"
        near = difflib.get_close_matches(key, known, n=1) if len(key) < MAX_MISTAKES and len(wrong) < MAX_MISTAKES else []
        wrong.append(f"{name} is not a key ({'did you mean ' + near[0] + '?' if near else 'allowed: ' + ', '.join(known)})")
    values = {}
    for name, f in known.items():
        if name in table:
            values[name] = _value(hints[name], _meta(f), table[name], where + name, wrong)
        elif f.default is MISSING and f.default_factory is MISSING:
            wrong.append(f"{where}{name} is missing" + (f" ({_meta(f)['about']})" if _meta(f)["about"] else ""))
    return cls(**values) if len(wrong) == before else None


def _value(hint: Any, meta: Any, value: Any, key: str, wrong: list[str]) -> Any:
    if get_origin(hint) in (Union, types.UnionType):  # TOML has no null: what is given is the other one
        hint = next(h for h in get_args(hint) if h is not type(None))
    if get_origin(hint) is tuple and hasattr(get_args(hint)[0], "__dataclass_fields__"):
        return _tables(get_args(hint)[0], meta, value, key, wrong)
    if hasattr(hint, "__dataclass_fields__"):
        return build(hint, value, key + ".", wrong)
    if get_origin(hint) is dict and isinstance(value, dict):
        return _table(hint, meta, value, key, wrong)
    return _plain(hint, meta, value, key, wrong)


def _tables(cls: type[Any], meta: Any, value: Any, key: str, wrong: list[str]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        wrong.append(f"{key} must be written as [[{key}]] tables")
        return ()
    if _miscounted(meta, value, key, wrong):
        return ()
    return tuple(build(cls, item, f"{key}[{i + 1}].", wrong) for i, item in enumerate(value))


def _plain(hint: Any, meta: Any, value: Any, key: str, wrong: list[str]) -> Any:
    """A number, a text, or a list of them."""
    allowed = meta["form"] or _allowed(meta).strip(" ()")
    given, value = value, _exact(hint, value)
    if not _is_a(hint, value):
        wrong.append(f"{key} is {shown(given)}, allowed: {allowed or _kind(hint)}")
        return value
    if isinstance(value, list) and _miscounted(meta, value, key, wrong):
        return value
    if not all(_within(meta, one) for one in (value if isinstance(value, list) else [value])):
        wrong.append(f"{key} is {shown(given)}, allowed: {allowed or 'text without control characters'}")
    elif isinstance(value, str) and len(value) > meta["longest"]:
        wrong.append(f"{key} has {len(value):,} characters, allowed: at most {meta['longest']:,}")
    return Path(value) if hint is Path else tuple(value) if get_origin(hint) is tuple else value


def _table(hint: Any, meta: Any, table: dict[str, Any], key: str, wrong: list[str]) -> dict[Any, Any]:
    """A table whose keys are any names, or the values of an enum."""
    names, values = get_args(hint)
    if _miscounted(meta, table, key, wrong) or values is Any:
        return table
    made = {}
    for name, value in table.items():
        where = f"{key}.{bounded(printable(name), LONGEST_VALUE)}"
        if names is not str and name not in set(names):
            wrong.append(f"{where} is not a key (allowed: {', '.join(names)})")
        else:
            made[name if names is str else names(name)] = _value(values, meta, value, where, wrong)
    return made


def _miscounted(meta: Any, values: Any, key: str, wrong: list[str]) -> bool:
    least, most = meta["count"]
    if least <= len(values) <= most:
        return False
    wrong.append(f"{key} has {len(values):,} elements, allowed: {least:,}" + (f" to {most:,}" if most > least else ""))
    return True


def _within(meta: Any, value: Any) -> bool:
    low, high, choices = meta["low"], meta["high"], meta["choices"]
    if isinstance(value, str):
        if _CONTROLS.search(value):
            return False
        if meta["pattern"] and not re.fullmatch(meta["pattern"], value):
            return False
    elif low is not None and not low <= value <= high:
        return False
    return not choices or value in choices


def _exact(hint: Any, value: Any) -> Any:
    """Where Decimals are wanted: numbers, or text of them, as what stands there to the last digit; all else as it is."""
    if get_origin(hint) is tuple and isinstance(value, list):
        return [_exact(get_args(hint)[0], item) for item in value]
    if hint is not Decimal or isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # ValueError: a whole number of thousands of digits
        return value
    return number if number.is_finite() else value


def _is_a(hint: Any, value: Any) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and _is_double(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        fits = kinds[-1] is Ellipsis or (isinstance(value, list) and len(value) == len(kinds))
        return fits and isinstance(value, list) and all(_is_a(kinds[0], v) for v in value)
    if get_origin(hint) is dict:
        return isinstance(value, dict)
    return isinstance(value, str if hint is Path else hint)


def _is_double(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _kind(hint: Any) -> str:
    if get_origin(hint) is tuple:
        of, *others = get_args(hint)
        number = f"{1 + len(others)} " if others and others[-1] is not Ellipsis else ""
        what = {Decimal: "numbers", str: "texts"}.get(of, "whole numbers")
        return f"a list of {number}{what}"
    if get_origin(hint) is dict:
        return "a table { name = value }"
    kinds = {str: "text in quotes", Path: "a folder in quotes", bool: "true or false", int: "a whole number"}
    return kinds.get(hint, "a number")
