"""The frozen records that pass between the stages, in the order in which a document meets them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote


def recorded_path(name: str) -> str:
    """Return `name` as the ledger writes it: the path itself, or a file URI for undecodable bytes.

    Python keeps bytes of a file name that are no UTF-8 as lone surrogates, which Parquet cannot
    store. RFC 8089 percent-encoding keeps such names apart and can be turned back.
    """
    if name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name):
        return name
    return "file://" + quote(os.fsencode(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """One file as the folder listing showed it; nothing of its contents has been read."""

    name: str  # absolute path as the operating system takes it (may hold surrogate escapes)
    size: int  # bytes
    mtime_ns: int
    inode: int

    @property
    def path(self) -> str:
        """The path as it stands in the ledger."""
        return recorded_path(self.name)


@dataclass(frozen=True, kw_only=True)
class RawDocument:
    """The bytes of one document: a whole file (decompressed), or one record of a container."""

    path: str  # of the file, as it stands in the ledger
    record: int | None  # 1-based number inside its container; None when the file is the document
    data: bytes
    media_type: str  # IANA media type, sniffed from the bytes first, then from the name
    charset: str | None = None  # declared outside the bytes, for instance by an HTTP header

    @cached_property
    def sha256(self) -> str:
        """Hex digest of `data`."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text and how its encoding was decided."""

    text: str
    encoding: str  # WHATWG or Python codec name, lower case
    method: str  # bom, utf-8, declared, detected


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One value that a document offers for a field, as found.

    `field` is a name of tasks.fields.FIELDS; `source` says where it stood, for instance
    "json-ld", "opengraph", "first line", "json:title". Earlier candidates are preferred.
    """

    field: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftParagraph:
    """One paragraph, cleaned: no line breaks, no blanks at its ends, never empty."""

    text: str
    kind: str = "body"  # body, subhead, caption, byline, list_item, quote, table, furniture


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reader made of one document."""

    paragraphs: tuple[DraftParagraph, ...]
    candidates: tuple[Candidate, ...]
    encoding: str
    encoding_method: str
    extractor: str  # name and version of what found the body, for instance "trafilatura 2.3.1"
    removed: Mapping[str, int] = field(
        default_factory=dict
    )  # cleaning rule -> how often it removed something
    extra: Mapping[str, object] = field(default_factory=dict)  # unknown fields of JSON, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The language of a text.

    `code` is BCP 47 or "und"; None only when there was nothing to decide on, with `reason`.
    """

    code: str | None
    confidence: float | None  # 0..1 of langdetect, rounded to 4 decimals
    method: str | None  # "langdetect", "script"
    second_code: str | None  # vote of py3langid
    is_agreed: bool | None  # do both votes name the same language?
    reason: str | None = None  # why `code` is None or "und"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a document did not become an article."""

    reason: str  # stage and code, for instance "read.truncated"
    detail: str
    is_retryable: bool = False

    @property
    def stage(self) -> str:
        """The part of `reason` before the dot."""
        return self.reason.partition(".")[0]
