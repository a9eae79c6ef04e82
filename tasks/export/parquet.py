"""Parquet: one folder per table, below it one per year of publication, as Hive has them.

`year` is the name of the folder and no column of the files, which is what pandas, Polars, Spark and
DuckDB take it from. It is a number everywhere, also for articles without a date: see UNDATED.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.export.placing import UNFINISHED
from tasks.export.selection import UNDATED
from tasks.export.sorting import YEAR
from warehouse.schema import arrow_schema, columns

PART_BYTES = 512_000_000  # of one file; what follows is part-1, part-2 ...


class ParquetFiles:
    """Writes the pieces of one table."""

    def __init__(self, folder: Path, table: str, names: Sequence[str]) -> None:
        self._folder = folder / table
        full = arrow_schema(table)
        self._schema = pa.schema([full.field(name) for name in names])
        specs = columns(table)
        self._few = [name for name in names if specs[name].few]
        self._writer: pq.ParquetWriter | None = None
        self._path = Path()
        self._year: int | None = None
        self._part = 0

    def write(self, piece: pa.Table) -> None:
        """Write rows that follow those before; YEAR never falls, but for the undated at the end."""
        for year in pc.unique(piece[YEAR]).to_pylist():
            rows = piece.filter(pc.equal(piece[YEAR], year)).drop_columns([YEAR])
            writer = self._writer_of(year)
            writer.write_table(rows.cast(self._schema), row_group_size=max(rows.num_rows, 1))

    def _writer_of(self, year: int) -> pq.ParquetWriter:
        is_same = self._writer is not None and year == self._year
        if self._writer is not None and is_same and self._path.stat().st_size < PART_BYTES:
            return self._writer
        self._end_file()
        self._part = self._part + 1 if is_same else 0
        self._year = year
        self._path = self._folder / f"year={year}" / f"part-{self._part}.parquet{UNFINISHED}"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(
            str(self._path), self._schema, compression="zstd", use_dictionary=self._few
        )
        return self._writer

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def close(self) -> None:
        """End the last file; a table without rows has one file, so that readers find columns."""
        if self._year is None:
            self._writer_of(UNDATED)
        self._end_file()
