"""Is what a feed says of an item the article, or only a taste of it?

The rule, the same for RSS, Atom and JSON Feed:

1. What stands in an element for the whole content (content:encoded, atom:content, content_html) is
   the article if it says more than the summary does, unless it has fewer than WHOLE_WORDS words
   and breaks off: "[...]", "Read more", the middle of a sentence (tasks.truncation). A short item
   that is whole is news in brief.
2. A description or summary, or a content that says no more, is the article if it has at least
   WHOLE_WORDS words and does not break off.
3. Otherwise the item has no body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from tasks.joining import IS_SOUTH_EAST, IS_UNSPACED
from tasks.readers.json_body import read_body
from tasks.records import DraftParagraph
from tasks.truncation import truncation_signs
from warehouse.errors import CannotRead

# WordPress writes excerpts of 55 words by default, the Guardian's descriptions have up to 130 and
# end in "Continue reading..."; whole texts in descriptions are rarely shorter than a short report.
WHOLE_WORDS = 100

_TEXT_KINDS = frozenset(("body", "list_item", "quote", "table"))
_WORD = re.compile(r"\w+")
_MOST_LAST = 4  # paragraphs at the end that software adds
_LONGEST_ADDED = 500  # characters of one of them, which quotes the headline
# Lines below the text: links to the comments, and what WordPress adds in its languages.
_ADDED = re.compile(
    r"\W*(?:(?:\d+ |no |leave a )?comments?|(?:share|print|email) this)\W*"
    r"|(?:The post|This (?:article|story)) .+ (?:appeared first on|was (?:first|originally)"
    r" published (?:on|in|by)) .+"
    r"|Der Beitrag .+ erschien zuerst auf .+"
    r"|(?:L['’]article|Cet article) .+ est apparu en premier sur .+"
    r"|La entrada .+ (?:se publicó primero en|aparece primero en) .+"
    r"|L['’]articolo .+ (?:proviene da|sembra essere il primo su) .+"
    r"|O post .+ (?:apareceu primeiro em|aparece primeiro em) .+"
    r"|Het bericht .+ verscheen eerst op .+"
    r"|(?:Artykuł|Post) .+ pochodzi z serwisu .+"
    r"|Запись .+ (?:впервые появилась|первоначально появилась) .+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A text of an item: its paragraphs, and how often each cleaning rule removed something."""

    paragraphs: tuple[DraftParagraph, ...] = ()
    removed: Mapping[str, int] = field(default_factory=dict)
    word_count: int = 0
    text: str = ""  # in one line, without captions and furniture

    @property
    def is_cut(self) -> bool:
        """Whether it breaks off."""
        return bool(truncation_signs(self.paragraphs))


def find_story(contents: Iterable[str], summaries: Iterable[str]) -> tuple[Story, Story | None]:
    """Return the text of an item and, if that is another text, its summary.

    `contents` and `summaries` are HTML or plain text. Raises CannotRead("read.no_body") when there
    is only a summary, or nothing.
    """
    content, summary = _longest(contents), _longest(summaries)
    if content.word_count > summary.word_count:
        if content.word_count >= WHOLE_WORDS or not content.is_cut:
            return content, summary if summary.word_count else None
        raise CannotRead("read.no_body", _only("a content", content))
    if summary.word_count >= WHOLE_WORDS and not summary.is_cut:
        return summary, None
    if not summary.word_count:
        raise CannotRead("read.no_body", "item without body: no text but its title")
    raise CannotRead("read.no_body", _only("a summary", summary))


def headline_apart(
    paragraphs: tuple[DraftParagraph, ...], headline: str
) -> tuple[DraftParagraph, ...]:
    """Mark the headline as furniture where the text begins with it and goes on."""
    if len(paragraphs) > 1 and _words(paragraphs[0].text) == _words(headline):
        return (replace(paragraphs[0], kind="furniture"), *paragraphs[1:])
    return paragraphs


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _only(what: str, story: Story) -> str:
    why = "it breaks off" if story.is_cut else f"{WHOLE_WORDS} would pass for the whole text"
    return f"item without body: only {what} of {story.word_count} words ({why})"


def _longest(texts: Iterable[str]) -> Story:
    stories = [_story(text) for text in dict.fromkeys(texts) if text.strip()]
    return max(stories, key=lambda story: story.word_count, default=Story())


def _story(text: str) -> Story:
    body = read_body(text)
    if body is None:
        return Story()
    paragraphs = _added_apart(body.paragraphs)
    prose = " ".join(part.text for part in paragraphs if part.kind in _TEXT_KINDS)
    return Story(
        paragraphs=paragraphs,
        removed=body.removed,
        word_count=_count_words(prose),
        text=prose,
    )


def _added_apart(paragraphs: tuple[DraftParagraph, ...]) -> tuple[DraftParagraph, ...]:
    """Mark the lines that software adds below a text as furniture."""
    start = max(0, len(paragraphs) - _MOST_LAST)
    last = (
        replace(part, kind="furniture") if _is_added(part.text) else part
        for part in paragraphs[start:]
    )
    return (*paragraphs[:start], *last)


def _is_added(text: str) -> bool:
    return len(text) <= _LONGEST_ADDED and _ADDED.fullmatch(text) is not None


def _count_words(text: str) -> int:
    """Count words; in scripts without blanks by their usual length of two or five letters."""
    count = len(text.split())
    if text.isascii():
        return count
    return count + len(IS_UNSPACED.findall(text)) // 2 + len(IS_SOUTH_EAST.findall(text)) // 5
