"""`aviator config`: every setting in force and where it comes from, and the folders that AVIATOR uses.

In: a settings file, options, the environment. Out: lines or one JSON object on standard output.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from aviator.cli.columns import Column, console, stacked
from aviator.cli.output import echo
from aviator.cli.places import CONFIG_VARIABLE, DEFAULT_CONFIG, Config, DataDir, last_run, settings_file, user_config_file
from aviator.core.config import Settings, load, replace_data_dir
from aviator.core.files import STATE_VARIABLE, user_state_dir
from aviator.core.safe_text import redacted, redacted_url
from aviator.core.toml import read_toml

_COLUMNS = (Column("key", left=True), Column("value", wrap=True), Column("from", left=True))


@dataclass(frozen=True, slots=True)
class Entry:
    """A setting. `source`: default, file, option, environment, or last run."""

    key: str
    value: str
    source: str


def config(
    *,
    data_dir: DataDir = None,
    config: Config = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """What is in force, and where each value comes from."""
    path = settings_file(config)
    given: dict[str, Any] = {}
    settings = Settings()
    if path.exists() or config != DEFAULT_CONFIG:
        settings = load(path)
        given = read_toml(path)
    source = "file" if "data_dir" in given else "default"
    if data_dir is not None:
        settings, source = replace_data_dir(settings, data_dir), "option"
    elif not path.exists() and (last := last_run()):
        settings, source = replace_data_dir(settings, last[0]), "last run"
    entries = [Entry("data_dir", str(settings.data_dir.absolute()), source)]
    entries += [entry for entry in _entries(settings, given, "") if entry.key != "data_dir"]
    places = _places(path, settings)
    if as_json:
        plain = {"settings": {e.key: {"value": e.value, "from": e.source} for e in entries}, "places": places}
        echo(json.dumps(plain, ensure_ascii=False))
        return
    screen = console()
    screen.print(stacked(_COLUMNS, [(e.key, e.value, e.source) for e in entries], screen.width))
    screen.print(stacked((Column("place", left=True), Column("path", wrap=True)), list(places.items()), screen.width))


def _entries(settings: Any, given: Any, prefix: str) -> Iterator[Entry]:
    """Every key, in the order of a settings file; given keys come from the file."""
    for f in fields(settings):
        value = getattr(settings, f.name)
        there = isinstance(given, dict) and f.name in given
        table = given[f.name] if there else {}
        if is_dataclass(value):
            yield from _entries(value, table, f"{prefix}{f.name}.")
        elif isinstance(value, tuple) and value and all(is_dataclass(item) for item in value):
            for i, item in enumerate(value):
                yield from _entries(item, table[i] if there else {}, f"{prefix}{f.name}[{i + 1}].")
        else:
            text = redacted_url(value) if f.name == "database" else _text(value)
            yield Entry(prefix + f.name, text, "file" if there else "default")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else redacted(str(value))


def _places(path: Path, settings: Settings) -> dict[str, str]:
    from aviator.see.regions import own_profiles

    def noted(place: Path, variable: str) -> str:
        return f"{place} ({variable})" if os.environ.get(variable) else str(place)

    return {
        "settings file": str(path.absolute()) if path.exists() else f"none: {path.absolute()} does not exist",
        "user-wide settings": noted(user_config_file(), CONFIG_VARIABLE),
        "database": redacted_url(settings.database_url),
        "logs": str((settings.data_dir / "logs").absolute()),
        "profiles": noted(own_profiles(), "AVIATOR_PROFILES"),
        "user's state": noted(user_state_dir(), STATE_VARIABLE),
    }
