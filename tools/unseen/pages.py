"""Generated pages: six windows at a time, learned and watched live, then compared with the simulation's ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from tools.soak.judge import SLACK_GAME_S, Gap
from tools.unseen.result import PageResult, learned

from aviator.cli.demo import demo_settings, learn_unknown
from aviator.cli.sim import simulation
from aviator.core.config import MetricsSettings
from aviator.core.errors import UserMistake
from aviator.core.types import BookmakerId
from aviator.record.schema import gaps
from aviator.record.store import open_reader
from aviator.record.verify import Comparison, compare
from aviator.run.engine import Engine
from aviator.run.logs import logging_to
from aviator.run.signals import StopSwitch
from aviator.sim.designs import draw_design


def judge_pages(
    seeds: Sequence[int], folder: Path, seconds: float, speed: float, switch: StopSwitch, console: Console
) -> Iterator[PageResult]:
    """Learn and watch the pages of these seeds, which follow one another. Raises `UserMistake` where the folder is in use."""
    if (folder / "aviator.db").exists():
        raise UserMistake(f"{folder} holds the record of an earlier run: name a fresh folder with --out.")
    for part in ("sim", "logs", "profiles"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    ledger, profiles = folder / "sim" / "ledger.jsonl", folder / "profiles"
    failures: dict[str, str] = {}
    with simulation(
        bookmakers=str(len(seeds)), skins="random", speed=speed, seed=seeds[0],
        ledger=ledger, log=folder / "logs" / "sim.log", hidden=True, stop=switch,
    ) as sim:  # fmt: skip
        os.environ["DISPLAY"] = str(sim.display)
        console.print(f"Seeds {seeds[0]} to {seeds[-1]}: learning …", style="dim")
        began = time.monotonic()
        try:
            lessons = learn_unknown(sim, profiles, console, switch, using=False, failures=failures)
        except UserMistake as error:  # not one of them could be learned
            failures |= {w.skin: str(error) for w in sim.windows if w.skin not in failures}
            lessons = {}
        learn_s = time.monotonic() - began
        followed = replace(sim, windows=tuple(w for w in sim.windows if w.skin in lessons))
        settings = replace(demo_settings(followed, folder, profiles), metrics=MetricsSettings(port=0))
        if lessons:
            console.print(f"Seeds {seeds[0]} to {seeds[-1]}: watching for {seconds:g} s …", style="dim")
            with logging_to(folder / "logs" / "engine.log", settings.log_level):
                Engine(settings).run(seconds, switch)
    beside = compare(ledger, settings.database_url) if lessons else {}
    for seed, window in zip(seeds, sim.windows, strict=True):
        lesson = lessons.get(window.skin)
        one = beside.get(BookmakerId(window.bookmaker)) if lesson else None
        grade, provisional, reason, fields = (
            learned(lesson.path) if lesson else ("unusable", None, failures.get(window.skin, ""), [])
        )
        declared = _gaps(settings.database_url, window.bookmaker) if lesson else []
        yield PageResult(
            page=window.bookmaker,
            design=draw_design(seed).draws(),
            grade=grade,
            provisional=provisional,
            reason=reason,
            fields=fields,
            happened=len(one.happened) if one else None,
            exact=len(one.pairs) - len(one.wrong) if one else None,
            missing=len(one.missing) if one else None,
            wrong=len(one.wrong) if one else None,
            extra=len(one.extra) if one else None,
            gaps_needless=_needless(one, declared, SLACK_GAME_S / speed) if one else None,
            learn_s=round(learn_s, 1),
            learn_cpu_s=round(lesson.cpu_s, 1) if lesson else 0.0,
        )


def _gaps(url: str, bookmaker: str) -> list[Gap]:
    query = sa.select(gaps.c.from_at, gaps.c.to_at, gaps.c.rounds_missing).where(gaps.c.bookmaker == bookmaker)
    with closing(open_reader(url)) as store, store.engine.connect() as connection:
        return [Gap(*row) for row in connection.execute(query)]


def _needless(one: Comparison, declared: Sequence[Gap], slack_s: float) -> int:
    """Gaps in which no round was missing, within the time that is compared."""
    if not one.happened:
        return 0
    first, last = one.happened[0].betting_at, one.happened[-1].ended_at
    within = [gap for gap in declared if gap.to_at >= first and gap.from_at <= last]
    return sum(not any(gap.covers(r.ended_at, slack_s) for r in one.missing) for gap in within)
