"""The tables of a corpus on disk, and how they are read.

from warehouse import open_corpus

with open_corpus("warehouse/data") as corpus:
    corpus.sql("SELECT * FROM stories").df()  # or .pl(), .to_arrow_table(), .fetchall()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    import duckdb

__all__ = ["open_corpus"]


def open_corpus(where: str | os.PathLike[str] | None = None) -> duckdb.DuckDBPyConnection:
    """Return a read-only DuckDB connection to a corpus, with every view, for notebooks.

    `where` is the warehouse: a path or URI; without it COPYDESK_WAREHOUSE, else warehouse/data. The
    connection shows the corpus as it was when it was opened, whatever is ingested meanwhile. It
    reads and writes no other file; a table of yours joins by `register("mine", frame)`. Close it,
    or use it in a `with` statement. `.df()` needs pandas, `.pl()` Polars: the extra `notebook`.

    Raises BadSetting for a URI that is not supported, BadWarehouse when there is no warehouse, or
    one of a newer schema.
    """
    from warehouse.catalog import connect
    from warehouse.location import warehouse_location

    return connect(warehouse_location(where))
