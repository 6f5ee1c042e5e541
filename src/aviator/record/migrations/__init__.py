"""How a database comes from any earlier version to this one: Alembic scripts, run by `record.store` at start."""

HEAD = "0006"
"""The version this program reads and writes; the newest script in `versions`."""
