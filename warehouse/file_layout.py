"""How the Parquet files of a table are laid out: row groups, dictionaries, blooms, compression."""

from __future__ import annotations

from typing import Any

from deltalake import BloomFilterProperties, ColumnProperties, WriterProperties

from warehouse.schema import columns

# Rows per row group. Measured sizes: 20,000 articles are about 60 MB of text; `raw` holds whole
# pages (often 100 kB and more), and a reader decodes one row group at a time.
ROW_GROUP = 20_000
# `shingles` is scanned whole: smaller row groups are skipped too rarely, larger ones outgrow the
# processor's cache (measured on 20 million rows: 197 million hashes a second at 131,072, 145 at
# 1,048,576, 165 at 32,768).
ROW_GROUPS = {"raw": 500, "shingles": 131_072}
BLOOM_FALSE_POSITIVES = 0.01
# Hashes are sorted and numbers lie close together within a commit: their differences are short.
SHINGLES: dict[str, ColumnProperties] = {
    "hash": ColumnProperties(encoding="DELTA_BINARY_PACKED"),
    "article_number": ColumnProperties(encoding="DELTA_BINARY_PACKED"),
    "published_month": ColumnProperties(dictionary_enabled=True),
    "script": ColumnProperties(dictionary_enabled=True),
    "version": ColumnProperties(dictionary_enabled=True),
}


def writer_properties(name: str, row_count: int = ROW_GROUP) -> WriterProperties:
    """Return how files are written: compressed, dictionaries for few values, blooms for keys."""
    bloom = BloomFilterProperties(True, fpp=BLOOM_FALSE_POSITIVES, ndv=max(row_count, 1))
    special: dict[str, Any] = {}
    for column, spec in columns(name).items():
        if spec.few:
            special[column] = ColumnProperties(dictionary_enabled=True)
        elif spec.key:
            special[column] = ColumnProperties(
                dictionary_enabled=False, bloom_filter_properties=bloom
            )
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=ROW_GROUPS.get(name, ROW_GROUP),
        default_column_properties=ColumnProperties(dictionary_enabled=False),
        column_properties=special | (SHINGLES if name == "shingles" else {}),
    )
