"""The registry: which raw format is read by what. A new format is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from tasks.compression import Readable
from tasks.readers import html, json, jsonarray, jsonl, text
from tasks.records import Draft, RawDocument


class Splitter(Protocol):
    """Takes the documents out of a container, one at a time, in order."""

    def __call__(self, stream: Readable, *, limit: int) -> Iterator[jsonl.Part]:
        """Yield the parts of `stream`; `limit` is the largest part in bytes."""
        ...


class Reader(NamedTuple):
    """Makes a draft of one document, or raises CannotRead. Raise the version when rows change."""

    name: str
    read: Callable[[RawDocument], Draft]


READERS: dict[str, Reader] = {
    "text/plain": Reader("text 1", text.read),
    "text/html": Reader("html 1", html.read),
    "application/json": Reader("json 1", json.read),
}

# Containers: how to split them, and what their documents are.
SPLITTERS: dict[str, tuple[Splitter, str]] = {
    "application/jsonl": (jsonl.split_lines, "application/json"),
    "application/json-seq": (jsonarray.split_array, "application/json"),
    "application/json": (jsonarray.split_array, "application/json"),
}


def reader_version(media_type: str | None) -> str:
    """Return the reader of a media type; where there is none, the list of those there are.

    The ledger keeps it with a rejection: when it changes, the document is tried again.
    """
    if media_type in READERS:
        return READERS[media_type].name
    return "none of: " + ", ".join(sorted(reader.name for reader in READERS.values()))


def reader_versions() -> list[str]:
    """Return every value that reader_version gives now."""
    return [*(reader.name for reader in READERS.values()), reader_version(None)]
