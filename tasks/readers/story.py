"""What the readers of marked-up news share: from body, fields and the rest to a draft."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lxml import etree

from tasks.clean import clean_line
from tasks.readers.json_body import read_body
from tasks.readers.xmltree import Xml
from tasks.records import Candidate, Draft, DraftParagraph
from warehouse.errors import CannotRead

# Kinds of paragraphs of which one is enough for an article.
BODY_KINDS = frozenset(("body", "list_item", "quote", "table"))
TRUNCATED = "damaged_markup"  # the end of the document is missing

_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Story:
    """An article in the making."""

    paragraphs: list[DraftParagraph] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    extra: dict[str, object] = field(default_factory=dict)  # by the names that ninjs gives them

    def offer(self, name: str, value: str | None, source: str, kind: str = "") -> None:
        """Add a candidate of the field `name`, cleaned, unless it says nothing or is known."""
        cleaned = clean_line(value or "")
        self.removed.update(cleaned.removed)
        candidate = Candidate(field=name, value=cleaned.text, source=source, kind=kind)
        if cleaned.text and candidate not in self.candidates:
            self.candidates.append(candidate)

    def note(self, name: str, value: object) -> None:
        """Keep what no column takes, unless it says nothing."""
        if value:
            self.extra.setdefault(name, value)

    def add(self, text: str, kind: str) -> None:
        """Add one paragraph, cleaned, unless it is empty."""
        cleaned = clean_line(text)
        self.removed.update(cleaned.removed)
        if cleaned.text:
            self.paragraphs.append(DraftParagraph(text=cleaned.text, kind=kind))

    def add_body(self, text: str, kind: str = "") -> None:
        """Add plain text or HTML as paragraphs; all of one `kind` if that is said."""
        body = read_body(text)
        if body is None:
            return
        self.removed.update(body.removed)
        parts: Iterable[DraftParagraph] = body.paragraphs
        self.paragraphs += [replace(part, kind=kind) for part in parts] if kind else parts

    def add_tree(self, element: etree._Element, kind: str = "") -> None:
        """Add what is in `element`, whose inner names are those of HTML; the tree is changed."""
        if len(element) == 0:
            self.add_body(element.text or "", kind)
            return
        for head in element.findall(".//html/head"):  # the title of a page is no paragraph
            head.clear()
        element.tag = "div"
        element.attrib.clear()
        self.add_body(
            etree.tostring(element, encoding="unicode", method="html", with_tail=False), kind
        )

    def draft(
        self, encoding: str, encoding_method: str, extractor: str, truncated: tuple[str, ...] = ()
    ) -> Draft:
        """Return what was gathered, with what the reader says of itself."""
        return Draft(
            paragraphs=set_headline_apart(self.paragraphs, self.candidates),
            candidates=tuple(self.candidates),
            encoding=encoding,
            encoding_method=encoding_method,
            extractor=extractor,
            removed=dict(+self.removed),
            extra=self.extra,
            truncated=truncated,
        )

    def has_body(self) -> bool:
        """Tell whether any paragraph is text of the article."""
        return any(paragraph.kind in BODY_KINDS for paragraph in self.paragraphs)


def require_body(story: Story, why: str, tree: Xml) -> None:
    """Raise CannotRead("read.no_body", ...) unless there is text.

    `why` says what there is instead; headline and damage of the document are added.
    """
    if not story.has_body():
        title = next((each.value for each in story.candidates if each.field == "headline"), "")
        damage = f"; {tree.fault}" if tree.fault else ""
        detail = f"{why}{damage}; headline {title[:80]!r}; an article needs text"
        raise CannotRead("read.no_body", detail)


def draft_of(story: Story, tree: Xml, extractor: str) -> Draft:
    """Return the draft of a story read from `tree`; what had to be mended is counted."""
    story.removed.update(tree.repairs)
    if tree.fault:
        story.removed["xml_faults"] += 1
        story.note("xml_fault", tree.fault)
    truncated = (TRUNCATED,) if tree.is_truncated else ()
    return story.draft(tree.encoding, tree.encoding_method, extractor, truncated)


def set_headline_apart(
    paragraphs: Iterable[DraftParagraph], candidates: Iterable[Candidate]
) -> tuple[DraftParagraph, ...]:
    """Mark the headline as furniture where it stands before the text once more."""
    headlines = {_words(each.value) for each in candidates if each.field == "headline"}
    parts = list(paragraphs)
    texts = [part for part in parts if part.kind in BODY_KINDS]
    if texts and _words(texts[-1].text) in headlines:
        return tuple(parts)  # there is nothing but the headline
    for number, part in enumerate(parts):
        if _words(part.text) in headlines:
            parts[number] = replace(part, kind="furniture")
        elif part.kind in BODY_KINDS:
            break
    return tuple(parts)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
