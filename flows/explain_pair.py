"""`copydesk explain A B`: why two articles are, or are not, told to be copies."""

from __future__ import annotations

import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click
import duckdb
import numpy as np

from flows.answers import show_table
from flows.explain import ARTICLE_ID, Row, fetch, known_path, line, unknown, whole_id, written
from flows.side_by_side import Paragraph, Side, coloured, folded, pair_up, places_of, plain_lines
from tasks.dedup.candidates import SHARED
from tasks.dedup.compare import Comparison, compare, prepare
from tasks.dedup.fresh import Part, make_fresh
from tasks.dedup.sketching import sketch_items
from tasks.dedup.versions import revision, syndication
from tasks.quality import BODY_KINDS
from tasks.records import recorded_path
from warehouse.errors import BadSetting
from warehouse.items import Item

MARKED = ("figures", "dates", "names")  # differences that are marked in the texts
LEAST_WIDTH = 40  # of a terminal: two columns of some words each


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the two articles: its row, its text as the search for copies sees it, its group."""

    row: Row
    item: Item
    paragraphs: Sequence[Row]
    group: Row


@dataclass(frozen=True, slots=True)
class Sketched:
    """How many hashes the sketch of each text has, and how many are in both."""

    count_a: int
    count_b: int
    shared: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, what is stored of them, and what comparing them says today."""

    a: Subject
    b: Subject
    links: Sequence[Row]
    decision: str | None
    sketched: Sketched
    found: Comparison

    @property
    def is_same_text(self) -> bool:
        """Have both the same body text?"""
        return self.a.item.identity_sha256 == self.b.item.identity_sha256

    @property
    def is_one_group(self) -> bool:
        """Are both in one group, aliases followed?"""
        group = self.a.group.get("group_id")
        return group is not None and group == self.b.group.get("group_id")


def explain_pair(
    connection: duckdb.DuckDBPyConnection, first: str, second: str, *, is_full: bool
) -> None:
    """Print what relates two articles (ids, starts of ids or paths), or why nothing does.

    Raises BadSetting when one of them is no article.
    """
    one, other = (article_of(connection, subject) for subject in (first, second))
    if one == other:
        _explain_one(connection, one)
        return
    pair = _examine(connection, _load(connection, one), _load(connection, other))
    _show_facts(pair)
    _show_verdict(pair)
    _show_links(pair)
    _show_today(pair)
    _show_texts(pair, is_full=is_full)


def article_of(connection: duckdb.DuckDBPyConnection, subject: str) -> str:
    """Return the id of the article that is meant by a path, an id, or 8 digits and more of one.

    Raises BadSetting when that is none, or several.
    """
    path = known_path(connection, subject)
    if path is None:
        if ARTICLE_ID.fullmatch(subject):
            return whole_id(connection, subject)
        raise BadSetting(f"{recorded_path(subject)}: {unknown(subject)}")
    rows = fetch(
        connection,
        "SELECT article_id, outcome, reason FROM files "
        "WHERE path = ? AND outcome <> 'container' ORDER BY record",
        path,
    )
    articles = {row["article_id"] for row in rows if row["article_id"]}
    if len(articles) > 1:
        raise BadSetting(f"{path}: holds {len(articles)} articles; give the id of one of them")
    if not articles:
        why = f": {rows[0]['reason']}" if rows and rows[0]["reason"] else ""
        raise BadSetting(f"{path}: gave no article{why}; see: copydesk explain {path}")
    return str(articles.pop())


def _explain_one(connection: duckdb.DuckDBPyConnection, article_id: str) -> None:
    """Both name the same article."""
    click.echo(f"Both are one article, {article_id}:")
    rows = fetch(
        connection,
        "SELECT outcome, path, record FROM files WHERE article_id = ? ORDER BY ALL",
        article_id,
    )
    show_table(("outcome", "path", "record"), [list(row.values()) for row in rows])


def _load(connection: duckdb.DuckDBPyConnection, article_id: str) -> Subject:
    (row,) = fetch(connection, "SELECT * FROM articles WHERE article_id = ?", article_id)
    paragraphs = fetch(
        connection,
        "SELECT kind, char_start, char_end, text_sha256, is_boilerplate FROM article_paragraphs "
        "WHERE article_id = ? ORDER BY paragraph",
        article_id,
    )
    groups = fetch(
        connection,
        "SELECT coalesce(n.present_id, g.group_id) AS group_id, g.joined_by FROM groups g "
        "LEFT JOIN group_names n ON n.group_id = g.group_id WHERE g.article_id = ?",
        article_id,
    )
    names = Part._fields
    parts = [Part(*(paragraph[name] for name in names)) for paragraph in paragraphs]
    return Subject(row, make_fresh(row, parts).item, paragraphs, groups[0] if groups else {})


def _examine(connection: duckdb.DuckDBPyConnection, a: Subject, b: Subject) -> Pair:
    prepared = prepare([a.item, b.item])
    return Pair(
        a=a,
        b=b,
        links=_links(connection, a, b),
        decision=_decision(connection, a, b),
        sketched=_sketched(a, b),
        found=compare(prepared[0], prepared[1]),
    )


def _links(connection: duckdb.DuckDBPyConnection, a: Subject, b: Subject) -> list[Row]:
    """Links of these two, then of other articles with their texts, as A sees them."""
    return fetch(
        connection,
        "SELECT l.*, l.article_id = ?1 AND l.other_id = ?2 AS is_direct FROM article_links l "
        "JOIN articles x ON x.article_id = l.article_id "
        "JOIN articles y ON y.article_id = l.other_id "
        "WHERE x.identity_sha256 = ?3 AND y.identity_sha256 = ?4 "
        "ORDER BY is_direct DESC, l.relation, l.link_id LIMIT 20",
        a.item.article_id,
        b.item.article_id,
        a.item.identity_sha256,
        b.item.identity_sha256,
    )


def _decision(connection: duckdb.DuckDBPyConnection, a: Subject, b: Subject) -> str | None:
    """What a person decided last about these texts."""
    found = fetch(
        connection,
        "SELECT d.* FROM decisions d JOIN articles x ON x.article_id = d.article_a "
        "JOIN articles y ON y.article_id = d.article_b "
        "WHERE (x.identity_sha256 = ?1 AND y.identity_sha256 = ?2) "
        "OR (x.identity_sha256 = ?2 AND y.identity_sha256 = ?1) "
        "ORDER BY d.decided_at DESC LIMIT 1",
        a.item.identity_sha256,
        b.item.identity_sha256,
    )
    if not found:
        return None
    row = found[0]
    by = f" by {row['decided_by']}" if row["decided_by"] else ""
    why = f": {row['reason']}" if row["reason"] else ""
    return f"{row['decision']}{by} at {row['decided_at']:%Y-%m-%d %H:%M:%S %Z}{why}"


def _sketched(a: Subject, b: Subject) -> Sketched:
    masked: dict[str | None, set[str]] = defaultdict(set)
    for side in (a, b):
        masked[side.item.source] |= {
            part["text_sha256"] for part in side.paragraphs if part["is_boilerplate"]
        }
    found = sketch_items([a.item, b.item], masked)
    ours, theirs = (found.hashes[found.owners == owner] for owner in (0, 1))
    return Sketched(len(ours), len(theirs), len(np.intersect1d(ours, theirs)))


def _show_facts(pair: Pair) -> None:
    both = (pair.a, pair.b)
    facts: dict[str, list[Any]] = {
        "article": [side.item.article_id for side in both],
        "headline": [side.item.headline for side in both],
        "source": [side.item.source for side in both],
        "published": [_published(side.row) for side in both],
        "agency": [side.item.agency for side in both],
        "language": [side.item.language_code for side in both],
        "words": [side.row["word_count"] for side in both],
        "group": [side.group.get("group_id") for side in both],
        "joined by": [side.group.get("joined_by") for side in both],
    }
    show_table(("", "A", "B"), [[name, *values] for name, values in facts.items()])


def _published(row: Row) -> str:
    published = row["published_at"]
    return written(published, row) if published else f"NULL: {row['published_reason']}"


def _show_verdict(pair: Pair) -> None:
    """Linked or not, in one group or not, and why not."""
    click.echo()
    if pair.is_same_text:
        line("linked", "exact: the same body text")
    elif pair.links:
        names = ", ".join(dict.fromkeys(row["relation"] for row in pair.links))
        is_direct = any(row["is_direct"] for row in pair.links)
        line("linked", names + ("" if is_direct else ", through exact copies of them"))
    else:
        line("not linked", _why_not(pair))
    line("one group", "yes" if pair.is_one_group else "no")
    line("decided", pair.decision)


def _why_not(pair: Pair) -> str:
    """Say why no link of the two texts is stored."""
    if pair.decision:
        return "a person decided so"
    if pair.is_one_group:
        return "each was compared with other members of their group, see the view group_members"
    if pair.sketched.shared < SHARED:
        return f"{pair.sketched.shared} hashes in common, {SHARED} make them candidates"
    if pair.found.relation is None:
        return f"they share too little: {_scores(pair.found)}"
    return (
        f"{pair.found.relation} by today's comparison, but no link is stored: the "
        f"{pair.sketched.shared} hashes in common are of one phrase or stand in many stories, or "
        "either has more alike than are kept, or they came before copies were looked for"
    )


def _scores(found: Comparison) -> str:
    return (
        f"{found.containment_a:.1%} of A's 5-grams are in B, "
        f"{found.containment_b:.1%} of B's in A, Jaccard {found.jaccard:.4f}"
    )


def _show_links(pair: Pair) -> None:
    names = (
        "relation", "jaccard", "containment", "containment_other", "is_same_item", "differs",
        "agency", "lag_seconds", "version", "is_direct", "reason",
    )  # fmt: skip
    if pair.links:
        rows = [[_short(row[name]) for name in names] for row in pair.links]
        click.echo()
        show_table(names, rows, title="Stored links")


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return ", ".join(value)
    return round(value, 4) if isinstance(value, float) else value


def _show_today(pair: Pair) -> None:
    """What comparing the two says, step by step."""
    sketched, found = pair.sketched, pair.found
    click.echo()
    masked = sum(part["is_boilerplate"] for side in (pair.a, pair.b) for part in side.paragraphs)
    line(
        "hashes",
        f"{sketched.count_a} of A, {sketched.count_b} of B, {sketched.shared} in both"
        + (f"; boilerplate left out: {masked} paragraphs" if masked else ""),
    )
    line("shared", _scores(found))
    line("relation", found.relation or "none: what they share may be chance")
    if found.relation == "near":
        line("same item", _same_item(pair))
    line("because", found.reason)
    line("differs", ", ".join(found.differs) or None)
    later = revision(pair.a.item, pair.b.item) if found.relation == "near" else None
    if later is not None:
        name = "A" if later.later == pair.a.item.article_id else "B"
        order = f"{name} is the later one" if later.is_ordered else "which is later is not known"
        line("versions", f"of one article ({later.why}); {order}")
    credited = syndication(pair.a.item, pair.b.item) if pair.is_one_group else None
    line("syndicated", credited and f"{credited.agency} is credited")
    if found.differences:
        rows = [[each.kind, each.a, each.b] for each in found.differences]
        show_table(("differs", "in A", "in B"), rows)


def _same_item(pair: Pair) -> str:
    if pair.found.is_same_item:
        return "yes"
    version = revision(pair.a.item, pair.b.item)
    return f"yes, a version of it ({version.why})" if version else "no"


def _show_texts(pair: Pair, *, is_full: bool) -> None:
    left, right = _sides(pair)
    rows = pair_up(left, right, pair.found.shared_spans)
    shown = rows if is_full else folded(rows)
    click.echo()
    if sys.stdout.isatty():
        width = max(LEAST_WIDTH, shutil.get_terminal_size().columns)
        click.echo(
            "A on the left, B on the right; green: in both, red: figures, dates, names that differ"
        )
        click.echo(coloured(left, right, shown, is_full=is_full, width=width), nl=False)
        return
    click.echo("[=in both=]  {-figures, dates and names that differ-}")
    for text in plain_lines(left, right, shown, is_full=is_full):
        click.echo(text)


def _sides(pair: Pair) -> tuple[Side, Side]:
    spans = pair.found.shared_spans
    words = [each for each in pair.found.differences if each.kind in MARKED]
    left = _side("A", pair.a, [(s.a_start, s.a_end) for s in spans], [each.a for each in words])
    right = _side("B", pair.b, [(s.b_start, s.b_end) for s in spans], [each.b for each in words])
    return left, right


def _side(
    name: str, subject: Subject, shared: Sequence[tuple[int, int]], words: Sequence[str]
) -> Side:
    spans = tuple(sorted(shared))
    return Side(
        name=name,
        text=subject.item.text,
        paragraphs=[
            Paragraph(part["char_start"], part["char_end"], _note(part))
            for part in subject.paragraphs
        ],
        shared=spans,
        differing=places_of(words, subject.item.text, spans),
    )


def _note(part: Row) -> str:
    """What a paragraph is, where it does not count as body."""
    notes = [part["kind"]] if part["kind"] not in BODY_KINDS else []
    return ", ".join([*notes, *(["boilerplate"] if part["is_boilerplate"] else [])])
