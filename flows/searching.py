"""`copydesk search`: the options, and hits as a list, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from flows.options import warehouse_option

if TYPE_CHECKING:
    from tasks.search.index import Progress
    from tasks.search.searching import Answer, Hit
    from tasks.search.snippets import Snippet

_DAY = click.DateTime(formats=["%Y-%m-%d"])
COLUMNS = (
    "rank", "score", "article_id", "published_date", "language_code", "source", "headline",
    "snippet",
)  # fmt: skip


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option("--since", type=_DAY, metavar="DATE", help="Published on this day or later.")
@click.option("--until", type=_DAY, metavar="DATE", help="Published on this day or earlier.")
@click.option(
    "--language", "languages", multiple=True, metavar="CODE", help="In it, as de (repeatable)."
)
@click.option(
    "--source", "sources", multiple=True, metavar="HOST", help="From it, as articles.source has it."
)
@click.option(
    "--limit",
    "-n",
    type=click.IntRange(min=1, max=10_000),
    default=10,
    show_default=True,
    metavar="N",
    help="So many articles at most.",
)
@click.option("--fold", is_flag=True, help="One article per story: leave out its copies.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="How to print the hits.",
)
@warehouse_option
def search(
    words: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    languages: tuple[str, ...],
    sources: tuple[str, ...],
    limit: int,
    fold: bool,
    output: str,
    warehouse: str | None,
) -> None:
    """Find articles by their words, the best match first (BM25).

    \b
    troops iraq            both words, in headline or text, in any of their forms
    '"troops in Iraq"'     these words in this order, as written; "..."~2: two words between
    'negotiat*'            words that begin so; '"troops in ir"*' a phrase that does
    'troops OR soldiers'   also AND, NOT and brackets; +word and -word
    'headline:ferry'       one field: headline, text, byline, source, section, keywords

    A query that begins with - goes behind --. The first search after an ingest brings the index up
    to date, which takes a while for a large corpus.
    """
    from tasks.search.searching import Filters, search
    from warehouse.location import warehouse_location

    filters = Filters(
        since=since.date() if since else None,
        until=until.date() if until else None,
        languages=languages,
        sources=sources,
    )
    location = warehouse_location(warehouse)
    with _progress() as on_progress:
        answer = search(
            location,
            " ".join(words),
            filters=filters,
            limit=limit,
            is_folded=fold,
            on_progress=on_progress,
        )
    _WRITERS[output](answer)
    _tell(answer, is_folded=fold)


def _write_list(answer: Answer) -> None:
    from flows.answers import cell

    for hit in answer.hits:
        parts = (hit.published_date, hit.language_code, hit.source, hit.ranked.article_id)
        known = "  ".join(cell(part) for part in parts if part is not None)
        headline = _marked(hit.headline) if hit.headline else "(no headline)"
        click.echo(f"{hit.ranked.rank:>3}  {headline}")
        click.secho(f"     {known}  {hit.ranked.score:.2f}", dim=True)
        click.echo(f"     {_marked(hit.snippet)}")


def _marked(snippet: Snippet) -> str:
    """A passage with its words in colour on a terminal, between stars elsewhere."""
    from flows.answers import cell
    from tasks.search.snippets import Snippet

    plain = Snippet(cell(snippet.text), snippet.marks)
    if sys.stdout.isatty():
        return plain.marked("\x1b[1;33m", "\x1b[0m")
    return plain.marked("*", "*")


def _write_csv(answer: Answer) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(hit) for hit in answer.hits)


def _write_json(answer: Answer) -> None:
    rows = [
        dict(zip(COLUMNS, _row(hit), strict=True)) | {"marks": hit.snippet.marks}
        for hit in answer.hits
    ]
    lines = ",\n ".join(json.dumps(row, ensure_ascii=False, default=date.isoformat) for row in rows)
    click.echo(f"[{lines}]")


def _row(hit: Hit) -> tuple[object, ...]:
    return (
        hit.ranked.rank,
        hit.ranked.score,
        hit.ranked.article_id,
        hit.published_date,
        hit.language_code,
        hit.source,
        hit.headline.text if hit.headline else None,
        hit.snippet.text,
    )


_WRITERS = {"table": _write_list, "csv": _write_csv, "json": _write_json}


def _tell(answer: Answer, *, is_folded: bool) -> None:
    """What the list does not show, on standard error."""
    shown = "stories" if is_folded else "articles"
    click.echo(f"{len(answer.hits):,} {shown} shown of {answer.article_count:,} articles", err=True)
    if answer.undated_count:
        click.echo(f"{answer.undated_count:,} more match but are undated", err=True)
    if answer.behind:
        at = f"{answer.made_at:%Y-%m-%d %H:%M} UTC" if answer.made_at else "before"
        click.echo(
            f"the index is of {at}, {answer.behind:,} commits older than the corpus, "
            "and cannot be brought up to date by this user",
            err=True,
        )


@contextmanager
def _progress() -> Iterator[Progress]:
    """Long work on standard error: one line that changes on a terminal, else now and then one."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("searching") as status:
            yield lambda step, done, total: status.update(_said(step, done, total))
        return
    yield lambda step, done, total: None if done else click.echo(_said(step, done, total), err=True)


def _said(step: str, done: int, total: int) -> str:
    return f"{step}: {done:,} of {total:,} articles" if total else step
