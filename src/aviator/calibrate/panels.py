"""Finds the bet panels: the big buttons, the amounts and the auto cash-out fields.

In: lines, tokens, the picture. Out: up to two buttons from left to right, and per button its panel's fields. A button is a
patch of one colour with a word such as BET, CANCEL or CASH OUT in its middle; the word tells the state, else the colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aviator.calibrate import shapes
from aviator.calibrate.found import Button
from aviator.calibrate.phrases import mentions, says
from aviator.calibrate.sums import in_list
from aviator.calibrate.teacher import Line
from aviator.calibrate.tokens import Token
from aviator.see.ink import Image
from aviator.see.regions import Box

_COLOURED = 70
"""Saturation of a big button's colour, at least."""
_LEAST_OF_LARGEST = 0.45
Candidate = tuple[shapes.Patch, list[Line]]
_SHORT = {"OUT", "BET", "NOW"}
"""Short words of buttons; other words of three capitals are currencies."""
_STATES = ("cash_out", "cancel", "bet")


@dataclass(frozen=True, slots=True)
class Panel:
    """One bet panel."""

    button: Button
    amount: Token | None
    auto_cash_out: Token | None


def panels(found: Sequence[Button], lines: Sequence[Line], free: Sequence[Token], tokens: Sequence[Token]) -> list[Panel]:
    """Per button its panel. `free`: the numbers that may be its fields, all others that stand on a button."""
    whole = [t for t in free if t.whole and not in_list(t, free, lines, reach=7.0)]
    autos = _autos(lines, whole, found)
    amounts = _amounts(whole, [a for a in autos if a], found, tokens, lines)
    return [Panel(b, amounts[i], autos[i]) for i, b in enumerate(found)]


def inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] <= point[0] <= box[0] + box[2] and box[1] <= point[1] <= box[1] + box[3]


def centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def state_of(text: str) -> str | None:
    """What a button's words say it does."""
    words = "".join(c for c in text.partition("(")[0] if not c.isdigit())
    for state in _STATES:
        if says(words, state):
            return state
    for state in _STATES:
        if mentions(words, state):
            return state
    return None


def buttons(lines: Sequence[Line], tokens: Sequence[Token], picture: Image) -> list[Button]:
    """At most two, from left to right: by their words; where those cannot be read, by the colour around a sum."""
    seen: dict[Box, Candidate] = {}
    for line in (ln for ln in lines if _is_word(ln)):
        _look(line, lines, picture, seen)
    named = _best_two(seen)
    if len(named) == 2:
        return named
    coloured: dict[Box, Candidate] = {b: c for b, c in seen.items() if any(b == n.box for n in named)}
    for token in tokens:
        if (token.money or token.decimals == 2 or token.times) and token.whole and token.before not in {"+", "-"}:
            _look(token.line, lines, picture, coloured)
    vivid = {b: c for b, c in coloured.items() if _vivid(c[0]) and b[3] > 1.6 * max(ln.box[3] for ln in c[1])}
    own = {b.box: vivid.get(b.box) or seen[b.box] for b in named}
    alike = {b: c for b, c in vivid.items() if b in own or (_alike_any(b, own) if own else _amount_beside(b, tokens))}
    return _best_two(own | alike)


def _look(line: Line, lines: Sequence[Line], picture: Image, seen: dict[Box, Candidate]) -> None:
    """Adds the patch that `line` stands on to `seen`, if it looks like a button."""
    if any(inside(centre(line.box), box) for box in seen):
        return
    height, width = picture.shape[:2]
    patch = shapes.patch(picture, line.box)
    x, _, w, h = patch.box
    lw, lh = line.box[2], line.box[3]
    if patch.open or patch.full < 0.45 or w > 0.7 * width or h > 0.5 * height or h < lh or w < 1.05 * lw or w < 0.75 * h:
        return
    within = [ln for ln in lines if inside(centre(ln.box), patch.box) and ln.text.strip()]
    aside = abs(centre(line.box)[0] - (x + w / 2))
    if len(within) <= 5 and (aside <= 0.25 * w or len(within) > 1):
        seen[patch.box] = patch, within


def _vivid(patch: shapes.Patch) -> bool:
    return patch.hsv[1] >= _COLOURED and patch.hsv[2] >= 60


def _alike_any(box: Box, own: dict[Box, Candidate]) -> bool:
    return any(_alike(box, other) and abs(box[1] - other[1]) < box[3] for other in own)


def _amount_beside(box: Box, tokens: Sequence[Token]) -> bool:
    """Is there a number of its own on the button's rows, as the stake of its panel is?"""
    x, y, w, h = box
    return any(
        t.bare
        and t.alone
        and t.whole
        and y - 0.2 * h < t.middle[1] < y + h
        and not inside(t.middle, box)
        and max(x - t.core[0] - t.core[2], t.core[0] - x - w) < w
        for t in tokens
    )


def _is_word(line: Line) -> bool:
    text = line.text.partition("(")[0]
    return len(line.text) <= 32 and any(says(words, s) for s in _STATES for words in (text, _words(text)))


def _words(text: str) -> str:
    """Without numbers and currencies: `BET RSD 3 104.86` -> `BET`."""
    kept = [w for w in text.replace("$", " ").replace("€", " ").split() if not any(c.isdigit() for c in w)]
    return " ".join(w for i, w in enumerate(kept) if i == 0 or w in _SHORT or not (len(w) <= 3 and w.isupper() and w.isascii()))


def _best_two(seen: dict[Box, Candidate]) -> list[Button]:
    """The largest ones; coloured ones before grey ones. Tabs and menu entries bear the same words, but are small."""
    if not seen:
        return []

    def rank(item: tuple[Box, Candidate]) -> float:
        (_, _, w, h), (patch, _) = item
        return w * h * (1.0 if _vivid(patch) else 0.3)

    ranked = sorted(seen.items(), key=rank, reverse=True)
    best = rank(ranked[0])
    chosen = (
        ranked[:1] + [item for item in ranked[1:] if _alike(item[0], ranked[0][0]) and item[0][3] >= 0.6 * ranked[0][0][3]][:1]
    )
    chosen = [item for item in chosen if rank(item) >= _LEAST_OF_LARGEST * 0.3 * best]
    (x, _, w, _), *_ = [box for box, _ in chosen] or [(0, 0, 0, 0)]
    stacked = all(abs(box[0] - x) < 0.5 * w for box, _ in chosen)
    chosen.sort(key=lambda item: item[0][1::-1] if stacked else item[0][:2])
    return [_button(patch, within) for _, (patch, within) in chosen]


def _alike(a: Box, b: Box) -> bool:
    return 0.6 < a[3] / b[3] < 1.7 and 0.5 < a[2] / b[2] < 2.0


def _button(patch: shapes.Patch, within: list[Line]) -> Button:
    ordered = sorted(within, key=lambda ln: (ln.box[1] + ln.box[3] / 2, ln.box[0]))
    states = [s for ln in ordered if (s := state_of(_words(ln.text)) or state_of(ln.text))]
    text = " ".join(ln.text.strip() for ln in ordered)
    return Button(text, patch.box, states[0] if states else _by_colour(patch.hsv))


def _by_colour(hsv: tuple[int, int, int]) -> str:
    hue, saturation, value = hsv
    if saturation < _COLOURED or value < 60:
        return "unknown"
    if 36 <= hue <= 90:
        return "bet"
    if hue <= 6 or hue >= 165:
        return "cancel"
    return "cash_out" if hue <= 25 else "unknown"


def _autos(lines: Sequence[Line], free: Sequence[Token], buttons: Sequence[Button]) -> list[Token | None]:
    """Per button the number right of the words "auto cash out", or right below them."""
    out: list[Token | None] = [None] * len(buttons)
    boxes = [b.box for b in buttons]
    for line in lines:
        if not buttons or not mentions(line.text, "auto_cash_out") or any(inside(centre(line.box), b.box) for b in buttons):
            continue
        panel = _panel_of(centre(line.box), boxes, free)
        values = [t for t in free if t.value is not None and not t.money and _panel_of(t.middle, boxes, free) == panel]
        near = [t for t in values if _level(line.box, t)] or [t for t in values if _under(line.box, t)]
        if near and out[panel] is None:
            out[panel] = min(near, key=lambda t: abs(t.core[0] - line.box[0]) + 3 * abs(t.middle[1] - centre(line.box)[1]))
    return out


def auto_captions(lines: Sequence[Line], buttons: Sequence[Box], numbers: Sequence[Token]) -> list[Box | None]:
    """Per button the words "auto cash out" of its panel, beside which the field is, be it empty; None where there are none."""
    out: list[Box | None] = [None] * len(buttons)
    for line in lines:
        if buttons and mentions(line.text, "auto_cash_out") and not any(inside(centre(line.box), b) for b in buttons):
            panel = _panel_of(centre(line.box), buttons, numbers)
            out[panel] = out[panel] or line.box
    return out


def _panel_of(point: tuple[float, float], buttons: Sequence[Box], free: Sequence[Token]) -> int:
    """To which button's panel a point belongs. Panels are alike: their fields lie all left of the buttons, or all right."""
    if len(buttons) < 2:
        return 0
    x, y = point
    first, last = buttons[0], buttons[-1]
    if abs(first[0] - last[0]) < 0.5 * first[2]:  # one above the other
        return min(range(len(buttons)), key=lambda i: abs(centre(buttons[i])[1] - y))
    for i, (bx, _, bw, _) in enumerate(buttons):
        if bx <= x <= bx + bw:
            return i
    level = [t for t in free if first[1] - 0.3 * first[3] < t.middle[1] < first[1] + 1.3 * first[3]]
    pitch = last[0] - first[0]
    left = sum(first[0] - pitch < t.middle[0] < first[0] for t in level)
    right = sum(last[0] + last[2] < t.middle[0] < last[0] + last[2] + pitch for t in level)
    return (0 if x < first[0] + first[2] else 1) if left >= right else (1 if x > last[0] else 0)


def _level(label: Box, token: Token) -> bool:
    """Right of the label, on its row."""
    x, y, w, h = label
    return abs(token.middle[1] - (y + h / 2)) < 0.8 * h and -h < token.core[0] - (x + w) < 14 * h


def _under(label: Box, token: Token) -> bool:
    """Right below the label, aligned with it."""
    x, y, w, h = label
    aligned = abs(token.core[0] - x) < 1.5 * h or abs(token.middle[0] - (x + w / 2)) < h
    return 0 <= token.core[1] - (y + h) < 1.8 * h and aligned and bool(token.decimals or token.times)


def _apart(box: Box, button: Box, buttons: Sequence[Button]) -> float:
    """How far a field is from a button: across, when the buttons stand side by side."""
    (ax, ay), (bx, by) = centre(box), centre(button)
    side_by_side = len(buttons) < 2 or abs(buttons[0].box[1] - buttons[-1].box[1]) < 0.5 * button[3]
    gap = max(button[0] - (box[0] + box[2]), box[0] - (button[0] + button[2]), 0)
    down = max(button[1] - (box[1] + box[3]), box[1] - (button[1] + button[3]), 0)
    return gap + 0.01 * abs(ax - bx) + (2.0 * down if side_by_side else 4.0 * down + 0.01 * abs(ay - by))


def _amounts(
    free: Sequence[Token], autos: Sequence[Token], buttons: Sequence[Button], tokens: Sequence[Token], lines: Sequence[Line]
) -> list[Token | None]:
    """Per button the stake: the number that the button repeats, else the one between − and + or the most prominent one."""
    pairs: list[tuple[float, int, Token]] = []
    for i, button in enumerate(buttons):
        said = {t.value for t in tokens if inside(t.middle, button.box) and not t.times}
        for token in free:
            if token.value is None or token.value <= 0 or token in autos or token.times or token.fraction or not token.alone:
                continue
            if not _reachable(token, button.box) or _panel_of(token.middle, [b.box for b in buttons], free) != i:
                continue
            worth = _prominence(token, free, lines)
            if button.state == "bet" and token.value in said:
                worth += 3.0
            worth -= 0.35 * _apart(token.box, button.box, buttons) / button.box[2]
            pairs.append((worth, i, token))
    out: list[Token | None] = [None] * len(buttons)
    for worth, i, token in sorted(pairs, key=lambda p: -p[0]):
        if out[i] is None and token not in out and worth > 0.4:
            out[i] = token
    return out


def _reachable(token: Token, button: Box) -> bool:
    """On the same rows as the button, or above it within the panel; no further away than the button is wide."""
    x, y = token.middle
    bx, by, bw, bh = button
    level = by - 1.2 * bh - 40 < y < by + bh + 0.5 * bh
    reach = 1.3 * bw + 20
    across = bx - reach < x < bx + bw + reach
    return level and across


def _prominence(token: Token, free: Sequence[Token], lines: Sequence[Line]) -> float:
    """Decimals, a plus beside it, size; less for one of several of like size and shape in a grid, the quick amounts."""
    worth = 0.5 + 0.6 * (token.decimals == 2)
    h = token.height
    for line in lines:
        lx, ly, lw, lh = line.box
        level = abs(ly + lh / 2 - token.middle[1]) < h
        if line.text.strip() in {"+", "-", "−", "十", "—", "–"} and level and abs(lx + lw / 2 - token.middle[0]) < 9 * h:
            worth += 0.8
            break
    peers = [
        t for t in free if t is not token and t.integer and abs(t.height - h) <= max(1, 0.12 * h) and _close(t, token) and t.alone
    ]
    if token.integer and len(peers) >= 2:
        worth -= 0.9
    larger = [t for t in free if t is not token and t.height > 1.15 * h and _close(t, token)]
    return worth - 0.3 * bool(larger)


def _close(a: Token, b: Token) -> bool:
    return abs(a.middle[0] - b.middle[0]) < 14 * b.height and abs(a.middle[1] - b.middle[1]) < 7 * b.height
