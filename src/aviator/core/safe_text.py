"""Text from outside made safe to show and to log: no control characters, no passwords, no endless values.

In: any text. Out: text for a terminal, a log or an error message. Pure; every process.
"""

import re
import reprlib
from typing import Any

LONGEST_VALUE = 80
"""Maximum length of a value that a message repeats."""
_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""All controls but tab and line feed: C0, C1, and marks that change the direction of text."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_CREDENTIALS = re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*(?::/{0,3}|/{1,3}))([^\s'\"<>]*)@")
"""Everything between a scheme and the last `@` of the word: also where the URL is malformed."""
_URL_CREDENTIALS = re.compile(r"(?is)^([a-z][a-z0-9+.\-]*:?/*).*@")
_PASSWORD = re.compile(r"(?i)\b(pass(?:word|wd)?|pwd|secret|token)(\s*=\s*)('[^']*'|\"[^\"]*\"|[^\s&;,'\"]+)")
HIDDEN = "***"


def printable(text: str) -> str:
    """`text` without what a terminal obeys: escape sequences lose their beginning and become visible text."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATES.sub("?", _CONTROLS.sub("", text))


def redacted(text: str) -> str:
    """`text` with the user and password of every URL, and the value of every `password=`, replaced by stars."""
    if "@" in text:
        text = _CREDENTIALS.sub(rf"\1{HIDDEN}@", text)
    return _PASSWORD.sub(rf"\1\2{HIDDEN}", text)


def redacted_url(url: str) -> str:
    """A text that is a URL as a whole: also a password with blanks or quotes is replaced by stars."""
    return redacted(_URL_CREDENTIALS.sub(rf"\1{HIDDEN}@", url))


def bounded(text: str, longest: int = 400) -> str:
    """`text` on one line, with its middle left out where it is longer than `longest`."""
    line = " ".join(text[: 4 * longest].split()) if len(text) > 4 * longest else " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 20]} … {line[-17:]}"


def shown(value: Any, longest: int = LONGEST_VALUE) -> str:
    """`repr` of a value for a message: short, and never an error, however large or deep the value is."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 64:
        return f"a whole number of {value.bit_length():,} bits"
    try:
        text = _short.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits somewhere inside
        return f"a value of the type {type(value).__name__}"
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


_short = reprlib.Repr()
_short.maxstring = _short.maxother = LONGEST_VALUE
_short.maxlevel = 3
