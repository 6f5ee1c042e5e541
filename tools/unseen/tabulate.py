"""Failures of generated pages by what was drawn for them: which draws make a page fail."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from tools.unseen.result import FOLLOWED, PageResult

from aviator.core.errors import UserMistake


def table_of(path: Path) -> str:
    """A line for each draw of each dimension, the worst first: failed of all pages with it. Raises `UserMistake`."""
    try:
        results: list[PageResult] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise UserMistake(f"{path} cannot be read as lines of JSON: {error}.") from None
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for result in results:
        for draw in result["design"].items():
            counts[draw][0] += not _recorded(result)
            counts[draw][1] += 1
    failed = sum(not _recorded(result) for result in results)
    happened = sum(result["happened"] or 0 for result in results)
    exact = sum(result["exact"] or 0 for result in results)
    lines = [f"{failed} of {len(results)} pages failed; {exact} of {happened} rounds of the watched pages are exact."]
    worst = sorted(counts.items(), key=lambda item: (-item[1][0] / item[1][1], item[0]))
    lines += [f"{bad:3} of {of:3}  {dimension}: {draw}" for (dimension, draw), (bad, of) in worst if bad]
    return "\n".join(lines)


def _recorded(result: PageResult) -> bool:
    """Every round of the page was recorded exactly, and none besides."""
    counts = (result["missing"], result["wrong"], result["extra"])
    return bool(result["happened"]) and not any(counts) and result["grade"] in (*FOLLOWED, None)
