"""Everything between a frame and the facts of one bookmaker: reader, self-check, phases and rounds, tied together.

In: frames. Out: looks and facts, and crops of the unreadable as evidence. No clock of its own. Worker process.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from aviator.core.errors import UserMistake
from aviator.core.events import Fact, FitChanged
from aviator.core.types import Field, Frame, Phase, Rect
from aviator.see import regions, tesseract
from aviator.see.collectors import PhaseCollector, RGBCollector
from aviator.see.difference import difference_picture
from aviator.see.evidence import DIFFERS, Evidence
from aviator.see.look import Look
from aviator.see.offline import Diagnosis, fields_read
from aviator.see.phase import Loss, PhaseMachine, Sight
from aviator.see.reader import MultiRegionReader
from aviator.see.rounds import MainCollector
from aviator.see.selfcheck import SelfCheck, Sign, sign_of
from aviator.see.settings import WorkerSettings
from aviator.see.snapshots import SnapshotTimer
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


LEAST_FIELDS = 2
"""With no more fields of text than the score and this less one, there is too little that could bear a phase out."""

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
        snapshots = SnapshotTimer(settings.thresholds, settings.snapshots_hz)
        has_strip = Field.HISTORY in self.profile.fields
        marks_ends = self.profile.marks_ends
        self.rounds = MainCollector(
            settings.bookmaker, settings.growth_s, settings.recent, has_strip, snapshots, marks_ends=marks_ends
        )
        self._ended: Frame | None = None
        """The last frame with the multiplier of the round that has just ended, until the next betting."""
        self._stillness = Stillness(settings.growth_s / 12, marks_ends=marks_ends)
        self._diagnosis = Diagnosis(self.profile, settings.growth_s / 12, tesseract.SHARED)
        self.offline = ""
        """Why nothing of the game can be read now; empty while it can."""
        self.useful_at: float | None = None
        """When something of the game was last recognised."""
        self._phase_facts = PhaseCollector(settings.bookmaker)
        self._colours = RGBCollector(settings.bookmaker)

    def see(self, frame: Frame) -> tuple[Look, list[Fact]]:
        """One tick: what is on the frame, and the facts it establishes, oldest first.

        While the window does not look like its profile nothing is: not even what could be read by chance.
        """
        look = self.reader.read(frame)
        facts: list[Fact] = self._judge(look, frame)
        if not self.check.verdict.fit:
            look = _nothing(look.at)
        elif not self._borne_out(look):
            look = replace(look, sight=Sight.NOTHING)
        sight = self._stillness.judge(look, self.reader.moved)
        changes = self.phases.step(sight, look.at)
        facts += self._phase_facts.step(changes, lambda loss: self._why(loss, frame, look))
        disagreed = self.rounds.strip_disagreed
        facts += self.rounds.step(look, changes)
        if self.rounds.strip_disagreed > disagreed:
            self._keep_disagreement(self._ended or frame)
        if self.phases.phase is not Phase.ENDED:
            self._ended = None
        elif look.score is not None:
            self._ended = frame
        if self.phases.phase is Phase.OFFLINE:
            self._tell(self._diagnosis.go_on(frame, look, sight))
            return _nothing(look.at), facts
        if sight not in {Sight.NOTHING, Sight.FROZEN}:
            self._tell("")
            self.useful_at = look.at
            facts += self._colours.step(look.at, lambda: self.reader.regions(frame))
        return look, facts

    def blind(self, at: float, reason: str) -> tuple[Look, list[Fact]]:
        """One tick without a frame: the screen cannot be read."""
        look = _nothing(at)
        self._tell(reason)
        changes = self.phases.blind(at)
        return look, [*self._phase_facts.step(changes, lambda _: reason), *self.rounds.step(look, changes)]

    @property
    def uneasy(self) -> bool:
        """Is it worth a glance whether the window is still in its place?"""
        return self.check.doubtful or self.phases.missing

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

    def _keep_disagreement(self, frame: Frame) -> None:
        """A picture of the end of a round of which board and strip say different things."""
        assert self.rounds.disagreement is not None
        fields = (Field.SCORE, Field.HISTORY)
        texts = [f"{place}: {value}x" for place, value in zip(("board", "strip"), self.rounds.disagreement, strict=True)]
        rows = [(self.reader.crop(field, frame), text) for field, text in zip(fields, texts, strict=True)]
        boxes = [box for field in fields if (box := self.reader.box(field))]
        self._evidence.keep(DIFFERS, difference_picture(frame.pixels, boxes, rows), frame.at, "strip")

    def _borne_out(self, look: Look) -> bool:
        """A place may have the colour of a phase by chance; where no field of text is to be read, that proves nothing."""
        seen_in_text = look.score is not None or len(self.profile.fields) <= LEAST_FIELDS
        return seen_in_text or look.sight is Sight.NOTHING or fields_read(look)

    def _why(self, loss: Loss, frame: Frame, look: Look) -> str:
        self._tell(self._diagnosis.begin(loss, frame, look))
        return self.offline

    def _tell(self, offline: str) -> None:
        if offline and not self.check.verdict.fit:
            offline = self.check.verdict.reason
        if offline != self.offline:
            self.offline = offline
            log.log(logging.WARNING if offline else logging.INFO, "%s: %s", self.bookmaker, offline or "the game is in sight")

    def _judge(self, look: Look, frame: Frame) -> list[Fact]:
        before = self.check.verdict
        after = self.check.step(look, self.reader.moved, lambda: self._signs(look, frame))
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


def _nothing(at: float) -> Look:
    return Look(at, Sight.NOTHING, None, 0.0, None, {})
