"""What was committed when, and the way back to it: time travel over all tables at once.

A commit names the version of every table, so the state after it is one row of `commits`. Every
state from the horizon on can be read again. The horizon is the commit up to which `copydesk
maintain` has given the files of earlier states free; it stands in a file of the warehouse and is
moved before the first of them is deleted, so that nothing is promised that may be gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb

from warehouse import store
from warehouse.definitions import define_tables
from warehouse.errors import BadSetting, TryAgain
from warehouse.location import Location

HORIZON = "horizon.json"

# Of several commits at or before an instant, the last one. Clocks may be set back between two
# runs, sequences never: what counts is the largest sequence.
AT_TIME = """
SELECT sequence, run_id, committed_at, table_versions FROM commits
WHERE committed_at <= ? ORDER BY sequence DESC LIMIT 1
"""
FROM_NUMBER = """
SELECT sequence, run_id, committed_at, table_versions FROM commits
WHERE sequence >= ? ORDER BY sequence LIMIT 1
"""
OF_RUN = """
SELECT sequence, run_id, committed_at, table_versions FROM commits
WHERE run_id = ? ORDER BY sequence DESC LIMIT 1
"""
ENTRIES = """
WITH committed AS (
    SELECT run_id, min(sequence) AS first, max(sequence) AS last, count(*) AS commit_count,
        min(committed_at) AS first_at, max(committed_at) AS last_at
    FROM commits GROUP BY run_id
), counted AS (
    SELECT run_id, map_from_entries(list((name, row_count) ORDER BY name)) AS row_counts
    FROM (
        SELECT run_id, e.key AS name, sum(e.value)::BIGINT AS row_count
        FROM (SELECT run_id, unnest(map_entries(row_counts)) AS e FROM commits) GROUP BY ALL
    ) WHERE row_count <> 0 GROUP BY run_id
), told AS (
    SELECT run_id, any_value(started_at) AS started_at, max(ended_at) AS ended_at,
        any_value(state) AS state
    FROM runs GROUP BY run_id
)
SELECT run_id, coalesce(t.started_at, c.first_at) AS started_at,
    coalesce(t.ended_at, c.last_at) AS ended_at, t.state, c.first, c.last,
    coalesce(c.commit_count, 0) AS commit_count, n.row_counts
FROM committed c FULL JOIN told t USING (run_id) LEFT JOIN counted n USING (run_id)
ORDER BY ended_at DESC, c.last DESC NULLS LAST, run_id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A state of the corpus: that after one commit."""

    sequence: int  # of the commit
    run_id: str  # that made it
    committed_at: datetime
    at: datetime  # runs that had ended by then belong to the state
    versions: Mapping[str, int]  # of the tables


@dataclass(frozen=True, slots=True)
class Entry:
    """One run: what it did, and whether the corpus can be seen as it left it."""

    run_id: str
    purpose: str  # ingest, enrich, maintain, ...
    started_at: datetime
    ended_at: datetime
    state: str | None  # completed or failed; None: it was killed, or keeps no row in `runs`
    first_sequence: int | None  # None: it committed nothing
    last_sequence: int | None
    commit_count: int
    row_counts: Mapping[str, int]
    is_reachable: bool


def moment(location: Location, asked: str) -> Moment:
    """Return the state that `asked` names: the id of a run, or a time.

    A run stands for the state after its last commit; a time (ISO 8601, UTC unless it names a zone;
    a day: its end) for that of the last commit until then. Raises BadSetting when there is no such
    run or time, and when the state is older than the horizon.
    """
    with _books(location) as connection:
        found = _of_run(connection, asked) or _at_time(connection, asked, _instant(asked))
        _require_reachable(location, connection, asked, found)
    return found


def entries(location: Location, limit: int) -> list[Entry]:
    """Return the newest `limit` runs, newest first."""
    horizon = horizon_of(location)
    with _books(location) as connection:
        rows = connection.execute(ENTRIES, [limit]).fetchall()
    return [_entry(row, horizon) for row in rows]


def horizon_of(location: Location) -> int:
    """Return the sequence of the first commit whose state is still kept; 1 for all of them."""
    try:
        found = json.loads(location.storage.read(HORIZON))
        return int(found["first_sequence"])
    except FileNotFoundError:
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TryAgain(f"{location}/{HORIZON}: cannot be read: {error}") from error


def move_horizon(location: Location, first_sequence: int) -> None:
    """Give free what only states before `first_sequence` need; it never moves back.

    Raises TryAgain when the disk refuses; nothing has moved then.
    """
    if first_sequence <= horizon_of(location):
        return
    data = json.dumps({"first_sequence": first_sequence}).encode()
    try:
        location.storage.write(HORIZON, data)  # on the disk before a file is deleted
    except OSError as error:
        raise TryAgain(f"{location}/{HORIZON}: cannot be written: {error}") from error


def oldest_kept(location: Location, retention: timedelta, now: datetime) -> Moment | None:
    """Return the state that was the newest one `retention` ago, or the first that is still kept.

    None where nothing was committed.
    """
    with _books(location) as connection:
        row = connection.execute(AT_TIME, [now - retention]).fetchone()
        horizon = horizon_of(location)  # a shorter retention may have been asked for before
        if row is None or row[0] < horizon:
            row = connection.execute(FROM_NUMBER, [horizon]).fetchone()
    return _moment(row, row[2]) if row else None


@contextmanager
def _books(location: Location) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with commits and runs, of now."""
    store.check_readable(location)
    with closing(duckdb.connect()) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        define_tables(connection, location, ("commits", "runs"))
        yield connection


def _of_run(connection: duckdb.DuckDBPyConnection, asked: str) -> Moment | None:
    ended = connection.execute(
        "SELECT max(ended_at) FROM runs WHERE run_id = ?", [asked]
    ).fetchone()
    ended_at = ended[0] if ended else None
    row = connection.execute(OF_RUN, [asked]).fetchone()
    if row is not None:
        return _moment(row, max(row[2], ended_at or row[2]))
    return None if ended_at is None else _at_time(connection, asked, ended_at)


def _at_time(connection: duckdb.DuckDBPyConnection, asked: str, at: datetime) -> Moment:
    row = connection.execute(AT_TIME, [at]).fetchone()
    if row is None:
        first = connection.execute("SELECT min(committed_at) FROM commits").fetchone()
        since = (
            f"its first commit is of {_shown(first[0])}" if first and first[0] else "it is empty"
        )
        raise BadSetting(f"{asked!r}: the corpus did not exist then; {since}")
    return _moment(row, at)


def _moment(row: tuple[Any, ...], at: datetime) -> Moment:
    return Moment(int(row[0]), str(row[1]), row[2], at, dict(row[3]))


def _instant(asked: str) -> datetime:
    try:
        if len(asked) == len("2026-11-23"):
            return datetime.combine(date.fromisoformat(asked), time.max, UTC)
        found = datetime.fromisoformat(asked)
    except ValueError:
        raise BadSetting(
            f"{asked!r}: neither the id of a run (see: copydesk history) nor a time such as "
            "2026-11-23T10:00 or 2026-11-23"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _require_reachable(
    location: Location, connection: duckdb.DuckDBPyConnection, asked: str, found: Moment
) -> None:
    horizon = horizon_of(location)
    if found.sequence >= horizon:
        return
    row = connection.execute(
        "SELECT committed_at, run_id FROM commits WHERE sequence = ?", [horizon]
    ).fetchone()
    since = f"{_shown(row[0])} (run {row[1]})" if row else f"commit {horizon}"
    raise BadSetting(
        f"{asked!r}: the corpus can be seen as it was since {since}; `copydesk maintain` has "
        "removed the files of earlier states (see its option --retention)"
    )


def _entry(row: tuple[Any, ...], horizon: int) -> Entry:
    run_id, started_at, ended_at, state, first, last, commit_count, row_counts = row
    return Entry(
        run_id=run_id,
        purpose=purpose_of(run_id),
        started_at=started_at,
        ended_at=ended_at,
        state=state,
        first_sequence=first,
        last_sequence=last,
        commit_count=commit_count,
        row_counts=dict(row_counts or {}),
        is_reachable=last is not None and last >= horizon,
    )


def purpose_of(run_id: str) -> str:
    """Return what a run was for: its id says so between time and random part, but for ingest."""
    return "-".join(run_id.split("-")[1:-1]) or "ingest"


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
