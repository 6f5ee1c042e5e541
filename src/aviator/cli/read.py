"""`aviator read`: what is on this screenshot? Finds the fields itself, on any site; with a profile, reads as a worker would.

In: a picture file. Out: JSON or a table; on request the picture with everything marked.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cv2
import numpy as np
import typer
from rich.table import Table
from rich.text import Text

from aviator.cli.console import Console
from aviator.cli.interrupts import prompt_interrupt
from aviator.cli.output import echo
from aviator.cli.table import multiplier
from aviator.core.errors import UserMistake
from aviator.core.extras import require
from aviator.core.types import Field, Frame, Method, Phase, Reading, Rect
from aviator.see.picture import decode, read_bytes

if TYPE_CHECKING:
    from aviator.calibrate.found import Button, Found, Screen
    from aviator.see.ink import Image

_BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)
_NAMES = {Field.SCORE: "multiplier", Field.BALANCE: "balance", Field.PLAYERS: "players", Field.TOTAL_WIN: "total win"}
NOTHING = "Nothing of a crash game was found on this picture."


def read(
    image: Annotated[Path, typer.Argument(help="A screenshot: PNG, JPEG or WebP.", show_default=False)],
    *,
    profile: Annotated[
        str, typer.Option(help="A profile's name or file, to read as a worker does; else the fields are found anew.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Write the screenshot with everything marked to this PNG.")] = None,
) -> None:
    """Say what is on a screenshot of a crash game."""
    if not profile:
        require("calibrate")
    pixels = load_picture(image)
    if profile:
        if picture is not None:
            raise UserMistake("--picture marks what was found without a profile; leave one of the two out.")
        answer = _with_profile(profile, pixels)
    else:
        answer = _without_profile(pixels, picture)
    if answer["phase"] is None and not any(answer["fields"].values()):
        echo(NOTHING, err=True)
    if as_json:
        echo(json.dumps(answer, ensure_ascii=False))
    else:
        Console().print(_table(answer))


def load_picture(path: Path) -> Image:
    """Rows x columns x BGR. Transparent parts are shown on black. Raises `UserMistake`."""
    decoded = decode(read_bytes(path), path, cv2.IMREAD_UNCHANGED)
    if decoded.dtype != np.uint8:
        decoded = cv2.normalize(decoded, None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)  # type: ignore[call-overload]
    if decoded.ndim == 2:
        return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_GRAY2BGR), np.uint8)
    if decoded.shape[2] == 4:
        opaque = decoded[:, :, 3:].astype(np.uint16)
        return (decoded[:, :, :3] * opaque // 255).astype(np.uint8)
    return np.ascontiguousarray(decoded[:, :, :3])


def _without_profile(pixels: Image, picture: Path | None) -> dict[str, Any]:
    from aviator.calibrate import overlay
    from aviator.calibrate.examine import examine
    from aviator.calibrate.teacher import Teacher

    with prompt_interrupt():
        screen = examine(Teacher(), pixels)
    if picture is not None:
        _write(overlay.draw(pixels, screen), picture)
    return of_screen(screen)


def _write(pixels: Image, path: Path) -> None:
    try:
        path.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    except OSError as error:
        raise UserMistake(f"The picture {path} cannot be written: {(error.strerror or str(error)).lower()}.") from None


def of_screen(screen: Screen) -> dict[str, Any]:
    """What `--json` prints. Values are strings with exact decimals."""
    fields: dict[str, Any] = {f: _found(screen.fields.get(f)) for f in Field if f not in (Field.PHASE, Field.HISTORY, *_BUTTONS)}
    fields[Field.HISTORY] = [_found(f) for f in screen.history]
    fields |= {f: _button(screen.buttons.get(f)) for f in _BUTTONS}
    return {
        "phase": screen.phase,
        "board": list(screen.board) if screen.board else None,
        "newest": screen.newest if screen.history else None,
        "fields": fields,
    }


def _found(found: Found | None) -> dict[str, Any] | None:
    if found is None or found.value is None:
        return None
    total = {} if found.total is None else {"total": str(found.total)}
    return {
        "text": found.text,
        "value": str(found.value),
        **total,
        "confidence": round(found.confidence, 3),
        "method": Method.TEACHER,
        "box": list(found.box),
    }


def _button(button: Button | None) -> dict[str, Any] | None:
    return None if button is None else {"text": button.text, "state": button.state, "box": list(button.box)}


def _with_profile(name: str, pixels: Image) -> dict[str, Any]:
    from aviator.see import regions
    from aviator.see.phase import Sight
    from aviator.see.reader import MultiRegionReader

    height, width = pixels.shape[:2]
    path = Path(name) if name.endswith(".toml") else regions.find_profile(name, Rect(0, 0, width, height))
    profile = regions.load(path)
    if profile.window != (width, height):
        wanted, given = "{}x{}".format(*profile.window), f"{width}x{height}"
        raise UserMistake(f"The profile {path} is for a window of {wanted} pixels, the picture has {given}.")
    reader = MultiRegionReader(profile, (0, 0))
    rect = reader.rect
    bgra = cv2.cvtColor(pixels[rect.y : rect.bottom, rect.x : rect.right], cv2.COLOR_BGR2BGRA)
    look = reader.read(Frame(np.ascontiguousarray(bgra, np.uint8), rect, 0.0, 0.0))
    phases = {Sight.WAITING: Phase.BETTING, Sight.FLYING: Phase.PLAYING, Sight.ENDED: Phase.ENDED}
    boxes = profile.boxes()
    fields: dict[str, Any] = {
        f: _reading(look.readings.get(f), boxes.get(f)) for f in Field if f not in (Field.PHASE, Field.HISTORY, *_BUTTONS)
    }
    strip = look.strip
    fields[Field.HISTORY] = (
        [
            {"text": str(v), "value": str(v), "confidence": round(strip.confidence, 3), "method": Method.GLYPHS, "box": None}
            for v in strip.values
        ]
        if strip
        else []
    )
    for field in _BUTTONS:
        reading = look.readings.get(field)
        fields[field] = {"text": None, "state": reading.text, "box": list(boxes[field])} if reading and reading.text else None
    return {
        "phase": phases.get(look.sight),
        "board": list(boxes[Field.PHASE]),
        "newest": "left" if strip else None,
        "fields": fields,
    }


def _reading(reading: Reading | None, box: tuple[int, int, int, int] | None) -> dict[str, Any] | None:
    if reading is None or reading.value is None or box is None:
        return None
    total = {} if reading.total is None else {"total": str(reading.total)}
    return {
        "text": reading.text,
        "value": str(reading.value),
        **total,
        "confidence": round(reading.confidence, 3),
        "method": reading.method,
        "box": list(box),
    }


def _table(answer: dict[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("phase", Text(answer["phase"].lower() if answer["phase"] else "–"))
    for field, found in answer["fields"].items():
        if field == Field.HISTORY:
            past = Text("  ").join(Text("?", "dim") if v is None else multiplier(Decimal(v["value"])) for v in found)
            table.add_row("history", past if found else Text("–"))
        else:
            table.add_row(_NAMES.get(field, str(field).replace("_", " ")), _cell(found))
    return table


def _cell(found: dict[str, Any] | None) -> Text:
    if found is None:
        return Text("–")
    if "state" in found:
        return Text(str(found["state"]).replace("_", " "))
    return Text(str(found["text"])).append(f"   {found['confidence']:.0%}", "dim")
