"""A warehouse under the writer's lease, for jobs that are no ingest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.dedup.stories import Stories
from warehouse import store
from warehouse.lease import writer_lease
from warehouse.live_files import ahead
from warehouse.location import Location
from warehouse.taking_out import rows_gone


@dataclass(frozen=True, slots=True)
class Open:
    """A warehouse under lease, with a run of its own."""

    location: Location
    run_id: str
    stories: Stories
    writer: store.Writer

    def point_at(self, moved: Mapping[str, int], removed: Mapping[str, int] | None = None) -> None:
        """Commit no rows: from now on readers open these versions of the tables.

        They lack as many rows as `removed` says.
        """
        commit = self.writer.commit({}, moved=moved, removed=removed)
        self.stories.note(self.run_id, commit.sequence)

    def point_at_newest(self) -> None:
        """Let readers see the newest version of every table.

        What such a version holds more was never acknowledged, and never can be from now on.
        """
        if moved := ahead(self.location):
            self.point_at(moved, rows_gone(self.location, moved))


@contextmanager
def opened(location: Location, purpose: str, wait_seconds: float = 0.0) -> Iterator[Open]:
    """Yield the warehouse, brought up to the schema, for one job.

    Raises BadWarehouse when there is none, WriterBusy when another process writes.
    """
    store.check_readable(location)
    with writer_lease(location, wait_seconds=wait_seconds):
        store.prepare(location)
        run_id = store.new_run_id(datetime.now(UTC), purpose)
        stories = Stories(location)
        try:
            stories.catch_up()
            yield Open(location, run_id, stories, store.Writer(location, run_id))
        finally:
            stories.close()
