"""Paragraphs that recur in the articles of one source: calls to subscribe, credits, mottos.

A paragraph is boilerplate of a source once it has stood there in articles of STORIES different
stories. Whether two articles are of different stories must be told from each one alone, or the
answer would hang on the order in which they came. So an article gives each of its paragraphs two
witnesses, the smallest and the greatest hash of its *other* body paragraphs, and STORIES values of
either are needed. Copies give the same two. Versions of one article share most paragraphs and so
mostly the extremes: the n-th paragraph is a new smallest with chance 1/n, so that a text which
grows from 5 to 40 paragraphs shows about 1 + ln(40/5) = 3 of them in its 36 versions.

Never counted: articles whose source is not known (whose furniture would it be?), and a paragraph
without another beside it (nothing shows another story). Not found: furniture that changes with
every article ("Read more: <headline>").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tasks.quality import BODY_KINDS
from warehouse.recurring import Seen

VERSION = 1  # of the rule, in every row of `boilerplate`

_WITNESS_DIGITS = slice(16, 24)  # of text_sha256; the first ones name the paragraph in the state


class Paragraph(Protocol):
    """What counts of a row of `paragraphs`."""

    @property
    def kind(self) -> str:
        """As paragraphs.kind."""

    @property
    def text_sha256(self) -> str:
        """As paragraphs.text_sha256."""


def seen_of(source: str | None, article_id: str, paragraphs: Sequence[Paragraph]) -> list[Seen]:
    """Return each different paragraph of an article, with the witnesses of its story.

    Empty when the source is not known or no body paragraph has another one beside it.
    """
    if source is None:
        return []
    body = {part.text_sha256 for part in paragraphs if part.kind in BODY_KINDS}
    witnesses = sorted((each[_WITNESS_DIGITS], each) for each in body)
    found = []
    for text_sha256 in dict.fromkeys(part.text_sha256 for part in paragraphs):
        others = [w for w in (*witnesses[:2], *witnesses[-2:]) if w[1] != text_sha256]
        if others:
            unit = int(others[0][0] + others[-1][0], 16)
            found.append(Seen(source, text_sha256, unit, article_id))
    return found
