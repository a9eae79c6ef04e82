"""The views of a catalog: what is the same after every commit, and what each commit changes.

Making and commenting some hundred views takes DuckDB longer than everything else at the end of a
small run. So they are made once, in a template file that the state folder keeps, over the schema
`live`, which has one view for each table. A commit changes the files of tables: a refresh copies
the template and defines `live` anew. (Measured with six articles: 0.2 CPU seconds, before 0.8.)

Every view of `live` lists an empty Parquet file with the full schema first. It gives empty tables
their types (`read_parquet([])` is an error) and old files the columns that were added after them.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import duckdb

from warehouse.location import Location
from warehouse.storage import let_read

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

    from warehouse.history import Moment

# Written so that DuckDB command lines of the 1.x series open the file as well (tried: the file is
# marked storage version 64, that of DuckDB 1.0).
STORAGE_VERSION = "v1.0.0"

# Written views that other written views read, in the order they need.
READ_BY_OTHERS = (
    "article_links", "text_links", "group_names", "article_groups", "group_members",
    "latest_articles", "unfolded_articles",
)  # fmt: skip
# Macros that other macros call, in the order they need: DuckDB looks them up when one is made.
CALLED_BY_OTHERS = ("term_pattern", "is_word_part", "has_term", "article")
# The modules that decide what stands in a catalog, without importing them and what they import.
_DECIDING = (
    "annotations", "bookkeeping", "columns", "definitions", "duplicates", "meanings", "schema",
)  # fmt: skip
_MAKING = ("definitions", "meanings")  # of these, those whose code and not only names decides
_ALWAYS = ("commits", "superseded")  # the views of the other tables refer to these
_templates: dict[str, bytes] = {}
_checked: set[str] = set()  # typed empty files that this process has looked at
lent: list[str] = []  # the folder outside the warehouse that views read from, if there is one


def define_views(
    connection: duckdb.DuckDBPyConnection, location: Location, as_of: Moment | None = None
) -> None:
    """Create every view in `connection`, without comments, for the newest commit or `as_of`."""
    _define_lasting(connection)
    define_live(connection, location, as_of)


def define_tables(
    connection: duckdb.DuckDBPyConnection,
    location: Location,
    names: Iterable[str] | None = None,
    as_of: Moment | None = None,
) -> None:
    """Create the views of the tables alone (of those in `names`), without warehouse/views."""
    from warehouse.schema import TABLES

    let_read(connection, location)
    for name, source in _sources(location, dict.fromkeys((*_ALWAYS, *(names or TABLES))), as_of):
        for statement in _table_views(name, source):
            connection.execute(statement)


def define_live(
    connection: duckdb.DuckDBPyConnection, location: Location, as_of: Moment | None = None
) -> None:
    """Let every view of a catalog read the files of the newest commit, or those of `as_of`."""
    from warehouse.schema import TABLES, columns

    let_read(connection, location)
    mark = log_mark(location)  # before the files are looked at: an older mark is made anew
    for name, source in _sources(location, TABLES, as_of):
        chosen = ", ".join(columns(name))
        connection.execute(
            f"CREATE OR REPLACE VIEW live.{name}_files AS SELECT {chosen} FROM {source}"
        )
    connection.execute(
        f"CREATE VIEW catalog_source AS SELECT {quoted(str(location))} AS location, "
        f"{quoted(mark)} AS log_mark"
    )


def template(location: Location) -> Path:
    """Return the file with all that does not hang on commits, made if need be.

    Raises OSError or duckdb.IOException when the state folder cannot be written.
    """
    mark = _fingerprint()
    target = location.state / f"catalog-{mark}.duckdb"
    if not target.exists():
        location.state.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        scratch.write_bytes(_built(mark, scratch))
        scratch.replace(target)
        for other in location.state.glob("catalog-*.duckdb"):
            if other != target:
                other.unlink(missing_ok=True)  # of another version of copydesk
    return target


def _built(mark: str, scratch: Path) -> bytes:
    """The template, 0.3 MB, made at the path `scratch` by the first call in a process."""
    if mark not in _templates:
        scratch.unlink(missing_ok=True)
        with duckdb.connect(
            str(scratch), config={"storage_compatibility_version": STORAGE_VERSION}
        ) as connection:
            connection.begin()  # one write to the disk for a thousand statements
            _define_lasting(connection)
            _define_comments(connection)
            connection.commit()
        _templates[mark] = scratch.read_bytes()
    return _templates[mark]


def _fingerprint() -> str:
    """A name for everything that decides what stands in the template."""
    from warehouse.schema import TABLES, columns

    parts = [duckdb.__version__]
    parts += [Path(__file__).with_name(f"{name}.py").read_text("utf-8") for name in _MAKING]
    parts += [repr((name, TABLES[name].__doc__, columns(name))) for name in TABLES]
    parts += [repr(written) for written in (*written_views(), *written_macros())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _define_lasting(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views over empty tables, whose places the views of `live` take.

    A view is bound when it is made, which opens all files of a table once for every mention of it,
    views in views included; empty tables have none.
    """
    from warehouse.schema import TABLES, arrow_schema

    connection.execute("CREATE SCHEMA live")
    for name in TABLES:
        connection.register("empty", arrow_schema(name).empty_table())
        connection.execute(f"CREATE TABLE live.{name}_files AS FROM empty")
    connection.unregister("empty")
    for name in dict.fromkeys((*_ALWAYS, *TABLES)):
        for statement in _table_views(name, f"live.{name}_files"):
            connection.execute(statement)
    for name, text in written_views():
        connection.execute(f"CREATE VIEW {name} AS {text.partition(chr(10))[2]}")
    for _, text in written_macros():
        connection.execute(text)
    for name in TABLES:
        connection.execute(f"DROP TABLE live.{name}_files")


def _table_views(name: str, source: str) -> Iterator[str]:
    """One table: `<name>_history` holds every committed row, `<name>` those not superseded."""
    from warehouse.schema import SUBJECTS, columns

    chosen = ", ".join(columns(name))
    if name in ("commits", "runs"):
        yield f"CREATE VIEW {name} AS SELECT {chosen} FROM {source}"
        return
    only = "commit_id IN (SELECT commit_id FROM commits)"
    history = f"{name}_history" if name in SUBJECTS else name
    yield f"CREATE VIEW {history} AS SELECT {chosen} FROM {source} WHERE {only}"
    if name in SUBJECTS:
        subject, subject_id = SUBJECTS[name]
        yield (
            f"CREATE VIEW {name} AS SELECT h.* FROM {name}_history h ANTI JOIN superseded s "
            f"ON s.subject_table = '{subject}' AND s.subject_id = {subject_id} "
            "AND coalesce(s.subject_commit_id, h.commit_id) = h.commit_id"
        )


def _sources(
    location: Location, names: Iterable[str], as_of: Moment | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each table with what its view reads: the files of one consistent set of versions."""
    from warehouse import store

    store.check_readable(location)  # before a file is made
    commits = store.read_table(location, "commits")
    versions = store.table_versions(commits) if as_of is None else as_of.versions
    for name in names:
        if name == "commits":
            table: DeltaTable | None = commits
        elif name == "runs":
            table = store.read_table(location, "runs")
        else:  # version 0, or none: no commit has written to it
            version = versions.get(name, 0)
            table = store.open_table(location, name, version) if version else None
        listed = ", ".join(map(quoted, [typed_empty_file(location, name), *_files(table)]))
        source = f"read_parquet([{listed}], union_by_name = true)"
        yield name, source if as_of is None else _until(name, source, as_of)


def _until(name: str, source: str, as_of: Moment) -> str:
    """The two tables that are always read as they are now, without what came later."""
    only = {
        "commits": f"sequence <= {as_of.sequence}",
        "runs": f"ended_at <= {quoted(as_of.at.isoformat())}::TIMESTAMPTZ",
    }
    return f"(SELECT * FROM {source} WHERE {only[name]})" if name in only else source


def _files(table: DeltaTable | None) -> list[str]:
    """The live Parquet files; delta-rs hands their paths over percent-encoded."""
    return [] if table is None else [unquote(uri) for uri in table.file_uris()]


def _define_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """What tables, views, macros and columns mean, see warehouse/meanings.py."""
    from warehouse import meanings

    texts = tuple(written_views())
    for view, words in meanings.of_views(texts).items():
        connection.execute(f"COMMENT ON VIEW {view} IS {quoted(words)}")
    for view, columns in meanings.of_columns(texts, _columns(connection)).items():
        for column, meaning in columns.items():
            words = quoted(meaning.words)
            connection.execute(f'COMMENT ON COLUMN {view}."{column}" IS {words}')
    for name, text in written_macros():
        kind = "MACRO TABLE" if " AS TABLE" in text else "MACRO"
        words = quoted(meanings.answers(text))
        connection.execute(f"COMMENT ON {kind} {name} IS {words}")


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The names of the columns of every view."""
    found = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "WHERE NOT internal AND schema_name = 'main' GROUP BY table_name"
    )
    return dict(found.fetchall())


def written_views() -> Iterator[tuple[str, str]]:
    """Yield name and text of each view in warehouse/views, those first that others read."""
    folder = package_files("warehouse") / "views"
    found = (item.name for item in folder.iterdir())
    names = {name.removesuffix(".sql") for name in found if name.endswith(".sql")}
    for name in (*READ_BY_OTHERS, *sorted(names - set(READ_BY_OTHERS))):
        yield name, (folder / f"{name}.sql").read_text("utf-8")


def written_macros() -> Iterator[tuple[str, str]]:
    """Yield name and statement of each macro in warehouse/macros, those first that others call."""
    folder = package_files("warehouse") / "macros"
    found = (item.name for item in folder.iterdir())
    names = {name.removesuffix(".sql") for name in found if name.endswith(".sql")}
    for name in (*CALLED_BY_OTHERS, *sorted(names - set(CALLED_BY_OTHERS))):
        yield name, (folder / f"{name}.sql").read_text("utf-8")


def typed_empty_file(location: Location, name: str) -> str:
    """Return the path of an empty Parquet file with the schema of table `name`, made if need be."""
    import pyarrow.parquet as pq

    from warehouse.schema import SCHEMA_VERSION, arrow_schema

    wanted = arrow_schema(name)
    target = location.catalog.parent / "schema" / SCHEMA_VERSION / f"{name}.parquet"
    is_checked = str(target) in _checked  # reading 30 schemas costs as much as the rest
    if target.exists() and (is_checked or pq.read_schema(target).equals(wanted)):
        _checked.add(str(target))
        return str(target)
    try:
        _write_empty(target, wanted)
    except OSError:  # a warehouse of an older schema that this user may read but not write
        target = _lent_folder() / target.name
        _write_empty(target, wanted)
    return str(target)


def _write_empty(target: Path, schema: pa.Schema) -> None:
    import pyarrow.parquet as pq

    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    pq.write_table(schema.empty_table(), scratch)
    scratch.replace(target)


def _lent_folder() -> Path:
    """A folder for empty files that the warehouse has no place for; gone at exit."""
    if not lent:
        lent.append(tempfile.mkdtemp(prefix="copydesk-schema-"))
        atexit.register(shutil.rmtree, lent[0], ignore_errors=True)
    return Path(lent[0])


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def log_mark(location: Location) -> str:
    """Return the newest log entries of `commits` and `runs`, and a name of the code.

    Equal marks, equal catalogs.

    It is read off the file names alone, because `copydesk sql` asks at every start and must not pay
    for importing a table library.
    """
    entries = (_last_entry(location, name) for name in ("commits", "runs"))
    return "/".join((*entries, _code_mark()))


@cache
def _code_mark() -> str:
    """A name for the code that makes catalogs: one of another version is made anew."""
    folder = package_files("warehouse")
    texts = [text for _, text in (*written_views(), *written_macros())]
    texts += [(folder / f"{name}.py").read_text("utf-8") for name in _DECIDING]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _last_entry(location: Location, table: str) -> str:
    names = (name[:20] for name in location.storage.names(f"{table}/_delta_log"))
    return max((name for name in names if name.isdigit()), default="-").lstrip("0") or "0"
