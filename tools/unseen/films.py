"""A screen recording: learned from and replayed with the product's own commands, as a user does it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from tools.unseen.result import PageResult, learned

from aviator.core.errors import EXIT_OK, EXIT_USER_MISTAKE, AviatorError
from aviator.record.schema import rounds
from aviator.record.store import open_reader


def judge_film(film: Path, out: Path, console: Console) -> PageResult:
    """Learn and replay one recording; leaves `out`/trace.jsonl and `out`/aviator.db."""
    name = film.parent.name
    out.mkdir(parents=True, exist_ok=True)
    console.print(f"{name}: learning …", style="dim")
    began = time.monotonic()
    code, cpu_s, said = _aviator(["calibrate", name, "--film", str(film), "--into", str(out)], out / "calibrate.log")
    took_s = time.monotonic() - began
    profile = out / f"{name.lower()}.toml"
    if code == EXIT_USER_MISTAKE and not profile.exists():
        return _result(name, "unusable", None, said, [], None, took_s, cpu_s)
    if not profile.exists():
        raise AviatorError(f"{name} could not be learned: {said}")
    console.print(f"{name}: replaying …", style="dim")
    replay = ["replay", str(film), "--profile", str(profile), "--data-dir", str(out), "--trace", str(out / "trace.jsonl")]
    code, _, said = _aviator(replay, out / "replay.log")
    if code != EXIT_OK:
        raise AviatorError(f"{name} could not be replayed: {said}")
    grade, provisional, reason, fields = learned(profile)
    truth = film.with_name("truth.jsonl")
    return _result(name, grade, provisional, reason, fields, _counts(truth, out) if truth.exists() else None, took_s, cpu_s)


def _result(
    name: str,
    grade: str | None,
    provisional: bool | None,
    reason: str,
    fields: list[str],
    counts: tuple[int, int, int, int] | None,
    learn_s: float,
    learn_cpu_s: float,
) -> PageResult:
    happened, exact, missing, extra = counts or (None, None, None, None)
    return PageResult(
        page=name, design={}, grade=grade, provisional=provisional, reason=reason, fields=fields, happened=happened, exact=exact,
        missing=missing, wrong=None if counts is None else 0, extra=extra, gaps_needless=None, learn_s=round(learn_s, 1),
        learn_cpu_s=round(learn_cpu_s, 1),
    )  # fmt: skip


def _aviator(arguments: Sequence[str], log: Path) -> tuple[int, float, str]:
    """Exit code, processor time with children in seconds, and the last line that was said."""
    before = os.times()
    with log.open("w", encoding="utf-8") as file:
        command = [sys.executable, "-m", "aviator", *arguments]
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False).returncode
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return code, cpu_s, (log.read_text(encoding="utf-8").strip().splitlines() or [""])[-1]


def _counts(truth: Path, out: Path) -> tuple[int, int, int, int]:
    """Rounds whose end is in the recording: happened, exact, missing; and recorded live besides these: extra."""
    frames = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    ends = []
    for i in range(1, len(frames)):
        if frames[i - 1]["phase"] == "fly" != frames[i]["phase"]:
            shown = [f["m"] for f in frames[i : i + 10] if f["phase"] == "end" and f["m"]]
            ends.append(f"{float(shown[-1] if shown else frames[i - 1]['m']):.2f}")
    with closing(open_reader(f"sqlite:///{out / 'aviator.db'}")) as store, store.engine.connect() as connection:
        rows = connection.execute(sa.select(rounds.c.multiplier, rounds.c.source).order_by(rounds.c.ended_at)).all()
    left, extra = list(ends), 0
    for multiplier, source in rows:
        value = f"{multiplier:.2f}"
        if value in left:
            left.remove(value)
        elif source == "live":
            extra += 1
    return len(ends), len(ends) - len(left), len(left), extra
