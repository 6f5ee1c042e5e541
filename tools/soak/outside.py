"""A second opinion from a program that shares no code with the soak, where one is named.

In: ledger and database. Out: its figures. AVIATOR_JUDGE names a program that takes both and prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def outside_judge(ledger: Path, database: Path) -> dict[str, Any] | None:
    """Its totals; None where there is none, or it says nothing of use."""
    program = os.environ.get("AVIATOR_JUDGE")
    if not program:
        return None
    said = subprocess.run([sys.executable, program, str(ledger), str(database)], capture_output=True, text=True, check=False)
    try:
        figures: dict[str, Any] = json.loads(said.stdout)
    except ValueError:
        return None
    return {key: value for key, value in figures.items() if key != "by_bookmaker"}
