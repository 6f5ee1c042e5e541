"""The user's own format (architecture v3.0, "Monitoring metrics")."""

from aviator.record.stats import WriterStats

NOTHING = WriterStats(0, 0, 0, 0, 0.0, 0.0, 0, 0, 0)
TWO_HOURS = WriterStats(
    processed=144_256, batches=2_986, errors=5, rejected=0, busy_s=23.2908, runtime_s=7_200.0, queue=0,
    max_queue=1_234, queue_warnings=0,
)  # fmt: skip


def test_the_final_block():
    assert (
        TWO_HOURS.block()
        == """\
==========================================================
DATABASE WORKER - FINAL STATISTICS
==========================================================
Total processed:     144,256
Total batches:       2,986
Total errors:        5
Avg batch size:      48.3
Avg batch time:      7.8ms
Items per second:    20.0
Max queue size seen: 1,234
Queue warnings:      0
Runtime:             2.00 hours
=========================================================="""
    )


def test_the_line_of_every_minute():
    before = WriterStats(71_252, 1_475, 0, 0, 1.0, 3_540.0, 0, 0, 0)
    now = WriterStats(72_458, 1_500, 0, 0, 1.0, 3_600.0, 234, 300, 0)
    assert now.line(before) == "📊 Stats: 72,458 processed, 20.1 items/sec, avg batch: 48.3 items, queue: 234"


def test_idle_is_the_share_of_time_without_work():
    assert round(TWO_HOURS.idle_share, 4) == 0.9968


def test_before_anything_happened():
    assert NOTHING.idle_share == 1.0
    assert NOTHING.line(NOTHING) == "📊 Stats: 0 processed, 0.0 items/sec, avg batch: 0.0 items, queue: 0"
    assert "Avg batch time:      0.0ms" in NOTHING.block()
