"""The frozen records that pass between the stages, in the order in which a document meets them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    below: str = ""  # the path below the source that was given; what a path says begins there
    size: int  # bytes
    mtime_ns: int
    inode: int

    @property
    def path(self) -> str:
        """The path as it stands in the ledger."""
        return recorded_path(self.name)


@dataclass(frozen=True, kw_only=True)
class RawDocument:
    """The bytes of one document: a whole file (decompressed), or one record of a container.

    `data` holds all that is said of the document but for what the fields below say.
    """

    path: str  # of the file, as it stands in the ledger
    record: int | None  # 1-based number inside its container; None when the file is the document
    data: bytes
    media_type: str  # IANA media type, sniffed from the bytes first, then from the name
    charset: str | None = None  # declared outside the bytes, for instance by an HTTP header
    name: str = ""  # path below the given source, and within archives: its dates and its suffix
    record_id: str | None = None  # its name in the container: WARC-Record-ID, path in an archive
    url: str | None = None  # where it was fetched from, as the container says (WARC-Target-URI)
    retrieved_at: datetime | None = None  # when it was fetched, as the container says; aware
    truncated: str = ""  # why `data` is not all of it, where the container says so
    columns: Mapping[str, str] = field(default_factory=dict)  # the user's names to ours (--map)

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
    kind: str = ""  # of an author, where the source says: person, organisation or desk


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
    agreement: float | None = None  # of two extractors, 0..1: Jaccard of their 4-gram shingles
    skipped: tuple[
        str, ...
    ] = ()  # extractors that failed, are missing, or had no time: "name: why"
    page_kind: str | None = None  # article, listing, multi_article or error; None: no web page
    truncated: tuple[str, ...] = ()  # why the text is not all of the article: PAYWALL, MORE_LINK...


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
