"""Reading TOML that anybody may have written, within limits.

In: a file, or text. Out: a table. Every fault of the file is one `UserMistake`. Any process.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from aviator.core.errors import UserMistake
from aviator.core.files import read_regular
from aviator.core.safe_text import bounded

MAX_BYTES = 2_000_000
"""Maximum size of a file. The largest profiles and settings have less than 100 kB."""

_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){30}""")
"""A key of that many parts. The parser takes time in proportion to the square of their number."""


def read_toml(path: Path) -> dict[str, Any]:
    """The table in `path`. Raises `FileNotFoundError` where there is none, and `UserMistake`."""
    try:
        data = read_regular(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: NUL, or a letter that the system's file names cannot have
        raise UserMistake(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if len(data) > MAX_BYTES:
        raise UserMistake(f"{path} is too large: at most {MAX_BYTES:,} bytes can be read.")
    try:
        text = data.decode()
        if _LONG_KEY.search(text):
            raise UserMistake(f"{path} is not valid TOML: a key has too many parts.")
        return tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise UserMistake(f"{path} is not valid TOML: it is not UTF-8 at byte {error.start}.") from None
    except RecursionError:
        raise UserMistake(f"{path} is not valid TOML: its values are nested too deeply.") from None
    except (ValueError, OverflowError) as error:  # TOMLDecodeError, a number of too many digits, an impossible date
        raise UserMistake(f"{path} is not valid TOML: {bounded(str(error)).rstrip('.')}.") from None
