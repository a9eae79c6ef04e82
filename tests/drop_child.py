"""A `copydesk remove` or `rollback` that kills itself; tests.children starts it.

As tests.crash_child does for an ingest: SIGKILL when it comes to POINT for the COUNT-th time.
"""

from __future__ import annotations

from tasks.dropping import again, job, sweep
from tasks.dropping.asked import Removal, rollback_of
from tests.crash_child import Killer, around
from warehouse import catalog, rewriting, store, taking_out
from warehouse.ledger import Ledger
from warehouse.location import locate

# In the order of a run, with how often they are passed before: the first two change nothing, and
# from the third on no reader sees what goes.
POINTS = (
    ("planned", 1),
    ("appended", 2),
    ("hidden", 1),
    ("read again", 1),
    ("promoted", 1),
    ("matched", 1),
    ("index rewritten", 1),
    ("new file", 2),
    ("replaced", 3),
    ("taken out", 1),
    ("taken out", 2),
    ("swept", 1),
    ("forgotten", 1),
    ("before catalog", 1),
)


def install(killer: Killer) -> None:
    """Put the points between the steps of dropping."""
    at = killer.at

    def after(owner: object, name: str, point: str) -> None:
        around(owner, name, lambda *_: None, lambda *_: at(point))

    after(job, "planned", "planned")
    after(store, "_write", "appended")
    after(job, "hide", "hidden")
    after(again, "make_chunk", "read again")
    after(Ledger, "apply", "promoted")
    after(job, "match_missing", "matched")
    after(sweep, "take_out_of_index", "index rewritten")
    after(rewriting, "_finish", "new file")
    after(taking_out, "replace_files", "replaced")
    after(sweep, "_take_out", "taken out")
    after(job, "sweep_dropped", "swept")
    after(job, "forget", "forgotten")
    around(catalog, "refresh", lambda *_: at("before catalog"), lambda *_: None)


def main(warehouse: str, asked: str, point: str, count: str) -> None:
    """Drop and die at the COUNT-th passing of `point`; "never" runs to the end.

    `asked` is the id of a run to roll back, or ids of articles to remove with commas between them.
    """
    location = locate(warehouse)
    install(Killer(point, int(count)))
    is_run = "Z-" in asked
    job.drop(
        location, rollback_of(location, asked) if is_run else Removal(articles=asked.split(","))
    )
