"""The tables of words that lie beside the code: one row a line, its cells set apart by tabs.

Lines that start with # say what the columns mean and where the words come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

Row = tuple[str, ...]


@cache
def packaged_rows(package: str, file: str) -> tuple[Row, ...]:
    """Return the rows of `file` in the folder of `package`, read once per process."""
    return tuple(rows_of((files(package) / file).read_text("utf-8")))


def rows_of(text: str) -> Iterator[Row]:
    """Yield the rows of a table's text, without comments and blank lines."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield tuple(line.split("\t"))


def named_rows(package: str, file: str) -> Iterator[dict[str, str]]:
    """Yield the rows of `file` by the names of its columns, which stand in its first row."""
    names, *rows = packaged_rows(package, file)
    return (dict(zip(names, row, strict=True)) for row in rows)
