"""`aviator.toml` -> frozen settings. The dataclasses below are the one place that knows keys, defaults, limits and help.

Every mistake is reported with file, key and what is allowed; all mistakes of a file at once, as one `UserMistake`.
"""

from __future__ import annotations

import difflib
import tomllib
import types
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from aviator.core.errors import UserMistake
from aviator.core.layout import GRIDS, cell_names, cell_rect
from aviator.core.types import Rect


def _option(
    default: Any,
    about: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Any, ...] = (),
    rare: bool = False,
) -> Any:
    """`rare` keys stand in a written file only where they are set."""
    return field(default=default, metadata={"about": about, "low": low, "high": high, "choices": choices, "rare": rare})


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """Where the windows are."""

    monitor: int = _option(1, "which monitor, 1 is the first (0: all monitors as one)", low=0, high=16)
    layout: int = _option(6, "how the windows are tiled: 4 = 2x2, 6 = 3x2, 8 = 4x2", choices=tuple(GRIDS))


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How the screen is read."""

    hz: float = _option(10.0, "looks per second at each bookmaker", low=1, high=60)
    evidence: int = _option(
        200, "crops kept per bookmaker of what could not be read (the oldest are deleted)", low=0, high=100_000
    )


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Where rounds go."""

    database: str = _option("", "a database URL such as postgresql+psycopg://user@host/name; empty: DATA_DIR/aviator.db")
    batch_size: int = _option(0, "rows per transaction; 0: by the number of bookmakers", low=0, high=10_000)
    batch_timeout_s: float = _option(
        0.0, "seconds after which a smaller batch is written; 0: by the number of bookmakers", low=0, high=60
    )


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Figures for Prometheus."""

    port: int = _option(
        9464, "where Prometheus may fetch figures, on this machine only (127.0.0.1); 0: nowhere", low=0, high=65535
    )


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How workers are kept."""

    worker_memory_mb: int = _option(
        600, "a worker that holds more memory than this is started anew, in order; 0: never", low=0, high=1_000_000
    )


@dataclass(frozen=True, slots=True)
class BookmakerSettings:
    """One window to follow."""

    name: str = _option(MISSING, "the bookmaker's name, as it shall stand in the database")
    profile: str = _option(
        "", "its profile, a name (see `aviator doctor`) or a .toml file; empty: the bookmaker's name in lower case"
    )
    cell: str = _option("", "the window's cell: TL TR BL BR (layout 4), TL TC TR BL BC BR (6), 1 to 8 (8)")
    window: tuple[int, ...] = _option((), "or the window's own place [x, y, width, height]")
    growth_s: float = _option(
        12.0, "seconds in which the multiplier grows e-fold; only a start, it is learned", low=0.1, high=120
    )
    enabled: bool = _option(True, "follow it?")
    source: str = _option("", "a video or a folder of pictures to read instead of the screen", rare=True)
    fps: float = _option(0.0, "pictures a second in such a folder; a video knows its own", low=0, high=1000, rare=True)
    start: str = _option("", "when the recording began, as 2025-10-08 10:40:58; empty: by the file's date", rare=True)
    trace: str = _option("", "a file for what is read off each of the recording's frames, as lines of JSON", rare=True)

    def rect(self, layout: int, screen: Rect) -> Rect:
        """The window's rectangle in absolute pixels; the whole `screen` where neither window nor cell is named."""
        if self.window:
            return Rect(*self.window)
        return cell_rect(layout, self.cell, screen) if self.cell else screen

    @property
    def start_at(self) -> float | None:
        """The recording's beginning, Unix seconds. Raises ValueError where it is no time."""
        return datetime.fromisoformat(self.start).astimezone().timestamp() if self.start else None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `aviator run` needs to know."""

    data_dir: Path = _option(Path("aviator-data"), "folder of the database, logs and evidence")
    site: str = _option("local", "name of this installation, kept with every row")
    log_level: str = _option("INFO", "how much is logged", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    screen: ScreenSettings = ScreenSettings()
    read: ReadSettings = ReadSettings()
    record: RecordSettings = RecordSettings()
    run: RunSettings = RunSettings()
    metrics: MetricsSettings = MetricsSettings()
    bookmakers: tuple[BookmakerSettings, ...] = ()

    @property
    def database_url(self) -> str:
        return self.record.database or f"sqlite:///{(self.data_dir / 'aviator.db').as_posix()}"

    @property
    def spool_dir(self) -> Path:
        """Where events wait for the database when their worker's engine is gone or the database takes nothing."""
        return self.data_dir / "spool"


def load(path: Path) -> Settings:
    """Read and check a settings file. Relative paths in it are meant from the file's own folder."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserMistake(f"There is no settings file {path}: make one with `aviator init`, or name another with -c.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserMistake(f"{path} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise UserMistake(f"{path} is not valid TOML: {error}.") from None
    wrong: list[str] = []
    settings: Settings | None = _build(Settings, table, "", wrong)
    if settings is not None:
        wrong += _contradictions(settings)
    if wrong or settings is None:
        raise UserMistake(f"{path}: " + "; ".join(wrong) + ".")
    if not settings.data_dir.is_absolute():
        settings = replace_data_dir(settings, path.parent / settings.data_dir)
    return replace(settings, bookmakers=tuple(_rooted(b, path.parent) for b in settings.bookmakers))


def _rooted(bookmaker: BookmakerSettings, folder: Path) -> BookmakerSettings:
    """With its paths meant from `folder`; a profile is named by its file or else is no path."""
    profile, source, trace = bookmaker.profile, bookmaker.source, bookmaker.trace
    return replace(
        bookmaker,
        profile=str(folder / profile) if profile.endswith(".toml") else profile,
        source=str(folder / source) if source else "",
        trace=str(folder / trace) if trace else "",
    )


def replace_data_dir(settings: Settings, data_dir: Path) -> Settings:
    """The same settings with another data folder."""
    return replace(settings, data_dir=data_dir)


def template(settings: Settings) -> str:
    """A commented settings file from which `load` makes the same settings, with every common key in it."""
    out = ["# AVIATOR's settings. Every key is optional except a bookmaker's name.\n", *_lines(settings)]
    for name in ("screen", "read", "record", "metrics"):
        out += [f"\n[{name}]", *_lines(getattr(settings, name))]
    for bookmaker in settings.bookmakers:
        out += ["\n[[bookmakers]]", *_lines(bookmaker)]
    return "\n".join(out) + "\n"


def _lines(settings: Any) -> list[str]:
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
    if isinstance(value, str | Path):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(list(value)) if isinstance(value, tuple) else str(value)


def _allowed(meta: Any) -> str:
    if meta["choices"]:
        return f" ({', '.join(map(str, meta['choices']))})"
    if meta["low"] is not None:
        return f" ({meta['low']} to {meta['high']})"
    return ""


def _build(cls: type[Any], table: Any, where: str, wrong: list[str]) -> Any:
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
        return tuple(_build(get_args(hint)[0], item, f"{key}[{i + 1}].", wrong) for i, item in enumerate(value))
    if hasattr(hint, "__dataclass_fields__"):
        return _build(hint, value, key + ".", wrong)
    allowed = _allowed(f.metadata).strip(" ()")
    if not _is_a(hint, value):
        wrong.append(f"{key} is {value!r}, allowed: {allowed or _kind(hint)}")
        return value
    low, high, choices = f.metadata["low"], f.metadata["high"], f.metadata["choices"]
    if (low is not None and not low <= value <= high) or (choices and value not in choices):
        wrong.append(f"{key} is {value!r}, allowed: {allowed}")
    return Path(value) if hint is Path else tuple(value) if get_origin(hint) is tuple else value


def _is_a(hint: Any, value: Any) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if get_origin(hint) is tuple:
        return isinstance(value, list) and all(_is_a(get_args(hint)[0], v) for v in value)
    if get_origin(hint) in (Union, types.UnionType):
        return any(_is_a(h, value) for h in get_args(hint))
    return isinstance(value, str if hint is Path else hint)


def _kind(hint: Any) -> str:
    if get_origin(hint) is tuple:
        return "a list of whole numbers"
    return {str: "text in quotes", Path: "a folder in quotes", bool: "true or false", int: "a whole number", float: "a number"}[
        hint
    ]


def _idle(b: BookmakerSettings, key: str) -> bool:
    return not b.source and bool(getattr(b, key))


def _contradictions(settings: Settings) -> list[str]:
    """What is wrong only in combination."""
    names = [b.name for b in settings.bookmakers]
    wrong = [f"the bookmaker {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    cells = cell_names(settings.screen.layout)
    for i, b in enumerate(settings.bookmakers, 1):
        if not b.name.strip():
            wrong.append(f"bookmakers[{i}].name is empty")
        if b.window and len(b.window) != 4:
            wrong.append(f"bookmakers[{i}].window must be [x, y, width, height]")
        elif b.window and (b.window[2] <= 0 or b.window[3] <= 0):
            wrong.append(f"bookmakers[{i}].window has no area: width and height must be above 0")
        elif not b.window and b.cell not in cells and (b.cell or not b.source):
            wrong.append(f"bookmakers[{i}].cell is {b.cell!r}, allowed with layout {settings.screen.layout}: {', '.join(cells)}")
        wrong += [f"bookmakers[{i}].{key} is set without a source" for key in ("fps", "start", "trace") if _idle(b, key)]
        try:
            _ = b.start_at
        except ValueError:
            wrong.append(f"bookmakers[{i}].start is {b.start!r}, allowed: a time such as 2025-10-08 10:40:58")
    return wrong
