"""An enrich that kills itself; tests.children starts it.

As tests.crash_child does for an ingest: a line "ACK commit_id" for every acknowledged commit, and
SIGKILL when it comes to POINT for the COUNT-th time.
"""

from __future__ import annotations

from tasks.annotate.enrichment import Order, enrich_articles
from tests.crash_child import Killer, acknowledge, around
from warehouse import store
from warehouse.location import locate
from warehouse.term_counts import TermCounts

CHUNK = 2  # articles per commit
ONLY = ("readability", "keywords")
POINTS = (
    "after append annotation_status",
    "before acknowledge",
    "after acknowledge",
    "after terms",
)


def install(killer: Killer) -> None:
    """Put the points between the steps of a commit."""
    at = killer.at
    around(
        store.Writer,
        "_append",
        lambda *_: None,
        lambda writer, table, rows: at(f"after append {table}"),
    )
    around(
        store.Writer,
        "_acknowledge",
        lambda *_: at("before acknowledge"),
        lambda writer, *_: (acknowledge(writer), at("after acknowledge"))[0],
    )
    around(TermCounts, "catch_up", lambda *_: None, lambda *_: at("after terms"))


def main(warehouse: str, point: str, count: str) -> None:
    """Annotate and die at the COUNT-th passing of `point`; "never" runs to the end."""
    install(Killer(point, int(count)))
    enrich_articles(
        Order(location=locate(warehouse), only=ONLY, batch_articles=CHUNK, chunk_articles=CHUNK)
    )
