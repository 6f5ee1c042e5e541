"""The class of an error says what happens next: who is told, whether a process is restarted, and its exit code.

Every process that ends through an `AviatorError` leaves with the error's `exit_code`; the supervisor reads it.
"""

EXIT_OK = 0
EXIT_CRASH = 1
EXIT_USER_MISTAKE = 2
EXIT_ENGINE_GONE = 3
EXIT_OVER = 4
EXIT_INTERRUPTED = 130
"""Ctrl-C ended a command before its work was done; shells use the same number."""


class AviatorError(Exception):
    """Base of all errors raised on purpose. The message is one clear sentence."""

    exit_code = EXIT_CRASH
    restart = True


class Interrupted(AviatorError):
    """The user stopped a command before its work was done."""

    exit_code = EXIT_INTERRUPTED
    restart = False


class UserMistake(AviatorError):
    """Something only the user can mend: bad settings, a missing program, a wrong file. Never restarted."""

    exit_code = EXIT_USER_MISTAKE
    restart = False


class SightLost(UserMistake):
    """The screen cannot be read now. It may be again: a worker goes on trying; where a user waits for an answer, this is it."""

    @property
    def reason(self) -> str:
        """The message as a part of another sentence."""
        text = str(self).removesuffix(".")
        return text[:1].lower() + text[1:]


class HandsTied(AviatorError):
    """Mouse and keyboard do not obey now: the display is gone, or the system does not let programs use them."""


class EngineGone(AviatorError):
    """The engine closed its end of the pipe: the worker has nobody to work for. The next engine starts a new one."""

    exit_code = EXIT_ENGINE_GONE
    restart = False


class RecordingOver(AviatorError):
    """The source has no more frames and never will: the one end of a worker, besides being told to stop, that is in order."""

    exit_code = EXIT_OVER
    restart = False


class IllegalTransition(AviatorError):
    """A state machine was asked for a move that its table does not have: a bug, so the process is restarted."""
