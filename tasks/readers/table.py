"""Rows of a table to documents: each one a JSON object of its cells, under the column names.

So a row is stored, read again and mapped like any other JSON article (tasks.readers.json).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from itertools import chain, repeat

from tasks.decode import decode
from tasks.readers.json_keys import KEYS, plain_key
from tasks.readers.parts import Part
from tasks.records import Rejection
from warehouse.errors import CannotRead

JSON = "application/json"

_LONGEST_NAME = 100  # characters of a column name; the longest seen in published tables has 63
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？")


def row_part(record: int, cells: Mapping[str, object], limit: int) -> Part:
    """Return a row as a document: a JSON object in UTF-8 with its cells in the given order.

    Of more than `limit` bytes it is a rejection, "read.too_large".
    """
    data = _ENCODER.encode(cells).encode("utf-8", "replace")
    if len(data) > limit:
        return too_large(record, len(data), limit)
    return Part(record=record, data=data, media_type=JSON, charset="utf-8")


def rejected_row(record: int | None, reason: str, detail: str) -> Part:
    """Return a row, or the rest of a table, that cannot be read."""
    return Part(record=record, rejection=Rejection(reason, detail), media_type=JSON)


def too_large(record: int, size: int, limit: int) -> Part:
    """Return the rejection of a row that takes more bytes than a document may."""
    detail = f"a row of {size:,} bytes; at most {limit:,} are read"
    return rejected_row(record, "read.too_large", detail)


def named_cells(names: Sequence[str], cells: Iterable[object]) -> dict[str, object]:
    """Return the cells under their names, in order; cells that a row lacks are None.

    Names that occur twice get the list of their values, so that none is lost.
    """
    pairs = list(zip(names, chain(cells, repeat(None)), strict=False))
    made: dict[str, object] = dict(pairs)
    if len(made) < len(pairs):
        times = Counter(name for name, _ in pairs)
        for name in (name for name, count in times.items() if count > 1):
            made[name] = [value for key, value in pairs if key == name]
    return made


def column_names(header: Iterable[str]) -> list[str]:
    """Return the names in a header row, without empty ones at its end.

    A column without a name is called by its number from 1.
    """
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    return [name or f"column_{number}" for number, name in enumerate(names, 1)]


def numbered_columns(count: int) -> list[str]:
    """Return the names of the columns of a table that has no header: column_1, column_2, ..."""
    return [f"column_{number}" for number in range(1, count + 1)]


def known_names(cells: Iterable[str]) -> int:
    """Return how many cells are names of columns that the JSON reader knows."""
    return sum(plain_key(cell.strip()) in KEYS for cell in cells)


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether the first row of a table names its columns.

    It does if the reader knows one of the names, or if all look like names: short, all different,
    no number, address or sentence among them, at most half of them empty.
    """
    stripped = [cell.strip() for cell in cells]
    if any(len(cell) > _LONGEST_NAME for cell in stripped):
        return False
    if known_names(stripped):
        return True
    filled = [cell for cell in stripped if cell]
    is_mostly_filled = 0 < len(stripped) <= 2 * len(filled)
    return is_mostly_filled and len({*filled}) == len(filled) and all(map(_is_name, filled))


def _is_name(cell: str) -> bool:
    """Tell a name from a value: it begins with a letter and holds no address, date or sentence."""
    begins = cell.lstrip("_#@\"'(")[:1].isalpha()
    digits = sum(map(str.isdigit, cell))
    return begins and "://" not in cell and digits < 4 and not cell.endswith(_SENTENCE_END)


def _plain(value: object) -> object:
    """Return what JSON has for a value of a table; `json` calls it for what it does not know."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return text_of(value)
    return str(value)


def text_of(value: bytes) -> object:
    """Return the text in a binary cell, a page or a UTF-8 string; of other bytes what they are.

    A picture in a cell is no text of an article: its size and hash are kept.
    """
    try:
        return value.decode()
    except UnicodeDecodeError:
        pass
    try:
        return decode(value, is_html=b"<" in value[:1024]).text
    except CannotRead:
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}


# One for all rows: `json.dumps` would make one for each.
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)
