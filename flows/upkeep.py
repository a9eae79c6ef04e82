"""`copydesk maintain` and `copydesk undo-link`: progress and what was done, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import click
import duckdb
from rich.console import Console
from rich.status import Status

from flows.answers import show_table
from flows.explain_pair import article_of
from tasks.decisions import undo_link
from tasks.missing import Progress
from tasks.upkeep import Upkeep, maintain
from warehouse.catalog import open_catalog
from warehouse.location import Location
from warehouse.vacuum import RETENTION
from warehouse.verify import Problem, verify


def run_verify(location: Location) -> bool:
    """Say what is wrong with the files; return whether nothing is."""
    problems = verify(location)
    _show_problems(problems)
    if not problems:
        click.echo("every file is there, whole, and has the rows that its commits wrote")
    return not problems


def run_maintain(
    location: Location,
    *,
    rebuild: bool,
    wait_seconds: float,
    retention: timedelta = RETENTION,
) -> bool:
    """Do the upkeep and say what was done; return whether nothing is wrong now."""
    with shown_progress() as on_progress:
        done = maintain(
            location,
            rebuild=rebuild,
            wait_seconds=wait_seconds,
            retention=retention,
            on_progress=on_progress,
        )
    if done.vacuumed is not None:
        _show_done(done, rebuild=rebuild)
    _show_problems(done.problems)
    if done.vacuumed is None:
        click.echo("nothing was done: mend this first")
    return not done.problems


def _show_problems(problems: Sequence[Problem]) -> None:
    if problems:
        rows = [(each.table, each.file or "-", each.what, each.remedy) for each in problems]
        show_table(("table", "file", "what is wrong", "what to do"), rows)


def _show_done(done: Upkeep, *, rebuild: bool) -> None:
    for problem in done.repaired:
        click.echo(f"repaired: {problem.file or problem.table} {problem.what}")
    if done.marked:
        click.echo(f"{done.marked:,} annotations of articles are due again: copydesk enrich")
    if done.matched:
        click.echo(f"{done.matched:,} articles of an older copydesk matched with all others")
    if rebuild:
        click.echo("the index of shingles was made anew")
    if done.swept:
        click.echo(f"{done.swept:,} rows of replaced annotations and of dropped articles swept")
    click.echo(
        f"index of shingles: {done.rows:,} rows in {done.files_after:,} files "
        f"({done.files_before:,} before), {done.byte_count / 1e6:,.1f} MB"
    )
    if done.compacted:
        before = sum(table.files_before for table in done.compacted)
        after = sum(table.files_after for table in done.compacted)
        dropped = sum(table.dropped for table in done.compacted)
        of_killed = f", {dropped:,} rows of killed runs swept" if dropped else ""
        tables = f"{len(done.compacted)} tables"
        click.echo(f"{tables}: {before:,} files became {after:,}{of_killed}")
    if done.vacuumed is not None and done.vacuumed.file_count:
        freed = done.vacuumed.byte_count / 1e6
        click.echo(f"{done.vacuumed.file_count:,} old files deleted, {freed:,.1f} MB")


def run_undo_link(
    location: Location, article: str, other: str, *, reason: str | None, by: str | None
) -> None:
    """Set two articles apart and say what that changed."""
    with open_catalog(location) as connection:
        ids = [article_of(connection, each) for each in (article, other)]
        before = _groups(connection, ids)
    split = undo_link(location, ids[0], ids[1], reason=reason, by=by)
    links = sum(row.subject_table == "links" for row in split.superseded)
    click.echo(f"{links:,} links between {ids[0]} and {ids[1]} taken back")
    with open_catalog(location) as connection:
        after = _groups(connection, ids)
    if before[0] != before[1]:
        click.echo("they were in two groups already; from now on they can never be in one")
    else:
        click.echo(f"group {before[0]} was split: they are now in {after[0]} and {after[1]}")


def _groups(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> list[str]:
    query = "SELECT article_id, group_id FROM group_members WHERE article_id IN (?, ?)"
    found = dict(connection.execute(query, ids).fetchall())
    return [str(found.get(each)) for each in ids]


@contextmanager
def shown_progress(name: str = "maintain") -> Iterator[Progress]:
    """Progress on standard error: one line that changes on a terminal, else a line per step."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{name}: starting") as status:
            yield lambda step, done, total: _update(status, step, done, total)
        return
    told: set[str] = set()

    def tell(step: str, done: int, total: int) -> None:
        if total and step not in told:
            told.add(step)
            click.echo(f"{name}: {step} {total:,}", err=True)

    yield tell


def _update(status: Status, step: str, done: int, total: int) -> None:
    status.update(f"{step} {done:,} of {total:,}")
