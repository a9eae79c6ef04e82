"""A `copydesk maintain` that kills itself; tests.children starts it.

As tests.crash_child does for an ingest: SIGKILL when it comes to POINT for the COUNT-th time.
"""

from __future__ import annotations

from datetime import timedelta

from tasks import upkeep
from tasks.opened import Open
from tests.crash_child import Killer, around
from warehouse import catalog, compaction, rewriting, sweeping, vacuum
from warehouse.location import locate

# With how often they are passed before: in the order of a run, so that each has work to do.
POINTS = (
    ("after swept", 1),
    ("after sorted file", 1),
    ("after replaced", 2),
    ("before moved", 2),  # after that of the index of shingles: that of the tables
    ("after moved", 1),
    ("after horizon", 1),
    ("after cut log", 1),
    ("before catalog", 1),
)
RETENTION = timedelta(0)  # so that there is something to delete


def install(killer: Killer) -> None:
    """Put the points between the steps of upkeep."""
    at = killer.at
    around(rewriting, "_finish", lambda *_: None, lambda *_: at("after sorted file"))
    around(compaction, "replace_files", lambda *_: None, lambda *_: at("after replaced"))
    around(sweeping, "_delete", lambda *_: None, lambda *_: at("after swept"))
    around(
        Open,
        "point_at",
        lambda *_: at("before moved"),
        lambda *_: at("after moved"),
    )
    around(vacuum, "move_horizon", lambda *_: None, lambda *_: at("after horizon"))
    around(vacuum, "_cut_log", lambda *_: None, lambda *_: at("after cut log"))
    around(catalog, "refresh", lambda *_: at("before catalog"), lambda *_: None)


def main(warehouse: str, point: str, count: str) -> None:
    """Do the upkeep and die at the COUNT-th passing of `point`; "never" runs to the end."""
    install(Killer(point, int(count)))
    upkeep.maintain(locate(warehouse), retention=RETENTION)
