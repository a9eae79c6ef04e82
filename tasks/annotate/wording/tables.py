"""The word tables beside the code."""

from __future__ import annotations

from tasks.tables import Row, packaged_rows


def table(name: str) -> tuple[Row, ...]:
    """Return the rows of `name`.tsv of this folder."""
    return packaged_rows("tasks.annotate.wording", f"{name}.tsv")
