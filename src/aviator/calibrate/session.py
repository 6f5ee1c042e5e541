"""The calibration of one window, from the first picture to the checked profile.

In: pictures with their times, first to find the fields (`find`), then to learn them (`learn`). Out: a profile, and how well
the fast reader agrees with the teacher. Raises `UserMistake` with one sentence where a window cannot be learned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aviator.calibrate.album import Album
from aviator.calibrate.areas import Shot
from aviator.calibrate.examine import find
from aviator.calibrate.keyframes import KeyFrames
from aviator.calibrate.label_score import ENDED
from aviator.calibrate.learn import Seen, label_all, learn_profile, newest_of
from aviator.calibrate.readback import Agreement, read_back
from aviator.calibrate.survey import NothingSeen, Survey, survey
from aviator.calibrate.teacher import Teacher
from aviator.core.types import Field, Phase
from aviator.see.ink import Image
from aviator.see.regions import Profile

_LIVELY = 5
"""A field that showed so many different numbers will show all digits in time."""
DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Learned:
    """The profile, how the reader agrees with the teacher, and what the profile was learned from."""

    profile: Profile
    agreement: Agreement
    seen: Seen


class Calibration:
    """One window. Show it pictures (rows x columns x BGRA, times in seconds), `find`, show it more, `learn`."""

    def __init__(self, name: str, teacher: Teacher) -> None:
        self._name = name
        self._teacher = teacher
        self._keys = KeyFrames()
        self._shots: dict[float, Shot] = {}
        self._survey: Survey | None = None
        self._album: Album | None = None
        self._seen: Seen | None = None
        self.trouble: NothingSeen | None = None
        """Why the fields could not be found."""

    @property
    def found(self) -> bool:
        """Were the fields found?"""
        return self._survey is not None

    def look(self, picture: Image, at: float) -> None:
        """Take one picture in; may be called from another thread, but not while `find` or `label` are at work."""
        if self._album is None or self.unseen():
            self._keys.offer(picture, at)
        if self._album is not None:
            self._album.add(picture, at)

    def find(self) -> None:
        """Find the fields on the pictures seen so far; those that follow are learned from. May be called again."""
        for picture, at in zip(self._keys.pictures, self._keys.times, strict=True):
            if at not in self._shots:
                self._examine(picture, at)
        try:
            self._survey = survey(self.shots)
        except NothingSeen as error:
            self.trouble = error
            return
        self.trouble = None
        album = Album(self._survey)
        for at, shot in sorted(self._shots.items(), key=lambda item: item[0]):
            album.add(shot.picture, at)
        self._album = album

    def study(self, picture: Image, at: float) -> Shot:
        """Examine this picture now, whatever it looks like; `find` and `label` go by it too."""
        return self._examine(picture.copy(), at)

    def show(self, picture: Image, at: float, fields: Iterable[Field]) -> None:
        """Take in what these fields show on a picture that was taken for their sake; only once the fields were found."""
        assert self._album is not None
        self._album.add_fields(picture, at, fields)

    def _examine(self, picture: Image, at: float) -> Shot:
        known = [(shot.picture, shot.lines) for shot in self._shots.values()]
        lines = self._teacher.lines_again(picture, known) if known else self._teacher.lines(picture)
        lines, screen = find(self._teacher, np.ascontiguousarray(picture[:, :, :3]), lines)
        self._shots[at] = shot = Shot(picture, lines, screen)
        return shot

    @property
    def survey(self) -> Survey:
        """Where the fields are; only once they were found."""
        assert self._survey is not None
        return self._survey

    @property
    def shots(self) -> list[Shot]:
        """The pictures that were examined, the oldest first."""
        return [shot for _, shot in sorted(self._shots.items(), key=lambda item: item[0])]

    def unseen(self) -> str:
        """What the game has not shown yet and must be seen, in words; empty when all was."""
        if self._survey is None:
            return "a multiplier on the board"
        phases = {shot.screen.phase for shot in self._shots.values()}
        words = {Phase.PLAYING: "a round under way", Phase.BETTING: "the time between two rounds"}
        lacking = [words[phase] for phase in words if phase not in phases]
        return " and ".join(lacking)

    def due(self) -> bool:
        """Is something lacking that is sure to come with the next rounds, while a digit may not come for long?"""
        return self.found and (bool(self.unseen()) if self._seen is None else not self._ended_seen(self._seen))

    @staticmethod
    def _ended_seen(seen: Seen) -> bool:
        return ENDED in {ink.when for ink in seen.score.inks}

    def label(self) -> None:
        """Let the teacher name what was seen so far. May be called again when more was seen."""
        assert self._survey is not None
        assert self._album is not None
        self._seen = label_all(self._survey, self.shots, self._album, self._teacher)

    def unread(self) -> str:
        """What was not read yet although it comes in time, in words: a round's end, digits. Empty when all was."""
        assert self._seen is not None
        if not self._ended_seen(self._seen):
            return "the end of a round"
        for field, labels in self._seen.fields.items():
            texts = {label.text for label in labels.labels}
            lacking = sorted(DIGITS - set("".join(texts)))
            if lacking and len(texts) >= _LIVELY:
                return f"the digit{'s' if len(lacking) > 1 else ''} {', '.join(lacking)} in {field}"
        if Field.HISTORY in self._seen.fields and not newest_of(self._seen, guess=False):
            return "the strip of past rounds to move on"
        return ""

    def digits_lacking(self, field: Field) -> str:
        """The digits that the field has not shown, or not clearly; all of them where it was not found."""
        assert self._seen is not None
        labels = self._seen.fields.get(field)
        return "".join(sorted(DIGITS - set("".join(label.text for label in labels.labels) if labels else "")))

    def learn(self) -> Learned:
        """Learn the profile; what the reader then reads otherwise than the teacher is left out, and learned anew."""
        if self._seen is None:
            self.label()
        assert self._seen is not None
        profile = learn_profile(self._name, self._seen)
        agreement = read_back(profile, self._seen.fields)
        if agreement.misread:
            doubted = frozenset((one.field, one.index) for one in agreement.misread)
            profile = learn_profile(self._name, self._seen, doubted)
            agreement = read_back(profile, self._seen.fields)
        return Learned(profile, agreement, self._seen)
