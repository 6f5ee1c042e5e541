"""The writer's own account of its work, and the two forms in which it is logged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriterStats:
    """Since the writer started: `processed` events, `batches` committed, `errors` failed transactions, `rejected` rows,
    `queue_warnings` times that the queue passed 5,000 or 8,000. `fault`: why the database takes nothing just now, one sentence.
    `spooled`: events that wait in spool files for the database.
    """

    processed: int
    batches: int
    errors: int
    rejected: int
    busy_s: float
    runtime_s: float
    queue: int
    max_queue: int
    queue_warnings: int
    fault: str | None = None
    spooled: int = 0

    @property
    def avg_batch(self) -> float:
        return self.processed / self.batches if self.batches else 0.0

    @property
    def avg_batch_ms(self) -> float:
        return 1e3 * self.busy_s / self.batches if self.batches else 0.0

    @property
    def items_per_s(self) -> float:
        return self.processed / self.runtime_s if self.runtime_s else 0.0

    @property
    def idle_share(self) -> float:
        """The share of its time in which the writer had nothing to do, 0..1."""
        return max(0.0, 1 - self.busy_s / self.runtime_s) if self.runtime_s else 1.0

    def line(self, before: "WriterStats") -> str:
        """One line for now; the speed is that since `before`."""
        seconds = self.runtime_s - before.runtime_s
        speed = (self.processed - before.processed) / seconds if seconds > 0 else 0.0
        return (
            f"📊 Stats: {self.processed:,} processed, {speed:,.1f} items/sec, "
            f"avg batch: {self.avg_batch:.1f} items, queue: {self.queue:,}"
        )

    def block(self) -> str:
        """The final statistics, several lines."""
        rule = "=" * 58
        rows = {
            "Total processed": f"{self.processed:,}",
            "Total batches": f"{self.batches:,}",
            "Total errors": f"{self.errors:,}",
            "Avg batch size": f"{self.avg_batch:.1f}",
            "Avg batch time": f"{self.avg_batch_ms:.1f}ms",
            "Items per second": f"{self.items_per_s:,.1f}",
            "Max queue size seen": f"{self.max_queue:,}",
            "Queue warnings": f"{self.queue_warnings:,}",
            "Runtime": f"{self.runtime_s / 3600:.2f} hours",
        }
        lines = [f"{name + ':':<21}{value}" for name, value in rows.items()]
        return "\n".join([rule, "DATABASE WORKER - FINAL STATISTICS", rule, *lines, rule])
