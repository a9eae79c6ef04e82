"""Authors as the page prints them: links to an author, elements of class "byline" or "author"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from tasks.extract.surroundings import Near, is_apart, spaced_text
from tasks.records import Candidate

# Of attributes: class, rel, and the address of a link ("/author/jane-doe"). Asking attributes is
# twice as fast as asking every element for each of them.
_MARKED = Near(
    "/@*[contains(., 'uthor') or contains(., 'yline') or contains(., 'autor')"
    " or contains(., 'auteur')]/.."
)
_PROFILE = re.compile(r"/(?:authors?|autor(?:es|en)?|auteurs?|writers?)/[^/?#]+/?$")
_BYLINE = re.compile(r"by-?line", re.IGNORECASE)
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|writers?|autor(?:es|en)?|auteurs?)(?:[_-]*(?:name|link|names|text))?(?=\s|$)|"
    r"(?:author|writer|autor)[_-]*names?|[a-z](?:Author|Writer|AuthorName)s?(?=\s|$)",
)
_LONGEST_BYLINE = 150  # characters; more is a box about the author
_LONGEST_AUTHOR = 80  # characters
_DIGIT = re.compile(r"\d")  # with a date or a count it is more than the name
_MOST = 20  # names of one byline
_NEAR = 2  # levels up: names of one byline share a parent or grandparent


def read_bylines(tree: HtmlElement, heading: HtmlElement | None) -> list[Candidate]:
    """Return the authors that links and classes name, and the first short line of class "byline".

    Those below `heading`, else those above it; boxes of comments and teasers do not count.
    """
    found = list(_candidates(_MARKED.below(tree, heading)))
    return found or list(_candidates(_MARKED.above(heading)))


def _candidates(marked: list[HtmlElement]) -> Iterator[Candidate]:
    """Yield the candidates of marked elements, links first."""
    links = [each for each in marked if "author" in (each.get("rel") or "")]
    yield from _named(links, "author", "rel:author", _LONGEST_AUTHOR)
    authors = [each for each in marked if _AUTHOR.search(each.get("class") or "")]
    yield from _named(authors, "author", "class:author", _LONGEST_AUTHOR)
    profiles = [each for each in marked if _PROFILE.search(each.get("href") or "")]
    yield from _named(profiles, "author", "href:author", _LONGEST_AUTHOR)
    lines = [each for each in marked if _BYLINE.search(each.get("class") or "")]
    yield from _named(lines, "byline", "class:byline", _LONGEST_BYLINE, most=1)


def _named(
    elements: Iterable[HtmlElement], field: str, source: str, longest: int, most: int = _MOST
) -> Iterator[Candidate]:
    """Yield the texts of the first element that has a short one, and of those beside it.

    Of an element and one inside it the inner one is taken: around the name stand title and date.
    """
    nearby: set[HtmlElement] = set()
    texts: list[str] = []
    for element in elements:
        holders = set(_holders(element))
        if nearby and not nearby & holders:
            continue
        text = spaced_text(element)
        is_unfit = not 0 < len(text) <= longest or text in texts
        if is_unfit or (field == "author" and _DIGIT.search(text)) or is_apart(element):
            continue
        nearby |= holders
        if texts and text in texts[-1]:
            texts.pop()
        elif len(texts) >= most:
            break
        texts.append(text)
    for text in texts:
        yield Candidate(field=field, value=text, source=source)


def _holders(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the parent and the grandparent, but not the page itself."""
    for _, ancestor in zip(range(_NEAR), element.iterancestors(), strict=False):
        if ancestor.tag not in ("body", "html"):
            yield ancestor
