"""The commands `copydesk enrich` and `copydesk train-topics`."""

from __future__ import annotations

import click

from flows.options import warehouse_option


@click.command()
@click.option(
    "--only",
    multiple=True,
    metavar="ANNOTATOR",
    help="This annotator, and those it needs where they are due (repeatable): sentences, acronyms, "
    "entities, places, dates, quotes, quantities, keywords, topics, loaded_terms, readability, or "
    "one of another package.",
)
@click.option("--again", is_flag=True, help="Annotate anew also what is current.")
@click.option("--retry-failed", is_flag=True, help="Also what an annotator failed on.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Articles at most.")
@click.option(
    "--name-model",
    "name_models",
    multiple=True,
    metavar="LANGUAGE=PIPELINE",
    help="A spaCy pipeline, package or folder, that finds names (repeatable). "
    "Default: $COPYDESK_NAME_MODELS, and English as the extra `ner` installs it.",
)
@click.option(
    "--topic-model",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Made by `copydesk train-topics`. Default: $COPYDESK_TOPIC_MODEL.",
)
@click.option(
    "--word-lists",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="Lists of loaded words beside ours, one .tsv each. Default: $COPYDESK_WORD_LISTS.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another enrich to end.",
)
@click.option("--no-prefect", is_flag=True, help="Run without Prefect: same rows, starts at once.")
@click.option("--quiet", "-q", is_flag=True, help="No progress; the summary only.")
@warehouse_option
def enrich(
    only: tuple[str, ...],
    again: bool,
    retry_failed: bool,
    limit: int | None,
    name_models: tuple[str, ...],
    topic_model: str | None,
    word_lists: str | None,
    wait: float,
    no_prefect: bool,
    quiet: bool,
    warehouse: str | None,
) -> None:
    """Annotate every article that lacks the current version of an annotator.

    May be stopped at any time and run again: what was committed is not done twice. An ingest may
    run beside it. How far the corpus is annotated: copydesk sql "FROM annotation_coverage".
    """
    from flows.enriching import run
    from flows.settings import EnrichSettings
    from warehouse.location import warehouse_location

    settings = EnrichSettings(
        warehouse=str(warehouse_location(warehouse)),
        only=only,
        again=again,
        retry_failed=retry_failed,
        limit=limit,
        wait_seconds=wait,
        name_models=name_models,
        topic_model=topic_model,
        word_lists=word_lists,
    )
    run(settings, with_prefect=not no_prefect, is_quiet=quiet)


@click.command("train-topics")
@click.argument("labelled", type=click.Path(exists=True, dir_okay=False), metavar="LABELLED")
@click.option(
    "--out",
    "-o",
    type=click.Path(dir_okay=False),
    required=True,
    metavar="FILE",
    help="Where to write the model.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random numbers.")
@warehouse_option
def train_topics(labelled: str, out: str, seed: int, warehouse: str | None) -> None:
    """Train a model of topics from labelled articles, for `copydesk enrich --topic-model FILE`.

    LABELLED is a CSV, JSONL or Parquet file with a column `label` and either `text` or,
    for articles of the warehouse, `article_id`. How well it does on texts that it was not trained
    on is printed.
    """
    from flows.topics import train
    from warehouse.location import warehouse_location

    train(labelled, out, seed=seed, location=warehouse_location(warehouse))
