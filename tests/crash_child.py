"""An ingest that kills itself; tests.children starts it.

Runs the real line of `copydesk ingest --no-prefect` and sends itself SIGKILL when it comes to POINT
for the COUNT-th time. A line "ACK commit_id" is written for every acknowledged commit. POINT
"never" runs to the end.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from tasks import run
from tasks.batch import Limits
from tasks.dedup import near
from tasks.dedup.stories import Stories
from warehouse import catalog, store
from warehouse.ledger import Ledger
from warehouse.location import locate

CHUNK = 4  # documents per commit: many commits from few files

# Before the first table, and between some: to the others a kill there looks the same.
APPENDS = (
    "before append files",
    *(f"after append {table}" for table in ("files", "links", "shingles")),
)
# Between two of them nothing is written: a kill just before the next looks like one after the last.
POINTS = (
    "after sketch",
    "after candidates",
    "after verify",
    *APPENDS,
    "before acknowledge",
    "after acknowledge",
    "after ledger",
    "after stories",
    "after hints",
    "before catalog",
    "after views",
    "after catalog",
    "before run row",
    "after run row",
)


class Killer:
    """Counts how often a point was passed."""

    def __init__(self, point: str, count: int) -> None:
        self.point, self.left = point, count

    def at(self, point: str) -> None:
        """Die here, if this is the place and the time."""
        if point == self.point:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, before: Callable[..., None], after: Callable[..., None]) -> None:
    """Replace `owner.name` by itself with something before and after it."""
    plain = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before(*args)
        result = plain(*args, **kwargs)
        after(*args)
        return result

    setattr(owner, name, wrapped)


def acknowledge(writer: store.Writer) -> None:
    """Tell the test what was acknowledged; whole lines, unbuffered."""
    os.write(1, f"ACK {writer.run_id}-{writer._count:05d}\n".encode())


def install(killer: Killer) -> None:
    """Put the points between the steps of a run."""
    at = killer.at
    around(near, "sketch_items", lambda *_: None, lambda *_: at("after sketch"))
    around(near, "find_candidates", lambda *_: None, lambda *_: at("after candidates"))
    around(near._Matching, "_verify", lambda *_: None, lambda *_: at("after verify"))
    around(
        store.Writer,
        "_append",
        lambda writer, table, rows: at(f"before append {table}"),
        lambda writer, table, rows: at(f"after append {table}"),
    )
    around(
        store.Writer,
        "_acknowledge",
        lambda *args: at("before acknowledge"),
        lambda writer, *args: (acknowledge(writer), at("after acknowledge"))[0],
    )
    around(Ledger, "apply", lambda *_: None, lambda *_: at("after ledger"))
    around(Stories, "apply", lambda *_: None, lambda *_: at("after stories"))
    around(Ledger, "note_hints", lambda *_: None, lambda *_: at("after hints"))
    around(catalog, "refresh", lambda *_: at("before catalog"), lambda *_: at("after catalog"))
    around(catalog, "define_live", lambda *_: None, lambda *_: at("after views"))
    around(store, "append_run", lambda *_: at("before run row"), lambda *_: at("after run row"))


def main(warehouse: str, source: str, point: str, count: str) -> None:
    """Ingest `source` and die at the COUNT-th passing of `point`."""
    install(Killer(point, int(count)))
    order = run.Order(
        location=locate(warehouse),
        sources=(source,),
        limits=Limits(settle_seconds=0.0, batch_documents=CHUNK),
        chunk_documents=CHUNK,
    )
    run.ingest_files(order)
