"""Reads the TSV files beside this module: lines that start with # explain, the others are rows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_FOLDER = "tasks.annotate.wording"


@cache
def read_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the packaged file `name`, each split at its tabs."""
    return tuple(rows_of((files(_FOLDER) / name).read_text("utf-8")))


def rows_of(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a file's text, each split at its tabs."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield tuple(cell.strip() for cell in line.split("\t"))
