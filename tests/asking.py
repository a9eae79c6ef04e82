"""Questions asked in tests, and annotations written by hand for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.making import ask
from warehouse import store
from warehouse.bookkeeping import AnnotationStatusRow, AnnotatorRow
from warehouse.catalog import open_catalog, refresh
from warehouse.location import Location, locate
from warehouse.questions import question
from warehouse.schema import TABLES, columns, to_arrow

VERSION = "by hand"
# Which annotator writes a table that does not have its name.
_WRITES = {"mentions": "entities", "annotations": "outside"}
# The column that counts the rows of an article.
_OWN_NUMBER = {
    "sentences": "sentence", "mentions": "mention", "places": "place", "dates": "expression",
    "quantities": "quantity", "quotes": "quote", "keywords": "rank", "topics": "rank",
}  # fmt: skip


def answer(where: Path | str | Location, number: int, **values: object) -> list[dict[str, Any]]:
    """The answer to a question, a dictionary a row, with these parameters."""
    query = question(number).asking(**{name: str(value) for name, value in values.items()})
    return rows(where, query)


def rows(where: Path | str | Location, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    with open_catalog(_location(where)) as connection:
        result = connection.execute(query)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def annotate(
    where: Path | str | Location,
    only: Collection[str] | None = None,
    **rows_by_table: Sequence[Any],
) -> None:
    """Commit annotations made by hand: annotate(corpus, quotes=[{"article_id": ..., ...}]).

    A row is an instance of the table's class, or a mapping of what matters: numbers then count up
    within the article, `field` is text, offsets are those of the first place where `surface`
    stands, and the rest is NULL, empty or false. The annotators of these tables are done with every
    article, or with those of ids `only`; a table without rows says that nothing was found.
    """
    location = _location(where)
    articles = {
        article_id: (commit_id, language, {"headline": headline or "", "text": text})
        for article_id, commit_id, language, headline, text in ask(
            location, "SELECT article_id, commit_id, language_code, headline, text FROM articles"
        )
    }
    read = articles.keys() if only is None else set(only)
    chunk: dict[str, list[pa.Table]] = {}
    for table, given in rows_by_table.items():
        made = _filled(table, given, {name: parts for name, (_, _, parts) in articles.items()})
        if made:
            chunk[table] = [_by(_WRITES.get(table, table), to_arrow(table, made))]
    names = sorted({_WRITES.get(table, table) for table in rows_by_table})
    for name in names:
        written = Counter(
            each["article_id"] if isinstance(each, Mapping) else each.article_id
            for table, given in rows_by_table.items()
            if _WRITES.get(table, table) == name
            for each in given
        )
        statuses = [_status(each, articles[each][0], written[each]) for each in sorted(read)]
        arrow = _by(name, to_arrow("annotation_status", statuses))
        chunk.setdefault("annotation_status", []).append(arrow)
    languages = sorted({language for _, language, _ in articles.values()}, key=str)
    known = [_annotator(name, language) for name in names for language in languages]
    chunk["annotators"] = [to_arrow("annotators", known)]
    writer = store.Writer(location, store.new_run_id(datetime.now(UTC), "by-hand"))
    writer.commit({name: pa.concat_tables(parts) for name, parts in chunk.items()})
    refresh(location)


def _location(where: Path | str | Location) -> Location:
    return where if isinstance(where, Location) else locate(str(where))


def _by(annotator: str, table: pa.Table) -> pa.Table:
    """With the columns that the frame adds."""
    for name, value in (("annotator", annotator), ("annotator_version", VERSION)):
        table = table.append_column(name, pa.array([value] * table.num_rows, pa.string()))
    return table


def _filled(table: str, given: Sequence[Any], texts: Mapping[str, Mapping[str, str]]) -> list[Any]:
    """Rows of the table's class from mappings of what matters."""
    seen: Counter[str] = Counter()
    made = []
    for row in given:
        if is_dataclass(row):
            made.append(row)
            continue
        seen[row["article_id"]] += 1
        own = {"field": "text", _OWN_NUMBER.get(table, ""): seen[row["article_id"]], **row}
        if "surface" in own and "char_start" not in own:
            start = texts[own["article_id"]][own["field"]].index(own["surface"])
            own |= {"char_start": start, "char_end": start + len(own["surface"])}
        values = {
            each.name: own.get(each.name, _nothing(table, each.name))
            for each in fields(TABLES[table])
        }
        strange = own.keys() - values.keys() - {"field", ""}
        assert not strange, f"{table} has no {strange}"
        made.append(TABLES[table](**values))
    return made


def _nothing(table: str, column: str) -> Any:
    """What stands where a row says nothing."""
    kind = columns(table)[column].type
    if pa.types.is_boolean(kind) and column.startswith("is_"):
        return False
    return [] if pa.types.is_list(kind) else None


def _status(article_id: str, commit_id: str, row_count: int) -> AnnotationStatusRow:
    return AnnotationStatusRow(
        article_id=article_id,
        article_commit_id=commit_id,
        status="done",
        row_count=row_count,
        detail=None,
    )


def _annotator(name: str, language: str | None) -> AnnotatorRow:
    return AnnotatorRow(
        annotator=name,
        language_code=language,
        annotator_version=VERSION,
        status="done",
        code_version=VERSION,
        model=None,
        model_version=None,
        model_sha256=None,
        needs=[],
    )
