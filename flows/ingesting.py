"""`copydesk ingest` from the settings to the exit: with Prefect, without it, or only a look."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import click

from flows.answers import show_table
from flows.settings import IngestSettings, prepare_prefect
from tasks.discover import check_sources
from tasks.plan import Planner
from tasks.run import Order, Summary, ingest_files
from warehouse import migration, store
from warehouse.errors import CopydeskError, TryAgain
from warehouse.ledger import Ledger
from warehouse.location import Location, warehouse_location

Result = TypeVar("Result")


def run(settings: IngestSettings, *, with_prefect: bool, is_quiet: bool) -> None:
    """Ingest and print the summary. Raises UnsoundRun when the run does not add up."""
    from flows import progress

    check_sources(settings.sources)  # a typing error should not wait for Prefect
    store.refuse_foreign_folder(warehouse_location(settings.warehouse))
    say_plan(warehouse_location(settings.warehouse))
    with progress.shown(is_quiet=is_quiet):
        if with_prefect:
            location = warehouse_location(settings.warehouse)
            summary = through_prefect(location, lambda: _flow(settings))
        else:
            summary = ingest_files(settings.order(), progress.on_progress)
    show_summary(summary)
    summary.require_sound()


def say_plan(location: Location) -> None:
    """Tell what this run will add to a warehouse of an older schema."""
    if store.exists(location) and (planned := migration.plan(location)):
        click.echo(str(planned), err=True)


def _flow(settings: IngestSettings) -> Summary:
    from flows.ingest import ingest

    return ingest(settings)


def through_prefect(location: Location, flow: Callable[[], Result]) -> Result:
    """Run `flow`, which imports Prefect; its own trouble becomes a line that names the way out."""
    prepare_prefect(location)
    from prefect.exceptions import PrefectException

    try:
        return flow()
    except CopydeskError:
        raise
    except (PrefectException, RuntimeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise TryAgain(f"Prefect: {first}; the same without it: --no-prefect") from error


def show_summary(summary: Summary) -> None:
    """Print what a run found and what became of it."""
    row = summary.row
    names = ("found", "known", "article", "same_bytes", "same_text", "rejected", "left")
    show_table(names, [[getattr(row, f"{name}_count") for name in names]])
    seconds = (row.ended_at - row.started_at).total_seconds()
    if summary.excluded_files:
        files = (
            "1 file was"
            if summary.excluded_files == 1
            else f"{summary.excluded_files:,} files were"
        )
        click.echo(f"{files} left out by --include and --exclude")
    commits = "1 commit" if row.commit_count == 1 else f"{row.commit_count:,} commits"
    click.echo(
        f"run {row.run_id}: {commits} in {seconds:.1f} s, "
        + ("the sum holds" if row.is_conserved else "THE SUM DOES NOT HOLD")
    )
    if row.rejected_count:
        click.echo('why some were rejected: copydesk sql "SELECT * FROM rejections"')


def dry(settings: IngestSettings) -> None:
    """Print what a run would read; touches nothing but the ledger's index in the state folder."""
    order = settings.order()
    sources = check_sources(order.sources)
    store.refuse_foreign_folder(order.location)
    if not store.exists(order.location):
        show_planned(_plan_unknown(order, sources))
        return
    store.check_readable(order.location)
    with closing(Ledger(order.location)) as ledger:
        ledger.catch_up()
        planner = order.planner(sources, ledger)
        for _ in planner.batches():
            pass
        show_planned(planner)


def _plan_unknown(order: Order, sources: tuple[str, ...]) -> Planner:
    """A plan for a warehouse that is not there yet: an empty ledger in memory."""
    with closing(Ledger.in_memory(order.location)) as ledger:
        planner = order.planner(sources, ledger)
        for _ in planner.batches():
            pass
        return planner


def show_planned(planner: Planner) -> None:
    """Print a plan: the first paths that would be read, then counts."""
    planned = planner.planned
    if planned.examples:
        show_table(("", "path"), planned.examples)
        click.echo()
    kinds = (
        ("new", planned.new, "would be read"),
        ("changed", planned.changed, "would be read: not as last seen"),
        ("again", planned.again, "would be read: unfinished, or something in it to be retried"),
        ("unreadable", planned.unreadable, "would be rejected"),
        ("known", planned.known_files, f"hold {planned.known_documents:,} known documents"),
        ("excluded", planned.excluded, "left out by --include and --exclude"),
    )
    show_table(("files", "count", "what would happen"), [kind for kind in kinds if kind[1]])
    click.echo(
        f"{planned.files:,} files, {planned.byte_count:,} bytes to read; nothing was written"
    )
