"""The body of a page: which of its text is the article, as paragraphs that know their kind.

What several extractors agree on is the article (see tasks.extract.vote). Its paragraphs are the
blocks of the page itself, so that subheads, lists, quotes, tables and captions stay what they are
whoever found them. What stands between the paragraphs is kept and marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from tasks.clean import clean_line
from tasks.extract.blocks import Block, blocks
from tasks.extract.extractors import Answer, Extractor, ask, panel
from tasks.extract.furniture import is_furniture
from tasks.extract.shingles import jaccard
from tasks.extract.vote import (
    NOTHING,
    Ballot,
    Page,
    Told,
    agree,
    elect,
    is_sentence,
    lay,
    letters_in,
    with_lead,
)
from tasks.records import DraftParagraph

# The kinds of paragraphs that are the text of an article.
TEXT_KINDS = frozenset(("body", "list_item", "quote"))

# Extractors need time that grows with the square of the depth: a page of 60,000 elements below 500
# others takes minutes. The largest of 588 real pages had 9,888 elements, the deepest 38 levels.
_MOST_ELEMENTS = 300_000
_MOST_DEEP = 3_000  # elements below 200 others
_COUNT = etree.XPath("count(//*)")
_COUNT_DEEP = etree.XPath("count(//*[ancestor::*[200]])")

_PAIR = 2
_APART = frozenset(("caption", "byline"))
_REACH_UP, _REACH_DOWN = 12, 3  # blocks around the body whose captions and bylines are its own
_MOST_FURNITURE = 200  # paragraphs between those of the body; some pages hide their archive there
_LONGEST_SUBHEAD = 200  # characters
_LEAST_LEFT = 0.5  # of the letters; where more would be furniture the page is a list of links
_MISLAID = 3  # an answer so many times as long as the election did not come from the page's blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The paragraphs of a page in order, what cleaning removed, and who found them."""

    paragraphs: tuple[DraftParagraph, ...]
    removed: Mapping[str, int]
    extractor: str
    agreement: float | None  # of the two most alike, one of them believed; None: no two answered
    skipped: tuple[str, ...]  # "name: why"
    stretch: Sequence[Block]  # the page from the first paragraph of the body to the last
    after: Block | None  # what follows it on the page


class _Election(NamedTuple):
    """Blocks of a page, which of them are the article, and by whose vote."""

    page: Page
    picks: Sequence[bool]
    by: tuple[str, ...]


def body(markup: str, tree: HtmlElement, told: Told = NOTHING) -> Body:
    """Return the cleaned paragraphs of the article in `tree`, none if it holds no text.

    `markup` is what `tree` was parsed from, `told` what its fields say of the article. The tree is
    left as it was.
    """
    page = Page(list(blocks(tree)))
    count = int(_COUNT(tree))
    if why := _too_large(tree, count):
        return _finished(
            _Election(page, [True] * len(page.blocks), ("all text blocks",)), None, [why]
        )
    hearing = _Hearing(markup, tree, count, page)
    election = _elected(page, hearing, told)
    if election.page is page:
        lead = with_lead(page, election.picks, hearing.ballots, told)
        election = election._replace(picks=lead)
    return _finished(election, hearing.agreement(election.by), hearing.skipped)


def _too_large(tree: HtmlElement, count: int) -> str | None:
    """Return why no extractor can read `tree` of `count` elements in bounded time, if so."""
    if count > _MOST_ELEMENTS:
        return f"every extractor: {count} elements; at most {_MOST_ELEMENTS} are read"
    deep = int(_COUNT_DEEP(tree)) if count > _MOST_DEEP else 0
    if deep > _MOST_DEEP:
        return f"every extractor: {deep} elements below 200 others; at most {_MOST_DEEP} are read"
    return None


class _Hearing:
    """The extractors' answers about one page, asked for when they are needed."""

    def __init__(self, markup: str, tree: HtmlElement, count: int, page: Page) -> None:
        self._about = (markup, tree, count)
        self._page = page
        self.ballots: list[Ballot] = []
        self.skipped = list(panel().missing)

    def ask(self, extractors: Iterable[Extractor]) -> list[Ballot]:
        """Return the answers of `extractors` and note who gave none."""
        answers = [ask(each, *self._about) for each in extractors]
        new = [lay(self._page, each) for each in answers if isinstance(each, Answer)]
        self.skipped += [each for each in answers if isinstance(each, str)]
        self.ballots += new
        return new

    def agreement(self, by: Collection[str]) -> float | None:
        """Return the Jaccard index of the two answers most alike, at least one of those of `by`."""
        pairs = [
            jaccard(one.shingles, other.shingles)
            for one, other in combinations(self.ballots, 2)
            if one.answer.name in by or other.answer.name in by
        ]
        return round(max(pairs), 4) if pairs else None


def _elected(page: Page, hearing: _Hearing, told: Told) -> _Election:
    """Return the article that the extractors elect; those beyond the first are asked if needed."""
    first = hearing.ask(panel().first)
    if len(first) == _PAIR and agree(page, first, told):
        return _Election(page, elect(page, first, first[0], told), _names(first))
    further = hearing.ask(panel().further)
    # trafilatura is the best alone; readability is strict; resiliparse finds nearly all.
    by_worth = [each for each in (*further, *reversed(first)) if letters_in(each.answer)]
    if not by_worth:
        return _Election(page, [False] * len(page.blocks), ())
    laid = [each for each in hearing.ballots if each.is_laid]
    preferred = next((each for each in by_worth if each.is_laid), by_worth[0])
    picks = elect(page, laid or [preferred], preferred, told)
    best = by_worth[0]
    if not best.is_laid and letters_in(best.answer) > _MISLAID * page.length(picks):
        # Text that no element shows: a script's, for instance.
        found = [Block(kind="body", text=text) for text in best.answer.paragraphs]
        return _Election(Page(found), [True] * len(found), (best.answer.name,))
    return _Election(page, picks, _names([preferred] if picks == preferred.picks else laid))


def _names(ballots: Iterable[Ballot]) -> tuple[str, ...]:
    return tuple(ballot.answer.name for ballot in ballots)


def _finished(election: _Election, agreement: float | None, skipped: Sequence[str]) -> Body:
    """Return the body with clean paragraphs."""
    page, picks, by = election
    held = [number for number, pick in enumerate(picks) if pick] or [len(picks)]
    kept, removed = _with_surroundings(page, picks)
    paragraphs = []
    for block in kept:
        cleaned = clean_line(block.text)
        removed.update(cleaned.removed)
        if cleaned.text:
            is_prose = block.kind == "subhead" and _is_prose(cleaned.text)
            kind = "body" if is_prose else block.kind
            paragraphs.append(DraftParagraph(text=cleaned.text, kind=kind))
    return Body(
        paragraphs=_with_text(paragraphs),
        removed=removed,
        extractor=" + ".join(by) or "none",
        agreement=agreement,
        skipped=tuple(skipped),
        stretch=page.blocks[held[0] : held[-1] + 1],
        after=next(iter(page.blocks[held[-1] + 1 :][:1]), None),
    )


def _is_prose(subhead: str) -> bool:
    """Tell whether a subhead is a lead set as one, or the text after a heading never closed."""
    return len(subhead) > _LONGEST_SUBHEAD or is_sentence(subhead)


def _with_surroundings(page: Page, picks: Sequence[bool]) -> tuple[list[Block], Counter[str]]:
    """Return the picked blocks with what stands between and next to them, marked."""
    held = [number for number, pick in enumerate(picks) if pick]
    if not held:
        return [], Counter()
    first, last = held[0], held[-1]
    own = _without_furniture(page, picks)
    kept: list[Block] = []
    between = 0
    for number in range(max(0, first - _REACH_UP), min(len(picks), last + 1 + _REACH_DOWN)):
        block = page.blocks[number]
        if own[number] or block.kind in _APART:
            kept.append(block)
        elif first <= number <= last:
            between += 1
            if between <= _MOST_FURNITURE:
                kept.append(replace(block, kind="furniture"))
    return kept, +Counter(furniture_beyond_limit=between - _MOST_FURNITURE)


def _without_furniture(page: Page, picks: Sequence[bool]) -> list[bool]:
    """Return `picks` without buttons, teasers and notices, unless little else would be left."""
    own = [pick and not is_furniture(block) for pick, block in zip(picks, page.blocks, strict=True)]
    is_article = page.length(own) > _LEAST_LEFT * page.length(picks)
    return own if is_article else list(picks)


def _with_text(paragraphs: list[DraftParagraph]) -> tuple[DraftParagraph, ...]:
    """Return `paragraphs` with some text among them, if there are any.

    On pages of results the tables are the text; on pages that never close a heading the subheads.
    """
    for kinds in (TEXT_KINDS, ("table",), ("subhead",)):
        if any(each.kind in kinds for each in paragraphs):
            other = kinds if kinds != TEXT_KINDS else ()
            return tuple(
                replace(each, kind="body") if each.kind in other else each for each in paragraphs
            )
    return tuple(paragraphs)
