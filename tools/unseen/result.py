"""What became of a page: one JSON line of `./dev unseen`, and whether it is good."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from aviator.see.regions import load

FOLLOWED = ("complete", "rounds")


class PageResult(TypedDict):
    """`design`: dimension -> what was drawn, empty for a recording. Counts of rounds are None where no truth is known.

    `grade` is "complete", "rounds" or "unusable"; `reason` says why it is no better.
    """

    page: str
    design: dict[str, str]
    grade: str | None
    provisional: bool | None
    reason: str
    fields: list[str]
    happened: int | None
    exact: int | None
    missing: int | None
    wrong: int | None
    extra: int | None
    gaps_needless: int | None
    learn_s: float
    learn_cpu_s: float


def is_good(result: PageResult) -> bool:
    """Nothing is wrong or extra; nothing is missing and no gap needless on a page that is followed."""
    false = (result["wrong"] or 0) + (result["extra"] or 0)
    lacking = (result["missing"] or 0) + (result["gaps_needless"] or 0)
    return not false and not (lacking and result["grade"] in (*FOLLOWED, None))


def learned(path: Path) -> tuple[str | None, bool | None, str, list[str]]:
    """Grade, whether it is provisional, why it is no better, and the fields of a profile."""
    profile = load(path)
    names = [str(field) for field in (*profile.fields, *profile.buttons)]
    return profile.grade or None, profile.provisional if profile.grade else None, profile.grade_reason, sorted(names)
