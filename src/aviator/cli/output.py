"""What the commands write to standard output and standard error, safe for every terminal and encoding.

In: sentences, which may hold names and paths from outside. Out: lines without control characters and passwords.
Imports only the standard library, so that every command can use it at once.
"""

import codecs
import sys
from contextlib import suppress

from aviator.core.safe_text import printable, redacted

ERRORS = "aviator-plain"
"""The name of the handler for characters that the output's encoding does not have."""
_PLAIN = {
    "✓": "ok", "✗": "x", "–": "-", "—": "-", "…": "...", "×": "x", "·": "-", "→": "->", "≥": ">=", "≤": "<=",
    "“": '"', "”": '"', "’": "'", "‘": "'", "•": "*", "−": "-", "±": "+-", "τ": "tau", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip


def prepare_output() -> None:
    """Make standard output and standard error write every text, whatever their encoding is. Call it once, at the start."""
    codecs.register_error(ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):  # closed, or replaced by something that cannot change
            stream.reconfigure(errors=ERRORS)  # type: ignore[union-attr]


def echo(text: str = "", *, err: bool = False) -> None:
    """Write a line to standard output, or to standard error."""
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # a Windows program without a console
        return
    line = redacted(printable(text)) + "\n"
    try:
        stream.write(line)
    except UnicodeEncodeError:  # a stream that `prepare_output` could not change
        encoding = stream.encoding or "ascii"
        stream.write(line.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(c, "?") for c in error.object[error.start : error.end]), error.end
