"""What an export is asked to do, and whether that can be done at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from warehouse.annotations import ANNOTATION_TABLES
from warehouse.errors import BadSetting
from warehouse.location import Location
from warehouse.schema import columns

FORMATS = ("parquet", "jsonl", "csv", "ninjs")

# Tables whose rows belong to articles. Not `raw`: the documents as they came are nobody's to hand
# on. Not `files`: paths of the machine that made the corpus.
TABLES = ("articles", "paragraphs", "fields", "date_evidence", "links", *ANNOTATION_TABLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One export: what, in which format, where to."""

    target: Path | Location  # a folder, or a prefix in an object store
    format: str
    where: str | None = None  # SQL over the view articles
    is_folded: bool = False  # one article per story
    columns: tuple[str, ...] = ()  # of articles; none: the format's own choice
    tables: tuple[str, ...] = ("articles",)
    is_overwriting: bool = False  # an earlier export in the same place
    is_exact: bool = False  # csv: cells that a spreadsheet would run as formulas stay as they are


def check_order(order: Order) -> None:
    """Raise BadSetting for what no export can do; nothing is read or written."""
    if order.format not in FORMATS:
        raise BadSetting(f"--format {order.format!r}: one of {', '.join(FORMATS)}")
    if order.tables != ("articles",) and order.format != "parquet":
        raise BadSetting(f"--tables is for --format parquet; {order.format} holds articles alone")
    if order.columns and order.format == "ninjs":
        raise BadSetting("--columns is not for --format ninjs, whose properties are fixed")
    if order.is_exact and order.format != "csv":
        raise BadSetting("--exact-cells is for --format csv; the other formats are always exact")
    _check_names("--tables", order.tables, TABLES)
    _check_names("--columns", order.columns, tuple(columns("articles")))


def _check_names(option: str, given: Sequence[str], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 3) or known
            raise BadSetting(f"{option} {name!r}: not known; did you mean {', '.join(near)}?")
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise BadSetting(f"{option}: {twice!r} is named twice")
