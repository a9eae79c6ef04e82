"""`copydesk history`: what was done to the corpus when, and how far back it can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flows.options import warehouse_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from warehouse.history import Entry

FIRST = ("articles", "files")
COLUMNS = ("run", "what", "ended", "state", "commits", "as of", "rows")


@click.command()
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show so many runs.",
)
@warehouse_option
def history(limit: int, warehouse: str | None) -> None:
    """Show the runs, newest first: what each was, its commits, and the rows it wrote.

    "as of" says whether `copydesk sql --as-of RUN` can still show the corpus as the run left it;
    that is promised for the retention of `copydesk maintain`. Rows below zero were taken out.
    """
    from flows.answers import show_table
    from warehouse.history import entries, horizon_of
    from warehouse.location import warehouse_location

    location = warehouse_location(warehouse)
    found = entries(location, limit)
    if not found:
        click.echo("nothing was committed yet")
        return
    show_table(COLUMNS, [_row(entry) for entry in found])
    first = horizon_of(location)
    since = "the first" if first == 1 else f"number {first:,}"
    click.echo(f"the corpus can be seen as it was after every commit from {since} on")


def _row(entry: Entry) -> tuple[object, ...]:
    commits = str(entry.commit_count)
    if entry.first_sequence is not None:
        first, last = entry.first_sequence, entry.last_sequence
        commits += f" ({first})" if first == last else f" ({first} to {last})"
    return (
        entry.run_id,
        entry.purpose,
        f"{entry.ended_at:%Y-%m-%d %H:%M:%S}",
        entry.state or "-",
        commits,
        "yes" if entry.is_reachable else "-" if entry.last_sequence is None else "no",
        _rows(entry.row_counts),
    )


def _rows(counts: Mapping[str, int]) -> str:
    """Articles and files first, then what has most rows; a narrow terminal cuts the rest."""
    ordered = sorted(counts.items(), key=lambda item: (item[0] not in FIRST, -abs(item[1]), item))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "-"
