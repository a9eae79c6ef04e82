"""Documents whose ledger row was opened again are read from the bytes that the corpus keeps.

They become what they would have been without the document that went: the first an article, the
others copies of it. One whose bytes are not kept stays open: the next ingest reads its file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import duckdb

from tasks.batch import Limits, Workplace, read_again
from tasks.chunk import make_chunk
from tasks.dropping.plan import REOPENED_REASON
from tasks.matching import match_tables
from tasks.met import Met
from tasks.missing import Progress
from tasks.opened import Open
from tasks.records import RawDocument
from warehouse.definitions import define_tables, quoted
from warehouse.ledger import Ledger

# How it was read stands in the row before the one that opened it again.
OPEN = f"""
CREATE TEMP TABLE open_again AS
WITH opened AS (
    SELECT f.* FROM files f WHERE f.outcome = 'left' AND f.reason = '{REOPENED_REASON}'
), before AS (
    SELECT h.document_id,
        arg_max({{'detail': h.detail, 'encoding': h.encoding, 'method': h.encoding_method,
                 'run_id': h.run_id}}, c.sequence) AS read
    FROM files_history h JOIN commits c USING (commit_id) SEMI JOIN opened USING (document_id)
    WHERE h.outcome IN ('article', 'same_bytes', 'same_text') GROUP BY h.document_id
)
SELECT o.document_id, o.path, o.record, o.record_id, o.target_uri, o.retrieved_at, o.file_sha256,
    o.sha256, o.media_type, o.compression, o.reader, b.read, u.sources,
    r.media_type AS raw_media_type, r.byte_count,
    row_number() OVER (ORDER BY o.path, o.record) AS place
FROM opened o JOIN before b USING (document_id)
JOIN (SELECT DISTINCT sha256, media_type, byte_count FROM raw) r USING (sha256)
LEFT JOIN runs u ON u.run_id = b.read.run_id
"""
# A list of constants: by it DuckDB leaves out row groups that have none of them.
BYTES = """
SELECT o.*, r.data FROM open_again o JOIN (
    SELECT sha256, any_value(data) AS data FROM raw WHERE sha256 IN ({wanted})
    GROUP BY sha256) r USING (sha256)
WHERE o.place BETWEEN $first AND $last ORDER BY o.place
"""
MOST_DOCUMENTS = 500  # that are read at a time,
MOST_BYTES = 32 << 20  # and as much of them, or one


def read_open(warehouse: Open, on_progress: Progress) -> int:
    """Read and commit every document that is open again; return how many that were.

    Raises TryAgain when the storage refuses; what is committed by then stays.
    """
    with closing(duckdb.connect()) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        define_tables(connection, warehouse.location, ("files", "raw", "runs"))
        connection.execute(OPEN)
        sizes = connection.execute("SELECT byte_count FROM open_again ORDER BY place").fetchall()
        if not sizes:
            return 0
        with closing(Ledger(warehouse.location)) as ledger:
            for first, last in _portions([size for (size,) in sizes]):
                on_progress("reading copies", first - 1, len(sizes))
                _read(warehouse, ledger, _documents(connection, first, last))
    on_progress("reading copies", len(sizes), len(sizes))
    return len(sizes)


def _portions(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last number, from 1, of what is read at a time."""
    first = total = 0
    for number, size in enumerate(sizes):
        if number > first and (number - first >= MOST_DOCUMENTS or total + size > MOST_BYTES):
            yield first + 1, number
            first, total = number, 0
        total += size
    yield first + 1, len(sizes)


def _read(warehouse: Open, ledger: Ledger, documents: Sequence[tuple[str, Met]]) -> None:
    location, run_id = warehouse.location, warehouse.run_id
    folder = location.state / "runs" / run_id
    ledger.catch_up()
    place = Workplace(location=location, folder=str(folder), limits=Limits())
    try:
        staged = read_again(documents, place)
        chunk = make_chunk([staged], ledger, location, run_id)
        rows = chunk.resolved.files.values()
        tables, matched = match_tables(chunk.tables, rows, warehouse.stories, location)
        tables.pop("raw")  # that is where they come from
        commit = warehouse.writer.commit(tables)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ledger.apply(chunk.ledger_rows(run_id, commit.commit_id), run_id, commit.sequence)
    story_rows = matched.story_rows(commit.commit_id)
    warehouse.stories.apply(story_rows, run_id, commit.sequence)


def _documents(
    connection: duckdb.DuckDBPyConnection, first: int, last: int
) -> list[tuple[str, Met]]:
    portion = {"first": first, "last": last}
    hashes = connection.execute(
        "SELECT DISTINCT sha256 FROM open_again WHERE place BETWEEN $first AND $last", portion
    ).fetchall()
    wanted = ", ".join(quoted(sha256) for (sha256,) in hashes)
    result = connection.execute(BYTES.format(wanted=wanted), portion)
    names = [str(column[0]) for column in result.description or ()]
    rows = (dict(zip(names, row, strict=True)) for row in result.fetchall())
    return [(row["path"], _met(row)) for row in rows]


def _met(row: dict[str, Any]) -> Met:
    """The document as it was met when it was first read."""
    read = row["read"]
    document = RawDocument(
        path=row["path"],
        record=row["record"],
        data=bytes(row["data"]),
        media_type=row["raw_media_type"],
        charset=read["encoding"] if read["method"] == "declared" else None,
        name=_below(row["path"], row["sources"] or ()),
        record_id=row["record_id"],
        url=row["target_uri"],
        retrieved_at=row["retrieved_at"],
        truncated=read["detail"] or "",
    )
    return Met(
        record=row["record"],
        document=document,
        file_sha256=row["file_sha256"],
        media_type=row["media_type"],
        compression=row["compression"],
        reader=row["reader"],
        record_id=row["record_id"],
        url=row["target_uri"],
        retrieved_at=row["retrieved_at"],
    )


def _below(path: str, sources: Sequence[str]) -> str:
    """The path below the source that its run was given; what a path says begins there."""
    above = [source for source in sources if path.startswith(source.rstrip("/") + "/")]
    return path[len(max(above, key=len).rstrip("/")) + 1 :] if above else path.rpartition("/")[2]
