"""`copydesk remove` and `copydesk rollback`: articles go for good, shown before it is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flows.options import warehouse_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.dropping.asked import Removal, Rollback
    from tasks.dropping.job import Dropped
    from tasks.dropping.plan import Plan
    from warehouse.location import Location

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Only say what would be done; write nothing."
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do it without asking.")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another writer to end.",
)

MEANINGS = (
    ("article_count", "articles go, with all rows about them"),
    ("annotation_count", "annotations of articles (one for each annotator) go"),
    ("link_count", "links to other articles go"),
    ("refused_count", "documents stay known as removed; they are not read again"),
    ("forgotten_count", "documents are forgotten; the next ingest reads them as new"),
    ("restored_count", "of these places in the ledger have their earlier document again"),
    ("kept_copies", "copies become articles or copies of other ones, from their kept bytes"),
    ("lost_copies", "copies have to be read again by the next ingest: their bytes are not kept"),
    ("regrouped_count", "articles that shared a group with them are matched again"),
)


@click.command()
@click.argument("articles", nargs=-1, metavar="[FILE|ARTICLE_ID]...")
@click.option(
    "--url",
    metavar="PATTERN",
    help="Articles from addresses like this (* any text, ? one letter), now and in future.",
)
@click.option("--where", metavar="SQL", help="Articles for which this holds: \"source = 'a.org'\".")
@click.option(
    "--with-copies",
    is_flag=True,
    help="Also articles with the same text from other addresses, now and in future.",
)
@click.option("--reason", metavar="TEXT", help="Why, for those who read the table tombstones.")
@click.option("--by", metavar="NAME", help="Who decides it. Default: the name of the account.")
@dry_run_option
@yes_option
@wait_option
@warehouse_option
def remove(
    articles: tuple[str, ...],
    url: str | None,
    where: str | None,
    with_copies: bool,
    reason: str | None,
    by: str | None,
    dry_run: bool,
    yes: bool,
    wait: float,
    warehouse: str | None,
) -> None:
    """Remove articles for good: text, bytes and everything made of them.

    A tombstone stays, which says nothing of the text: the same article, its bytes, or what the
    pattern names is not taken again. Other articles with the same words stay unless --with-copies
    is given. On the disk the rows are gone when `copydesk maintain` deletes old files, after its
    retention; until then `copydesk sql --as-of` can show them. To delete them at once:
    copydesk maintain --retention 0 --force-retention.
    """
    from flows.settings import account_name
    from tasks.dropping.asked import Removal
    from warehouse.errors import BadSetting
    from warehouse.location import warehouse_location

    if not articles and url is None and where is None:
        raise BadSetting("nothing to remove; name articles, or give --url or --where")
    location = warehouse_location(warehouse)
    asked = Removal(
        articles=_ids(location, articles),
        url=url,
        where=where,
        with_copies=with_copies,
        reason=reason,
        by=by or account_name(),
    )
    _do(location, asked, is_dry=dry_run, is_sure=yes, wait=wait, name="remove")


@click.command()
@click.argument("run_id", metavar="RUN")
@dry_run_option
@yes_option
@wait_option
@warehouse_option
def rollback(run_id: str, dry_run: bool, yes: bool, wait: float, warehouse: str | None) -> None:
    """Take back what one run of ingest or enrich wrote, whatever came later.

    Of an ingest its articles go, and its documents are forgotten: the next ingest reads them as
    new. A document of another run that was a copy of one of them takes its place. Of an enrich its
    annotations go; the next enrich makes them again. See `copydesk history` for runs.
    """
    from tasks.dropping.asked import rollback_of
    from warehouse.location import warehouse_location

    location = warehouse_location(warehouse)
    asked = rollback_of(location, run_id)
    _do(location, asked, is_dry=dry_run, is_sure=yes, wait=wait, name="rollback")


def _ids(location: Location, given: Sequence[str]) -> list[str]:
    """The articles that are named, by file, by id, or by the beginning of one."""
    if not given:
        return []
    from flows.explain_pair import article_of
    from tasks.dropping.asked import tombstones
    from warehouse.catalog import open_catalog

    with open_catalog(location) as connection:
        removed = tombstones(connection, given)
        return [each if each in removed else article_of(connection, each) for each in given]


def _do(
    location: Location,
    asked: Removal | Rollback,
    *,
    is_dry: bool,
    is_sure: bool,
    wait: float,
    name: str,
) -> None:
    from flows.ingesting import say_plan
    from flows.upkeep import shown_progress
    from tasks.dropping.job import drop, planned
    from warehouse.errors import BadSetting

    plan = planned(location, asked)
    _show(plan)
    if is_dry:
        click.echo("nothing was written")
        return
    if not is_sure:
        if not sys.stdin.isatty():
            raise BadSetting("nobody is there to be asked; to do it all the same: --yes")
        click.confirm("Do it?", abort=True)
    say_plan(location)
    with shown_progress(name) as on_progress:
        done = drop(location, asked, wait_seconds=wait, on_progress=on_progress)
    _show_done(done)


def _show(plan: Plan) -> None:
    from flows.answers import show_table

    if plan.examples:
        show_table(("article_id", "published", "source", "headline"), plan.examples)
        if plan.article_count > len(plan.examples):
            click.echo(f"and {plan.article_count - len(plan.examples):,} more")
        click.echo()
    counts = [(getattr(plan, name), meaning) for name, meaning in MEANINGS]
    if rows := [row for row in counts if row[0]]:
        show_table(("count", "what would happen"), rows)
    elif plan.is_empty:
        click.echo("no row of the corpus is meant")
    else:
        click.echo("no article is meant now; what comes is refused")


def _show_done(done: Dropped) -> None:
    if done.promoted:
        click.echo(f"{done.promoted:,} copies read again")
    if done.matched:
        click.echo(f"{done.matched:,} articles matched again")
    click.echo(f"run {done.run_id}: {done.rows:,} rows taken out of the files")
    click.echo("old files go with copydesk maintain, after its retention")
