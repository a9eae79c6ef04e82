"""Files that no state within the retention needs are deleted, and the log before it is cut.

What a state needs is asked of the versions that its commit names, not of the clock at which a file
was replaced: a version may have been what readers saw long after a newer one was written. Kept are
the files of the state that was the newest at the begin of the retention, and all that any later
version of a table has added. Whoever opened a catalog within the retention finds all its files.

Killed anywhere, what is left is deleted by the next call: the horizon (warehouse.history) moves
before the first file goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from deltalake.exceptions import DeltaError

from warehouse import store
from warehouse.errors import BadSetting, TryAgain
from warehouse.history import Moment, move_horizon, oldest_kept
from warehouse.live_files import WHOLE_TABLES, live_files
from warehouse.location import Location
from warehouse.schema import CHUNK_TABLES
from warehouse.storage import StoredFile, said

RETENTION = timedelta(days=7)
# Longer than the longest run and than a session of an analyst, who has the catalog open.
LEAST_RETENTION = timedelta(days=1)
CUT_ENTRIES = 10  # fewer of a log are not worth the two checkpoints


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What was deleted."""

    file_count: int
    byte_count: int
    entry_count: int  # of the logs
    first_sequence: int  # of the first commit whose state can still be seen


def check_retention(retention: timedelta, *, is_forced: bool) -> None:
    """Raise BadSetting for a retention that running readers and writers would notice."""
    if retention < LEAST_RETENTION and not is_forced:
        days = retention / timedelta(days=1)
        raise BadSetting(
            f"--retention {days:g}: less than a day would delete files that readers have open; "
            "if nobody reads, say so with --force-retention"
        )


def keep_logs(location: Location) -> None:
    """Tell tables of an older copydesk to leave their log alone; each gets a version by it.

    Call it under the writer's lease. Raises TryAgain when the disk refuses.
    """
    for name in CHUNK_TABLES:
        if store.has_table(location, name):
            table = store.read_table(location, name)
            if not store.KEPT_LOG.items() <= table.metadata().configuration.items():
                try:
                    store.open_table(location, name).alter.set_table_properties(store.KEPT_LOG)
                except (DeltaError, OSError) as error:
                    raise TryAgain(
                        f"{location}: {name!r} cannot be set up: {said(error)}"
                    ) from error


def vacuum(location: Location, retention: timedelta, now: datetime) -> Vacuumed:
    """Delete what only states older than `retention` need. Call it under the writer's lease.

    Raises TryAgain when the disk refuses; what was deleted until then is gone for good reason.
    """
    state = oldest_kept(location, retention, now)
    if state is None:
        return Vacuumed(0, 0, 0, 1)
    move_horizon(location, state.sequence)
    cutoff = now - retention
    files = size = entries = 0
    try:
        for name in (*CHUNK_TABLES, *WHOLE_TABLES):
            if not store.has_table(location, name):
                continue
            needed = _needed(location, name, state, cutoff)
            for file in _dispensable(location, name, needed, cutoff):
                location.storage.delete(f"{name}/{file.name}")
                size += file.byte_count
                files += 1
            entries += _cut_log(location, name, state.versions.get(name, 0), cutoff)
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{location}: cannot be vacuumed: {said(error)}") from error
    return Vacuumed(files, size, entries, state.sequence)


def _needed(location: Location, name: str, state: Moment, cutoff: datetime) -> set[str]:
    """Names of the files that a state from `state` on needs."""
    head = store.read_table(location, name)
    needed = {file.name for file in live_files(location, name, head)}
    if name in WHOLE_TABLES:  # read as they are now; but somebody may have opened a catalog before
        millis = cutoff.timestamp() * 1_000
        removed = (each["remove"] for _, each in _actions(location, name, 0) if "remove" in each)
        return needed | {
            str(each["path"]) for each in removed if each.get("deletionTimestamp", 0) >= millis
        }
    version = state.versions.get(name, 0)
    if version == head.version():
        return needed
    if version:
        kept = store.open_table(location, name, version)
        needed |= {file.name for file in live_files(location, name, kept)}
    later = (each["add"] for _, each in _actions(location, name, version + 1) if "add" in each)
    return needed | {str(each["path"]) for each in later}


def _dispensable(
    location: Location, name: str, needed: set[str], cutoff: datetime
) -> Iterator[StoredFile]:
    """Files in the table's folder that nobody needs.

    Those younger than the retention stay, whatever they are: an attempt may just be writing them.
    """
    names = {unquote(each) for each in needed}
    for file in location.storage.files(name):
        is_old = file.modified_at <= cutoff.timestamp()
        if is_old and file.name.endswith(".parquet") and file.name not in names:
            yield file


def _actions(location: Location, name: str, first: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """What the log says from version `first` on, as far as it is there."""
    for version, entry in _entries(location, name):
        if version >= first:
            for line in location.storage.read(f"{name}/_delta_log/{entry.name}").splitlines():
                yield version, json.loads(line)


def _entries(location: Location, name: str) -> list[tuple[int, StoredFile]]:
    found = ((file.name.split("."), file) for file in location.storage.files(f"{name}/_delta_log"))
    return [
        (int(parts[0]), file)
        for parts, file in found
        if parts[0].isdigit() and parts[1:] == ["json"]
    ]


def _cut_log(location: Location, name: str, version: int, cutoff: datetime) -> int:
    """Delete entries of the log before `version`; return how many.

    A checkpoint at that version and one at the newest take their place. The oldest go first, so
    that there is never a gap. Of a table that is read at its newest version only, those older than
    the retention go.
    """
    entries = _entries(location, name)
    if name in WHOLE_TABLES:
        version = next(
            (v for v, entry in entries if entry.modified_at > cutoff.timestamp()),
            entries[-1][0],
        )
    old = [entry for found, entry in entries if found < version]
    if len(old) < CUT_ENTRIES:
        return 0
    store.open_table(location, name, version).create_checkpoint()
    store.open_table(location, name).create_checkpoint()
    log = f"{name}/_delta_log"
    for entry in old:
        location.storage.delete(f"{log}/{entry.name}")
    for file in location.storage.files(log):
        is_checkpoint = file.name.endswith(".checkpoint.parquet") and file.name[:20].isdigit()
        if is_checkpoint and int(file.name[:20]) < version:
            location.storage.delete(f"{log}/{file.name}")
    return len(old)
