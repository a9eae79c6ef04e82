"""What kind of page it is, and whether the page says that it does not show the whole article.

Both are told as columns and never keep an article out, so the rules are cautious: a page is an
article unless several signs speak against it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement

from tasks.extract.body import TEXT_KINDS, Body
from tasks.extract.vote import is_prose
from tasks.records import Candidate, DraftParagraph
from tasks.truncation import MORE_LINK, PAYWALL, truncation_signs

ARTICLE, LISTING, MULTI_ARTICLE, ERROR = "article", "listing", "multi_article", "error"

# ---- errors ------------------------------------------------------------------------------------
_MOST_ON_ERROR = 800  # characters of text; articles about a missing page are longer
# Titles of error pages, without the site's name; from the start, so no headline that speaks of one.
_ERROR_TITLE = re.compile(
    r"\W*(?:(?:error|http|fehler|erreur)\W{0,3})?(?:40[0134]|410|429|451|50[0234])\b(?!\s+[a-z]+s\b)|"
    r"\W*(?:(?:the |this )?page (?:(?:was |could )?not (?:be )?found|not available|(?:is )?missing|"
    r"does ?n.t exist|unavailable)|not found\W*(?:$|[|–-])|(?:oops|sorry)\W.*(?:page|wrong)|"
    r"access (?:to this page has been )?denied\W*(?:$|[|–-])|forbidden\W*$|"
    r"just a moment\W*$|attention required|"
    r"(?:are you|verify you are|you are not) (?:a )?(?:human|robot)|human verification|captcha|"
    r"pardon our interruption|security check|request (?:blocked|rejected)|robot check|"
    r"internal server error|bad gateway|service unavailable|site (?:under )?maintenance|"
    r"seite nicht gefunden|page (?:non trouvée|introuvable)|p[áa]gina no (?:encontrada|existe)|"
    r"p[áa]gina n[ãa]o encontrada|pagina non trovata|pagina niet gevonden|"
    r"sidan (?:kunde inte|hittades)|"
    r"страница не найдена|сторінку не знайдено|nie znaleziono strony|sayfa bulunamadı|"
    r"halaman tidak ditemukan|页面不存在|找不到(?:页面|頁面)|ページが見つかりません|"
    r"페이지를 찾을 수)",
    re.IGNORECASE,
)
# The whole text of pages that want scripts, cookies or consent first.
_ERROR_TEXT = re.compile(
    r"\W*(?:(?:please |you need to )?(?:enable|turn on|activate|allow) (?:java ?script|cookies)|"
    r"java ?script (?:is|must be|has been|seems to be|needs to be) "
    r"(?:disabled|enabled|required|not)|"
    r"(?:to continue|this (?:site|page|app)\b).{0,80}(?:java ?script|cookies)|"
    r"before you continue|we (?:value|care about|respect) your privacy|"
    r"(?:checking|verifying) (?:your browser|if the site|you are human)|"
    r"(?:please )?(?:verify|confirm) (?:that )?you are (?:a |not a )?(?:human|robot)|"
    r"you (?:do not|don.t) have permission to (?:access|view)|our systems have detected unusual)",
    re.IGNORECASE,
)

# ---- lists -------------------------------------------------------------------------------------
_LEAST_TEASERS = 8  # links to other stories within the body; an article has one to five
_TEASER = 25  # characters of a link that may be a headline
_TEASER_KINDS = ("body", "subhead")  # lists of links stand in articles too
_LINKED = 0.9  # share of its characters

# ---- several articles --------------------------------------------------------------------------
# From the attributes up to their elements: half the time of asking every element for them.
_ARTICLES = etree.XPath(
    "//article[not(ancestor::article) and not(contains(@class, 'comment'))]"
    " | //@itemtype[contains(., 'Article')]/parent::*[not(ancestor-or-self::article)]"
    "[not(descendant::article)]"
)
_HEADING = etree.XPath("descendant::*[self::h1 or self::h2 or self::h3][1]")
_PARAGRAPHS = etree.XPath("descendant::p")
_MOST_ARTICLES = 50  # looked at
_LEAST_PARAGRAPHS = 3
_LEAST_CHARS = 800  # in these paragraphs: more than a teaser has

# ---- paywalls ----------------------------------------------------------------------------------
_NOT_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?(?:false|no)\b', re.IGNORECASE)
_LOCKED_PART = re.compile(r'"cssSelector"\s*:\s*"\s*([.#])([\w-]+)\s*"')
_WHOLE = 3_000  # characters of text; teasers before a wall have one to three paragraphs
# Of 14 real pages that declare themselves not free all were whole, the shortest with 950 characters
# of text: the wall is drawn by a script, after so many visits. So the declaration counts only where
# the part that is said to be locked is missing, or hardly any text is there.
_TEASER_ALONE = 600  # characters
_LEAST_UNLOCKED = 500  # characters in the part that is said to be locked: it was delivered
_WALLS = etree.XPath(
    "//@class[contains(., 'wall') or contains(., 'ubscri') or contains(., 'premium')"
    " or contains(., 'piano')]/.."
)
_MOST_WALLS = 30
_LONGEST_WALL = 600  # characters

_DECLARED = ("json-ld", "microdata", "rdfa", "opengraph")


def page_kind(tree: HtmlElement, found: Body, candidates: Sequence[Candidate]) -> str:
    """Return article, listing, multi_article or error; article where the signs do not suffice."""
    if not _is_dated(candidates):
        if _is_error(found, candidates):
            return ERROR
        if _is_listing(found):
            return LISTING
    return MULTI_ARTICLE if _whole_articles(tree) > 1 else ARTICLE


def _is_dated(candidates: Sequence[Candidate]) -> bool:
    """Tell whether the page declares when it was published; only articles do."""
    return any(each.field == "published" and each.source in _DECLARED for each in candidates)


def _is_error(found: Body, candidates: Sequence[Candidate]) -> bool:
    texts = [each.text for each in found.paragraphs if each.kind in TEXT_KINDS]
    if sum(map(len, texts)) > _MOST_ON_ERROR:
        return False
    titles = [each.value for each in candidates if each.field == "headline"]
    titles += [each.text for each in found.paragraphs if each.kind == "subhead"]
    return any(map(_ERROR_TITLE.match, titles)) or any(map(_ERROR_TEXT.match, texts[:2]))


def _is_listing(found: Body) -> bool:
    """Tell whether the body is links to stories more than prose."""
    teasers = [
        len(each.text)
        for each in found.stretch
        if each.kind in _TEASER_KINDS and each.link_ratio >= _LINKED and len(each.text) >= _TEASER
    ]
    prose = sum(len(each.text) for each in found.stretch if is_prose(each))
    return len(teasers) >= _LEAST_TEASERS and sum(teasers) > prose


def _whole_articles(tree: HtmlElement) -> int:
    """Return how many elements hold an article with its heading."""
    return sum(map(_is_whole, _ARTICLES(tree)[:_MOST_ARTICLES]))


def _is_whole(element: HtmlElement) -> bool:
    if not _HEADING(element):
        return False
    texts = [len(each.text_content().strip()) for each in _PARAGRAPHS(element)[:_LEAST_CHARS]]
    prose = [length for length in texts if length >= 80]  # characters of a paragraph
    return len(prose) >= _LEAST_PARAGRAPHS and sum(prose) >= _LEAST_CHARS


def page_truncation(markup: str, tree: HtmlElement, found: Body) -> tuple[str, ...]:
    """Return PAYWALL and MORE_LINK where the page shows that its text is not all of the article.

    `markup` is what `tree` was parsed from.
    """
    chars = sum(len(each.text) for each in found.paragraphs if each.kind in TEXT_KINDS)
    signs = []
    if chars < _WHOLE and (_is_withheld(markup, tree, chars) or _has_wall(tree)):
        signs.append(PAYWALL)
    if found.after is not None and found.after.link_ratio >= _LINKED:
        link = DraftParagraph(text=found.after.text)
        signs += [sign for sign in truncation_signs([link]) if sign == MORE_LINK]
    return tuple(signs)


def _is_withheld(markup: str, tree: HtmlElement, chars: int) -> bool:
    """Tell whether JSON-LD says that it is not free, and the locked part is not there.

    `chars` are those of the text that is there.
    """
    if "isAccessibleForFree" not in markup or not _NOT_FREE.search(markup):
        return False
    locked = _LOCKED_PART.search(markup)
    if locked is None:
        return chars < _TEASER_ALONE
    attribute = "class" if locked[1] == "." else "id"
    path = f"//*[contains(concat(' ', @{attribute}, ' '), ' {locked[2]} ')]"
    parts = tree.xpath(path)[:_MOST_WALLS]
    return sum(len(part.text_content()) for part in parts) < _LEAST_UNLOCKED


def _has_wall(tree: HtmlElement) -> bool:
    """Tell whether a box that is named like a paywall asks to pay or to log in."""
    for element in _WALLS(tree)[:_MOST_WALLS]:
        text = _short_text(element)
        if text and PAYWALL in truncation_signs([DraftParagraph(text=text)]):
            return True
    return False


def _short_text(element: HtmlElement) -> str:
    """Return the text in `element`, or nothing if it is longer than a wall may be."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > _LONGEST_WALL:
            return ""
    return " ".join(text.split())
