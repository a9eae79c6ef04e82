"""`copydesk maintain`: looks for damage, and keeps the corpus small and fast."""

from __future__ import annotations

import click

from flows.options import warehouse_option


@click.command()
@click.option("--verify", is_flag=True, help="Only look for damage; exit 1 when there is any.")
@click.option(
    "--retention",
    type=click.FloatRange(min=0, max=3_650),
    default=7.0,
    show_default=True,
    metavar="DAYS",
    help="Keep the files of every state of the last DAYS, for --as-of and open readers.",
)
@click.option(
    "--force-retention",
    is_flag=True,
    help="Allow less than a day: files go that readers have open.",
)
@click.option(
    "--rebuild-index",
    is_flag=True,
    help="Make the index of shingles anew from the texts; groups, links and decisions stand.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for an ingest to end.",
)
@warehouse_option
def maintain(
    verify: bool,
    retention: float,
    force_retention: bool,
    rebuild_index: bool,
    wait: float,
    warehouse: str | None,
) -> None:
    """Look for damage, and keep the corpus small and fast; run it now and then.

    Every file is compared with its log, and what is lost is made again where that is possible.
    Articles that an older copydesk read are matched with all others, many small files become few
    large ones, rows of killed runs and replaced annotations are swept, and files that only states
    older than the retention need are deleted. No answer changes. Readers go on reading; an ingest
    that waits gets its turn between two steps.
    """
    from datetime import timedelta

    from flows.ingesting import say_plan
    from flows.upkeep import run_maintain, run_verify
    from warehouse.location import warehouse_location
    from warehouse.vacuum import check_retention

    location = warehouse_location(warehouse)
    kept = timedelta(days=retention)
    check_retention(kept, is_forced=force_retention)
    say_plan(location)
    is_sound = (
        run_verify(location)
        if verify
        else run_maintain(location, rebuild=rebuild_index, wait_seconds=wait, retention=kept)
    )
    if not is_sound:
        raise SystemExit(1)
