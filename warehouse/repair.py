"""What verify finds wrong and can be made again, is: annotations are marked as due.

A lost file is taken out of the log first, so that the table can be read again. What its annotator
left of the same articles elsewhere is told to be replaced (`superseded`), and the next enrich makes
all of it anew. Killed between the two, the next call finds rows and status in disagreement and goes
on. The index of shingles is made anew by tasks.upkeep, which has the texts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing

import duckdb
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from warehouse import store
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.bookkeeping import SupersededRow
from warehouse.definitions import define_tables
from warehouse.errors import TryAgain
from warehouse.live_files import live_files
from warehouse.location import Location
from warehouse.schema import to_arrow
from warehouse.storage import said
from warehouse.verify import Problem, uneven

REASON = "rows of it were lost"


def repair_annotations(writer: store.Writer, problems: Iterable[Problem]) -> int:
    """Mark annotations that lost rows as due; return how many articles and annotators.

    Call it under the writer's lease. Raises TryAgain when the storage refuses.
    """
    location = writer.location
    moved = {
        name: _take_out(location, name, [each.name for each in lost])
        for name in ANNOTATION_TABLES
        if (lost := [each for each in problems if each.table == name and each.name])
    }
    if moved:
        writer.commit({}, moved=moved)
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location, ANNOTATION_TABLES)
        found = uneven(connection)
    rows = [
        SupersededRow(
            subject_table="annotations",
            subject_id=f"{annotator}/{article_id}",
            subject_commit_id=commit_id,
            reason=REASON,
        )
        for annotator, article_id, commit_id in found
    ]
    if rows:
        writer.commit({"superseded": to_arrow("superseded", rows)})
    return len(rows)


def _take_out(location: Location, name: str, lost: Sequence[str]) -> int:
    """Let the table do without files; return its new version."""
    table = store.open_table(location, name)
    now = int(time.time() * 1000)
    gone: list[AddAction | RemoveAction] = [
        RemoveAction(file.name, True, now, file.byte_count, {})
        for file in live_files(location, name, table)
        if file.name in lost
    ]
    try:
        table.create_write_transaction(gone, mode="append", schema=table.schema())
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{location}: {name!r} cannot be repaired: {said(error)}") from error
    return int(store.open_table(location, name).version())
