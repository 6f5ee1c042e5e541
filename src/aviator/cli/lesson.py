"""What learning a window gave: its files, and the sentences that tell a person how it went.

In: what a calibration learned. Out: NAME.toml, NAME.png, pictures of what was found and of what differs; sentences.
Used by every command that learns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from aviator.calibrate.differing import picture_of_differences
from aviator.calibrate.label_score import ENDED
from aviator.calibrate.overlay import draw
from aviator.calibrate.session import DIGITS, Learned
from aviator.calibrate.trial import Grade
from aviator.core.types import Field
from aviator.core.words import counted
from aviator.see import regions
from aviator.see.regions import ROUNDS, UNUSABLE

_OF_BETTING = frozenset({Field.BALANCE, Field.BET_AMOUNT_1, Field.BET_AMOUNT_2, Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2})
"""Their digits show only while bets are made: without `--hands` nobody can complete them."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A window that was learned: where its profile is, how it went, and the processor time that it took, in seconds."""

    path: Path
    learned: Learned
    trial: Grade | None = None
    cpu_s: float = 0.0

    @property
    def found(self) -> Path:
        """The picture of what was found."""
        return self.path.with_name(f"{self.path.stem}-found.png")

    @property
    def differing(self) -> Path:
        """The picture of what the fast reader does not read as the teacher does; there is none where all agrees."""
        return self.path.with_name(f"{self.path.stem}-differs.png")

    def sentence(self) -> str:
        """How well the fast reader agrees with the teacher, for people; where not, the picture of what differs."""
        a = self.learned.agreement
        counts = f"{self.path.stem}: {a.right} of {a.labelled} readings agree with the teacher"
        if not a.differences:
            return f"{counts}."
        some = "; ".join(map(str, (a.misread or a.differences)[:3]))
        more = ", …" if len(a.differences) > 3 else ""
        return f"{counts} ({some}{more}); what differs is drawn in {self.differing}."

    def verdict(self) -> str:
        """The grade for people: what it rests on, what it costs, what to do."""
        if self.trial is None:
            return ""
        g, name = self.trial, self.path.stem
        tried = f"{g.rounds} of {counted(g.flights, 'round')} recorded when it was tried"
        early = "; provisional: fewer than two rounds were over" if g.provisional else ""
        if g.grade == UNUSABLE:
            return f"{name} is unusable: {g.reason}. Calibrate it again, for longer, or in a larger window."
        if g.grade == ROUNDS:
            cost = "nothing confirms a round besides, and one that is missed cannot be read back"
            return f"{name} records rounds: {tried}{early}; {g.reason}, so {cost}."
        return f"{name} is complete: {tried}{early}."

    def warning(self, *, to_bet: bool = True) -> str:
        """What cannot be read yet, for people; empty when all can be. Only who wants `to_bet` needs the digits of own money."""
        return " ".join(filter(None, (self.endless(), self._digits(to_bet))))

    def endless(self) -> str:
        """What follows from no round having been seen to end, for people; empty when one was."""
        profile = self.learned.profile
        if any(ink.when == ENDED for spec in (profile.fields[Field.SCORE], *profile.scores) for ink in spec.inks):
            return ""
        return (
            f"No round of {self.path.stem} was seen to end: its rounds are taken from the strip of past rounds alone, and a "
            "little later, until it is learned again."
        )

    def _digits(self, to_bet: bool) -> str:
        profile = self.learned.profile
        wanted = {f: spec for f, spec in profile.fields.items() if to_bet or f not in _OF_BETTING}
        known = {f: profile.atlases[spec.font].digits for f, spec in wanted.items()}
        some = [f"{str(f).replace('_', ' ')} ({' '.join(sorted(seen))})" for f, seen in known.items() if seen < DIGITS]
        lost = "numbers with others stay unknown there until it is learned again."
        return f"Only some digits were seen yet in {', '.join(some)}: {lost}" if some else ""


def graded(lesson: Lesson, grade: Grade, cpu_s: float) -> Lesson:
    """The lesson with its grade, which is written to the profile."""
    profile = replace(
        lesson.learned.profile,
        grade=grade.grade,
        provisional=grade.provisional,
        grade_reason=grade.reason,
        tried_rounds=f"{grade.rounds} of {grade.flights}",
    )
    regions.save(profile, lesson.path)
    return replace(lesson, learned=replace(lesson.learned, profile=profile), trial=grade, cpu_s=cpu_s)


def save(learned: Learned, path: Path) -> Lesson:
    """Write the profile and its glyphs, beside them a picture of what was found, and one of what is not read as taught."""
    regions.save(learned.profile, path)
    shot = max(learned.seen.shots, key=lambda s: (len(s.screen.fields), len(s.screen.history)))
    lesson = Lesson(path, learned)
    cv2.imwrite(str(lesson.found), draw(np.ascontiguousarray(shot.picture[:, :, :3]), shot.screen))
    lesson.differing.unlink(missing_ok=True)
    if learned.agreement.differences:
        cv2.imwrite(str(lesson.differing), picture_of_differences(learned.seen, learned.agreement.differences))
    return lesson
