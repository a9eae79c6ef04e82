"""Does the order of arrival matter? Match a corpus at once, in twenty batches, and shuffled.

    python -m tests.bench.dedup.order WAREHOUSE [--shuffles 3] [--batches 20] [--undated 0.2]

WAREHOUSE was made by `copydesk ingest`; its articles are matched anew in temporary warehouses by
the product's own code. Compared are the pairs of articles that share a group (after aliases), and
for every member the canonical article with relation and scores. A share of the articles loses its
date.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb

from tasks.dedup.fresh import Fresh
from tasks.dedup.near import match
from tasks.dedup.stories import Stories
from tasks.matching import fresh_articles
from warehouse import store
from warehouse.definitions import define_tables
from warehouse.location import Location, locate
from warehouse.shingle_index import ShingleIndex

# Canonical article, relation to it, Jaccard, and how much of the member it has.
Edge = tuple[str, str, float, float]
MIRROR = {"contains": "contained_in", "contained_in": "contains"}
CHUNK = 1_000  # articles, as ingest has it


def main() -> None:
    """Compare the arrangements and print one line for each."""
    options = _options()
    fresh = _without_dates(list(_articles(locate(options.warehouse))), options.undated)
    print(f"{len(fresh):,} articles, {options.undated:.0%} without a date")
    whole = _result([fresh])
    print("| order | pairs agreed | of | edges to canonical equal | of | CPU s |")
    print("|---|---|---|---|---|---|")
    for number in range(options.shuffles + 1):
        order = list(fresh)
        if number:
            random.Random(number).shuffle(order)
        size = -(-len(order) // options.batches)
        start = time.process_time()
        parts = [order[at : at + size] for at in range(0, len(order), size)]
        other = _result(parts)
        spent = time.process_time() - start
        name = f"shuffled {number}" if number else "as given"
        print(f"| {name}, {options.batches} batches | {_compared(whole, other)} | {spent:.1f} |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse")
    parser.add_argument("--shuffles", type=int, default=3)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--undated", type=float, default=0.2)
    return parser.parse_args()


def _articles(location: Location) -> Iterator[Fresh]:
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location)
        orders = {"articles": "article_id", "paragraphs": "article_id, paragraph"}
        tables = {
            name: connection.sql(f"FROM {name} ORDER BY {order}").to_arrow_table()
            for name, order in orders.items()
        }
    yield from fresh_articles(tables)


def _without_dates(fresh: Sequence[Fresh], share: float) -> list[Fresh]:
    chance = random.Random(0)
    return [
        replace(each, item=replace(each.item, published_at=None))
        if chance.random() < share
        else each
        for each in fresh
    ]


def _result(runs: Sequence[Sequence[Fresh]]) -> dict[str, Edge]:
    """Match in runs of chunks; return the edge of each article to its canonical one."""
    with tempfile.TemporaryDirectory() as folder:
        location = locate(str(Path(folder) / "warehouse"))
        store.prepare(location)
        with closing(Stories(location)) as stories:
            for number, run in enumerate(runs):
                run_id = f"20260101T000000Z-{number:06x}"
                writer = store.Writer(location, run_id)
                for start in range(0, len(run), CHUNK):
                    part = run[start : start + CHUNK]
                    matched = match(part, stories, ShingleIndex(location))
                    commit = writer.commit(matched.tables())
                    stories.apply(matched.story_rows(commit.commit_id), run_id, commit.sequence)
            return _edges(stories, location)


def _edges(stories: Stories, location: Location) -> dict[str, Edge]:
    """What the view group_members tells, from the rows of links and the numbers of texts."""
    links = _links(location)
    found: dict[str, Edge] = {}
    for portion in stories.by_group(5_000):
        for members in portion.values():
            articles = stories.articles(members)
            text_of = stories.text_of(articles)
            canonical = min(articles, key=lambda n: articles[n].canonical_order)
            name, identity = articles[canonical].article_id, articles[canonical].identity_sha256
            for number, item in articles.items():
                if text_of[number] == text_of[canonical]:
                    found[item.article_id] = (name, "exact", 1.0, 1.0)
                else:
                    edge = links.get((item.identity_sha256, identity), ("missing", 0.0, 0.0))
                    found[item.article_id] = (name, *edge)
    return found


def _links(location: Location) -> dict[tuple[str, str], tuple[str, float, float]]:
    """Relations of texts, from both sides, by identity hashes."""
    query = """
    SELECT a.identity_sha256, b.identity_sha256, relation, jaccard, containment_a, containment_b
    FROM links l JOIN groups a ON a.article_id = l.article_a
    JOIN groups b ON b.article_id = l.article_b
    WHERE relation IN ('near', 'contains', 'contained_in', 'reuses', 'indirect')
    """
    found: dict[tuple[str, str], tuple[str, float, float]] = {}
    with closing(duckdb.connect()) as connection:
        define_tables(connection, location)
        for a, b, relation, jaccard, of_a, of_b in connection.execute(query).fetchall():
            found[a, b] = (relation, jaccard, of_a)
            found[b, a] = (MIRROR.get(relation, relation), jaccard, of_b)
    return found


def _compared(whole: dict[str, Edge], other: dict[str, Edge]) -> str:
    """Pairs that share a group in both, of those in either; and edges that are equal."""
    one, two = _pairs(whole), _pairs(other)
    members = {each for pair in one | two for each in pair}
    equal = sum(whole[each] == other[each] for each in members)
    agreed = len(one & two) / max(1, len(one | two))
    return f"{agreed:.4%} | {len(one | two):,} | {equal:,} | {len(members):,}"


def _pairs(edges: dict[str, Edge]) -> set[tuple[str, str]]:
    groups: dict[str, list[str]] = {}
    for article, edge in sorted(edges.items()):
        groups.setdefault(edge[0], []).append(article)
    return {
        (a, b) for group in groups.values() for i, a in enumerate(group) for b in group[i + 1 :]
    }


if __name__ == "__main__":
    main()
