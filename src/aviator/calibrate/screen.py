"""What is on a screenshot of a crash game: which text is which field, on any site.

In: the recognised lines of text and the picture. Out: a `Screen`. Pure: evidence from words, sizes, places and colours;
nothing knows a site. Where the evidence does not decide, a field is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from aviator.calibrate import moment, panels, score, shapes, strips, sums
from aviator.calibrate.found import Button, Found, Screen
from aviator.calibrate.panels import Panel, inside
from aviator.calibrate.phrases import mentions
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token, tokens
from aviator.core.types import Field, Phase
from aviator.see.ink import Image

__all__ = ["Button", "Found", "Screen", "interpret"]

_AMOUNTS = (Field.BET_AMOUNT_1, Field.BET_AMOUNT_2)
_AUTOS = (Field.AUTO_CASH_OUT_1, Field.AUTO_CASH_OUT_2)
_FEW_LINES = 16
_BUTTONS = (Field.BUTTON_1, Field.BUTTON_2)


def interpret(lines: Sequence[Line], picture: Image) -> Screen:
    """Everything of a crash game that the lines of text show. `picture`: rows x columns x BGR or BGRA."""
    pixels = picture[:, :, :3]
    all_tokens = tokens(lines, pixels)
    buttons = panels.buttons(lines, all_tokens, pixels)
    boxes = [b.box for b in buttons]
    outside = [t for t in all_tokens if not any(inside(t.middle, box) for box in boxes)]
    captions = sums.Captions(lines)
    people = sums.players(outside, captions)
    won = sums.total_win(outside, captions, people)
    found_panels = panels.panels(buttons, lines, [t for t in outside if t is not won and t is not people], all_tokens)
    in_panels = [t for p in found_panels for t in (p.amount, p.auto_cash_out) if t]
    strip, cut = strips.history([t for t in outside if t not in in_panels], lines, pixels)
    words = any(mentions(ln.text, c) for ln in lines for c in ("ended", "waiting", "flying", "game"))
    if len(lines) >= _FEW_LINES and not (strip or words or any(inside(t.middle, box) for t in all_tokens for box in boxes)):
        buttons, boxes, found_panels, in_panels = (
            [],
            [],
            [],
            [],
        )  # bets are placed on other pages too, but not for a sum named on it
    game = bool(strip or buttons or words)
    top = score.score([t for t in outside if t not in in_panels and t not in cut], lines, strip, boxes, pixels, game)
    if top and not strip and not buttons and not words and score.in_pill(top, pixels):
        strip, top = [top], None
    taken = [*in_panels, *strip, *cut, *(t for t in (top, won, people) if t)]
    mine = sums.balance([t for t in outside if t not in taken], captions, pixels, bool(game or top))
    named = ((Field.BALANCE, mine), (Field.PLAYERS, people), (Field.TOTAL_WIN, won))
    # A bare number that touches another colour may be covered in part; within a line it may touch the next word.
    fields = {f: t for f, t in named if t and (shapes.clear(t.box, pixels) or not (t.bare and t.alone))}
    if not (game or top):
        # A page full of text without a trace of a crash game is none; of a game's header that was cut out alone, money is told.
        fields = {f: t for f, t in fields.items() if f is Field.BALANCE and len(lines) < _FEW_LINES}
    now, told = moment.phase(lines, top, buttons, pixels)
    _put_panels(fields, found_panels)
    if top:
        fields[Field.SCORE] = top
    about = [ln.box for ln in told] + ([top.box] if top else [])
    others = [ln.box for ln in lines if ln not in told and not (top and ln is top.line) and ln.text.strip()]
    return Screen(
        phase=now,
        board=moment.board(about, [*others, *boxes], pixels),
        fields={f: _found(t) for f, t in fields.items()},
        history=tuple(_found(t) for t in strip),
        buttons=dict(zip(_BUTTONS, buttons, strict=False)),
        newest=strips.newest_end(strip, top.value if top else None, now is Phase.ENDED),
    )


def _put_panels(fields: dict[Field, Token], found: Sequence[Panel]) -> None:
    for i, panel in enumerate(found):
        if panel.amount:
            fields[_AMOUNTS[i]] = panel.amount
        if panel.auto_cash_out:
            fields[_AUTOS[i]] = panel.auto_cash_out


def _found(token: Token) -> Found:
    total = token.fraction[1] if token.fraction else None
    return Found(token.text, token.value, token.confidence, token.box, token.core, total)
