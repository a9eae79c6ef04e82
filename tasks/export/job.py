"""The whole of an export: choose, sort, write, sum up, put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from tasks.export import jsonl, ninjs
from tasks.export.card import Counted, dictionary, write_card
from tasks.export.csv import CsvFile
from tasks.export.lines import JsonLines
from tasks.export.order import Order, check_order
from tasks.export.parquet import ParquetFiles
from tasks.export.placing import Target, check_target, put_in_place, scratch_for, seal
from tasks.export.selection import Selection, select
from tasks.export.sorting import in_order, placed_rows
from warehouse.errors import UnsoundRun
from warehouse.location import Location
from warehouse.schema import columns

Progress = Callable[[str, int, int], None]


class Writer(Protocol):
    """Where the sorted rows of a table go."""

    def write(self, piece: pa.Table) -> None:
        """Write rows that follow those before."""

    def close(self) -> None:
        """End the last file."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export put where."""

    target: Target
    counts: Mapping[str, Counted]  # by table
    files: int
    byte_count: int
    guarded: int  # cells of a CSV that got an apostrophe
    selection: Selection


def export(
    connection: duckdb.DuckDBPyConnection,
    location: Location,
    order: Order,
    *,
    on_progress: Progress = lambda step, done, total: None,
) -> Exported:
    """Write what `order` asks of the corpus that `connection` shows; return what was written.

    `connection` is one of warehouse.catalog.open_catalog, for the newest commit or an older one.
    `on_progress` hears a step, how much of it is done and how much there is: "articles" and other
    tables in rows (each counted twice: read, then written), "checksums" in bytes, "placing".
    Raises BadSetting for an order that cannot be carried out, UnsoundRun when what was written does
    not add up, TryAgain, OSError; in all these cases nothing appears at `order.target`.
    """
    check_order(order)
    check_target(order.target, location, is_overwriting=order.is_overwriting)
    selection = select(connection, order)
    with scratch_for(order.target) as scratch:
        folder = scratch / "export"
        folder.mkdir()
        job = _Job(connection, order, selection, scratch, folder, on_progress)
        counts = {table: job.write_table(table) for table in order.tables}
        meanings = dictionary(order, {table: job.names(table) for table in order.tables})
        write_card(folder, order, selection, counts, meanings, guarded=job.guarded)
        files = [path for path in folder.rglob("*") if path.is_file()]
        total = sum(path.stat().st_size for path in files)
        seal(folder, lambda done: on_progress("checksums", done, total))
        on_progress("placing", 0, 1)
        put_in_place(folder, order.target, is_overwriting=order.is_overwriting)
        on_progress("placing", 1, 1)
    return Exported(order.target, counts, len(files) + 1, total, job.guarded, selection)


class _Job:
    """The tables of one export, one after the other."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        order: Order,
        selection: Selection,
        scratch: Path,
        folder: Path,
        on_progress: Progress,
    ) -> None:
        self._connection = connection
        self._order = order
        self._selection = selection
        self._scratch = scratch
        self._folder = folder
        self._on_progress = on_progress
        self.guarded = 0

    def names(self, table: str) -> Sequence[str]:
        """Return the columns that are read of `table`."""
        order = self._order
        if order.format == "ninjs":
            return ninjs.COLUMNS
        if order.format == "jsonl":
            return jsonl.columns_read(order.columns)
        if table == "articles" and order.columns:
            return order.columns
        return tuple(columns(table))

    def write_table(self, table: str) -> Counted:
        """Write the chosen rows of `table`; raise UnsoundRun when they do not add up."""
        names = self.names(table)
        wanted = self._wanted(table)
        writer = self._writer(table, names)
        rows = characters = 0
        for piece in self._pieces(table, names, wanted):
            writer.write(piece)
            rows += piece.num_rows
            if table == "articles" and "text" in names:
                characters += pc.sum(pc.utf8_length(piece["text"])).as_py() or 0
            self._on_progress(table, wanted + rows, 2 * wanted)
        writer.close()
        if isinstance(writer, CsvFile):
            self.guarded = writer.guarded
        has_text = table == "articles" and "text" in names
        counted = Counted(rows, characters if has_text else None)
        self._check(table, wanted, counted)
        return counted

    def _wanted(self, table: str) -> int:
        if table == "articles":
            return self._selection.articles
        query = f"SELECT count(*) {placed_rows(table)}"
        return int(self._connection.execute(query).fetchall()[0][0])

    def _pieces(self, table: str, names: Sequence[str], wanted: int) -> Iterator[pa.Table]:
        return in_order(
            self._connection,
            table,
            names,
            weight=self._selection.weight,
            folder=self._scratch / table,
            on_rows=lambda rows: self._on_progress(table, rows, 2 * wanted),
        )

    def _writer(self, table: str, names: Sequence[str]) -> Writer:
        if self._order.format == "jsonl":
            return JsonLines(self._folder, jsonl.document)
        if self._order.format == "ninjs":
            return JsonLines(self._folder, ninjs.item)
        if self._order.format == "csv":
            return CsvFile(self._folder, tuple(names), is_exact=self._order.is_exact)
        return ParquetFiles(self._folder, table, names)

    def _check(self, table: str, wanted: int, counted: Counted) -> None:
        if counted.rows != wanted:
            raise UnsoundRun(f"{table}: {counted.rows:,} rows were read, {wanted:,} chosen")
        characters = self._selection.characters
        if counted.characters is not None and counted.characters != characters:
            raise UnsoundRun(
                f"{table}: {counted.characters:,} characters of text were written, "
                f"{characters:,} chosen (articles.char_count)"
            )
