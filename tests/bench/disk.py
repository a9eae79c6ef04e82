"""Measure what a corpus takes on the disk, beside its input and beside plain Parquet of its texts.

    python -m tests.bench.disk FILE... [--enrich] [--warehouse FOLDER] [--columns 15]

The FILEs are ingested into a scratch warehouse (or one that is there already is measured as it is),
annotated with --enrich, then `maintain` runs with no retention, so that every file is one that
readers need. Plain Parquet is article_id and text of all articles in the order of ingest, zstd
level 3, row groups of 20,000. Bytes are of the live files; MB are 10^6 bytes. The ratio that is
to stay low leaves out `raw`, which keeps the documents themselves and can be switched off.
"""

from __future__ import annotations

import argparse
import gzip
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from flows.answers import show_table
from tasks.annotate.enrichment import Order as Enriching
from tasks.annotate.enrichment import enrich_articles
from tasks.run import Order, ingest_files
from tasks.upkeep import maintain
from warehouse import store
from warehouse.catalog import open_catalog
from warehouse.live_files import LiveFile, live_files
from warehouse.location import Location, locate
from warehouse.schema import TABLES

MB = 1_000_000
PIECE = 1 << 20  # bytes read at a time


def main() -> None:
    """Make the corpus, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--enrich", action="store_true", help="annotate the articles as well")
    parser.add_argument("--warehouse", type=Path, help="make it here, or measure this one")
    parser.add_argument("--columns", type=int, default=15, help="how many of the largest to list")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="copydesk-bench-") as scratch:
        location = locate(str(asked.warehouse or f"{scratch}/corpus"))
        if not store.exists(location):
            ingest_files(Order(location=location, sources=tuple(map(str, asked.files))))
        if asked.enrich:
            enrich_articles(Enriching(location=location))
        maintain(location, retention=timedelta(0))
        plain = write_plain(location, Path(scratch) / "plain.parquet")
        show(location, asked.files, plain, asked.columns)


def write_plain(location: Location, path: Path) -> int:
    """Write article_id and text of every article; return the bytes of the file."""
    query = "SELECT article_id, text FROM articles ORDER BY commit_id, article_id"
    with open_catalog(location) as connection:
        rows = connection.sql(query).to_arrow_table()
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        row_group_size=store.ROW_GROUP,
    )
    return path.stat().st_size


def show(location: Location, inputs: Sequence[Path], plain: int, columns: int) -> None:
    """Print the tables of sizes."""
    tables = {name: list(_live(location, name)) for name in TABLES}
    sizes = {name: sum(file.byte_count for file in files) for name, files in tables.items()}
    compared = {
        "input as given": sum(path.stat().st_size for path in inputs),
        "input decompressed": sum(map(_decompressed, inputs)),
        "plain Parquet of the texts": plain,
        "all tables but raw": sum(sizes.values()) - sizes["raw"],
        "raw": sizes["raw"],
        "logs": sum(path.stat().st_size for path in location.path.rglob("_delta_log/*")),
        "catalog": location.catalog.stat().st_size,
    }
    rows = [(what, *_sizes(size, plain)) for what, size in compared.items() if size]
    show_table(("what", "MB", "of plain"), rows)
    print()
    counted = [
        (name, len(files), sum(file.row_count or 0 for file in files), *_sizes(sizes[name], plain))
        for name, files in sorted(tables.items(), key=lambda pair: -sizes[pair[0]])
        if files
    ]
    show_table(("table", "files", "rows", "MB", "of plain"), counted)
    print()
    found = Counter[tuple[str, str]]()
    for name in set(tables) - {"raw"}:
        found += _by_column(name, tables[name])
    largest = [(*place, *_sizes(size, plain)) for place, size in found.most_common(columns)]
    show_table(("table", "column", "MB", "of plain"), largest)


def _sizes(size: int, plain: int) -> tuple[float, float]:
    return round(size / MB, 2), round(size / plain, 3)


def _live(location: Location, name: str) -> Iterator[LiveFile]:
    if store.has_table(location, name):
        yield from live_files(location, name, store.open_table(location, name))


def _decompressed(path: Path) -> int:
    if path.suffix != ".gz":
        return path.stat().st_size
    with gzip.open(path) as data:
        return sum(map(len, iter(lambda: data.read(PIECE), b"")))


def _by_column(name: str, files: Sequence[LiveFile]) -> Counter[tuple[str, str]]:
    """Compressed bytes of every column; what is left of a file is its footer and its blooms."""
    sizes = Counter[tuple[str, str]]()
    for file in files:
        footer = pq.read_metadata(file.path)
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            for place in range(group.num_columns):
                column = group.column(place)
                sizes[name, column.path_in_schema] += column.total_compressed_size
        sizes[name, "(footers, blooms)"] += file.byte_count
    sizes[name, "(footers, blooms)"] = 2 * sizes[name, "(footers, blooms)"] - sizes.total()
    return sizes


if __name__ == "__main__":
    main()
