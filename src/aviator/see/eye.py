"""Everything between a frame and the facts of one bookmaker: reader, self-check, phases and rounds, tied together.

In: frames. Out: looks and facts, and crops of the unreadable as evidence. No clock of its own. Worker process.
"""

from __future__ import annotations

import logging
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.core.events import Fact, FitChanged
from aviator.core.types import Field, Frame, Phase, Rect
from aviator.see import regions, tesseract
from aviator.see.collectors import PhaseCollector, RGBCollector
from aviator.see.evidence import Evidence
from aviator.see.look import Look
from aviator.see.phase import PhaseMachine, Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.rounds import MainCollector
from aviator.see.selfcheck import SelfCheck, Sign, sign_of
from aviator.see.settings import WorkerSettings
from aviator.see.stillness import Stillness

log = logging.getLogger(__name__)


def fitting(path: Path, bookmaker: str, window: Rect) -> regions.Profile:
    """The profile at `path`. Raises `UserMistake` where it is not for windows of this size."""
    profile = regions.load(path)
    if profile.window != (window.w, window.h):
        raise UserMistake(
            f"The profile {profile.name} is for windows of {profile.window[0]}x{profile.window[1]} pixels, "
            f"but {bookmaker}'s is {window.w}x{window.h}."
        )
    return profile


_CALL = {False: "calibrate again: ", True: "read again: "}


class Eye:
    """Everything between a frame and the facts of one bookmaker; no clock, no input or output of its own but evidence."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.bookmaker = settings.bookmaker
        self.profile = fitting(settings.profile, settings.bookmaker, settings.window)
        self._evidence = Evidence(settings.evidence_dir, settings.evidence)
        self.reader = self._reader_of(settings.window)
        self.check = SelfCheck(settings.growth_s / 12)
        self._followed = ""
        self.phases = PhaseMachine(settings.growth_s / 12)
        self.rounds = MainCollector(settings.bookmaker, settings.growth_s, settings.recent)
        self._stillness = Stillness(settings.growth_s / 12)
        self._phase_facts = PhaseCollector(settings.bookmaker)
        self._colours = RGBCollector(settings.bookmaker)

    def see(self, frame: Frame) -> tuple[Look, list[Fact]]:
        """One tick: what is on the frame, and the facts it establishes, oldest first.

        While the window does not look like its profile nothing is: not even what could be read by chance.
        """
        read_before = self.reader.stats.fields_read
        look = self.reader.read(frame)
        facts: list[Fact] = self._judge(look, frame, self.reader.stats.fields_read > read_before)
        fit = self.check.verdict.fit
        if not fit:
            look = Look(look.at, Sight.NOTHING, None, 0.0, None, {})
        changes = self.phases.step(self._stillness.judge(look), look.at)
        facts += self._phase_facts.step(changes)
        facts += self.rounds.step(look, changes)
        if fit:
            facts += self._colours.step(look.at, lambda: self.reader.regions(frame))
        return look, facts

    @property
    def lost(self) -> bool:
        """Is nothing of the game to be seen where the window is thought to be?"""
        return not self.check.verdict.fit or self.phases.phase is Phase.OFFLINE

    def follow(self, window: Rect, shift: tuple[int, int]) -> None:
        """The window was moved by `shift` to `window`: read it there. Whether it fits is judged by what is read."""
        stats = self.reader.stats
        self.reader = self._reader_of(window)
        self.reader.stats = stats
        self.check.moved_on()
        self._followed = f"the window moved by {shift[0]}, {shift[1]} pixels"
        log.info("%s: %s", self.bookmaker, self._followed)

    def _reader_of(self, window: Rect) -> MultiRegionReader:
        return MultiRegionReader(self.profile, (window.x, window.y), tesseract.SHARED, self._evidence)

    def _judge(self, look: Look, frame: Frame, moved: bool) -> list[Fact]:
        before = self.check.verdict
        after = self.check.step(look, moved, lambda: self._signs(look, frame))
        if after.fit is before.fit and not (after.fit and self._followed and self.check.looks_right()):
            return []
        reason = after.reason
        if after.fit:
            reason, self._followed = self._followed or "the window looks as it was learned again", ""
        log.log(logging.INFO if after.fit else logging.WARNING, "%s: %s%s", self.bookmaker, _CALL[after.fit], reason)
        return [FitChanged(self.bookmaker, look.at, after.fit, reason)]

    def _signs(self, look: Look, frame: Frame) -> dict[Field, Sign]:
        signs: dict[Field, Sign] = {}
        for field, spec in self.profile.fields.items():
            crop = self.reader.crop(field, frame)
            if field is not Field.SCORE and crop is not None:
                signs[field] = sign_of(field, spec, look, crop)
        return signs
