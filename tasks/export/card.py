"""What goes with the data: README.md for people, schema.json for programs.

No clock and no path of this machine stand in them: one corpus and one order give the same files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from tasks.export import jsonl, ninjs
from tasks.export.order import Order
from tasks.export.placing import UNFINISHED
from tasks.export.reading import HOW_TO_READ, front_matter
from tasks.export.selection import UNDATED, Selection
from warehouse.schema import SCHEMA_VERSION, columns


@dataclass(frozen=True, slots=True)
class Counted:
    """What was written of one table."""

    rows: int
    characters: int | None  # code points of articles.text; None: it is not among the columns


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the data dictionary."""

    name: str
    type: str
    meaning: str


Dictionary = Mapping[str, Sequence[Entry]]


def dictionary(order: Order, names: Mapping[str, Sequence[str]]) -> Dictionary:
    """Return what the exported columns mean, by table; `names` are the columns of each."""
    if order.format == "ninjs":
        return {"articles": [Entry(name, "", said) for name, said in ninjs.PROPERTIES.items()]}
    if order.format == "jsonl":
        return {"articles": list(_of_documents(names["articles"]))}
    found = {table: [_entry(table, name) for name in each] for table, each in names.items()}
    if order.format == "parquet":
        year = Entry("year", "int32", f"Year of published_date of the article; {UNDATED}: undated.")
        found = {table: [year, *each] for table, each in found.items()}
    return found


def _entry(table: str, name: str, called: str | None = None) -> Entry:
    spec = columns(table)[name]
    return Entry(called or name, str(spec.type), spec.meaning)


def _of_documents(names: Sequence[str]) -> Sequence[Entry]:
    inner = [
        _entry("articles", name, f"metadata.{jsonl.RENAMED.get(name, name)}")
        for name in jsonl.metadata_columns(names)
    ]
    return [_entry("articles", "text"), _entry("articles", "article_id", "id"), *inner]


def write_card(
    folder: Path,
    order: Order,
    selection: Selection,
    counts: Mapping[str, Counted],
    meanings: Dictionary,
    *,
    guarded: int,
) -> None:
    """Write README.md and schema.json into `folder`; `guarded` cells of a CSV were changed."""
    facts = {
        "format": order.format,
        "copydesk_version": version("copydesk"),
        "schema_version": SCHEMA_VERSION,
        "commit_id": selection.commit_id,
        "committed_at": selection.committed_at and selection.committed_at.isoformat(),
        "where": order.where,
        "duplicates_folded": order.is_folded,
        "undated_articles": selection.undated,
        "cells_with_apostrophe": guarded,
    }
    described = {
        **facts,
        "tables": {
            table: {**asdict(counts[table]), "columns": [asdict(entry) for entry in entries]}
            for table, entries in meanings.items()
        },
        "rights": selection.rights,
    }
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    (folder / f"schema.json{UNFINISHED}").write_text(text, "utf-8")
    card = _card(order, selection, counts, meanings, facts)
    (folder / f"README.md{UNFINISHED}").write_text(card, "utf-8")


def _card(
    order: Order,
    selection: Selection,
    counts: Mapping[str, Counted],
    meanings: Dictionary,
    facts: Mapping[str, object],
) -> str:
    parts = [
        front_matter(meanings["articles"]) if order.format == "jsonl" else "",
        "# Articles of a news corpus\n",
        _table(("", ""), [(name.replace("_", " "), value) for name, value in facts.items()]),
        _table(
            ("table", "rows", "characters of text"),
            [(name, each.rows, each.characters) for name, each in counts.items()],
        ),
        "## Reading it\n\n" + HOW_TO_READ[order.format],
        "`sha256sum -c SHA256SUMS` tells whether it is whole. Articles stand in the order of their "
        "publication, undated ones last, and then by id. Not known is NULL, never a guess.\n",
        _rights(selection),
        "## Columns\n",
    ]
    for table, entries in meanings.items():
        rows = [(f"`{each.name}`", each.type, each.meaning) for each in entries]
        parts.append(f"### {table}\n")
        parts.append(_table(("name", "type", "meaning"), rows))
    return "\n".join(part for part in parts if part)


def _rights(selection: Selection) -> str:
    rows = [
        (f"`{name}`", said, count)
        for name, found in selection.rights.items()
        for said, count in found
    ]
    return (
        "## Rights\n\n"
        "The texts belong to their publishers and authors. This folder grants nobody a right to "
        "them: whoever uses or passes on a text answers for that use, and heeds its licence, its "
        "copyright holder and reservations against text and data mining. What the documents "
        "themselves say of it stands with each article and is counted here (the most frequent of "
        "each, in articles). Not stated does not mean free.\n\n"
    ) + _table(("column", "as given", "articles"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown; what documents say cannot break out of its cell."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:,}" if type(value) is int else " ".join(str(value).split())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
