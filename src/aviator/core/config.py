"""`aviator.toml` -> frozen settings. The dataclasses below are the one place that knows keys, defaults, limits and help.

Every mistake is reported with file, key and what is allowed; all mistakes of a file at once, as one `UserMistake`.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from aviator.core.bets import PANELS, Mode
from aviator.core.errors import UserMistake
from aviator.core.game import THRESHOLDS
from aviator.core.layout import GRIDS, cell_names, cell_rect
from aviator.core.options import build, lines, option, sentence
from aviator.core.safe_text import shown
from aviator.core.toml import read_toml
from aviator.core.types import Rect

LOWEST_LAW, HIGHEST_LAW = 0.5, 1.0
"""Range of the return to player that a user can name."""
MAX_THRESHOLDS = 20
MAX_THRESHOLD = 1_000_000


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """Where the windows are."""

    monitor: int = option(1, "which monitor, 1 is the first (0: all monitors as one)", low=0, high=16)
    layout: int = option(6, "how the windows are tiled: 4 = 2x2, 6 = 3x2, 8 = 4x2", choices=tuple(GRIDS))


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How the screen is read."""

    hz: float = option(10.0, "looks per second at each bookmaker", low=1, high=60)
    evidence: int = option(
        200, "crops kept per bookmaker of what could not be read (the oldest are deleted)", low=0, high=100_000
    )


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Where rounds go."""

    database: str = option("", "a database URL such as postgresql+psycopg://user@host/name; empty: DATA_DIR/aviator.db")
    batch_size: int = option(0, "rows per transaction; 0: by the number of bookmakers", low=0, high=10_000)
    batch_timeout_s: float = option(
        0.0, "seconds after which a smaller batch is written; 0: by the number of bookmakers", low=0, high=60
    )
    snapshots_hz: float = option(
        1.0, "snapshots per second of a game in flight, besides those at thresholds; 0: none", low=0, high=10
    )


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Figures for Prometheus."""

    port: int = option(
        9464, "where Prometheus may fetch figures, on this machine only (127.0.0.1); 0: nowhere", low=0, high=65535
    )


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How workers are kept."""

    worker_memory_mb: int = option(
        600, "a worker that holds more memory than this is started anew, in order; 0: never", low=0, high=1_000_000
    )


@dataclass(frozen=True, slots=True)
class BetSettings:
    """How betting is done."""

    mode: str = option("watch", "watch: no hands; paper: pretend; live: mouse and keyboard", choices=tuple(Mode))
    bankroll: float = option(1000.0, "money at each bookmaker on paper", low=0.01, high=1e9)
    keep_sessions: bool = option(True, "click somewhere harmless every five minutes, so that sites stay logged in (live only)")
    yield_s: float = option(3.0, "seconds to wait after a person used the mouse", low=0.1, high=3600)


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What betting may cost at most. Lowering one acts at once, raising one a day later."""

    stake: float = option(20.0, "one bet, at most", low=0.01, high=1e9)
    stake_per_round: float = option(60.0, "all bets that are open at the same time, all bookmakers together", low=0.01, high=1e9)
    loss_per_day: float = option(100.0, "lost since midnight, all bookmakers together", low=0.01, high=1e9)
    drawdown: float = option(100.0, "below the most that was won in this session", low=0.01, high=1e9)
    bets_per_hour: int = option(200, "bets in any sixty minutes, all bookmakers together", low=1, high=100_000)
    session_minutes: float = option(120.0, "minutes of betting at a stretch", low=1, high=100_000)
    cool_off_minutes: float = option(60.0, "minutes without a bet after a limit was reached", low=0, high=100_000)


def limit_faults(limits: LimitSettings) -> list[str]:
    """What is out of bounds in limits that did not come through `load`, as parts of a sentence."""
    found = []
    for f in fields(LimitSettings):
        value, low, high = getattr(limits, f.name), f.metadata["low"], f.metadata["high"]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            found.append(f"limits.{f.name} is {value!r}, allowed: {low} to {high}")
    return found


@dataclass(frozen=True, slots=True)
class PlaySettings:
    """One strategy on one bet panel."""

    bookmaker: str = option(MISSING, "at which of the bookmakers above")
    strategy: str = option("fixed", "its name (see `aviator strategies`) or a .py file")
    panel: int = option(1, "on which bet panel", choices=PANELS)
    parameters: dict[str, Any] = option({}, "its parameters, as { name = value }")


@dataclass(frozen=True, slots=True)
class BookmakerSettings:
    """One window to follow."""

    name: str = option(MISSING, "the bookmaker's name, as it shall stand in the database", longest=100)
    profile: str = option(
        "", "its profile, a name (see `aviator doctor`) or a .toml file; empty: the bookmaker's name in lower case"
    )
    cell: str = option("", "the window's cell: TL TR BL BR (layout 4), TL TC TR BL BC BR (6), 1 to 8 (8)")
    window: tuple[int, ...] = option((), "or the window's own place [x, y, width, height]", low=-100_000, high=100_000)
    currency: str = option("", "the currency of its money, such as EUR; needed where bookmakers differ", longest=3, rare=True)
    growth_s: float = option(12.0, "seconds in which the multiplier grows e-fold; only a start, it is learned", low=0.1, high=120)
    law: float = option(
        0.0, "the share of stakes that the game returns, such as 0.97 or 0.99; 0: estimated from its rounds", low=0,
        high=HIGHEST_LAW, rare=True,
    )  # fmt: skip
    enabled: bool = option(True, "follow it?")
    thresholds: tuple[Decimal, ...] = option(
        THRESHOLDS, "multipliers at which the game in flight is recorded, ascending", rare=True
    )
    source: str = option("", "a video or a folder of pictures to read instead of the screen", rare=True)
    fps: float = option(0.0, "pictures a second in such a folder; a video knows its own", low=0, high=1000, rare=True)
    start: str = option("", "when the recording began, as 2025-10-08 10:40:58; empty: by the file's date", rare=True)
    trace: str = option("", "a file for what is read off each of the recording's frames, as lines of JSON", rare=True)

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

    data_dir: Path = option(Path("aviator-data"), "folder of the database, logs and evidence")
    site: str = option("local", "name of this installation, kept with every row")
    log_level: str = option("INFO", "how much is logged", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    screen: ScreenSettings = ScreenSettings()
    read: ReadSettings = ReadSettings()
    record: RecordSettings = RecordSettings()
    run: RunSettings = RunSettings()
    metrics: MetricsSettings = MetricsSettings()
    bet: BetSettings = BetSettings()
    limits: LimitSettings = LimitSettings()
    rates: dict[str, Any] = option({}, "")
    bookmakers: tuple[BookmakerSettings, ...] = ()
    plays: tuple[PlaySettings, ...] = ()

    @property
    def database_url(self) -> str:
        return self.record.database or f"sqlite:///{(self.data_dir / 'aviator.db').as_posix()}"

    @property
    def spool_dir(self) -> Path:
        """Where events wait for the database when their worker's engine is gone or the database takes nothing."""
        return self.data_dir / "spool"


CURRENCY_CODE = re.compile(r"[A-Z]{3}")
RATE_LOW, RATE_HIGH = 1e-6, 1e6


def money_rates(settings: Settings) -> dict[str, Decimal]:
    """What one unit of each bookmaker's money is worth in the currency of the limits, for the bookmakers that limits add up.

    Raises `UserMistake` where different currencies would be added without rates.
    """
    played = {play.bookmaker for play in settings.plays}
    names = [b for b in settings.bookmakers if (b.name in played if played else b.enabled)]
    codes = {b.currency for b in names}
    if len(codes) > 1 and "" in codes:
        unknown = ", ".join(b.name for b in names if not b.currency)
        raise UserMistake(f"The limits add up money of several bookmakers: name the currency of {unknown} too.")
    if lacking := sorted(codes - settings.rates.keys()) if len(codes) > 1 or (settings.rates and codes != {""}) else []:
        raise UserMistake(
            f"The limits add up money in {', '.join(sorted(codes))}, and [rates] lacks {', '.join(lacking)}: "
            "write what one unit of each is worth in the currency of the limits."
        )
    return {b.name: Decimal(str(settings.rates.get(b.currency, 1))) for b in names}


def _currency_faults(settings: Settings) -> list[str]:
    wrong = [
        f"bookmakers[{i}].currency is {b.currency!r}, allowed: a code of three capital letters such as EUR"
        for i, b in enumerate(settings.bookmakers, 1)
        if b.currency and not CURRENCY_CODE.fullmatch(b.currency)
    ]
    for code, rate in settings.rates.items():
        if not CURRENCY_CODE.fullmatch(code):
            wrong.append(f"rates.{code} is not a currency, allowed: a code of three capital letters such as EUR")
        elif isinstance(rate, bool) or not isinstance(rate, int | float) or not RATE_LOW <= rate <= RATE_HIGH:
            wrong.append(f"rates.{code} is {rate!r}, allowed: {RATE_LOW:g} to {RATE_HIGH:g}")
    return wrong


def load(path: Path) -> Settings:
    """Read and check a settings file. Relative paths in it are meant from the file's own folder."""
    try:
        table = read_toml(path)
    except FileNotFoundError:
        raise UserMistake(f"There is no settings file {path}: make one with `aviator init`, or name another with -c.") from None
    wrong: list[str] = []
    settings: Settings | None = build(Settings, table, "", wrong)
    if settings is not None:
        wrong += _contradictions(settings) + _currency_faults(settings)
    if wrong or settings is None:
        raise UserMistake(f"{path}: {sentence(wrong)}.")
    if not settings.data_dir.is_absolute():
        settings = replace_data_dir(settings, path.parent / settings.data_dir)
    plays = tuple(replace(p, strategy=str(path.parent / p.strategy)) if p.strategy.endswith(".py") else p for p in settings.plays)
    return replace(settings, bookmakers=tuple(_rooted(b, path.parent) for b in settings.bookmakers), plays=plays)


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
    out = ["# AVIATOR's settings. Every key is optional except a bookmaker's name.\n", *lines(settings)]
    for name in ("screen", "read", "record", "metrics", "bet", "limits"):
        out += [f"\n[{name}]", *lines(getattr(settings, name))]
    if settings.rates:
        out += ["\n[rates]", *(f"{code} = {rate}" for code, rate in settings.rates.items())]
    for bookmaker in settings.bookmakers:
        out += ["\n[[bookmakers]]", *lines(bookmaker)]
    for play in settings.plays:
        out += ["\n[[plays]]", *lines(play)]
    return "\n".join(out) + "\n"


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
        if 0 < b.law < LOWEST_LAW:
            wrong.append(f"bookmakers[{i}].law is {b.law!r}, allowed: 0, or {LOWEST_LAW} to {HIGHEST_LAW}")
        if not _rising(b.thresholds):
            wrong.append(f"bookmakers[{i}].thresholds must rise, from above 1, and be at most {MAX_THRESHOLDS}")
        wrong += [f"bookmakers[{i}].{key} is set without a source" for key in ("fps", "start", "trace") if _idle(b, key)]
        try:
            _ = b.start_at
        except (ValueError, OverflowError, OSError):  # the latter two: a year that the system does not know
            wrong.append(f"bookmakers[{i}].start is {b.start!r}, allowed: a time such as 2025-10-08 10:40:58")
    return wrong + _plays_amiss(settings.plays, names)


def _rising(thresholds: tuple[Decimal, ...]) -> bool:
    within = len(thresholds) <= MAX_THRESHOLDS and all(1 < t <= MAX_THRESHOLD for t in thresholds)
    return within and all(a < b for a, b in pairwise(thresholds))


def _plays_amiss(plays: tuple[PlaySettings, ...], names: list[str]) -> list[str]:
    taken: set[tuple[str, int]] = set()
    wrong = []
    for i, play in enumerate(plays, 1):
        if play.bookmaker not in names:
            allowed = ", ".join(names) or "none, for there are none"
            wrong.append(f"plays[{i}].bookmaker is {shown(play.bookmaker)}, allowed: {allowed}")
        if (play.bookmaker, play.panel) in taken:
            wrong.append(f"plays[{i}]: panel {play.panel} of {play.bookmaker} is taken by another strategy")
        taken.add((play.bookmaker, play.panel))
    return wrong
