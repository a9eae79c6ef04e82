"""Options that several commands have."""

from __future__ import annotations

import click

warehouse_option = click.option(
    "--warehouse",
    "-w",
    metavar="PATH|URI",
    help="The warehouse. Default: $COPYDESK_WAREHOUSE, else warehouse/data.",
)
