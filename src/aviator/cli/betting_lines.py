"""Lines about betting: the day at each bookmaker, and what blocks betting.

Shared by the live table, `status` and the closing lines of a run.

In: a `BettingStatus`. Out: one `Text` a line.
"""

from datetime import datetime
from decimal import Decimal

from rich.text import Text

from aviator.core.words import counted
from aviator.run.status import BettingDay, BettingStatus


def profit(value: Decimal | None) -> Text:
    """Money won or lost, signed and in its colour."""
    if value is None:
        return Text("–", style="dim")
    return Text(f"{value:+,.2f}".replace("-", "−"), style="green" if value > 0 else "red" if value < 0 else "")


def day_lines(betting: BettingStatus, now: float) -> list[Text]:
    """Bets, profit and refusals of today, a line for each bookmaker where there were any."""
    return [line for day in betting.days if (line := _day_line(day, now)) is not None]


def block_lines(betting: BettingStatus, now: float, *, without: str = "") -> list[Text]:
    """What keeps from betting, a line each; `without` those of that cause."""
    lines = []
    for block in betting.blocks:
        if block.cause == without:
            continue
        until = "" if block.until is None else f" until {clock_text(block.until, now)}"
        where = "at any bookmaker" if block.bookmaker == "all" else f"at {block.bookmaker}"
        lines.append(Text(f"No bet {where}{until}: {block.reason.rstrip('.')} ({block.cause}).", "yellow"))
    return lines


def clock_text(at: float, now: float) -> str:
    """The time of day, with the date where that is another one."""
    moment, today = datetime.fromtimestamp(at).astimezone(), datetime.fromtimestamp(now).astimezone()
    return f"{moment:%H:%M:%S}" if moment.date() == today.date() else f"{moment:%Y-%m-%d %H:%M:%S}"


def _day_line(day: BettingDay, now: float) -> Text | None:
    if not day.bets and not day.refused:
        return None
    line = Text(f"{day.bookmaker}: {counted(day.bets, 'bet') if day.bets else 'no bet'} today")
    if day.bets:
        line.append(", profit ").append(profit(day.profit))
    if day.refused:
        at = "" if day.refused_at is None else f" at {clock_text(day.refused_at, now)}"
        last = "the last" if day.refused > 1 else "it was"
        line.append(f"; {day.refused:,} refused, {last}{at}: {day.refusal.rstrip('.')}", "yellow")
    return line.append(".")
