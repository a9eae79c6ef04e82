"""Answers of SQL as a table, CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.settings import width_of_pipe
from warehouse.errors import BadSetting

TABLE_ROWS = 1_000  # a longer table is cut, and says so
FETCH_ROWS = 10_000
CELL_WIDTH = 120  # characters of a value that a table shows; the other formats show all
KEPT_WIDTH = 20

_EXPLAIN = re.compile(r"\A\s*explain\s*(\([^)]*\))?\s*(analyze\b)?", re.IGNORECASE)


def answer(connection: duckdb.DuckDBPyConnection, query: str, output: str) -> None:
    """Run every statement of `query` and write its answer to standard output.

    Raises BadSetting for a statement that is no question, duckdb.Error for bad SQL.
    """
    statements = connection.extract_statements(query)
    if not statements:
        raise BadSetting('no SQL given; for instance: copydesk sql "SELECT * FROM outcomes"')
    for statement in statements:
        _require_question(connection, statement)
    if len(statements) > 1 and output != "table":
        raise BadSetting(f"{len(statements)} statements; --format {output} takes one at a time")
    for statement in statements:
        if output == "parquet":
            _write_parquet(connection.sql(statement.query))
            continue
        result = connection.execute(statement)
        if result.description is not None:
            _WRITERS[output](result)


def _require_question(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    """Raise BadSetting unless it is a SELECT (SHOW, DESCRIBE) or explains one.

    A read-only connection would still let COPY write files, also below EXPLAIN ANALYZE.
    """
    kind = statement.type.name
    if kind == "EXPLAIN":
        explained = _EXPLAIN.sub("", statement.query)
        kinds = {inner.type.name for inner in connection.extract_statements(explained)}
        kind = "SELECT" if kinds == {"SELECT"} else "EXPLAIN of anything but SELECT"
    if kind != "SELECT":
        raise BadSetting(f"{kind} is not allowed: `copydesk sql` only reads; ask with SELECT")


def _names(result: duckdb.DuckDBPyConnection) -> list[str]:
    return [str(column[0]) for column in result.description or ()]


def _write_table(result: duckdb.DuckDBPyConnection) -> None:
    names = _names(result)
    rows = result.fetchmany(TABLE_ROWS + 1)
    show_table(names, rows[:TABLE_ROWS])
    if len(rows) > TABLE_ROWS:
        click.echo(f"first {TABLE_ROWS:,} rows; add LIMIT, or --format csv for all", err=True)
        result.fetchall()  # an answer not read to its end blocks the connection


def show_table(names: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "") -> None:
    """Print a table: fitted to a terminal, as wide as needed when piped."""
    console = _Console(highlight=False)
    if not console.is_terminal:
        console = _Console(highlight=False, width=width_of_pipe(), no_color=True)
    if title:  # a table's own title would be wrapped to the table's width
        console.print(Text(title, style="bold"))
    table = Table(box=None, pad_edge=False)
    for index, name in enumerate(names):
        is_number = bool(rows) and all(_is_number(row[index]) for row in rows)
        widest = max((len(cell(row[index])) for row in rows), default=0)
        table.add_column(
            name,
            # Only long texts give way on a narrow terminal, never names and numbers.
            min_width=max(widest, len(name)) if widest <= KEPT_WIDTH else KEPT_WIDTH,
            justify="right" if is_number else "left",
            overflow="ellipsis",
            no_wrap=True,
            header_style="bold",
        )
    for row in rows:
        table.add_row(*(Text(_capped(cell(value))) for value in row))
    console.print(table)


def _capped(text: str) -> str:
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


class _Console(Console):
    """A console that lets the command deal with a closed pipe; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        """`copydesk status | head -1` is no failure."""
        raise BrokenPipeError


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, int | float | Decimal)


def cell(value: Any) -> str:
    """Return a value as one line of plain text; control codes from a document are not obeyed."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    text = str(value).replace("\n", " ⏎ ")
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)


def _write_csv(result: duckdb.DuckDBPyConnection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_names(result))
    while rows := result.fetchmany(FETCH_ROWS):
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=_json_default)
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime | date) else value


def _write_json(result: duckdb.DuckDBPyConnection) -> None:
    names = _names(result)
    separator = "["
    while rows := result.fetchmany(FETCH_ROWS):
        for row in rows:
            record = dict(zip(names, row, strict=True))
            click.echo(
                separator + json.dumps(record, ensure_ascii=False, default=_json_default), nl=False
            )
            separator = ",\n "
    click.echo("[]" if separator == "[" else "]")


def _json_default(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _write_parquet(result: duckdb.DuckDBPyRelation) -> None:
    if sys.stdout.isatty():
        raise BadSetting("Parquet is binary; send it to a file: --format parquet > answer.parquet")
    import pyarrow.parquet as pq

    reader = result.to_arrow_reader(FETCH_ROWS)
    with pq.ParquetWriter(sys.stdout.buffer, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


_WRITERS = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
}
