"""Rows of a table in the order of the export, whatever their number, in bounded memory.

DuckDB streams them in the order of the warehouse's files. They are dealt out into pieces, each a
run of neighbours in the order of the export, on the disk; then one piece after the other is read
back and sorted. Every row is written twice and never more than a piece is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.schema import arrow_schema

PIECE_BYTES = 32_000_000  # of a piece, about: a row group of the Parquet files, too
MOST_PIECES = 200  # files that are open at once; with more text the pieces grow
FETCH_BYTES = 32_000_000  # gathered before they are dealt out: fewer and larger parts per piece
FETCH_ROWS = 2_048  # DuckDB's vector; it hands over no less
PLACE, YEAR, PIECE = "copydesk_place", "copydesk_year", "copydesk_piece"

# Rows of a table beside the place of their article. As a scalar subquery, not as a join: of two
# large sides a join keeps either in memory, and may choose the one with the texts (it did).
_PLACED = """
SELECT t.*, (
    SELECT {{'place': e.place, 'year': e.year, 'weight': e.weight}}
    FROM exported e WHERE e.article_id = t.{article}
) AS {at} FROM {table} t
"""
# No link to what is not there.
_BOTH_ENDS = "WHERE (SELECT true FROM exported o WHERE o.article_id = t.article_b)"
_AT = "copydesk_at"


def placed_rows(table: str) -> str:
    """Return the FROM of the exported rows of `table`, their article's place in `copydesk_at`."""
    article = "article_a" if table == "links" else "article_id"
    rows = _PLACED.format(table=table, article=article, at=_AT)
    return f"FROM ({rows} {_BOTH_ENDS if table == 'links' else ''}) WHERE {_AT} IS NOT NULL"


def in_order(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    *,
    weight: int,
    folder: Path,
    on_rows: Callable[[int], None],
) -> Iterator[pa.Table]:
    """Yield the exported rows of `table`, its columns `names` and YEAR, in order, in pieces.

    `weight` is the selection's, `folder` an empty one for scratch; `on_rows` hears how many rows
    were read so far. Raises duckdb.Error, OSError.
    """
    size = max(PIECE_BYTES, weight // MOST_PIECES + 1)
    chosen = ", ".join(f'"{name}"' for name in names)
    query = (
        f"SELECT {chosen}, {_AT}.place AS {PLACE}, {_AT}.year AS {YEAR}, "
        f"({_AT}.weight // {size})::INTEGER AS {PIECE} {placed_rows(table)}"
    )
    full = arrow_schema(table)
    schema = pa.schema([full.field(name) for name in names])
    for name, kind in ((PLACE, pa.int64()), (YEAR, pa.int32()), (PIECE, pa.int32())):
        schema = schema.append(pa.field(name, kind))
    keys = _keys(table, names, schema)
    pieces = _deal_out(connection.sql(query), schema, folder, on_rows)
    for path in pieces:
        with pa.OSFile(str(path)) as file:
            piece = pa.ipc.open_stream(file).read_all().combine_chunks()
        path.unlink()
        yield piece.sort_by(keys).drop_columns([PLACE, PIECE])


def _deal_out(
    result: duckdb.DuckDBPyRelation, schema: pa.Schema, folder: Path, on_rows: Callable[[int], None]
) -> list[Path]:
    """Write every row to the file of its piece; return the files in order."""
    folder.mkdir()
    writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    rows = 0
    with ExitStack() as files:
        for gathered in _gathered(result, schema):
            for number, part in _by_piece(gathered):
                if number not in writers:
                    path = str(folder / f"{number}.arrow")
                    new = pa.ipc.new_stream(path, schema, options=options)
                    writers[number] = files.enter_context(new)
                writers[number].write_table(part)
            rows += gathered.num_rows
            on_rows(rows)
    return [folder / f"{number}.arrow" for number in sorted(writers)]


def _gathered(result: duckdb.DuckDBPyRelation, schema: pa.Schema) -> Iterator[pa.Table]:
    """Batches of the result put together to tables of FETCH_BYTES, with the schema's types."""
    waiting: list[pa.RecordBatch] = []
    byte_count = 0
    for batch in result.to_arrow_reader(FETCH_ROWS):
        waiting.append(batch)
        byte_count += batch.nbytes
        if byte_count >= FETCH_BYTES:
            yield pa.Table.from_batches(waiting).cast(schema)
            waiting, byte_count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting).cast(schema)


def _by_piece(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    found = pc.unique(table[PIECE]).to_pylist()
    if len(found) == 1:
        yield found[0], table
        return
    for number in found:
        yield number, table.filter(pc.equal(table[PIECE], number))


def _keys(table: str, names: Sequence[str], schema: pa.Schema) -> list[tuple[str, str]]:
    """By article, then by every column that can be compared, in the order of the table."""
    others = () if table == "articles" else names  # one row has each place
    comparable = [name for name in others if not pa.types.is_nested(schema.field(name).type)]
    return [(name, "ascending") for name in (PLACE, *comparable)]
