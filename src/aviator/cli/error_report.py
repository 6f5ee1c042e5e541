"""What becomes of an error that a command did not expect: a sentence for the user, and the traceback in a private file.

In: the exception. Out: a sentence. Imported only when something failed.
"""

import errno
import sys
import traceback
from datetime import UTC, datetime

from aviator.core import files
from aviator.core.errors import UserMistake
from aviator.core.safe_text import bounded, redacted, shown
from aviator.run.logs import failures

_LONGEST_LOG = 1_000_000
_PATH_FAULTS = {
    getattr(errno, name)
    for name in ("ENAMETOOLONG", "EACCES", "EPERM", "ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "EROFS", "EINVAL", "EEXIST", "ENOSPC")
}


def file_fault(error: Exception) -> str | None:
    """A sentence where a path that the user named cannot be used; None for any other error."""
    if isinstance(error, OSError) and error.filename is not None and error.errno in _PATH_FAULTS:
        return f"{bounded(str(error.filename))} cannot be used: {(error.strerror or 'it fails').lower()}."
    if isinstance(error, ValueError) and "embedded null" in str(error):
        return "A path contains the character NUL, which no path can have."
    if isinstance(error, UnicodeEncodeError) and error.reason != "surrogates not allowed":
        what = shown(error.object)
        return f"{what} cannot be a file name in the encoding {error.encoding}: set LANG to a UTF-8 locale, such as C.UTF-8."
    return None


def keep_traceback() -> str:
    """Write the traceback of the error being handled to a file that only the user can read, and say where it is."""
    what = redacted(traceback.format_exc())
    try:
        path = failures.get() or files.user_state_dir() / "errors.log"
    except UserMistake as mistake:
        return f"what happened could not even be written ({mistake}), so here it is:\n{what.rstrip()}"
    try:
        files.make_private_dir(path.parent)
        if path.exists() and path.stat().st_size > _LONGEST_LOG:
            path.replace(path.with_name(f"{path.name}.1"))
        with files.open_private(path, append=True) as file:
            line = f"{datetime.now(UTC).isoformat()} {redacted(' '.join(sys.argv))}\n{what}\n"
            files.write_all(file, line.encode(errors="backslashreplace"))
    except OSError as error:
        return f"what happened could not even be written to {path} ({error.strerror}), so here it is:\n{what.rstrip()}"
    return f"what happened stands in {path}."
