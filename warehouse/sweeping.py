"""Rows of annotations that newer ones have replaced are taken out of the tables.

They are invisible already, by `superseded`. Two commits take them out: the first points readers to
versions of the tables without them, the second to a `superseded` that no longer names them. Killed
between the two, nothing is shown wrongly; the next sweep goes on. The files stay until a vacuum, so
that readers of older versions find them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

import duckdb
from deltalake.exceptions import DeltaError

from warehouse import store
from warehouse.annotations import ANNOTATION_TABLES
from warehouse.definitions import define_tables, quoted
from warehouse.errors import TryAgain
from warehouse.location import Location
from warehouse.storage import said

# What is to go: per annotator and commit the articles, NULL for all that the commit has of it.
REPLACED = """
WITH gone AS (
    SELECT split_part(subject_id, '/', 1) AS annotator,
        substr(subject_id, length(split_part(subject_id, '/', 1)) + 2) AS article_id,
        subject_commit_id AS commit_id
    FROM superseded WHERE subject_table = 'annotations'
), counted AS (
    SELECT annotator, commit_id, count(*) AS row_count FROM annotation_status_history GROUP BY ALL
)
SELECT g.annotator, g.commit_id,
    CASE WHEN count(DISTINCT g.article_id) < any_value(c.row_count)
        THEN list(DISTINCT g.article_id ORDER BY g.article_id) END
FROM gone g LEFT JOIN counted c USING (annotator, commit_id)
GROUP BY g.annotator, g.commit_id ORDER BY ALL
"""
_COMMITS, _ARTICLES = 500, 2_000  # of one predicate; each makes a version of every table
_NOTED = "subject_table = 'annotations'"


def sweep_annotations(location: Location, commit: Callable[[Mapping[str, int]], object]) -> int:
    """Take out what is replaced, under the writer's lease; return how many rows.

    `commit` acknowledges new versions of tables. Raises TryAgain when the storage refuses.
    """
    predicates = list(_predicates(location))
    if not predicates:
        return 0
    try:
        moved, row_count = _delete(location, tuple(ANNOTATION_TABLES), predicates)
        commit(moved)
        commit(_delete(location, ("superseded",), [_NOTED])[0])
    except (DeltaError, OSError) as error:
        raise TryAgain(f"{location}: cannot sweep annotations: {said(error)}") from error
    return row_count


def _predicates(location: Location) -> Iterator[str]:
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location, ("annotation_status",))
        rows = connection.execute(REPLACED).fetchall()
    whole: dict[str, list[str]] = defaultdict(list)
    for annotator, commit_id, articles in rows:
        if articles is None:
            whole[annotator].append(commit_id)
        for some in _slices(articles or (), _ARTICLES):
            yield f"{_of(annotator, [commit_id])} AND article_id IN ({_listed(some)})"
    for annotator, commits in whole.items():
        yield from (_of(annotator, some) for some in _slices(commits, _COMMITS))


def _of(annotator: str, commits: Sequence[str]) -> str:
    return f"annotator = {quoted(annotator)} AND commit_id IN ({_listed(commits)})"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(map(quoted, values))


def _slices(values: Sequence[str], size: int) -> Iterator[list[str]]:
    found = iter(values)
    while some := list(islice(found, size)):
        yield some


def _delete(
    location: Location, names: Sequence[str], predicates: Sequence[str]
) -> tuple[dict[str, int], int]:
    """Delete rows; return the new version of each table that had some, and how many they were."""
    moved, row_count = dict[str, int](), 0
    present = [name for name in names if store.has_table(location, name)]
    for name in present:
        table = store.open_table(location, name)
        for predicate in predicates:
            done = table.delete(predicate, writer_properties=store.writer_properties(name))
            if done["num_deleted_rows"]:
                row_count += done["num_deleted_rows"]
                moved[name] = int(table.version())
    return moved, row_count
