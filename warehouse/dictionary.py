"""The data dictionary: SCHEMA.md, every table, view and macro of a catalog with every column.

`python -m warehouse.dictionary` writes the page anew, `--check` only says whether it is up to date.
What stands in it is asked of the catalog of an empty warehouse (types as DuckDB shows them), of
warehouse/schema.py and of the comments in warehouse/views and warehouse/macros.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from warehouse import meanings, store
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.catalog import open_catalog
from warehouse.definitions import written_macros, written_views
from warehouse.duplicates import DUPLICATE_TABLES
from warehouse.location import locate
from warehouse.meanings import Meaning
from warehouse.schema import COMMIT_COLUMNS, SCHEMA_VERSION, SUBJECTS, TABLES, columns

PAGE = Path(__file__).with_name("SCHEMA.md")

_STORED = "\n".join(f"  `{name}`: {each.meaning}" for name, each in COMMIT_COLUMNS.items())
_INTRODUCTION = f"""\
# What stands in a corpus

Schema {SCHEMA_VERSION}. Made by `python -m warehouse.dictionary` from the code that writes and
reads the tables; do not edit it. The same words are comments in the catalog (`SELECT column_name,
comment FROM duckdb_columns() WHERE table_name = 'articles'`), and those on tables stand in the
schema of every Parquet file.

Open `catalog.duckdb` in the folder of the warehouse with any DuckDB, or ask `copydesk sql`.

- **Names.** A suffix says what a column is: `_id`, `_code`, `_at` (a time, UTC), `_date` (a day),
  `_count`, `_chars`, `_ratio` (0 to 1), `_score`, `is_` (a flag). A guessed value has a sibling
  `_method` or `_source`, a missing one a `_reason`.
- **NULL** is "not known" or "does not apply", never a guess. *yes* says that it may occur. Rows
  written before copydesk knew a column have NULL there as well.
- **Joins.** `article_id` joins everything that is about an article. Numbers count from 1 in an
  article: `places JOIN mentions USING (article_id, mention)`. Documents join articles by
  `files.outcome = 'article'`, or copies count twice.
- **Offsets** (`char_start`, `char_end` and their like) are code points from 0, half-open: what
  stands there is `text[char_start + 1 : char_end]`, of `headline` where `field` says so.
- **Kind.** A *key* is an id or a hash that is looked up fast; *few* marks a column of few
  different values, good to group by.
- **Rows.** A table shows what is committed and what no later row replaces; `NAME_history`, where
  there is one, has the replaced rows as well.
- **Every table** but `runs` ends with two columns more, both keys and never NULL:
{_STORED}

"""
_BOOKKEEPING = (
    set(TABLES)
    - {"files", "raw", "articles", "fields", "paragraphs", "date_evidence"}
    - {*DUPLICATE_TABLES, *ANNOTATION_TABLES}
)
_WIDE = ("articles",)  # tables that views take over whole
# Sections of the page and the tables of each, in the order of the way of a record.
_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Documents and articles",
        ("files", "raw", "articles", "fields", "paragraphs", "date_evidence"),
    ),
    ("Copies and stories", tuple(DUPLICATE_TABLES)),
    ("What articles say", tuple(ANNOTATION_TABLES)),
    ("Bookkeeping", tuple(name for name in TABLES if name in _BOOKKEEPING)),
)


def page() -> str:
    """Return the text of SCHEMA.md."""
    with tempfile.TemporaryDirectory(prefix="copydesk-dictionary-") as folder:
        location = locate(f"{folder}/corpus")
        store.prepare(location)
        with open_catalog(location) as connection:
            return "\n".join(
                [_INTRODUCTION, *_contents(), *_tables(connection), *_others(connection)]
            )


def _contents() -> Iterator[str]:
    """Links to everything on the page, each with what one row of it is."""
    for section, tables in _SECTIONS:
        yield f"**[{section}](#{_anchor(section)})**\n"
        yield from (_entry(name, meanings.one_row(name)) for name in tables)
        yield ""
    for section, texts in (("Views", written_views()), ("Macros", written_macros())):
        yield f"**[{section}](#{_anchor(section)})**\n"
        yield from (_entry(name, meanings.answers(text)) for name, text in sorted(texts))
        yield ""


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def _entry(name: str, words: str) -> str:
    return f"- [`{name}`](#{name}): {words}"


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for section, tables in _SECTIONS:
        yield f"## {section}\n"
        for name in tables:
            yield f"### {name}\n\n{meanings.one_row(name)}\n"
            yield from _table(connection, name)


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    """The columns of a table; those that the store adds are told once, in the introduction."""
    known = columns(name)
    kinds = {
        column: " ".join(word for word in ("key", "few") if getattr(spec, word))
        for column, spec in known.items()
    }
    shown = [
        row for row in _types(connection, name) if name == "runs" or row[0] not in COMMIT_COLUMNS
    ]
    yield "| column | type | NULL | kind | meaning |\n| --- | --- | --- | --- | --- |"
    for column, type_, meaning in _described(shown, meanings.of_table(name)):
        kind, words = kinds[column], _cell(meaning.words)
        yield f"| `{column}` | {type_} | {_null(meaning)} | {kind} | {words} |"
    yield ""
    if name in SUBJECTS:
        yield f"With the rows that later ones replace: `{name}_history`.\n"


def _others(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Views and macros, by name."""
    views, macros = dict(written_views()), dict(written_macros())
    types = {view: _types(connection, view) for view in views}
    calls = {macro: _call(connection, macro) for macro in macros}
    types |= {macro: _given(connection, call) for macro, call in calls.items()}
    names = {name: [column for column, _ in found] for name, found in types.items()}
    known = meanings.of_columns([*views.items(), *macros.items()], names)
    for section, texts in (("Views", views), ("Macros", macros)):
        yield f"## {section}\n"
        for name, text in sorted(texts.items()):
            yield f"### {name}\n\n{meanings.answers(text)}\n"
            if words := meanings.how_to_read(text):
                yield f"{words}\n"
            if name in calls:
                yield f"`{calls[name]}`\n"
            yield from _columns(types[name], known[name])


def _columns(types: list[tuple[str, str]], known: Mapping[str, Meaning]) -> Iterator[str]:
    """The columns of a view; those of a whole wide table are named by it."""
    for table in _WIDE:
        whole = set(columns(table))
        if whole <= {name for name, _ in types}:
            types = [row for row in types if row[0] not in whole]
            yield f"All columns of [`{table}`](#{table}){', and' if types else '.'}\n"
    if types:
        yield "| column | type | NULL | meaning |\n| --- | --- | --- | --- |"
        for column, type_, meaning in _described(types, known):
            yield f"| `{column}` | {type_} | {_null(meaning)} | {_cell(meaning.words)} |"
        yield ""


def _call(connection: duckdb.DuckDBPyConnection, macro: str) -> str:
    """How a macro is called."""
    asked = "SELECT function_type, parameters FROM duckdb_functions() WHERE function_name = ?"
    kind, parameters = connection.execute(asked, [macro]).fetchall()[0]
    verb = "SELECT" if kind == "macro" else "FROM"
    return f"{verb} {macro}({', '.join(parameters)})"


def _given(connection: duckdb.DuckDBPyConnection, call: str) -> list[tuple[str, str]]:
    """Names and types of the columns that a macro of tables gives; none of a scalar one."""
    name, _, parameters = call.partition("(")
    if not name.startswith("FROM"):
        return []
    nulls = ", ".join(["NULL"] * (parameters.count(",") + 1))
    return [row[:2] for row in connection.execute(f"DESCRIBE {name}({nulls})").fetchall()]


def _null(meaning: Meaning) -> str:
    return "yes" if meaning.may_be_null else ""


def _types(connection: duckdb.DuckDBPyConnection, view: str) -> list[tuple[str, str]]:
    """Names and types of the columns of a view, in order."""
    return connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? "
        "AND schema_name = 'main' ORDER BY column_index",
        [view],
    ).fetchall()


def _described(
    types: list[tuple[str, str]], known: Mapping[str, Meaning]
) -> Iterator[tuple[str, str, Meaning]]:
    unknown = Meaning("", True)
    for column, type_ in types:
        yield column, _cell(_type(type_)), known.get(column, unknown)


def _type(type_: str) -> str:
    return type_.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace('"', "")


def _cell(words: str) -> str:
    """Text that does not end a cell of a Markdown table or begin a tag."""
    return words.replace("|", "\\|").replace("<", "&lt;")


def main(arguments: list[str] | None = None) -> None:
    """Write SCHEMA.md, or with --check exit with 1 and a line when it is not up to date."""
    parser = argparse.ArgumentParser(prog="python -m warehouse.dictionary", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say if it is stale")
    text = page()
    if not parser.parse_args(arguments).check:
        PAGE.write_text(text, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != text:
        sys.exit(f"{PAGE.name} is stale; run: python -m warehouse.dictionary")


if __name__ == "__main__":
    main()
