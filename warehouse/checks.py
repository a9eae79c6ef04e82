"""Run the data tests of checks.sql against a catalog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import duckdb


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A data test that found rows."""

    name: str
    row_count: int
    example: str


def statements() -> Iterator[tuple[str, str]]:
    """Yield name and text of every data test."""
    text = (files("warehouse") / "checks.sql").read_text("utf-8")
    for block in text.split(";\n"):
        lines = block.strip().splitlines()
        names = [line for line in lines if line.startswith("-- ") and ": " in line]
        if names:
            yield names[-1].removeprefix("-- ").partition(":")[0], "\n".join(lines)


def failed_checks(
    connection: duckdb.DuckDBPyConnection, run_id: str | None = None
) -> list[FailedCheck]:
    """Return the tests that found rows, for one run or (None) for all of them."""
    value = "NULL" if run_id is None else f"'{run_id}'"
    connection.execute(f"SET VARIABLE run_id = {value}::VARCHAR")
    failed = []
    for name, statement in statements():
        rows = connection.execute(statement).fetchall()
        if rows:
            failed.append(FailedCheck(name, len(rows), str(rows[0])))
    return failed
