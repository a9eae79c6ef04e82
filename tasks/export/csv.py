"""CSV after RFC 4180: UTF-8 without a mark, commas, CRLF, a header line.

A text is always quoted and NULL never, so that the two stay apart: "" is an empty text, nothing is
NULL. Lists, structures and maps are JSON.

A spreadsheet runs a cell that begins with one of `= + - @`, a tab or a carriage return as a formula
(OWASP, "CSV Injection"), and texts come from strangers. Such texts get an apostrophe in front,
which spreadsheets show as the text itself; how many did is counted. --exact-cells leaves them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from tasks.export.lines import ROWS, plain
from tasks.export.placing import UNFINISHED
from tasks.export.sorting import YEAR

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvFile:
    """Writes articles into one file."""

    def __init__(self, folder: Path, names: tuple[str, ...], *, is_exact: bool) -> None:
        self.guarded = 0  # cells that got an apostrophe
        self._is_exact = is_exact
        self._file = (folder / f"articles.csv{UNFINISHED}").open("w", encoding="utf-8", newline="")
        self._file.write(",".join(names) + "\r\n")

    def write(self, piece: pa.Table) -> None:
        """Write rows that follow those before."""
        for batch in piece.drop_columns([YEAR]).to_batches(max_chunksize=ROWS):
            for row in batch.to_pylist():
                self._file.write(",".join(map(self._cell, row.values())) + "\r\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        value = plain(value)
        if not isinstance(value, str | list):
            return json.dumps(value)  # numbers; true, false
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if text.startswith(FORMULA) and not self._is_exact:
            self.guarded += 1
            text = f"'{text}"
        return '"' + text.replace('"', '""') + '"'
