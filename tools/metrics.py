"""Writes docs/metrics.md and docs/alerts.yml: `.venv/bin/python tools/metrics.py`.

In: the table of metrics, the alarms below. Out: the page and the rules for Prometheus; a test compares them.
"""

from dataclasses import dataclass
from pathlib import Path

from aviator.core.config import MetricsSettings
from aviator.serve.metrics import TABLE

DOCS = Path(__file__).parent.parent / "docs"
PAGE, RULES = DOCS / "metrics.md", DOCS / "alerts.yml"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alerting rule. `lasting`: how long `expr` must hold, in Prometheus's notation."""

    name: str
    expr: str
    lasting: str
    severity: str
    summary: str


ALARMS = (
    Alarm("AviatorDown", 'up{job="aviator"} == 0', "1m", "critical", "The engine does not answer."),
    Alarm("AviatorNoRound", "time() - aviator_last_round_end_timestamp_seconds > 300", "0m", "critical",
          "{{ $labels.bookmaker }}: no round was recorded for five minutes."),
    Alarm("AviatorRoundsLost", "increase(aviator_rounds_missing_total[1h]) > 0", "0m", "warning",
          "{{ $labels.bookmaker }}: rounds were lost within the last hour."),
    Alarm("AviatorWorkerFaulted", 'aviator_worker_life{aviator_worker_life="FAULTED"} == 1', "0m", "critical",
          "{{ $labels.bookmaker }}: the worker crashed too often and is not started again."),
    Alarm("AviatorBetUncertain", 'increase(aviator_bets_total{outcome="UNCERTAIN"}[5m]) > 0', "0m", "critical",
          "{{ $labels.bookmaker }}: the outcome of a bet is not known."),
    Alarm("AviatorBettingBlocked", "aviator_betting_blocked > 0", "1m", "warning",
          "{{ $labels.bookmaker }}: betting is blocked."),
    Alarm("AviatorQueueLong", "aviator_queue_depth > 5000", "1m", "warning",
          "{{ $value }} records wait to be written; from 10,000 on they go to files."),
    Alarm("AviatorQueueFull", "aviator_queue_depth > 8000", "0m", "critical", "{{ $value }} records wait to be written."),
    Alarm("AviatorSpooled", "aviator_spooled > 0", "5m", "warning",
          "{{ $value }} records wait in files because the database does not accept them."),
    Alarm("AviatorDatabaseDown", "aviator_database_up == 0", "1m", "critical", "The database does not accept records."),
    Alarm("AviatorWriteErrors", "increase(aviator_write_errors_total[10m]) > 5", "0m", "warning",
          "Transactions fail and are retried."),
    Alarm("AviatorRejects", "increase(aviator_rejects_total[1h]) > 0", "0m", "warning",
          "The database refused rows; they are kept in the table rejects."),
    Alarm("AviatorMemory", "aviator_process_resident_memory_bytes > 400e6", "10m", "warning",
          "{{ $labels.process }} holds {{ $value | humanize1024 }}B of memory."),
    Alarm("AviatorProcessor", "rate(aviator_process_cpu_seconds_total[5m]) > 0.8", "10m", "warning",
          "{{ $labels.process }} uses {{ $value | humanizePercentage }} of a processor core."),
    Alarm("AviatorLooksSkipped", "rate(aviator_ticks_skipped_total[5m]) / rate(aviator_ticks_total[5m]) > 0.05", "10m",
          "warning", "{{ $labels.bookmaker }}: the machine is too slow for the reading rate."),
)  # fmt: skip

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
| won or lost since the start | `aviator_profit_loss` |
| won or lost in a day | `increase(aviator_bet_payouts_total[1d]) - increase(aviator_bet_stakes_total[1d])` |
| share of wishes placed | `sum(increase(aviator_bets_total{outcome="PLACED"}[1d])) / sum(increase(aviator_bets_total[1d]))` |

Alarms worth having are in [alerts.yml](alerts.yml): add it to `rule_files` of Prometheus and adapt the thresholds.

| alarm | when | for |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = ["| metric | type | labels | |", "|---|---|---|---|"]
    for row in TABLE:
        family = row.empty()
        labels = ", ".join((*row.labels, *([family.name] if family.type == "stateset" else [])))
        rows.append(f"| `aviator_{row.name}` | {family.type} | {labels} | {row.about} |")
    alarms = [f"| {a.name} | `{a.expr}` | {a.lasting} |" for a in ALARMS]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL + "\n".join(alarms) + "\n"


def rules() -> str:
    """The rules file for Prometheus."""
    out = ["# Sample alerting rules for AVIATOR.", "groups:", "  - name: aviator", "    rules:"]
    for a in ALARMS:
        out += [
            f"      - alert: {a.name}",
            f"        expr: {_quoted(a.expr)}",
            f"        for: {a.lasting}",
            f"        labels: {{severity: {a.severity}}}",
            f"        annotations: {{summary: {_quoted(a.summary)}}}",
        ]
    return "\n".join(out) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    RULES.write_text(rules(), encoding="utf-8")
