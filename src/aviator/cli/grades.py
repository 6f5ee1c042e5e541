"""What the grades of profiles mean for a person: shared by `doctor`, `run` and the commands that learn.

In: targets and their profiles. Out: sentences. No reader and no teacher is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aviator.see.regions import COMPLETE, UNUSABLE, Profile, load

if TYPE_CHECKING:
    from aviator.run.jobs import Target


def unusable(targets: Sequence[Target]) -> list[str]:
    """A sentence for each window whose rounds were not recorded when its profile was tried."""
    bad = [(t, profile) for t in targets if (profile := load(t.profile)).grade == UNUSABLE]
    return [f"{t.bookmaker} is unusable: {p.grade_reason}. Run `aviator calibrate {t.profile.stem}` again." for t, p in bad]


def limited(targets: Sequence[Target]) -> list[str]:
    """A part of a sentence for each window whose grade is not the best, or not certain."""
    told = ((target, _limit(load(target.profile))) for target in targets)
    return [f"{target.bookmaker} {limit}" for target, limit in told if limit]


def _limit(profile: Profile) -> str:
    if not profile.grade:
        return "was learned without a grade (calibrate it again to try it)"
    early = f"provisionally ({profile.tried_rounds} rounds were tried)" if profile.provisional else ""
    if profile.grade == COMPLETE:
        return early and f"is complete {early}"
    if profile.grade == UNUSABLE:
        return ""  # a fault, not a limit
    return " ".join(filter(None, ("records rounds without a second witness", early, f"because {profile.grade_reason}")))
