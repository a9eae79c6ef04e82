"""The word tables beside the code: tab-separated, with comment lines first."""

from __future__ import annotations

from functools import cache

from tasks.tables import Row, packaged_rows


def table(name: str) -> tuple[Row, ...]:
    """Return the rows of `name`.tsv of this folder."""
    return packaged_rows("tasks.annotate.naming", f"{name}.tsv")


@cache
def words(name: str, language: str, kind: str) -> frozenset[str]:
    """Return the words of one kind of a table whose columns are language, kind, words.

    Words that a table gives for the language `*` count in every language.
    """
    rows = (row for row in table(name) if row[0] in (language, "*") and row[1] == kind)
    return frozenset(word for row in rows for word in row[2].split(" "))


@cache
def phrases(name: str, language: str, kind: str) -> frozenset[tuple[str, ...]]:
    """Return the phrases of one kind, each as its words; a table sets them apart with `|`."""
    rows = (row for row in table(name) if row[0] in (language, "*") and row[1] == kind)
    return frozenset(tuple(phrase.split(" ")) for row in rows for phrase in row[2].split("|"))
