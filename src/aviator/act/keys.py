"""Key combinations as people write them: "tab", "ctrl+a", "ctrl+alt+k". Pure; used by all kinds of hands."""

from __future__ import annotations

from aviator.core.errors import UserMistake

MODIFIERS = ("ctrl", "alt", "shift", "super")
NAMED = ("tab", "escape", "enter", "backspace", "delete", "home", "end", "space")


def parse(combination: str) -> tuple[tuple[str, ...], str]:
    """The modifiers and the key: a name of NAMED, or one character. Raises `UserMistake` where it is no combination."""
    *modifiers, key = (part.strip() for part in combination.lower().split("+"))
    if not (key in NAMED or (len(key) == 1 and key.isprintable())) or any(m not in MODIFIERS for m in modifiers):
        raise UserMistake(
            f"{combination!r} is no key combination: write one such as ctrl+alt+k, with {', '.join(MODIFIERS)} before "
            f"a character or one of {', '.join(NAMED)}."
        )
    return tuple(dict.fromkeys(modifiers)), key
