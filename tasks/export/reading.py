"""How other programs read an export: words for its README, and what Hugging Face wants there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

HOW_TO_READ = {
    "parquet": """\
Every table is a folder of Parquet files, one folder per year of publication; the column `year`
comes from the folders' names. `year=0` holds the articles without a date (their `published_date` is
NULL).

```
duckdb   SELECT * FROM 'articles/**/*.parquet'
pandas   pandas.read_parquet("articles")
Polars   polars.scan_parquet("articles")
Spark    spark.read.parquet("articles")
pyarrow  pyarrow.dataset.dataset("articles", partitioning="hive")
```

Rows of other tables belong to the article of their `article_id`; `char_start` and `char_end` count
code points of `articles.text`, the end excluded.
""",
    "jsonl": """\
One JSON object a line, gzipped: `text`, `id`, and everything else in `metadata`, as in the
documents of datatrove.

```
datasets   load_dataset(".")   or   load_dataset("json", data_files="data/*.jsonl.gz")
datatrove  JsonlReader("data")
duckdb     SELECT id, metadata.url FROM 'data/*.jsonl.gz'
```

`load_dataset(".")` takes the types from this file; the other way guesses them from the first lines.
""",
    "csv": """\
`articles.csv` is RFC 4180: UTF-8, comma, CRLF, texts quoted with line breaks as they are. An empty
field is NULL, `""` an empty text. Lists and structures are JSON.

A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return has an apostrophe in front
(counted above as cells with apostrophe), so that no spreadsheet runs it; `copydesk export
--exact-cells` leaves it out. A spreadsheet cuts texts longer than its cells hold (32,767 characters
in Excel), and may want to be told that the file is UTF-8 (Data, From Text).

```
duckdb  SELECT * FROM read_csv('articles.csv', strict_mode = true)
pandas  pandas.read_csv("articles.csv")
```
""",
    "ninjs": """\
One ninjs 3.1 item (IPTC News in JSON) a line, gzipped, in `data/`. For one file per item:
`zcat data/*.gz | split -l 1 - item-`. `uri` and `version` together name an item.
""",
}
_JSON_TYPES = {"int64": "int64", "double": "float64", "bool": "bool"}


class Described(Protocol):
    """An entry of the dictionary."""

    @property
    def name(self) -> str:
        """As in the JSON, `metadata.` in front of those in there."""

    @property
    def type(self) -> str:
        """The Arrow type."""


def front_matter(entries: Sequence[Described]) -> str:
    """Return the YAML that a dataset card begins with: files, and the type of every field.

    Without types `datasets` guesses them from the first lines and fails on a field that is null
    there and a text further on.
    """
    top = [entry for entry in entries if "." not in entry.name]
    inner = [entry for entry in entries if "." in entry.name]
    lines = ["configs:", "- config_name: default", "  data_files: data/*.jsonl.gz"]
    lines += ["dataset_info:", "  features:"]
    lines += [f"  - name: {entry.name}\n    dtype: {_dtype(entry.type)}" for entry in top]
    if inner:
        lines += ["  - name: metadata", "    struct:"]
    for entry in inner:
        lines += _feature(entry.name.removeprefix("metadata."), entry.type)
    return "---\n" + "\n".join(lines) + "\n---\n"


def _feature(name: str, kind: str) -> list[str]:
    if kind.startswith("list<") and "struct" not in kind:
        return [f"    - name: {name}", "      list: string"]
    if kind.startswith(("list<", "map<")):
        value = "int64" if kind.endswith("int64>") else "string"
        pair = ("name", "kind") if kind.startswith("list<") else ("key", "value")
        types = ("string", "string") if kind.startswith("list<") else ("string", value)
        fields = [
            f"      - name: {n}\n        dtype: {t}" for n, t in zip(pair, types, strict=True)
        ]
        return [f"    - name: {name}", "      list:", *fields]
    return [f"    - name: {name}", f"      dtype: {_dtype(kind)}"]


def _dtype(kind: str) -> str:
    return _JSON_TYPES.get(kind, "string")  # times are texts in JSON
