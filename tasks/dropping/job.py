"""`copydesk remove` and `copydesk rollback`: planned, committed, finished."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.dropping.again import read_open
from tasks.dropping.asked import Removal, Rollback, removal_ids
from tasks.dropping.forgetting import forget
from tasks.dropping.plan import Plan, plan_removal, plan_rollback
from tasks.dropping.sweep import sweep_dropped
from tasks.missing import Progress, match_missing
from tasks.opened import Open, opened
from warehouse import catalog, store
from warehouse.location import Location


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was done."""

    plan: Plan
    run_id: str
    promoted: int = 0  # copies that were read again from their kept bytes
    matched: int = 0  # articles that were matched again
    rows: int = 0  # taken out of the files


def planned(location: Location, asked: Removal | Rollback) -> Plan:
    """Return what would be written; writes nothing.

    Raises BadSetting for what the corpus does not know, BadWarehouse when there is none.
    """
    store.check_readable(location)
    ids = removal_ids(location, asked) if isinstance(asked, Removal) else []
    with catalog.open_catalog(location) as connection:
        if isinstance(asked, Removal):
            return plan_removal(connection, asked, ids)
        return plan_rollback(connection, asked)


def drop(
    location: Location,
    asked: Removal | Rollback,
    *,
    wait_seconds: float = 0.0,
    on_progress: Progress = lambda step, done, total: None,
) -> Dropped:
    """Drop what is asked for, and whatever an earlier call that was killed has left.

    Raises as `planned`; WriterBusy when another process writes, TryAgain when the storage refuses.
    When anything is raised after the first commit, the rest is done by the next call of this or of
    `copydesk maintain`.
    """
    purpose = "remove" if isinstance(asked, Removal) else "rollback"
    with opened(location, purpose, wait_seconds) as warehouse:
        plan = planned(location, asked)
        if not plan.is_empty:
            hide(warehouse, plan)
        promoted, matched, rows = finish(warehouse, on_progress)
        forget(location)
        catalog.refresh(location)
    return Dropped(plan, warehouse.run_id, promoted, matched, rows)


def hide(warehouse: Open, plan: Plan) -> None:
    """Commit the plan: from now on no reader sees what goes."""
    warehouse.writer.commit(plan.tables, is_drop=True)
    warehouse.stories.catch_up()


def finish(warehouse: Open, on_progress: Progress) -> tuple[int, int, int]:
    """Read what is open again, match what has no group, take out what is hidden; return counts.

    Nothing is done where nothing was dropped.
    """
    promoted = read_open(warehouse, on_progress)
    matched = match_missing(warehouse, on_progress)
    warehouse.point_at_newest()
    return promoted, matched, sweep_dropped(warehouse, on_progress)
