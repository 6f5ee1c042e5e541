"""The page about the metrics says what the table of metrics says."""

import re

import pytest
from tools.metrics import PAGE, RULES, page, rules

from aviator.serve.metrics import TABLE


def test_the_page_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: .venv/bin/python tools/metrics.py"


def test_the_sample_rules_are_true() -> None:
    assert RULES.read_text(encoding="utf-8") == rules(), "write them: .venv/bin/python tools/metrics.py"


@pytest.mark.parametrize("watched", ["queue_depth", "memory_bytes", "cpu_seconds", "database_up"])
def test_there_is_an_alarm_for(watched: str) -> None:
    assert watched in rules()


def test_every_metric_in_the_questions_exists() -> None:
    known = {f"aviator_{row.name}" for row in TABLE}
    for name in re.findall(r"aviator_\w+", page() + rules()):
        assert name in known or re.sub(r"_(sum|bucket|count)$", "", name) in known, name


def test_names_follow_prometheus_conventions() -> None:
    for row in TABLE:
        kind = row.empty().type
        assert row.name.endswith("_total") is (kind == "counter"), row.name
        assert row.about.endswith("."), row.name
