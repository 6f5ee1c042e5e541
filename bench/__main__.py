"""`python -m bench [NAME…]`: runs the benches and prints one JSON object a line, `{"bench": NAME, …figures…}`."""

import importlib
import json
import sys

NAMES = ("read", "exact", "reading", "write", "wire", "play", "six")
LONG = ("kills", "bet", "fuzz")
"""Minutes, not seconds: only by name."""


def main(wanted: list[str]) -> int:
    if wanted[:1] == ["fuzz"]:  # it has options, and fails where it finds something
        return int(importlib.import_module("bench.fuzz").main(wanted[1:]))
    if unknown := [name for name in wanted if name not in (*NAMES, *LONG)]:
        print(f"There is no bench {unknown[0]!r}: choose from {', '.join((*NAMES, *LONG))}.", file=sys.stderr)
        return 2
    for name in wanted or NAMES:
        print(f"… {name}", file=sys.stderr)
        figures = importlib.import_module(f"bench.{name}").bench()
        print(json.dumps({"bench": name, **figures}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
