"""Where the writer puts events that the database does not take in time: spool files of the engine's own, until it does.

In come records, oldest first; out they come again, file by file, in the same order. After `put` they are safe on the disk.
Engine process, writer thread alone; what is left at the end is found by the next start.
"""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from aviator.record.ingest import Commit, ingest
from aviator.record.rows import Record
from aviator.wire.codec import Parcel
from aviator.wire.spool import SUFFIX, SpoolWriter

ROLL_BYTES = 1_000_000
"""A file is read back as a whole, and its disk space comes back when it is deleted."""


class Overflow:
    """`started_at` (Unix seconds) tells this engine's files from an earlier one's."""

    def __init__(self, folder: Path, started_at: float) -> None:
        self.folder = folder
        self.events = 0
        """Put and not yet given back."""
        self._name = f"engine-{started_at:.3f}"
        self._files: deque[tuple[Path, int]] = deque()
        self._open: SpoolWriter | None = None
        self._made = 0

    @property
    def waiting(self) -> bool:
        return bool(self._files)

    def put(self, records: Sequence[Record]) -> None:
        """Returns when they are safe. Raises `OSError`, and then has none of them."""
        writer = self._open or self._begin()
        try:
            writer.append(Parcel(start, ((seq, event),)) for start, seq, event in records)
        except OSError:
            if self._files[-1][1] == 0:
                self._give_up(writer)
            raise
        path, events = self._files[-1]
        self._files[-1] = (path, events + len(records))
        self.events += len(records)
        if writer.size >= ROLL_BYTES:
            self.close()

    def give_back(self, commit: Commit) -> int:
        """The oldest file, through `commit`; how many events it held. Raises what `commit` raises, and then nothing is gone."""

        def committed(records: Sequence[Record]) -> None:
            commit(records)
            self.close()  # only now: while the database takes nothing, the file goes on growing

        path, put = self._files[0]
        events = ingest(path, committed)
        self.close()
        self._files.popleft()
        self.events -= put
        return events

    def close(self) -> None:
        """The next `put` begins a new file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _begin(self) -> SpoolWriter:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._made += 1
        self._open = SpoolWriter(self.folder / f"{self._name}-{self._made:04}{SUFFIX}")
        self._files.append((self._open.path, 0))
        return self._open

    def _give_up(self, writer: SpoolWriter) -> None:
        """An empty file is none."""
        self.close()
        self._files.pop()
        writer.path.unlink(missing_ok=True)
