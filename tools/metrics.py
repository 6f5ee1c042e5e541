"""Writes docs/metrics.md, so that the page says what the program does: `.venv/bin/python tools/metrics.py`.

In: the table of metrics. Out: the page; a test compares the two.
"""

from pathlib import Path

from aviator.core.config import MetricsSettings
from aviator.serve.metrics import TABLE

PAGE = Path(__file__).parent.parent / "docs" / "metrics.md"

_HEAD = f"""# Metrics

A running engine answers Prometheus at `http://127.0.0.1:{MetricsSettings().port}/metrics`, to programs on the same machine only.
`[metrics] port` in `aviator.toml` sets another port, 0 turns the metrics off. The default is the one on which programs with
built-in OpenTelemetry show their own figures to Prometheus. When the port is taken, by a second engine for example, the
engine says so in its log and goes on without; give each engine a port of its own. To fetch the figures every 15 seconds:

```yaml
scrape_configs:
  - job_name: aviator
    static_configs:
      - targets: ["127.0.0.1:{MetricsSettings().port}"]
```

Counters begin with the engine and go on when a worker starts anew. What is not known yet, as the accuracy before the first
comparison, is not shown. The writer's figures are those of its thread, which is the only one that writes to the database.

"""

_TAIL = """
Questions they answer:

| | |
|---|---|
| rounds an hour | `increase(aviator_rounds_total[1h])` |
| rows a second while writing | `rate(aviator_batch_rows_sum[5m]) / rate(aviator_batch_write_seconds_sum[5m])` |
| 95 % of looks take at most (ms) | `histogram_quantile(0.95, rate(aviator_ocr_speed_ms_bucket[5m]))` |
| share of looks left out | `rate(aviator_ticks_skipped_total[5m]) / rate(aviator_ticks_total[5m])` |
| errors a second | `rate(aviator_write_errors_total[5m]) + rate(aviator_rejects_total[5m])` |
| won or lost in a day | `increase(aviator_bet_payouts_total[1d]) - increase(aviator_bet_stakes_total[1d])` |
| share of wishes placed | `sum(increase(aviator_bets_total{outcome="PLACED"}[1d])) / sum(increase(aviator_bets_total[1d]))` |
| alarm: it is not known what became of a bet | `increase(aviator_bets_total{outcome="UNCERTAIN"}[5m]) > 0` |
| alarm: no round for five minutes | `time() - aviator_last_round_end_timestamp_seconds > 300` |
| alarm: rounds are being lost | `increase(aviator_rounds_missing_total[1h]) > 0` |
| alarm: the database takes nothing | `aviator_database_up == 0` |
"""


def page() -> str:
    """The whole page."""
    rows = ["| metric | type | labels | |", "|---|---|---|---|"]
    for row in TABLE:
        family = row.empty()
        labels = ", ".join((*row.labels, *([family.name] if family.type == "stateset" else [])))
        rows.append(f"| `aviator_{row.name}` | {family.type} | {labels} | {row.about} |")
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
