"""The page about the metrics says what the table of metrics says."""

import re

from tools.metrics import PAGE, page

from aviator.serve.metrics import TABLE


def test_the_page_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: .venv/bin/python tools/metrics.py"


def test_every_metric_in_the_questions_exists() -> None:
    known = {f"aviator_{row.name}" for row in TABLE}
    for name in re.findall(r"aviator_\w+", page()):
        assert name in known or re.sub(r"_(sum|bucket|count)$", "", name) in known, name


def test_names_follow_prometheus_conventions() -> None:
    for row in TABLE:
        kind = row.empty().type
        assert row.name.endswith("_total") is (kind == "counter"), row.name
        assert row.about.endswith("."), row.name
