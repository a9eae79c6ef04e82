"""Where on a page an element stands: with the article, or in a box beside it."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

# Boxes that are about other articles, readers or the site. (HTML standard: aside is tangential,
# nav and footer are not the content.)
_APART_TAGS = frozenset(("aside", "nav", "footer"))
_APART = re.compile(
    r"comment|related|sidebar|side-bar|footer|recommend|teaser|widget|trending|most-?(?:read|popular)|"
    r"popular|promo|newsletter|outbrain|taboola|more-(?:from|stories|news)|also-like|latest|breadcrumb|"
    r"disqus|carousel|read-?next|see-also",
    re.IGNORECASE,
)
_ROOTS = frozenset(("html", "body", "article", "main"))  # named after the whole page's template
_MOST_PIECES = 400  # of the text of one element; a field's value has some dozens
_FARTHEST = 25  # ancestors looked at; boxes are small

# Byline and date stand close to the headline: below it in the first elements, or just above it.
_BELOW = "following::*[position() <= 160]"
_ABOVE = "preceding::*[position() <= 60]"
_TOP = "(//body//*)[position() <= 500]"  # of a page that has no heading


class Near:
    """Finds elements near a headline by an XPath step, asked of attributes or elements there.

    XPath leaves out the elements that are not wanted: a Python object for each costs more than
    the search itself.
    """

    def __init__(self, step: str = "") -> None:
        """Take a step from each element, for instance "/@class[. = 'a']/..", or none for all."""
        self._below = etree.XPath(_BELOW + step)
        self._above = etree.XPath(_ABOVE + step)
        self._top = etree.XPath(_TOP + step)

    def below(self, tree: HtmlElement, heading: HtmlElement | None) -> list[HtmlElement]:
        """Return the elements below `heading`; without a heading the first ones of the body."""
        found: list[HtmlElement] = self._top(tree) if heading is None else self._below(heading)
        return found

    def above(self, heading: HtmlElement | None) -> list[HtmlElement]:
        """Return the elements just above `heading`, in the order of the page."""
        found: list[HtmlElement] = [] if heading is None else self._above(heading)
        return found


def is_apart(element: HtmlElement) -> bool:
    """Tell whether `element` stands in a box beside the article: comments, teasers, the footer."""
    for ancestor in (element, *islice(element.iterancestors(), _FARTHEST)):
        if ancestor.tag in _APART_TAGS:
            return True
        if ancestor.tag in _ROOTS:
            continue
        name = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        if len(name) > 1 and _APART.search(name):
            return True
    return False


def spaced_text(element: HtmlElement) -> str:
    """Return the text in `element`, its pieces parted, runs of blanks as one."""
    return " ".join(" ".join(islice(element.itertext(), _MOST_PIECES)).split())


def text_of(element: HtmlElement) -> str:
    """Return the text in `element` as a reader sees it, runs of blanks as one."""
    return " ".join("".join(islice(element.itertext(), _MOST_PIECES)).split())
