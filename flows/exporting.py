"""`copydesk export`: a corpus, or a part of it, as plain files for other programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.options import warehouse_option

if TYPE_CHECKING:
    from tasks.export.job import Exported
    from warehouse.location import Location


@click.command()
@click.argument("target", metavar="DIR|URI")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "jsonl", "csv", "ninjs"]),
    default="parquet",
    show_default=True,
    help="parquet: tables by year; jsonl: text, id, metadata; csv: one file; ninjs: news items.",
)
@click.option(
    "--where",
    metavar="SQL",
    help="Only articles for which this holds: \"language_code = 'en' AND NOT is_truncated\".",
)
@click.option(
    "--fold-duplicates",
    is_flag=True,
    help="Of articles that are copies of each other the first only, as in the view stories.",
)
@click.option(
    "--columns",
    metavar="A,B,C",
    default="",
    help="Columns of articles, in this order; jsonl: of metadata. Default: all; jsonl: a choice.",
)
@click.option(
    "--tables",
    metavar="A,B,C",
    default="articles",
    show_default=True,
    help="parquet: tables with rows of the articles: articles,paragraphs,mentions,quotes,...",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier export in DIR, in one step.")
@click.option(
    "--exact-cells",
    is_flag=True,
    help="csv: no apostrophe before texts that a spreadsheet would run as a formula.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress; the summary only.")
@warehouse_option
def export(
    target: str,
    format_: str,
    where: str | None,
    fold_duplicates: bool,
    columns: str,
    tables: str,
    overwrite: bool,
    exact_cells: bool,
    quiet: bool,
    warehouse: str | None,
) -> None:
    """Write the corpus, or a part of it, to DIR as plain files.

    DIR appears whole or not at all, with README.md (what is in it, whose it is, how to read it),
    schema.json (the same for programs) and SHA256SUMS. The raw documents are never part of it.
    At s3://BUCKET/PREFIX, where no folder can be renamed, SHA256SUMS comes last: an export that has
    it is whole.

    \b
    copydesk export release/
    copydesk export release/ --tables articles,mentions,quotes
    copydesk export train/ --format jsonl --fold-duplicates --where "word_count >= 100"
    """
    from flows.progress import shown
    from tasks.export.job import export as write_export
    from tasks.export.order import Order
    from warehouse.catalog import open_catalog
    from warehouse.location import warehouse_location

    order = Order(
        target=_target(target),
        format=format_,
        where=where,
        is_folded=fold_duplicates,
        columns=_names(columns),
        tables=_names(tables),
        is_overwriting=overwrite,
        is_exact=exact_cells,
    )
    location = warehouse_location(warehouse)
    with shown(is_quiet=quiet, name="export"), open_catalog(location) as connection:
        done = write_export(connection, location, order, on_progress=_tell)
    _show(done)


def _target(target: str) -> Path | Location:
    from warehouse.location import locate

    if "://" not in target:
        return Path(target).resolve()
    location = locate(target)
    return location if location.uri else location.path


def _names(given: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _tell(step: str, done: int, total: int) -> None:
    from flows.progress import watcher

    watch: Callable[[Callable[[], str]], None] | None = watcher.get()
    if watch is not None:
        watch(lambda: f"{step} {done / max(total, 1):.0%}")


def _show(done: Exported) -> None:
    from flows.answers import show_table

    rows = [(table, each.rows, each.characters) for table, each in done.counts.items()]
    show_table(["table", "rows", "characters of text"], rows)
    said = f"{done.files:,} files, {done.byte_count / 1e6:,.1f} MB in {done.target}"
    click.echo(f"{said} (how to read them: README.md there)")
    if done.selection.undated:
        click.echo(f"{done.selection.undated:,} of the articles are undated")
    if done.guarded:
        click.echo(f"{done.guarded:,} cells like formulas got an apostrophe (--exact-cells: none)")
