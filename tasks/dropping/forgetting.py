"""Local indexes hold words of what was dropped; they are made anew, at once or when next asked."""

from __future__ import annotations

from contextlib import closing

from tasks.search.index import SearchIndex, discard
from warehouse import store
from warehouse.ledger import Ledger
from warehouse.location import Location
from warehouse.term_counts import TermCounts


def forget(location: Location) -> None:
    """Bring the indexes up to the last drop; that of search is discarded if it is older."""
    last = store.last_drop(store.open_table(location, "commits"))
    if not last:
        return
    for index in (Ledger, TermCounts):
        with closing(index(location)) as found:
            found.catch_up()
    if 0 < SearchIndex.seen(location) < last:
        discard(location)
