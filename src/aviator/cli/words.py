"""Words that several commands say. Pure; needs nothing, so that `aviator doctor` can speak whatever is missing."""


def counted(number: int, noun: str) -> str:
    """ "1 round", "2,000 rounds"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
