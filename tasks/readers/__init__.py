"""The registry: which raw format is read by what. A new format is one file and one line here.

Formats from outside come through the entry point group "copydesk.readers"; see ARCHITECTURE.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from tasks import sniff
from tasks.readers import html, json, jsonarray, jsonl, text
from tasks.readers.parts import Split
from tasks.records import Draft, RawDocument
from warehouse.errors import BadSetting

GROUP = "copydesk.readers"


class Reader(NamedTuple):
    """Makes a draft of one document, or raises CannotRead. Raise the version when rows change."""

    name: str
    read: Callable[[RawDocument], Draft]


class Splitter(NamedTuple):
    """Takes the documents out of a container."""

    name: str
    split: Split
    media_type: str | None = None  # of all its documents; None: each part says, or is looked at
    is_seeking: bool = False  # does it need a stream that can go back?


class Format(NamedTuple):
    """A format that an entry point adds: how it is recognised and what reads it."""

    media_type: str
    reads: Reader | Splitter
    suffixes: tuple[str, ...] = ()  # ".foo", lower case
    signature: bytes | None = None  # pattern of its first bytes


READERS: dict[str, Reader] = {
    "text/plain": Reader("text 1", text.read),
    "text/html": Reader("html 2", html.read),
    "application/json": Reader("json 1", json.read),
}

SPLITTERS: dict[str, Splitter] = {
    "application/jsonl": Splitter("jsonl 1", jsonl.split_lines, "application/json"),
    "application/json-seq": Splitter("json-seq 1", jsonarray.split_array, "application/json"),
    "application/json": Splitter("json-array 1", jsonarray.split_array, "application/json"),
}


def reader_version(media_type: str | None, columns: Mapping[str, str] | None = None) -> str:
    """Return the reader of a media type; where there is none, the list of those there are.

    The ledger keeps it with a rejection: when it changes, the document is tried again. `columns`
    (the user's names of keys) are a part of it for the formats that have keys.
    """
    if media_type not in READERS:
        return "none of: " + ", ".join(sorted(reader.name for reader in _all()))
    name = READERS[media_type].name
    if columns and media_type == "application/json":
        name += " " + ",".join(f"{field}={key}" for key, field in sorted(columns.items()))
    return name


def reader_versions(columns: Mapping[str, str] | None = None) -> list[str]:
    """Return every value that a row of the ledger names as its reader now."""
    names = {reader.name for reader in _all()} - {READERS["application/json"].name}
    return [*sorted(names), reader_version("application/json", columns), reader_version(None)]


def _all() -> Iterable[Reader | Splitter]:
    return (*READERS.values(), *SPLITTERS.values())


def add(format: Format) -> None:
    """Register a format; one from outside may take the place of one of ours."""
    if isinstance(format.reads, Reader):
        READERS[format.media_type] = format.reads
    else:
        SPLITTERS[format.media_type] = format.reads
    sniff.add(format.media_type, format.suffixes, format.signature)


def load(points: Iterable[EntryPoint]) -> None:
    """Register what the entry points name. Raises BadSetting for one that cannot be used."""
    for point in sorted(points, key=lambda each: each.name):
        try:
            found = point.load()
        except (ImportError, AttributeError) as error:
            what = f"{GROUP}: {point.name} = {point.value}: {error}; install or uninstall it"
            raise BadSetting(what) from error
        if not isinstance(found, Format):
            raise BadSetting(f"{GROUP}: {point.name} = {point.value} is no tasks.readers.Format")
        add(found)


load(entry_points(group=GROUP))
