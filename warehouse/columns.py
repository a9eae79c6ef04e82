"""What a column is: its Arrow type, its meaning, and how it is stored."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

TEXT = pa.string()
COUNT = pa.int64()
FLAG = pa.bool_()
DAY = pa.date32()
INSTANT = pa.timestamp("us", tz="UTC")
COUNTS = pa.map_(pa.string(), pa.int64())
SECONDS = pa.map_(pa.string(), pa.float64())
TEXTS = pa.map_(pa.string(), pa.string())
AUTHORS = pa.list_(pa.struct([("name", pa.string()), ("kind", pa.string())]))


Ratio = float | None  # 0..1 as a rule; None where there is nothing to measure


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column. `few` marks low cardinality (stored with a dictionary)."""

    type: pa.DataType
    meaning: str
    few: bool = False
    key: bool = False  # an id or hash that is looked up: gets a bloom filter and statistics


def few(meaning: str) -> Column:
    """A text column with few different values."""
    return Column(TEXT, meaning, few=True)


def ratio(meaning: str) -> Column:
    """A column that says how large a part is of a whole."""
    return Column(pa.float64(), meaning)


def key(meaning: str) -> Column:
    """A text column that holds an id or a hash."""
    return Column(TEXT, meaning, key=True)
