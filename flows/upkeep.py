"""`copydesk maintain` and `copydesk undo-link`: progress and what was done, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import duckdb
from rich.console import Console
from rich.status import Status

from flows.explain_pair import article_of
from tasks.decisions import undo_link
from tasks.upkeep import maintain
from warehouse.catalog import open_catalog
from warehouse.location import Location

Progress = Callable[[str, int, int], None]


def run_maintain(location: Location, *, rebuild: bool, wait_seconds: float) -> None:
    """Do the upkeep and say what was done."""
    with _shown() as on_progress:
        done = maintain(
            location, rebuild=rebuild, wait_seconds=wait_seconds, on_progress=on_progress
        )
    if done.matched:
        click.echo(f"{done.matched:,} articles of an older copydesk matched with all others")
    if rebuild:
        click.echo("the index of shingles was made anew")
    if done.swept:
        click.echo(f"{done.swept:,} rows of replaced annotations swept")
    click.echo(
        f"index of shingles: {done.rows:,} rows in {done.files_after:,} files "
        f"({done.files_before:,} before), {done.byte_count / 1e6:,.1f} MB"
    )


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
def _shown() -> Iterator[Progress]:
    """Progress on standard error: one line that changes on a terminal, else a line per step."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("maintain: starting") as status:
            yield lambda step, done, total: _update(status, step, done, total)
        return
    told: set[str] = set()

    def tell(step: str, done: int, total: int) -> None:
        if total and step not in told:
            told.add(step)
            click.echo(f"maintain: {step} {total:,}", err=True)

    yield tell


def _update(status: Status, step: str, done: int, total: int) -> None:
    status.update(f"{step} {done:,} of {total:,}")
