"""Pictures of a window with labels: what stands where. The raw material of a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aviator.core.types import Field
from aviator.see.ink import Image
from aviator.see.regions import Box

BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)
TEXTS = tuple(f for f in Field if f not in (*BUTTONS, Field.PHASE, Field.HISTORY))


@dataclass(frozen=True, slots=True)
class Text:
    """A text on a picture. `area` is where its field writes, `ink_box` about where this text stands; both x, y, w, h."""

    text: str
    area: Box
    ink_box: Box


@dataclass(frozen=True, slots=True)
class Sample:
    """A window's pixels (rows x columns x BGRA) and its labels: field -> {text, box, text_box, state, items, newest}."""

    pixels: Image
    labels: Mapping[str, Any]

    def text(self, field: Field) -> Text | None:
        label = self.labels.get(field)
        if not label or not label.get("text") or not label.get("text_box"):
            return None
        return Text(label["text"], tuple(label["box"]), tuple(label["text_box"]))

    def items(self) -> list[Text]:
        """The whole values on the history strip, left to right."""
        strip = self.labels[Field.HISTORY]
        return [Text(i["text"], tuple(strip["box"]), tuple(i["box"])) for i in strip["items"] if not i["cut"]]

    def newest(self) -> str:
        return str(self.labels[Field.HISTORY]["newest"])

    def area(self, field: Field) -> Box:
        x, y, w, h = self.labels[field]["box"]
        return x, y, w, h

    def state(self, field: Field) -> str:
        return str(self.labels[field]["state"])

    @property
    def phase(self) -> str:
        """betting, flying, ended or black."""
        return str(self.labels[Field.PHASE]["text"])


def crop(pixels: Image, box: Box) -> Image:
    x, y, w, h = box
    return pixels[max(0, y) : y + h, max(0, x) : x + w]


def around(box: Box, margin: int, within: Box) -> Box:
    """`box` widened on all sides, but not beyond `within`."""
    x, y = max(box[0] - margin, within[0]), max(box[1] - margin, within[1])
    right = min(box[0] + box[2] + margin, within[0] + within[2])
    low = min(box[1] + box[3] + margin, within[1] + within[3])
    return x, y, right - x, low - y


def crops_of(samples: list[Sample], field: Field) -> Iterator[tuple[Image, Text]]:
    """Every crop of `field`'s text, cut to the text with a little room, and its label."""
    for sample in samples:
        texts = sample.items() if field is Field.HISTORY else [t for t in [sample.text(field)] if t]
        for text in texts:
            yield crop(sample.pixels, around(text.ink_box, 3, text.area)), text
