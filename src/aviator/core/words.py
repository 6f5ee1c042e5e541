"""Counts in words. Pure; needs nothing, so that `aviator doctor` can speak whatever is missing."""


def counted(number: int, noun: str) -> str:
    """ "1 round", "2,000 rounds"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counted_verb(number: int, noun: str, verb: str) -> str:
    """ "1 row is", "2,000 rows are": `verb` is the plural form."""
    singular = {"are": "is", "have": "has"}.get(verb, f"{verb}s")
    return f"{counted(number, noun)} {singular if number == 1 else verb}"
