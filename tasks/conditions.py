"""Conditions that a user gives as SQL: one expression over the columns of a view."""

from __future__ import annotations

import duckdb

from warehouse.errors import BadSetting


def check_where(connection: duckdb.DuckDBPyConnection, where: str) -> None:
    """Raise BadSetting unless it is one expression over `articles`.

    The connection itself can only read (warehouse.catalog.open_catalog).
    """
    query = f"SELECT article_id FROM articles WHERE (\n{where}\n)"
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise bad_where(where, str(error)) from error
    if len(statements) != 1:
        raise bad_where(where, "one expression is wanted, without a semicolon")
    try:
        connection.execute(f"EXPLAIN {query}").fetchall()
    except duckdb.Error as error:
        raise bad_where(where, str(error)) from error


def bad_where(where: str, message: str) -> BadSetting:
    """Return the error of a condition that DuckDB refuses, in one line."""
    said = " ".join(message.partition("\n\nLINE")[0].split())
    return BadSetting(f"--where {where!r}: {said}")
