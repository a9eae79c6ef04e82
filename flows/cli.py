"""The command `copydesk`: parses, calls, prints. Heavy imports wait until they are needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from flows.annotating import enrich, train_topics
from flows.asking import ask
from flows.dropping import remove, rollback
from flows.exporting import export
from flows.history import history
from flows.maintaining import maintain
from flows.options import answer_format, warehouse_option
from flows.searching import search
from warehouse.errors import BadSetting, CopydeskError, WriterBusy

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.location import Location

# Exit codes: 0 done, 1 failed, 2 wrong use or setting (as click), 3 another writer is running,
# 130 interrupted (128 + SIGINT, as shells have it).
FAILED, WRONG_USE, BUSY, INTERRUPTED = 1, 2, 3, 130
MOST_HITS = 10_000  # of --search: more than anybody reads, few enough to join at once


class _Commands(click.Group):
    """Every error that is meant for a person becomes one line on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; leave with the right exit code."""
        try:
            return super().invoke(ctx)
        except CopydeskError as error:
            click.secho(f"copydesk: {error}", fg="red", err=True)
            codes = {WriterBusy: BUSY, BadSetting: WRONG_USE}
            ctx.exit(next((c for kind, c in codes.items() if isinstance(error, kind)), FAILED))
        except KeyboardInterrupt:
            click.secho("copydesk: interrupted; what was committed stands", fg="red", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:  # `copydesk sql ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except OSError as error:  # a disk that is full, a folder that is closed to us
            place = f"{error.filename}: " if error.filename else ""
            click.secho(f"copydesk: {place}{error.strerror or error}", fg="red", err=True)
            ctx.exit(FAILED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="copydesk")
def main() -> None:
    """A news corpus from raw files, asked in SQL.

    \b
    copydesk ingest FOLDER        read every new file below FOLDER
    copydesk enrich               annotate it: names, places, dates, figures, quotes
    copydesk search "WORDS"       find articles by their words
    copydesk ask                  questions that analysts ask, answered
    copydesk sql "SELECT ..."     ask the corpus yourself
    copydesk export DIR           write it as plain files for other programs
    copydesk status               what is in it, and whether it adds up
    copydesk explain FILE         what became of one file, and why
    copydesk explain A B          why two articles are told to be copies, or are not
    copydesk undo-link A B        set two articles apart for good
    copydesk remove ARTICLE       take articles out for good
    copydesk rollback RUN         take back what one run wrote
    copydesk maintain             look for damage, keep it small and fast
    copydesk history              what was done to it, and when
    """


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@warehouse_option
@click.option(
    "--include", multiple=True, metavar="GLOB", help="Only files that match (repeatable)."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Not the files that match; matched as --include is.",
)
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="A column of tables, or key of JSON, with an odd name: headline=titel_txt (repeatable).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be read; read and write nothing.")
@click.option("--rehash", is_flag=True, help="Read known files again to see if they changed.")
@click.option("--no-raw", is_flag=True, help="Do not keep the raw bytes of the documents.")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another ingest to end.",
)
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="Watch files that changed a moment ago for so long; those that still grow are left.",
)
@click.option(
    "--chunk",
    type=click.IntRange(min=1),
    default=1_000,
    show_default=True,
    metavar="N",
    help="Documents per commit at most.",
)
@click.option("--no-prefect", is_flag=True, help="Run without Prefect: same rows, starts at once.")
@click.option("--quiet", "-q", is_flag=True, help="No progress; the summary only.")
def ingest(
    paths: tuple[str, ...],
    warehouse: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    pairs: tuple[str, ...],
    dry_run: bool,
    rehash: bool,
    no_raw: bool,
    wait: float,
    settle: float,
    chunk: int,
    no_prefect: bool,
    quiet: bool,
) -> None:
    """Read every new file below PATH... into the warehouse; safe to run again.

    Runs as the Prefect flow `ingest`: on the server of PREFECT_API_URL if that is set, else with a
    temporary one, which takes a while to start; --no-prefect does without. What a file became is
    told by `copydesk explain FILE`.
    """
    from flows.ingesting import dry, run
    from flows.settings import IngestSettings
    from tasks.records import recorded_path
    from warehouse.location import warehouse_location

    settings = IngestSettings(
        warehouse=str(warehouse_location(warehouse)),
        sources=tuple(recorded_path(path) for path in paths),  # Prefect stores them as JSON
        include=include,
        exclude=exclude,
        map=pairs,
        keep_raw=not no_raw,
        rehash=rehash,
        wait_seconds=wait,
        settle_seconds=settle,
        chunk_documents=chunk,
    )
    if dry_run:
        dry(settings)
        return
    run(settings, with_prefect=not no_prefect, is_quiet=quiet)


class _Query(click.Command):
    """A query may begin with a comment, "-- ...", which is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Set such a query behind the options."""
        if "--" not in args:  # else the options end there already
            queries = [arg for arg in args if arg.startswith("-- ")]
            others = [arg for arg in args if arg not in queries]
            args = [*others, "--", *queries] if queries else args
        return super().parse_args(ctx, args)


@main.command(cls=_Query)
@click.argument("query", required=False)
@click.option("--file", "-f", "script", type=click.File(encoding="utf-8"), help="Read SQL from it.")
@answer_format
@click.option(
    "--as-of",
    metavar="RUN|TIME",
    help="As the corpus was after a run (see copydesk history), or at a time: 2026-11-23T10:00Z.",
)
@click.option(
    "--search",
    "words",
    metavar="WORDS",
    help="Articles that copydesk search finds, as the table hits (article_id, score, rank).",
)
@warehouse_option
def sql(
    query: str | None,
    script: TextIO | None,
    output: str,
    as_of: str | None,
    words: str | None,
    warehouse: str | None,
) -> None:
    """Ask the corpus in SQL (DuckDB's dialect); nothing can be changed.

    QUERY is the text, or comes from --file, or from standard input. `SHOW TABLES` lists the views,
    `DESCRIBE articles` the columns of one.
    """
    import duckdb

    from flows.answers import answer
    from warehouse.catalog import open_catalog
    from warehouse.location import warehouse_location

    text = _query(query, script)
    location = warehouse_location(warehouse)
    hits = _hits(location, words) if words is not None else None
    try:
        with open_catalog(location, as_of) as connection:
            if hits is not None:
                connection.register("hits", hits)
            answer(connection, text, output)
    except duckdb.Error as error:
        raise BadSetting(_first_lines(str(error))) from error


def _query(query: str | None, script: TextIO | None) -> str:
    if query is not None and script is not None:
        raise BadSetting("give a query or --file, not both")
    if script is not None:
        return script.read()
    if query is not None and query != "-":
        return query
    if sys.stdin.isatty():
        raise BadSetting('no query given; for instance: copydesk sql "SELECT * FROM outcomes"')
    return sys.stdin.read()


def _hits(location: Location, words: str) -> pa.Table:
    from tasks.search.searching import hits_table

    return hits_table(location, words, MOST_HITS)


def _first_lines(message: str) -> str:
    """The message without the hint that quotes the statement with a caret under it."""
    return " ".join(message.partition("\n\nLINE")[0].split())


@main.command()
@warehouse_option
def status(warehouse: str | None) -> None:
    """Show what is in the corpus, the last runs, rejections, and whether it adds up."""
    from flows.status import show_status
    from warehouse.catalog import open_catalog
    from warehouse.location import warehouse_location

    with open_catalog(warehouse_location(warehouse)) as connection:
        if not show_status(connection):
            raise SystemExit(FAILED)


@main.command()
@click.argument("subject", metavar="FILE|ARTICLE_ID")
@click.argument("other", metavar="[FILE|ARTICLE_ID]", required=False)
@click.option("--record", type=int, metavar="N", help="One document of a file that holds many.")
@click.option("--full", is_flag=True, help="Of two articles show every paragraph whole.")
@warehouse_option
def explain(
    subject: str, other: str | None, record: int | None, full: bool, warehouse: str | None
) -> None:
    """Tell the whole way of one document: how it was decoded, read, cleaned and decided.

    Of two articles: why they are told to be copies, or why not, and both texts side by side.
    """
    from flows import explain as explaining
    from warehouse.catalog import open_catalog
    from warehouse.location import warehouse_location

    if (record is not None and other is not None) or (full and other is None):
        raise BadSetting("--record is for one file, --full for two articles")
    with open_catalog(warehouse_location(warehouse)) as connection:
        if other is None:
            explaining.explain(connection, subject, record)
            return
        from flows.explain_pair import explain_pair

        explain_pair(connection, subject, other, is_full=full)


@main.command("undo-link")
@click.argument("article", metavar="FILE|ARTICLE_ID")
@click.argument("other", metavar="FILE|ARTICLE_ID")
@click.option("--reason", metavar="TEXT", help="Why, for those who read the table decisions.")
@click.option("--by", metavar="NAME", help="Who decides it. Default: the name of the account.")
@warehouse_option
def undo_link(
    article: str, other: str, reason: str | None, by: str | None, warehouse: str | None
) -> None:
    """Set two articles apart for good: no link between them, never in one group.

    See `copydesk explain ARTICLE_ID ARTICLE_ID` first. Later runs and rebuilds respect it.
    """
    from flows.settings import account_name
    from flows.upkeep import run_undo_link
    from warehouse.location import warehouse_location

    location = warehouse_location(warehouse)
    run_undo_link(location, article, other, reason=reason, by=by or account_name())


for command in (ask, enrich, export, history, maintain, remove, rollback, search, train_topics):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name=Path(sys.argv[0]).name)
