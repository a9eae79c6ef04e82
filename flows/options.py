"""Options that several commands have."""

from __future__ import annotations

import click

warehouse_option = click.option(
    "--warehouse",
    "-w",
    metavar="PATH|URI",
    help="The warehouse: a folder, or s3://BUCKET/PREFIX. "
    "Default: $COPYDESK_WAREHOUSE, else warehouse/data.",
)

answer_format = click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    show_default=True,
    help="How to print the answer.",
)
